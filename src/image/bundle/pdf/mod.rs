//! PDF pages as pictures, by `hayro` (pure Rust: interpreter, CCITT, JBIG2, JPEG 2000, renderer).
//!
//! A page that is one scan, whatever text lies hidden behind it, gives that scan at its own resolution: its JPEG
//! untouched but for the page's rotation, or its pixels without loss. Everything else (scans in strips, stamped
//! scans, drawn pages) is rendered, at the resolution of its finest large image and at 300 dpi at least.

mod render;
mod scan;
mod survey;
mod tree;

use super::{PageFile, made_file, png_file};
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
    /// Where each page lies among those that the reader found.
    places: Vec<Result<usize, ImageError>>,
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
        let is_cut = !tail.windows(5).any(|window| window == b"%%EOF");
        Ok(Self { places: places(&pdf, is_cut), pdf })
    }

    /// Pages that the file has, those among them that are missing; of a file that breaks off one more, which cannot
    /// be read: nobody knows what stood behind the last that is there.
    pub(super) fn page_count(&self) -> usize {
        self.places.len()
    }

    /// One page (from 0).
    ///
    /// # Errors
    /// The limit that the page passes; [`ImageError::PageMissing`]; [`Truncated`](ImageError::Truncated) or
    /// [`Damaged`](ImageError::Damaged) when one of its images is.
    pub(super) fn page(&self, page: usize, limits: &Limits) -> Result<PageFile, ImageError> {
        let place = self.places.get(page).cloned().unwrap_or(Err(ImageError::PageMissing))?;
        let page = self.pdf.pages().get(place).ok_or(ImageError::PageMissing)?;
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
            scan::Scan::Jpeg(bytes) => made_file(bytes, limits),
            scan::Scan::Pixels(picture) => made_file(png_file::encode(&picture, dpi)?, limits),
        }
    }
}

/// Where each page lies among those that the reader found, or why it cannot be read.
fn places(pdf: &Pdf, is_cut: bool) -> Vec<Result<usize, ImageError>> {
    let mut found = 0..;
    let place = |slot| match slot {
        tree::Slot::Found => found.next().ok_or(ImageError::PageMissing),
        tree::Slot::Missing => Err(ImageError::PageMissing),
    };
    let mut places: Vec<_> = tree::slots(pdf).into_iter().map(place).collect();
    let none_is_there = places.iter().all(Result::is_err);
    if none_is_there {
        places.clear();
    } else if is_cut && places.last().is_some_and(Result::is_ok) {
        places.push(Err(ImageError::Truncated));
    }
    places
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
