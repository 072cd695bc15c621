//! Files of many pages: PDF, TIFF and ZIP → one picture file for each page, in order.
//!
//! Each page comes out as a file that [`decode`](super::decode()) reads: a scan's JPEG as it lies in the PDF, a
//! ZIP's member as it is, anything else as PNG without loss. The same bytes always give the same pages, so a
//! caller that was killed starts again [`after`](unpack) the last page it kept.
//!
//! The decoders below hold limits where they can; a caller that takes files from strangers runs this in a
//! process with limits of memory and time of its own, because a PDF may be nested and packed in more ways than
//! any reader checks. [`Event::Begin`] then tells which page it died on, and what that page is known by.

mod document;
mod names;
mod pdf;
mod png_file;
mod zip;

use super::decode::guarded;
use super::formats::tiff;
use super::{Header, ImageError, Limits, inspect};
use bytes::Bytes;
use document::Document;
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;

/// Kinds of files that hold pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleKind {
    /// Portable Document Format.
    Pdf,
    /// TIFF of more than one page.
    Tiff,
    /// ZIP of pictures, PDFs and TIFFs.
    Zip,
}

impl BundleKind {
    /// Internet media type.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Tiff => "image/tiff",
            Self::Zip => "application/zip",
        }
    }

    /// Tells the kind by content; `None` for single pictures and everything else.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        // Some writers put a line in front of a PDF; readers look at the first kilobyte.
        let start = &bytes[..bytes.len().min(1024)];
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            Some(Self::Zip)
        } else if start.windows(5).any(|w| w == b"%PDF-") {
            Some(Self::Pdf)
        } else if tiff::starts(bytes) && tiff::page_count(bytes).is_ok_and(|pages| pages > 1) {
            Some(Self::Tiff)
        } else {
            None
        }
    }
}

/// What may be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleLimits {
    /// Largest file, in bytes.
    pub max_bytes: usize,
    /// Most pages, over all members.
    pub max_pages: usize,
    /// Most bytes that all members of a ZIP may have together when unpacked.
    pub max_unpacked_bytes: u64,
    /// Most bytes of pictures that may come out of one file, for the caller that keeps them.
    pub max_output_bytes: u64,
    /// Limits of each page.
    pub page: Limits,
}

impl Default for BundleLimits {
    /// A book has a few hundred pages of about a megabyte each; drawn or unpacked without loss, a page in colour
    /// takes up to twenty.
    fn default() -> Self {
        Self {
            max_bytes: 192 << 20,
            max_pages: 2_000,
            max_unpacked_bytes: 2 << 30,
            max_output_bytes: 8 << 30,
            page: Limits::default(),
        }
    }
}

/// Which page of a file: member (from 0, in the order of names; 0 where the file is no ZIP) and page (from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Member of a ZIP.
    pub member: usize,
    /// Page of the member.
    pub page: usize,
}

impl Place {
    /// A member before its first page is known: as the last place, it leaves all of it out.
    const fn whole(member: usize) -> Self {
        Self { member, page: usize::MAX }
    }
}

/// What makes a page the same page when it comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Its own bytes: a picture in a ZIP is the same page as the picture sent alone.
    OwnBytes,
    /// The file it lies in, by SHA-256, and its number there, from 0.
    PageOf([u8; 32], usize),
    /// A member of a ZIP of which no page was reached: the ZIP, by SHA-256, and the member's number in the order of
    /// names, from 0.
    MemberOf([u8; 32], usize),
}

/// Why a page or a file was refused, in a form that passes between processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Stable word, as [`ImageError::code`].
    pub code: String,
    /// For the log.
    pub reason: String,
}

impl From<ImageError> for Refused {
    fn from(error: ImageError) -> Self {
        Self { code: error.code().to_owned(), reason: error.to_string() }
    }
}

/// A picture file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its header, held against the limits.
    pub header: Header,
}

/// One page, or the reason why it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Where it lies.
    pub place: Place,
    /// The name of the member it came from.
    pub name: Option<String>,
    /// What it is known by.
    pub identity: Identity,
    /// The picture.
    pub file: Result<PageFile, Refused>,
}

/// A page before anything of it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where it lies.
    pub place: Place,
    /// The name of the member it comes from.
    pub name: Option<String>,
    /// What it is known by.
    pub identity: Identity,
}

/// What happens while a file is unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Work on a page begins, or on a member of a ZIP whose pages are not known yet.
    Begin(Begun),
    /// A page is done.
    Page(Unpacked),
}

/// Takes events; [`ControlFlow::Break`] ends the unpacking.
pub type Sink<'a> = &'a mut dyn FnMut(Event) -> ControlFlow<()>;

/// What a look at a file of many pages finds without unpacking any.
///
/// # Errors
/// The limit that is passed; encrypted, damaged or empty files.
pub fn look_at_bundle(bytes: &Bytes, limits: &BundleLimits) -> Result<BundleKind, ImageError> {
    let kind = BundleKind::of(bytes).ok_or(ImageError::NotAnImage)?;
    if bytes.len() > limits.max_bytes {
        return Err(ImageError::TooManyBytes { size_bytes: bytes.len(), limit_bytes: limits.max_bytes });
    }
    guarded(|| match kind {
        BundleKind::Pdf => check_pages(pdf::Document::open(bytes)?.page_count(), limits),
        BundleKind::Tiff => check_pages(tiff::page_count(bytes)?, limits),
        BundleKind::Zip => zip::Archive::open(bytes, limits).map(drop),
    })?;
    Ok(kind)
}

/// Unpacks a file, page by page in order, those `after` a place where one is given. What is wrong with one page
/// or member is told in its place, and the others go on.
///
/// # Errors
/// As [`look_at_bundle`].
pub fn unpack(
    bytes: &Bytes,
    limits: &BundleLimits,
    after: Option<Place>,
    sink: Sink<'_>,
) -> Result<(), ImageError> {
    let mut road = Road { limits, after, pages_left: limits.max_pages, sink };
    // Whether the sink broke off makes no difference here.
    let _ = match look_at_bundle(bytes, limits)? {
        BundleKind::Zip => zip::unpack(bytes, &mut road)?,
        _ => road.pages_of(bytes, 0, None)?,
    };
    Ok(())
}

/// The way of pages to the sink.
struct Road<'a, 's> {
    limits: &'a BundleLimits,
    after: Option<Place>,
    pages_left: usize,
    sink: Sink<'s>,
}

type Flow = ControlFlow<()>;

impl Road<'_, '_> {
    fn is_done(&self, place: Place) -> bool {
        self.after.is_some_and(|after| place <= after)
    }

    fn begin(&mut self, place: Place, name: Option<&str>, identity: &Identity) -> Flow {
        (self.sink)(Event::Begin(Begun { place, name: name.map(str::to_owned), identity: identity.clone() }))
    }

    fn page(
        &mut self,
        place: Place,
        name: Option<&str>,
        (identity, file): (Identity, Result<PageFile, ImageError>),
    ) -> Flow {
        let (name, file) = (name.map(str::to_owned), file.map_err(Refused::from));
        (self.sink)(Event::Page(Unpacked { place, name, identity, file }))
    }

    /// The limits of a page of this file: a member of a ZIP is held beside the ZIP.
    fn page_limits(&self, bytes: &Bytes, name: Option<&str>) -> Limits {
        let page = self.limits.page;
        let held = if name.is_some() { bytes.len() as u64 } else { 0 };
        Limits { max_memory_bytes: page.max_memory_bytes.saturating_sub(held), ..page }
    }

    /// All pages of a PDF or TIFF.
    fn pages_of(&mut self, bytes: &Bytes, member: usize, name: Option<&str>) -> Result<Flow, ImageError> {
        let document = guarded(|| Document::open(bytes))?;
        let count = document.page_count();
        if count == 0 {
            return Err(ImageError::NoPages);
        }
        self.pages_left = self
            .pages_left
            .checked_sub(count)
            .ok_or(ImageError::TooManyPages { pages: count, limit: self.limits.max_pages })?;
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let limits = self.page_limits(bytes, name);
        for page in 0..count {
            let place = Place { member, page };
            if self.is_done(place) {
                continue;
            }
            let identity = Identity::PageOf(sha256, page);
            if self.begin(place, name, &identity).is_break() {
                return Ok(Flow::Break(()));
            }
            let file = guarded(|| document.page(page, &limits));
            if self.page(place, name, (identity, file)).is_break() {
                return Ok(Flow::Break(()));
            }
        }
        Ok(Flow::Continue(()))
    }
}

fn check_pages(pages: usize, limits: &BundleLimits) -> Result<(), ImageError> {
    match pages {
        0 => Err(ImageError::NoPages),
        _ if pages > limits.max_pages => Err(ImageError::TooManyPages { pages, limit: limits.max_pages }),
        _ => Ok(()),
    }
}

/// A picture that was made here, as a page. Its file may be larger than what people may send.
fn made_file(bytes: Vec<u8>, limits: &Limits) -> Result<PageFile, ImageError> {
    picture_file(bytes.into(), &limits.for_kept())
}

/// A file as a page: its header is read as that of an upload.
fn picture_file(bytes: Bytes, limits: &Limits) -> Result<PageFile, ImageError> {
    let header = inspect(&bytes, limits)?;
    Ok(PageFile { bytes, header })
}
