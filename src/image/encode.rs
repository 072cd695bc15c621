//! JPEG derivatives. They can be made again from the original at any time.

use super::ImageError;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
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
    encode_jpeg(&reduce(rgb, width, height)?, JPEG_QUALITY)
}

fn reduce(rgb: &RgbImage, width: u32, height: u32) -> Result<RgbImage, ImageError> {
    let unsupported = |reason: String| ImageError::Unsupported { reason };
    let from = ImageRef::new(rgb.width(), rgb.height(), rgb.as_raw(), PixelType::U8x3)
        .map_err(|error| unsupported(error.to_string()))?;
    let mut to = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize(&from, &mut to, &options).map_err(|error| unsupported(error.to_string()))?;
    Ok(RgbImage::from_raw(width, height, to.into_vec()).expect("the buffer was made for this size"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Limits, decode};
    use image::Rgb;

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
