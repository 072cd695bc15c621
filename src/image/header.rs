//! The cheap look at an image file: type by content, size and orientation from the header, completeness.

use super::ImageError;
use image::metadata::Orientation;

/// Image formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// Portable Network Graphics.
    Png,
}

impl Format {
    /// Internet media type.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
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
}

impl Default for Limits {
    /// Limits for whole pages: an A3 page at 600 dpi is 70 million pixels.
    fn default() -> Self {
        Self { max_bytes: 96 << 20, max_pixels: 140_000_000, max_side_px: 25_000, min_side_px: 200 }
    }
}

impl Limits {
    /// Limits for single field crops, which may be small.
    #[must_use]
    pub fn for_crops() -> Self {
        Self { min_side_px: 6, ..Self::default() }
    }

    fn check(&self, width: u32, height: u32) -> Result<(), ImageError> {
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(ImageError::TooManyPixels { width, height, limit: self.max_pixels });
        }
        if width.max(height) > self.max_side_px {
            return Err(ImageError::TooLong { width, height, limit: self.max_side_px });
        }
        if width.min(height) < self.min_side_px {
            return Err(ImageError::TooSmall { width, height, limit: self.min_side_px });
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

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Tells the format by the first bytes; names and declared types are not asked.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if bytes.starts_with(PNG_SIGNATURE) {
        Some(Format::Png)
    } else {
        None
    }
}

/// Reads the header only: format, size, orientation, held against `limits`. Costs microseconds.
///
/// # Errors
/// [`ImageError::Empty`], [`NotAnImage`](ImageError::NotAnImage), the limit that is passed, or
/// [`Truncated`](ImageError::Truncated) when the file ends within the header.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Header, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    if bytes.len() > limits.max_bytes {
        return Err(ImageError::TooManyBytes { size_bytes: bytes.len(), limit_bytes: limits.max_bytes });
    }
    let format = sniff(bytes).ok_or(ImageError::NotAnImage)?;
    let (width, height, orientation) = match format {
        Format::Jpeg => jpeg_header(bytes)?,
        Format::Png => png_header(bytes)?,
    };
    limits.check(width, height)?;
    Ok(Header { format, width, height, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

type Size = (u32, u32, Option<Orientation>);

/// Walks JPEG segments up to the frame header.
fn jpeg_header(bytes: &[u8]) -> Result<Size, ImageError> {
    let mut orientation = None;
    let mut segments = JpegSegments { bytes, at: 2 };
    while let Some((marker, body)) = segments.next_segment()? {
        match marker {
            0xE1 if orientation.is_none() => {
                orientation = body.strip_prefix(b"Exif\0\0").and_then(Orientation::from_exif_chunk);
            }
            // Start of frame, all codings (C4, C8 and CC are tables and extensions).
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let &[_, h1, h0, w1, w0, ..] = body else { return Err(ImageError::Truncated) };
                let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
                return Ok((width.into(), height.into(), orientation));
            }
            0xDA => break,
            _ => {}
        }
    }
    Err(ImageError::Damaged { reason: "a JPEG without frame header".into() })
}

struct JpegSegments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> JpegSegments<'a> {
    /// The next marker and its body; `None` at the end of the image.
    fn next_segment(&mut self) -> Result<Option<(u8, &'a [u8])>, ImageError> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            // Some writers leave stray bytes between segments; decoders skip them, and so does this.
            let start = rest
                .windows(2)
                .position(|w| w[0] == 0xFF && !matches!(w[1], 0x00 | 0xFF))
                .ok_or(ImageError::Truncated)?;
            let marker = rest[start + 1];
            self.at += start + 2;
            match marker {
                0xD9 => return Ok(None),
                0x01 | 0xD0..=0xD8 => {}
                _ => break self.body(marker).map(Some),
            }
        }
    }

    fn body(&mut self, marker: u8) -> Result<(u8, &'a [u8]), ImageError> {
        let &[hi, lo] = self.bytes.get(self.at..self.at + 2).unwrap_or_default() else {
            return Err(ImageError::Truncated);
        };
        let length = usize::from(u16::from_be_bytes([hi, lo])).max(2);
        let body = self.bytes.get(self.at + 2..self.at + length).ok_or(ImageError::Truncated)?;
        self.at += length;
        Ok((marker, body))
    }
}

/// Reads the IHDR chunk, then looks for an orientation in front of the pixels.
fn png_header(bytes: &[u8]) -> Result<Size, ImageError> {
    let mut chunks = PngChunks { bytes, at: PNG_SIGNATURE.len() };
    let first = chunks.next_chunk().ok_or(ImageError::Truncated)?;
    let (b"IHDR", &[w3, w2, w1, w0, h3, h2, h1, h0, ..]) = first else {
        return Err(ImageError::Damaged { reason: "a PNG without IHDR".into() });
    };
    let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
    let mut orientation = None;
    while let Some((name, body)) = chunks.next_chunk() {
        match name {
            b"eXIf" => orientation = Orientation::from_exif_chunk(body),
            b"IDAT" | b"IEND" => break,
            _ => {}
        }
    }
    Ok((width, height, orientation))
}

struct PngChunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> PngChunks<'a> {
    /// The next complete chunk: its name and body.
    fn next_chunk(&mut self) -> Option<(&'a [u8; 4], &'a [u8])> {
        let rest = self.bytes.get(self.at..)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let body = rest.get(..length)?;
        self.at = self.at.checked_add(length)?.checked_add(12)?;
        Some((name, body))
    }
}

/// Whether the file reaches its end mark: EOI after the scan of a JPEG (thumbnails inside segments do not
/// count), IEND of a PNG. Decoders paint what is missing grey, which nobody would notice on a register page.
#[must_use]
pub(super) fn is_complete(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Jpeg => {
            let mut segments = JpegSegments { bytes, at: 2 };
            loop {
                match segments.next_segment() {
                    Ok(Some(_)) => {}
                    Ok(None) => return true,
                    Err(_) => return false,
                }
            }
        }
        Format::Png => {
            let mut chunks = PngChunks { bytes, at: PNG_SIGNATURE.len() };
            std::iter::from_fn(|| chunks.next_chunk()).any(|(name, _)| name == b"IEND")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG that is nothing but a header.
    fn png_claiming(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = PNG_SIGNATURE.to_vec();
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
