//! The cheap look at an image file: type by content, size and orientation from the header, completeness.

use super::ImageError;
use super::formats::{jpeg, png, tiff, webp};
use image::metadata::Orientation;

/// Formats of single pictures that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// Portable Network Graphics.
    Png,
    /// WebP without animation.
    WebP,
    /// Tagged Image File Format, of one page.
    Tiff,
}

impl Format {
    /// Internet media type.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Tiff => "image/tiff",
        }
    }
}

/// What may be decoded. Everything is checked before memory is taken for pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub max_bytes: usize,
    /// Largest product of width and height.
    pub max_pixels: u64,
    /// Longest side, in pixels.
    pub max_side_px: u32,
    /// Shortest side, in pixels.
    pub min_side_px: u32,
    /// Memory that decoding may take beside the file, in bytes: pixels, coefficients, buffers.
    pub max_memory_bytes: u64,
}

impl Default for Limits {
    /// Limits for whole pages: an A3 page at 600 dpi is 70 million pixels. With the largest file the memory stays
    /// below a gigabyte; 120 million pixels can be turned in it.
    fn default() -> Self {
        Self {
            max_bytes: 96 << 20,
            max_pixels: 140_000_000,
            max_side_px: 25_000,
            min_side_px: 200,
            max_memory_bytes: 760 << 20,
        }
    }
}

impl Limits {
    /// Limits for single field crops, which may be small.
    #[must_use]
    pub fn for_crops() -> Self {
        Self { min_side_px: 6, ..Self::default() }
    }

    /// The same for a picture that was taken in before. How large its file may be was settled then, and what was
    /// unpacked without loss may be larger than what people may send.
    #[must_use]
    pub fn for_kept(self) -> Self {
        Self { max_bytes: usize::MAX, ..self }
    }

    /// All limits of pixels.
    pub(super) fn check(&self, width: u32, height: u32) -> Result<(), ImageError> {
        self.check_most(width, height)?;
        if width.min(height) < self.min_side_px {
            return Err(ImageError::TooSmall { width, height, limit: self.min_side_px });
        }
        Ok(())
    }

    /// Holds what decoding a picture of this size will take, in bytes, against the limit of memory.
    pub(super) fn check_memory(&self, size: (u32, u32), needed: u64) -> Result<(), ImageError> {
        let (width, height) = size;
        if needed <= self.max_memory_bytes {
            return Ok(());
        }
        let pixels = u128::from(width) * u128::from(height);
        let limit = (pixels * u128::from(self.max_memory_bytes) / u128::from(needed)) as u64;
        Err(ImageError::TooManyPixels { width, height, limit })
    }

    /// The upper limits of pixels: part of a page may be small.
    pub(super) fn check_most(&self, width: u32, height: u32) -> Result<(), ImageError> {
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(ImageError::TooManyPixels { width, height, limit: self.max_pixels });
        }
        if width.max(height) > self.max_side_px {
            return Err(ImageError::TooLong { width, height, limit: self.max_side_px });
        }
        Ok(())
    }
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Format by content.
    pub format: Format,
    /// Width in pixels, as stored (before the orientation is applied).
    pub width: u32,
    /// Height in pixels, as stored (before the orientation is applied).
    pub height: u32,
    /// How the stored picture must be turned to stand upright.
    pub orientation: Orientation,
}

impl Header {
    /// Width and height in pixels after the orientation is applied.
    #[must_use]
    pub fn upright_size(&self) -> (u32, u32) {
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (self.height, self.width),
            _ => (self.width, self.height),
        }
    }
}

/// Tells the format by the first bytes; names and declared types are not asked.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if bytes.starts_with(png::SIGNATURE) {
        Some(Format::Png)
    } else if webp::starts(bytes) {
        Some(Format::WebP)
    } else if tiff::starts(bytes) {
        Some(Format::Tiff)
    } else {
        None
    }
}

/// Reads the header only: format, size, orientation, held against `limits`. Costs microseconds.
///
/// # Errors
/// [`ImageError::Empty`], [`NotAnImage`](ImageError::NotAnImage), the limit that is passed,
/// [`SeveralPages`](ImageError::SeveralPages), or [`Truncated`](ImageError::Truncated) when the file ends within
/// the header.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Header, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    if bytes.len() > limits.max_bytes {
        return Err(ImageError::TooManyBytes { size_bytes: bytes.len(), limit_bytes: limits.max_bytes });
    }
    let format = sniff(bytes).ok_or(ImageError::NotAnImage)?;
    let (width, height, orientation) = match format {
        Format::Jpeg => jpeg::header(bytes)?,
        Format::Png => png::header(bytes)?,
        Format::WebP => webp::header(bytes)?,
        Format::Tiff => match tiff::page_count(bytes)? {
            0 => return Err(ImageError::NoPages),
            1 => tiff::header(bytes, 0)?,
            pages => return Err(ImageError::SeveralPages { pages }),
        },
    };
    limits.check(width, height)?;
    Ok(Header { format, width, height, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// Whether the file reaches the end that its format marks. Decoders paint what is missing grey, which nobody
/// would notice on a register page. A TIFF has no end mark; its decoder misses what is not there.
#[must_use]
pub(super) fn is_complete(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Jpeg => jpeg::is_complete(bytes),
        Format::Png => png::is_complete(bytes),
        Format::WebP => webp::is_complete(bytes),
        Format::Tiff => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG that is nothing but a header.
    fn png_claiming(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = png::SIGNATURE.to_vec();
        bytes.extend([0, 0, 0, 13]);
        bytes.extend(b"IHDR");
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn a_huge_png_is_refused_from_the_header_alone() {
        let error = inspect(&png_claiming(30_000, 30_000), &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "image_too_many_pixels");
        let error = inspect(&png_claiming(60_000, 300), &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "image_too_long");
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let limits = Limits::default();
        assert_eq!(inspect(b"", &limits), Err(ImageError::Empty));
        assert_eq!(inspect(b"So ho tich\n", &limits), Err(ImageError::NotAnImage));
        assert_eq!(inspect(&png_claiming(1, 1), &limits).unwrap_err().code(), "image_too_small");
        assert_eq!(inspect(&[0xFF, 0xD8, 0xFF, 0xE0], &limits), Err(ImageError::Truncated));
        let small = Limits { max_bytes: 10, ..limits };
        assert_eq!(inspect(&png_claiming(500, 500), &small).unwrap_err().code(), "image_too_many_bytes");
    }

    #[test]
    fn a_turned_picture_has_its_sides_exchanged() {
        let header = Header { format: Format::Jpeg, width: 3, height: 5, orientation: Orientation::Rotate90 };
        assert_eq!(header.upright_size(), (5, 3));
    }
}
