//! Bytes → upright RGB pixels, within limits and never half a picture.

use super::ImageError;
use super::header::{Format, Header, Limits, inspect, is_complete};
use image::codecs::png::PngDecoder;
use image::error::{ImageError as CrateError, UnsupportedError};
use image::{DynamicImage, ImageDecoder, RgbImage};
use std::io::{Cursor, ErrorKind};
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Decodes a JPEG or PNG (grey, colour, CMYK, 16 bits, alpha over white) and applies its EXIF orientation.
///
/// # Errors
/// As [`inspect`], and [`ImageError::Truncated`], [`Damaged`](ImageError::Damaged) or
/// [`Unsupported`](ImageError::Unsupported) for what only decoding finds.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, ImageError> {
    let header = inspect(bytes, limits)?;
    if !is_complete(bytes, header.format) {
        return Err(ImageError::Truncated);
    }
    let rgb = match header.format {
        Format::Jpeg => decode_jpeg(bytes, &header)?,
        Format::Png => decode_png(bytes, limits)?,
    };
    let mut upright = DynamicImage::ImageRgb8(rgb);
    upright.apply_orientation(header.orientation);
    Ok(upright.into_rgb8())
}

/// Headers are read leniently (scanners write odd ones), pixels strictly: where data are missing or broken
/// the lenient decoder would go on in grey.
fn decode_jpeg(bytes: &[u8], header: &Header) -> Result<RgbImage, ImageError> {
    let side = usize::from(u16::MAX);
    let lenient = DecoderOptions::default().set_strict_mode(false).set_max_width(side).set_max_height(side);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), lenient);
    decoder.decode_headers().map_err(jpeg_error)?;
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let out = if grey { ColorSpace::Luma } else { ColorSpace::RGB };
    decoder.set_options(lenient.set_strict_mode(true).jpeg_set_out_colorspace(out));
    if decoder.dimensions() != Some((header.width as usize, header.height as usize)) {
        return Err(ImageError::Damaged { reason: "two frame headers that differ".into() });
    }
    let size = decoder.output_buffer_size().ok_or(ImageError::Truncated)?;
    let mut pixels = vec![0; size];
    decoder.decode_into(&mut pixels).map_err(jpeg_error)?;
    let row = size / (header.height.max(1) as usize);
    if foot_repeats(&pixels, row) && is_made_up(bytes, lenient.jpeg_set_out_colorspace(out), &pixels, row) {
        return Err(ImageError::Truncated);
    }
    if grey {
        pixels = pixels.into_iter().flat_map(|v| [v, v, v]).collect();
    }
    RgbImage::from_raw(header.width, header.height, pixels)
        .ok_or_else(|| ImageError::Unsupported { reason: "an unusual number of colour channels".into() })
}

/// Rows at the foot of a picture that are looked at: a row of JPEG's smallest blocks.
const FOOT_ROWS: usize = 8;

/// Whether the last rows repeat every 16 pixels: paper does not, a flat border does, and so does what the
/// decoder makes of missing data when an end marker follows a cut.
fn foot_repeats(pixels: &[u8], row: usize) -> bool {
    let Some(foot) = pixels.len().checked_sub(FOOT_ROWS * row).and_then(|start| pixels.get(start..)) else {
        return false;
    };
    let period = 16 * 3;
    let pairs = foot.len().saturating_sub(period);
    let same = foot.iter().zip(&foot[foot.len() - pairs..]).filter(|(a, b)| a == b).count();
    same * 10 >= pairs * 9
}

/// Whether the last rows come from missing data: then they change when other data are put before the end
/// marker, which a decoder that has all its blocks never reads.
fn is_made_up(bytes: &[u8], lenient: DecoderOptions, pixels: &[u8], row: usize) -> bool {
    let Some(end) = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xD9]) else { return true };
    let other: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x7F).collect();
    let changed = [&bytes[..end], &other, &bytes[end..]].concat();
    let mut again = vec![0; pixels.len()];
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(&changed), lenient);
    let start = pixels.len().saturating_sub(FOOT_ROWS * row);
    decoder.decode_into(&mut again).is_err() || again[start..] != pixels[start..]
}

fn jpeg_error(error: DecodeErrors) -> ImageError {
    match error {
        DecodeErrors::ExhaustedData => ImageError::Truncated,
        DecodeErrors::FormatStatic("Premature end of buffer") => ImageError::Truncated,
        DecodeErrors::Unsupported(scheme) => ImageError::Unsupported { reason: format!("{scheme:?}") },
        other => ImageError::Damaged { reason: format!("{other:?}") },
    }
}

fn decode_png(bytes: &[u8], limits: &Limits) -> Result<RgbImage, ImageError> {
    let mut allowed = image::Limits::no_limits();
    allowed.max_image_width = Some(limits.max_side_px);
    allowed.max_image_height = Some(limits.max_side_px);
    // Compressed text and colour profiles also take memory; eight bytes a pixel is 16-bit RGBA.
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(8));
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), allowed).map_err(png_error)?;
    let has_alpha = decoder.color_type().has_alpha();
    let picture = DynamicImage::from_decoder(decoder).map_err(png_error)?;
    Ok(if has_alpha { over_white(&picture) } else { picture.into_rgb8() })
}

fn png_error(error: CrateError) -> ImageError {
    match error {
        CrateError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => ImageError::Truncated,
        CrateError::Unsupported(why) => ImageError::Unsupported { reason: UnsupportedError::to_string(&why) },
        other => ImageError::Damaged { reason: other.to_string() },
    }
}

fn over_white(picture: &DynamicImage) -> RgbImage {
    let rgba = picture.to_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [channels @ .., alpha] = from.0;
        to.0 = channels.map(|c| {
            let (c, a) = (u32::from(c), u32::from(alpha));
            u8::try_from((c * a + 255 * (255 - a) + 127) / 255).expect("a weighted mean of bytes is a byte")
        });
    }
    rgb
}
