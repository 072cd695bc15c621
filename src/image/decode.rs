//! Bytes → upright RGB pixels, within limits and never half a picture.

use super::ImageError;
use super::formats::{jpeg, png, tiff, webp};
use super::header::{Format, Limits, inspect, is_complete};
use image::metadata::Orientation;
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
    let size = (header.width, header.height);
    limits.check_memory(size, turning_bytes(size, header.orientation))?;
    let rgb = guarded(|| match header.format {
        Format::Jpeg => jpeg::decode(bytes, jpeg::Colour::Own, limits),
        Format::Png => png::decode(bytes, limits),
        Format::WebP => webp::decode(bytes, limits),
        Format::Tiff => tiff::decode(bytes, 0, limits),
    })?;
    Ok(turned(rgb, header.orientation))
}

/// A picture turned as it must be; quarter turns take a second copy for a moment.
pub(super) fn turned(rgb: RgbImage, orientation: Orientation) -> RgbImage {
    let mut upright = DynamicImage::ImageRgb8(rgb);
    upright.apply_orientation(orientation);
    upright.into_rgb8()
}

/// Bytes that a picture of this size and its turned copy take together.
pub(super) fn turning_bytes((width, height): (u32, u32), orientation: Orientation) -> u64 {
    let copies = if orientation == Orientation::NoTransforms { 1 } else { 2 };
    copies * 3 * u64::from(width) * u64::from(height)
}

/// Calls a decoder; one that gives up by a panic found a damaged file. Nothing that it worked on is used again.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, ImageError>) -> Result<T, ImageError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ImageError::Damaged { reason: "the decoder gave up".into() }))
}
