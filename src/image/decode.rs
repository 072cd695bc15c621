//! Bytes → upright RGB pixels, within limits and never half a picture.

use super::ImageError;
use super::formats::{jpeg, png, tiff, webp};
use super::header::{Format, Limits, inspect, is_complete};
use image::{DynamicImage, RgbImage};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Decodes a JPEG, PNG, WebP or TIFF of one page (1 to 16 bits, grey, palette, colour, inks, alpha over white)
/// and applies its orientation.
///
/// # Errors
/// As [`inspect`], and [`ImageError::Truncated`], [`Damaged`](ImageError::Damaged) or
/// [`Unsupported`](ImageError::Unsupported) for what only decoding finds.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, ImageError> {
    let header = guarded(|| inspect(bytes, limits))?;
    if !is_complete(bytes, header.format) {
        return Err(ImageError::Truncated);
    }
    let rgb = guarded(|| match header.format {
        Format::Jpeg => jpeg::decode(bytes, jpeg::Colour::Own),
        Format::Png => png::decode(bytes),
        Format::WebP => webp::decode(bytes),
        Format::Tiff => tiff::decode(bytes, 0),
    })?;
    let mut upright = DynamicImage::ImageRgb8(rgb);
    upright.apply_orientation(header.orientation);
    Ok(upright.into_rgb8())
}

/// Calls a decoder; one that gives up by a panic found a damaged file. Nothing that it worked on is used again.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, ImageError>) -> Result<T, ImageError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ImageError::Damaged { reason: "the decoder gave up".into() }))
}
