//! JPEG: baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK.

use super::{Size, through_ink};
use crate::image::{ImageError, Limits};
use image::RgbImage;
use image::metadata::Orientation;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// What the frame header and the markers before it say.
#[derive(Debug, Clone, Copy)]
struct Frame {
    width: u32,
    height: u32,
    orientation: Option<Orientation>,
    /// All coefficients are held until the last scan.
    progressive: bool,
    /// Samples of all components for each pixel of the picture, times 16.
    samples_16: u64,
    /// An Adobe marker: four components are then stored inverted.
    adobe: bool,
}

/// Walks JPEG segments up to the frame header.
pub(in super::super) fn header(bytes: &[u8]) -> Result<Size, ImageError> {
    let frame = frame(bytes)?;
    Ok((frame.width, frame.height, frame.orientation))
}

fn frame(bytes: &[u8]) -> Result<Frame, ImageError> {
    let (mut orientation, mut adobe) = (None, false);
    let mut segments = Segments { bytes, at: 2 };
    while let Some((marker, body)) = segments.next_segment()? {
        match marker {
            0xE1 if orientation.is_none() => {
                orientation = body.strip_prefix(b"Exif\0\0").and_then(Orientation::from_exif_chunk);
            }
            0xEE => adobe |= body.starts_with(b"Adobe"),
            // Start of frame, all codings (C4, C8 and CC are tables and extensions).
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let &[_, h1, h0, w1, w0, _, ref components @ ..] = body else {
                    return Err(ImageError::Truncated);
                };
                return Ok(Frame {
                    width: u16::from_be_bytes([w1, w0]).into(),
                    height: u16::from_be_bytes([h1, h0]).into(),
                    orientation,
                    progressive: matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE),
                    samples_16: samples_16(components),
                    adobe,
                });
            }
            0xDA => break,
            _ => {}
        }
    }
    Err(ImageError::Damaged { reason: "a JPEG without frame header".into() })
}

/// Samples for each pixel, times 16, from the sampling factors.
fn samples_16(components: &[u8]) -> u64 {
    let factors = || components.chunks_exact(3).map(|c| (u64::from(c[1] >> 4), u64::from(c[1] & 15)));
    let (h, v) = factors().fold((1, 1), |(h, v), (ch, cv)| (h.max(ch), v.max(cv)));
    factors().map(|(ch, cv)| (16 * ch.max(1) * cv.max(1)).div_ceil(h * v)).sum::<u64>().max(16)
}

/// A JPEG, or the part of a TIFF that is one.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
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

/// The file with this orientation in place of any that it has.
pub(in super::super) fn with_orientation(bytes: &[u8], orientation: Orientation) -> Option<Vec<u8>> {
    let (start, mut rest) = bytes.split_at_checked(2)?;
    let mut out = start.to_vec();
    if orientation != Orientation::NoTransforms {
        // One directory of one entry: tag 0x0112, a short.
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation.to_exif(), 0, 0, 0, 0, 0, 0, 0]);
        out.extend([0xFF, 0xE1]);
        out.extend(((exif.len() + 2) as u16).to_be_bytes());
        out.extend(exif);
    }
    // Segments in front of the tables and the frame: APPn and comments.
    while let &[0xFF, marker @ (0xE0..=0xEF | 0xFE), hi, lo, ..] = rest {
        let (segment, more) = rest.split_at_checked(2 + usize::from(u16::from_be_bytes([hi, lo])))?;
        if marker != 0xE1 {
            out.extend_from_slice(segment);
        }
        rest = more;
    }
    out.extend_from_slice(rest);
    Some(out)
}

/// Whether the file reaches its end mark behind the scan (thumbnails inside segments do not count).
pub(in super::super) fn is_complete(bytes: &[u8]) -> bool {
    let mut segments = Segments { bytes, at: 2 };
    loop {
        match segments.next_segment() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// How the three components of a JPEG inside another file are to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Colour {
    /// As the JPEG itself says.
    Own,
    /// As red, green and blue, whatever the JPEG says.
    AsRgb,
}

/// Headers are read leniently (scanners write odd ones), pixels strictly: where data are missing or broken
/// the lenient decoder would go on in grey.
pub(in super::super) fn decode(
    bytes: &[u8],
    colour: Colour,
    limits: &Limits,
) -> Result<RgbImage, ImageError> {
    let frame = frame(bytes)?;
    let (width, height) = (frame.width, frame.height);
    let mut source = Source::open(bytes, &frame, colour)?;
    let channels = source.out.num_components() as u64;
    let pixels = u64::from(width) * u64::from(height);
    let coefficients = if frame.progressive { 2 * frame.samples_16 } else { 0 };
    limits.check_memory((width, height), pixels * (channels.max(3) + coefficients.div_ceil(16)))?;
    let mut raw = vec![0; (pixels * channels) as usize];
    source.decoder.decode_into(&mut raw).map_err(jpeg_error)?;
    let row = channels as usize * width as usize;
    if foot_repeats(foot(&raw, row), 16 * channels as usize)
        && is_made_up(bytes, source.lenient, &mut raw, row)
    {
        return Err(ImageError::Truncated);
    }
    RgbImage::from_raw(width, height, into_rgb(raw, source.out))
        .ok_or_else(|| ImageError::Unsupported { reason: "an unusual number of colour channels".into() })
}

/// A decoder whose headers are read.
struct Source<'a> {
    decoder: zune_jpeg::JpegDecoder<ZCursor<&'a [u8]>>,
    lenient: DecoderOptions,
    out: ColorSpace,
}

impl<'a> Source<'a> {
    fn open(bytes: &'a [u8], frame: &Frame, colour: Colour) -> Result<Self, ImageError> {
        let side = usize::from(u16::MAX);
        let lenient =
            DecoderOptions::default().set_strict_mode(false).set_max_width(side).set_max_height(side);
        let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), lenient);
        decoder.decode_headers().map_err(jpeg_error)?;
        let out = match decoder.input_colorspace() {
            Some(ColorSpace::Luma) => ColorSpace::Luma,
            // Without the Adobe marker the inks are stored as they are, which the decoder does not know.
            Some(ColorSpace::CMYK) if !frame.adobe => ColorSpace::CMYK,
            Some(ColorSpace::YCbCr) if colour == Colour::AsRgb => ColorSpace::YCbCr,
            _ => ColorSpace::RGB,
        };
        let lenient = lenient.jpeg_set_out_colorspace(out);
        decoder.set_options(lenient.set_strict_mode(true));
        if decoder.dimensions() != Some((frame.width as usize, frame.height as usize)) {
            return Err(ImageError::Damaged { reason: "two frame headers that differ".into() });
        }
        Ok(Self { decoder, lenient, out })
    }
}

fn into_rgb(raw: Vec<u8>, from: ColorSpace) -> Vec<u8> {
    match from {
        ColorSpace::Luma => raw.into_iter().flat_map(|v| [v, v, v]).collect(),
        ColorSpace::CMYK => inks_into_rgb(raw),
        _ => raw,
    }
}

/// Four inks a pixel to RGB, within the same memory.
pub(super) fn inks_into_rgb(mut raw: Vec<u8>) -> Vec<u8> {
    let pixels = raw.len() / 4;
    for i in 0..pixels {
        let black = raw[4 * i + 3];
        for c in 0..3 {
            raw[3 * i + c] = through_ink(raw[4 * i + c], black);
        }
    }
    raw.truncate(3 * pixels);
    raw
}

/// Rows at the foot of a picture that are looked at: a row of JPEG's smallest blocks.
const FOOT_ROWS: usize = 8;

fn foot(pixels: &[u8], row: usize) -> &[u8] {
    pixels.len().checked_sub(FOOT_ROWS * row).and_then(|start| pixels.get(start..)).unwrap_or_default()
}

/// Whether the last rows repeat after `period` samples (16 pixels): paper does not, a flat border does, and so does what the
/// decoder makes of missing data when an end marker follows a cut.
fn foot_repeats(foot: &[u8], period: usize) -> bool {
    let pairs = foot.len().saturating_sub(period);
    let same = foot.iter().zip(&foot[foot.len() - pairs..]).filter(|(a, b)| a == b).count();
    pairs > 0 && same * 10 >= pairs * 9
}

/// Whether the last rows come from missing data: then they change when other data are put before the end
/// marker, which a decoder that has all its blocks never reads. The picture is decoded again in place; where
/// nothing is missing it is the same.
fn is_made_up(bytes: &[u8], lenient: DecoderOptions, pixels: &mut [u8], row: usize) -> bool {
    let Some(end) = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xD9]) else { return true };
    let other: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x7F).collect();
    let changed = [&bytes[..end], &other, &bytes[end..]].concat();
    let before = foot(pixels, row).to_vec();
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(&changed), lenient);
    decoder.decode_into(pixels).is_err() || foot(pixels, row) != before
}

fn jpeg_error(error: DecodeErrors) -> ImageError {
    match error {
        DecodeErrors::ExhaustedData => ImageError::Truncated,
        DecodeErrors::FormatStatic("Premature end of buffer") => ImageError::Truncated,
        DecodeErrors::Unsupported(scheme) => ImageError::Unsupported { reason: format!("{scheme:?}") },
        other => ImageError::Damaged { reason: format!("{other:?}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_a_progressive_picture_follows_its_sampling() {
        assert_eq!(samples_16(&[1, 0x11, 0]), 16);
        assert_eq!(samples_16(&[1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]), 24);
        assert_eq!(samples_16(&[1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]), 48);
    }

    #[test]
    fn inks_darken_paper() {
        assert_eq!(
            inks_into_rgb(vec![0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]),
            [255, 255, 255, 0, 255, 255, 0, 0, 0]
        );
    }
}
