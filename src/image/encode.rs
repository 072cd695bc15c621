//! JPEG derivatives. They can be made again from the original at any time.

use super::ImageError;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, RgbImage};

/// Quality of derivatives, 1..=100: the print stays crisp at a fifth of the scan's size.
pub const JPEG_QUALITY: u8 = 80;

/// Encodes as JPEG.
///
/// # Errors
/// [`ImageError::Unsupported`] for a picture that JPEG cannot hold (a side over 65,535, or none at all).
pub fn encode_jpeg(rgb: &RgbImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::with_capacity(rgb.len() / 12);
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))
        .encode(rgb.as_raw(), rgb.width(), rgb.height(), ExtendedColorType::Rgb8)
        .map_err(|error| ImageError::Unsupported { reason: error.to_string() })?;
    Ok(bytes)
}

/// The page for screens: at most `max_width` pixels wide, as JPEG; never enlarged.
///
/// # Errors
/// As [`encode_jpeg`].
pub fn page_for_screen(rgb: &RgbImage, max_width: u32) -> Result<Vec<u8>, ImageError> {
    if rgb.width() <= max_width.max(1) {
        return encode_jpeg(rgb, JPEG_QUALITY);
    }
    let width = max_width.max(1);
    let height = (u64::from(rgb.height()) * u64::from(width) / u64::from(rgb.width())).max(1) as u32;
    encode_jpeg(&reduced(rgb, width, height), JPEG_QUALITY)
}

/// Means over areas: every pixel counts with the share of it that a pixel of the result covers.
fn reduced(rgb: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (from_w, from_h) = (rgb.width() as usize, rgb.height() as usize);
    let (to_w, to_h) = (width as usize, height as usize);
    let columns = shares(from_w, to_w);
    let mut narrow = vec![0_u8; to_w * from_h * 3];
    for (to, from) in narrow.chunks_exact_mut(to_w * 3).zip(rgb.as_raw().chunks_exact(from_w * 3)) {
        for (to, (first, weights)) in to.chunks_exact_mut(3).zip(&columns) {
            let mut sum = [0.5_f32; 3];
            for (pixel, weight) in from[first * 3..].chunks_exact(3).zip(weights) {
                for c in 0..3 {
                    sum[c] += f32::from(pixel[c]) * weight;
                }
            }
            to.copy_from_slice(&sum.map(|v| v as u8));
        }
    }
    let mut out = RgbImage::new(width, height);
    let mut sums = vec![0.0_f32; to_w * 3];
    for (to, (first, weights)) in out.chunks_exact_mut(to_w * 3).zip(shares(from_h, to_h)) {
        sums.fill(0.5);
        for (row, weight) in narrow[first * to_w * 3..].chunks_exact(to_w * 3).zip(weights) {
            for (sum, &v) in sums.iter_mut().zip(row) {
                *sum += f32::from(v) * weight;
            }
        }
        for (to, sum) in to.iter_mut().zip(&sums) {
            *to = *sum as u8;
        }
    }
    out
}

/// For each of `to` cells over `from` pixels: the first pixel it touches, and the weights from there on, summing
/// to 1.
fn shares(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let step = from as f64 / to as f64;
    let cell = |i: usize| {
        let (start, end) = (i as f64 * step, (i + 1) as f64 * step);
        let first = (start as usize).min(from - 1);
        let last = ((end - 1e-9).ceil() as usize).clamp(first + 1, from);
        let covered = |p: usize| (end.min((p + 1) as f64) - start.max(p as f64)).max(0.0) / step;
        (first, (first..last).map(|p| covered(p) as f32).collect())
    };
    (0..to).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Limits, decode};
    use image::Rgb;

    #[test]
    fn weights_of_a_reduction_sum_to_one_and_cover_everything() {
        for (from, to) in [(10, 3), (2480, 1600), (7, 7), (5, 1)] {
            let cells = shares(from, to);
            assert!(cells.iter().all(|(_, w)| (w.iter().sum::<f32>() - 1.0).abs() < 1e-4), "{from} to {to}");
            let (first, weights) = cells.last().unwrap();
            assert_eq!(first + weights.len(), from);
        }
    }

    #[test]
    fn a_wide_page_is_reduced_and_a_narrow_one_is_not_enlarged() {
        let page = RgbImage::from_fn(900, 1200, |x, _| Rgb([if x < 450 { 20 } else { 230 }; 3]));
        let reduced = decode(&page_for_screen(&page, 300).unwrap(), &Limits::default()).unwrap();
        assert_eq!(reduced.dimensions(), (300, 400));
        assert!(reduced.get_pixel(60, 200)[0] < 40 && reduced.get_pixel(240, 200)[0] > 210);
        let same = decode(&page_for_screen(&page, 5000).unwrap(), &Limits::default()).unwrap();
        assert_eq!(same.dimensions(), (900, 1200));
    }
}
