//! WebP, lossy and lossless; no animations.

use super::{Size, on_white};
use crate::image::{ImageError, Limits};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, RgbImage};
use std::io::Cursor;

/// Whether these are the first bytes of a WebP.
pub(in super::super) fn starts(bytes: &[u8]) -> bool {
    matches!(bytes, [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..])
}

/// Reads the chunks in front of the pixels.
pub(in super::super) fn header(bytes: &[u8]) -> Result<Size, ImageError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(webp_error)?;
    if decoder.has_animation() {
        return Err(ImageError::Unsupported { reason: "an animation".into() });
    }
    let (width, height) = decoder.dimensions();
    let orientation = decoder.orientation().ok().filter(|o| *o != Orientation::NoTransforms);
    Ok((width, height, orientation))
}

/// Whether the file is as long as its first chunk says.
pub(in super::super) fn is_complete(bytes: &[u8]) -> bool {
    let Some(&length) = bytes.get(4..).and_then(<[u8]>::first_chunk::<4>) else { return false };
    bytes.len() as u64 >= u64::from(u32::from_le_bytes(length)) + 8
}

/// Pixels over white.
pub(in super::super) fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, ImageError> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(webp_error)?;
    let (width, height) = decoder.dimensions();
    let has_alpha = decoder.color_type().has_alpha();
    // The decoder holds planes or ARGB of its own beside what it gives.
    limits.check_memory((width, height), u64::from(width) * u64::from(height) * 8)?;
    let mut raw = vec![0; usize::try_from(decoder.total_bytes()).map_err(|_| ImageError::Truncated)?];
    decoder.read_image(&mut raw).map_err(webp_error)?;
    if has_alpha {
        let pixels = raw.len() / 4;
        for i in 0..pixels {
            let alpha = raw[4 * i + 3];
            for c in 0..3 {
                raw[3 * i + c] = on_white(raw[4 * i + c], alpha);
            }
        }
        raw.truncate(3 * pixels);
    }
    RgbImage::from_raw(width, height, raw).ok_or(ImageError::Truncated)
}

fn webp_error(error: image::ImageError) -> ImageError {
    use image::ImageError as Crate;
    match error {
        Crate::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => ImageError::Truncated,
        Crate::Unsupported(why) => ImageError::Unsupported { reason: why.to_string() },
        other => ImageError::Damaged { reason: other.to_string() },
    }
}
