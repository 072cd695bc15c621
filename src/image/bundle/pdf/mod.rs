//! PDF pages as pictures, by `hayro` (pure Rust: interpreter, CCITT, JBIG2, JPEG 2000, renderer).
//!
//! A page that is one scan, whatever text lies hidden behind it, gives that scan at its own resolution: its JPEG
//! untouched but for the page's rotation, or its pixels without loss. Everything else (scans in strips, stamped
//! scans, drawn pages) is rendered, at the resolution of its finest large image and at 300 dpi at least.

mod render;
mod scan;
mod survey;

use super::{PageFile, picture_file, png_file};
use crate::image::{ImageError, Limits};
use bytes::Bytes;
use hayro::hayro_interpret::{InterpreterCache, InterpreterSettings, InterpreterWarning};
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use survey::Survey;

/// PDF units in an inch.
const UNITS_PER_INCH: f64 = 72.0;

/// An open file.
pub(super) struct Document {
    pdf: Pdf,
    /// The file breaks off before its end mark.
    is_cut: bool,
}

/// The end mark stands within so many bytes of the end.
const TAIL_BYTES: usize = 2048;

impl Document {
    /// Reads the file's tables.
    ///
    /// # Errors
    /// [`ImageError::Encrypted`] for a file that does not open without a password,
    /// [`ImageError::Damaged`] for one that is none.
    pub(super) fn open(bytes: &Bytes) -> Result<Self, ImageError> {
        let pdf = Pdf::new(Arc::new(bytes.clone())).map_err(|error| match error {
            LoadPdfError::Decryption(DecryptionError::PasswordProtected) => ImageError::Encrypted,
            LoadPdfError::Decryption(why) => ImageError::Unsupported { reason: format!("{why:?}") },
            LoadPdfError::Invalid => ImageError::Damaged { reason: "the PDF's tables cannot be read".into() },
        })?;
        let tail = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        Ok(Self { pdf, is_cut: !tail.windows(5).any(|window| window == b"%%EOF") })
    }

    /// Pages that the file has; of a file that breaks off one more, which cannot be read: nobody knows what stood
    /// behind the last that is there.
    pub(super) fn page_count(&self) -> usize {
        let there = self.pdf.pages().len();
        if self.is_cut && there > 0 { there + 1 } else { there }
    }

    /// One page (from 0).
    ///
    /// # Errors
    /// The limit that the page passes; [`ImageError::Truncated`] or [`Damaged`](ImageError::Damaged) when one
    /// of its images is.
    pub(super) fn page(&self, page: usize, limits: &Limits) -> Result<PageFile, ImageError> {
        let page = self.pdf.pages().get(page).ok_or(ImageError::Truncated)?;
        let (broken, settings) = watched_settings();
        let cache = InterpreterCache::new();
        let survey = Survey::of(page, &cache, &settings);
        survey.check(limits)?;
        let dpi = survey.finest_dpi();
        let (file, dpi) = match survey.single_scan() {
            Some(orientation) => (scan::take(page, &cache, &settings, orientation)?, dpi),
            None => {
                let (picture, dpi) = render::render(page, &settings, dpi, limits)?;
                (scan::Scan::Pixels(picture), Some((dpi, dpi)))
            }
        };
        if broken.load(Ordering::Relaxed) {
            return Err(ImageError::Damaged { reason: "an image of the page cannot be decoded".into() });
        }
        match file {
            scan::Scan::Jpeg(bytes) => picture_file(bytes, limits),
            scan::Scan::Pixels(picture) => picture_file(png_file::encode(&picture, dpi)?, limits),
        }
    }
}

/// Settings that raise a flag when an image of the page cannot be decoded: the interpreter would go on with
/// nothing in its place.
fn watched_settings() -> (Arc<AtomicBool>, InterpreterSettings) {
    let broken = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&broken);
    let warning_sink = Arc::new(move |warning| {
        if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
            flag.store(true, Ordering::Relaxed);
        }
    });
    (broken, InterpreterSettings { warning_sink, ..InterpreterSettings::default() })
}
