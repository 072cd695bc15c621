//! A file of pages that is no ZIP: PDF or TIFF.

use super::{BundleKind, PageFile, made_file, pdf, png_file};
use crate::image::decode::turned;
use crate::image::formats::tiff;
use crate::image::{ImageError, Limits};
use bytes::Bytes;
use image::metadata::Orientation;

/// A file of pages that is no ZIP.
pub(super) enum Document {
    Pdf(pdf::Document),
    Tiff(Bytes),
}

impl Document {
    pub(super) fn open(bytes: &Bytes) -> Result<Self, ImageError> {
        Ok(match BundleKind::of(bytes) {
            Some(BundleKind::Pdf) => Self::Pdf(pdf::Document::open(bytes)?),
            _ => Self::Tiff(bytes.clone()),
        })
    }

    pub(super) fn page_count(&self) -> usize {
        match self {
            Self::Pdf(pdf) => pdf.page_count(),
            Self::Tiff(bytes) => tiff::page_count(bytes).unwrap_or(0),
        }
    }

    pub(super) fn page(&self, page: usize, limits: &Limits) -> Result<PageFile, ImageError> {
        match self {
            Self::Pdf(pdf) => pdf.page(page, limits),
            Self::Tiff(bytes) => tiff_page(bytes, page, limits),
        }
    }
}

fn tiff_page(bytes: &[u8], page: usize, limits: &Limits) -> Result<PageFile, ImageError> {
    let (width, height, orientation) = tiff::header(bytes, page)?;
    limits.check(width, height)?;
    // The pixels, and beside them their turned copy or a PNG that saves nothing.
    limits.check_memory((width, height), 2 * 3 * u64::from(width) * u64::from(height))?;
    let pixels = tiff::decode(bytes, page, limits)?;
    let picture = turned(pixels, orientation.unwrap_or(Orientation::NoTransforms));
    made_file(png_file::encode(&picture, tiff::dpi(bytes, page))?, limits)
}
