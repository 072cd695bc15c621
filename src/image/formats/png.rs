//! PNG of 1 to 16 bits, palette, grey or colour, interlaced or not; transparency lies on white paper.

use super::{Size, on_white};
use crate::image::{ImageError, Limits};
use image::RgbImage;
use image::metadata::Orientation;
use png::{ColorType, Decoder, DecodingError, Reader, Transformations};
use std::io::{Cursor, ErrorKind};

pub(in super::super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Memory for rows, palettes and colour profiles.
const MAX_SIDE_BYTES: usize = 64 << 20;

/// Reads the IHDR chunk, then looks for an orientation in front of the pixels.
pub(in super::super) fn header(bytes: &[u8]) -> Result<Size, ImageError> {
    let mut chunks = Chunks { bytes, at: SIGNATURE.len() };
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

struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
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

/// Whether the file reaches its IEND.
pub(in super::super) fn is_complete(bytes: &[u8]) -> bool {
    let mut chunks = Chunks { bytes, at: SIGNATURE.len() };
    std::iter::from_fn(|| chunks.next_chunk()).any(|(name, _)| name == b"IEND")
}

/// Row by row into RGB; only an interlaced picture is held whole beside it.
pub(in super::super) fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, ImageError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MAX_SIDE_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(png_error)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let pixels = u64::from(width) * u64::from(height);
    let rgb = if reader.info().interlaced {
        limits.check_memory((width, height), 7 * pixels)?;
        let mut raw = vec![0; reader.output_buffer_size().ok_or(ImageError::Truncated)?];
        let frame = reader.next_frame(&mut raw).map_err(png_error)?;
        let mut rgb = Vec::with_capacity(3 * pixels as usize);
        append_rgb(&mut rgb, &raw, frame.color_type);
        rgb
    } else {
        limits.check_memory((width, height), 3 * pixels)?;
        rows(&mut reader, 3 * pixels as usize)?
    };
    RgbImage::from_raw(width, height, rgb).ok_or(ImageError::Truncated)
}

fn rows(reader: &mut Reader<Cursor<&[u8]>>, size: usize) -> Result<Vec<u8>, ImageError> {
    let (colour, _) = reader.output_color_type();
    let mut rgb = Vec::with_capacity(size);
    while let Some(row) = reader.next_row().map_err(png_error)? {
        append_rgb(&mut rgb, row.data(), colour);
    }
    Ok(rgb)
}

fn append_rgb(rgb: &mut Vec<u8>, raw: &[u8], colour: ColorType) {
    match colour {
        ColorType::Grayscale | ColorType::Indexed => rgb.extend(raw.iter().flat_map(|&v| [v, v, v])),
        ColorType::Rgb => rgb.extend_from_slice(raw),
        ColorType::GrayscaleAlpha => rgb.extend(raw.as_chunks::<2>().0.iter().flat_map(|&[v, a]| {
            let v = on_white(v, a);
            [v, v, v]
        })),
        ColorType::Rgba => rgb.extend(
            raw.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, a]| [r, g, b].map(|v| on_white(v, a))),
        ),
    }
}

fn png_error(error: DecodingError) -> ImageError {
    match error {
        DecodingError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => ImageError::Truncated,
        other => ImageError::Damaged { reason: other.to_string() },
    }
}
