//! TIFF: pages of 1 to 16 bits, grey, palette, colour, CMYK or YCbCr, in strips or tiles; uncompressed, LZW,
//! Deflate, PackBits, CCITT (RLE, G3, G4) or JPEG.
//!
//! The `tiff` crate reads tags and the general compressions, chunk by chunk, so that only the page itself is
//! held whole. It knows neither CCITT with its variants nor palettes, and takes JPEG leniently: those are done
//! here. A page is reached by putting its directory in front ([`Overlay`]), so that a broken directory spoils
//! no other page.

mod ccitt;
mod chunks;
mod ifd;
mod overlay;
mod samples;

pub(in super::super) use ifd::starts;

use super::Size;
use crate::image::{ImageError, Limits};
use chunks::Chunks;
use ifd::{Directory, File};
use image::RgbImage;
use image::imageops::{FilterType, resize};
use image::metadata::Orientation;

/// How many pages a file has; thumbnails and masks do not count.
pub(in super::super) fn page_count(bytes: &[u8]) -> Result<usize, ImageError> {
    Ok(File::open(bytes)?.pages()?.len())
}

/// Size and orientation of one page (from 0), from its tags.
pub(in super::super) fn header(bytes: &[u8], page: usize) -> Result<Size, ImageError> {
    let file = File::open(bytes)?;
    let directory = page_directory(&file, page)?;
    let side = |tag| file.number(directory, tag).ok_or_else(|| damaged("a TIFF page without size"));
    let orientation = file.number(directory, ifd::ORIENTATION).and_then(|v| Orientation::from_exif(v as u8));
    let (width, height) = (side(ifd::WIDTH)?, side(ifd::HEIGHT)?);
    let (width, height) = square(&file, directory, (width, height)).unwrap_or((width, height));
    Ok((width, height, orientation))
}

/// The pixels of one page (from 0), as stored, but with square pixels.
pub(in super::super) fn decode(bytes: &[u8], page: usize, limits: &Limits) -> Result<RgbImage, ImageError> {
    let file = File::open(bytes)?;
    let directory = page_directory(&file, page)?;
    let rgb = Chunks::open(&file, directory, limits)?.decode()?;
    let Some((width, height)) = square(&file, directory, rgb.dimensions()) else { return Ok(rgb) };
    limits
        .check_memory((width, height), 3 * (u64::from(width) * u64::from(height) * 2 + rgb.len() as u64))?;
    Ok(resize(&rgb, width, height, FilterType::Triangle))
}

/// Resolution of a page in dots per inch, where its tags tell it.
pub(in super::super) fn dpi(bytes: &[u8], page: usize) -> Option<(f64, f64)> {
    let file = File::open(bytes).ok()?;
    let directory = page_directory(&file, page).ok()?;
    let inches = match file.number(directory, ifd::RESOLUTION_UNIT).unwrap_or(2) {
        2 => 1.0,
        3 => 2.54,
        _ => return None,
    };
    let (x, y) = resolution(&file, directory)?;
    let finest = x.max(y) * inches;
    Some((finest, finest))
}

fn page_directory(file: &File, page: usize) -> Result<Directory, ImageError> {
    file.pages()?.get(page).copied().ok_or_else(|| damaged("a TIFF without this page"))
}

fn resolution(file: &File, directory: Directory) -> Option<(f64, f64)> {
    let of = |tag| file.fraction(directory, tag).filter(|v| v.is_finite() && *v > 0.0);
    Some((of(ifd::X_RESOLUTION)?, of(ifd::Y_RESOLUTION)?))
}

/// The size with square pixels, where the tags say that they are not (fax machines scan 204 × 98 dpi): the
/// coarse side is stretched, at most fourfold, and nothing is thrown away.
fn square(file: &File, directory: Directory, size: (u32, u32)) -> Option<(u32, u32)> {
    let (x, y) = resolution(file, directory)?;
    let ratio = x / y;
    if !(0.25..=4.0).contains(&ratio) || (0.95..=1.05).contains(&ratio) {
        return None;
    }
    let stretched = |side: u32, factor: f64| (f64::from(side) * factor).round() as u32;
    Some(if ratio > 1.0 {
        (size.0, stretched(size.1, ratio))
    } else {
        (stretched(size.0, 1.0 / ratio), size.1)
    })
}

fn damaged(reason: &str) -> ImageError {
    ImageError::Damaged { reason: reason.into() }
}
