//! Antialiased resize, bit for bit that of Pillow's `Image.resize(size, BILINEAR)` on 8-bit grey, with which
//! the models are trained: a triangle filter as wide as the reduction, across first, then down, each pass in
//! 22-bit fixed point rounded to bytes.

use image::GrayImage;

const PRECISION_BITS: u32 = 22;
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// Resizes a grey picture; bytes row by row.
///
/// # Panics
/// When the picture or the target has no pixels.
#[must_use]
pub(super) fn resize(picture: &GrayImage, width: usize, height: usize) -> Vec<u8> {
    let (from_width, from_height) = (picture.width() as usize, picture.height() as usize);
    assert!(from_width > 0 && from_height > 0 && width > 0 && height > 0, "pictures have pixels");
    let across = resize_rows(picture.as_raw(), from_width, &weights(from_width, width));
    resize_columns(&across, width, &weights(from_height, height))
}

/// What one target pixel takes from the source: weights of neighbours from `first` on.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

fn weights(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let support = scale.max(1.0);
    (0..to).map(|target| taps((target as f64 + 0.5) * scale, support, from)).collect()
}

fn taps(centre: f64, support: f64, from: usize) -> Taps {
    // Truncation towards zero, as in C.
    let first = (centre - support + 0.5).max(0.0) as usize;
    let end = ((centre + support + 0.5) as usize).min(from);
    let distance = |source: usize| (source as f64 - centre + 0.5) / support;
    let triangle: Vec<f64> = (first..end).map(|source| (1.0 - distance(source).abs()).max(0.0)).collect();
    let sum: f64 = triangle.iter().sum();
    let fixed = |weight: f64| (0.5 + weight / sum * f64::from(1 << PRECISION_BITS)) as i32;
    Taps { first, weights: triangle.into_iter().map(fixed).collect() }
}

fn resize_rows(pixels: &[u8], width: usize, columns: &[Taps]) -> Vec<u8> {
    if width == columns.len() {
        return pixels.to_vec();
    }
    let rows = pixels.chunks_exact(width);
    rows.flat_map(|row| columns.iter().map(|taps| weighted(&row[taps.first..], &taps.weights))).collect()
}

fn weighted(pixels: &[u8], weights: &[i32]) -> u8 {
    let sum: i32 = pixels.iter().zip(weights).map(|(pixel, weight)| i32::from(*pixel) * weight).sum();
    to_byte(sum + HALF)
}

fn resize_columns(pixels: &[u8], width: usize, rows: &[Taps]) -> Vec<u8> {
    if pixels.len() == width * rows.len() {
        return pixels.to_vec();
    }
    let mut resized = Vec::with_capacity(width * rows.len());
    let mut sums = vec![0_i32; width];
    for taps in rows {
        sums.fill(HALF);
        let sources = pixels[taps.first * width..].chunks_exact(width);
        for (source, weight) in sources.zip(&taps.weights) {
            for (sum, pixel) in sums.iter_mut().zip(source) {
                *sum += i32::from(*pixel) * weight;
            }
        }
        resized.extend(sums.iter().map(|sum| to_byte(*sum)));
    }
    resized
}

fn to_byte(fixed: i32) -> u8 {
    (fixed >> PRECISION_BITS).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A pattern without symmetry.
    fn pattern(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| Luma([((x * 37 + y * 91 + x * y * 13) % 256) as u8]))
    }

    #[test]
    fn the_result_is_pillows() {
        // python3 -c 'from PIL import Image; im = Image.new("L", (11, 7)); im.putdata([(x*37 + y*91 + x*y*13) % 256
        // for y in range(7) for x in range(11)]); print(list(im.resize((5, 3), Image.BILINEAR).getdata()))'
        assert_eq!(
            resize(&pattern(11, 7), 5, 3),
            [106, 137, 139, 126, 100, 122, 148, 138, 128, 131, 109, 140, 139, 142, 144]
        );
        assert_eq!(
            resize(&pattern(3, 2), 5, 4),
            [0, 15, 37, 59, 74, 23, 39, 63, 87, 103, 68, 87, 115, 143, 162, 91, 111, 141, 171, 191]
        );
    }

    #[test]
    fn the_same_size_changes_nothing() {
        assert_eq!(resize(&pattern(9, 6), 9, 6), pattern(9, 6).into_raw());
    }

    #[test]
    fn flat_grey_stays_flat() {
        let flat = GrayImage::from_pixel(101, 77, Luma([137]));
        assert!(resize(&flat, 53, 40).iter().all(|value| *value == 137));
    }
}
