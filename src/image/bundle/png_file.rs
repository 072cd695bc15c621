//! Pictures → PNG without loss, in as few bits as they need.

use crate::image::ImageError;
use image::RgbImage;
use png::{BitDepth, ColorType, Compression, Encoder, PixelDimensions, Unit};

const INCH_M: f64 = 0.0254;

/// Encodes in 1 bit (black and white only), 8 bits (grey) or 24; `dpi` is recorded where it is known.
pub(super) fn encode(picture: &RgbImage, dpi: Option<(f64, f64)>) -> Result<Vec<u8>, ImageError> {
    let pixels = picture.as_raw().as_chunks::<3>().0;
    let grey = pixels.iter().all(|[r, g, b]| r == g && g == b);
    if grey && pixels.iter().all(|[v, ..]| matches!(v, 0 | 255)) {
        let rows = pixels.chunks(picture.width() as usize).flat_map(packed);
        write(picture, (ColorType::Grayscale, BitDepth::One), &rows.collect::<Vec<u8>>(), dpi)
    } else if grey {
        let levels: Vec<u8> = pixels.iter().map(|[v, ..]| *v).collect();
        write(picture, (ColorType::Grayscale, BitDepth::Eight), &levels, dpi)
    } else {
        write(picture, (ColorType::Rgb, BitDepth::Eight), picture.as_raw(), dpi)
    }
}

/// One row of black and white in bits, from the left.
fn packed(row: &[[u8; 3]]) -> Vec<u8> {
    let byte = |eight: &[[u8; 3]]| {
        (0..8).fold(0, |bits, i| bits << 1 | u8::from(eight.get(i).is_some_and(|[v, ..]| *v != 0)))
    };
    row.chunks(8).map(byte).collect()
}

fn write(
    picture: &RgbImage,
    kind: (ColorType, BitDepth),
    data: &[u8],
    dpi: Option<(f64, f64)>,
) -> Result<Vec<u8>, ImageError> {
    let failed = |error: png::EncodingError| ImageError::Unsupported { reason: error.to_string() };
    let mut bytes = Vec::with_capacity(data.len() / 4);
    let mut encoder = Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(kind.0);
    encoder.set_depth(kind.1);
    encoder.set_compression(Compression::Fast);
    if let Some((x, y)) = dpi {
        let per_metre = |dpi: f64| (dpi / INCH_M).round().clamp(0.0, f64::from(u32::MAX)) as u32;
        encoder.set_pixel_dims(Some(PixelDimensions {
            xppu: per_metre(x),
            yppu: per_metre(y),
            unit: Unit::Meter,
        }));
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(data).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Limits, decode};
    use image::Rgb;

    #[test]
    fn few_colours_take_few_bits_and_none_is_lost() {
        let bits = RgbImage::from_fn(213, 9, |x, y| Rgb([if (x * y) % 3 == 0 { 0 } else { 255 }; 3]));
        let grey = RgbImage::from_fn(213, 9, |x, y| Rgb([(x + 20 * y) as u8; 3]));
        let colours = RgbImage::from_fn(213, 9, |x, y| Rgb([x as u8, y as u8, 7]));
        let sizes = [&bits, &grey, &colours].map(|picture| {
            let file = encode(picture, Some((300.0, 300.0))).unwrap();
            assert_eq!(decode(&file, &Limits::for_crops()).unwrap(), *picture);
            file[24] as usize * if file[25] == 2 { 3 } else { 1 }
        });
        assert_eq!(sizes, [1, 8, 24]);
    }
}
