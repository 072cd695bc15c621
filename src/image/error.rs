//! What can be wrong with an image.

use thiserror::Error;

/// Why bytes did not become a page. Each variant has a stable [`code`](ImageError::code) that the edges turn
/// into a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageError {
    /// Not a single byte.
    #[error("the file is empty")]
    Empty,
    /// The content is none of the formats read here, whatever the name says.
    #[error("the file is no image of a known format")]
    NotAnImage,
    /// Larger than allowed.
    #[error("the file has {size_bytes} bytes, {limit_bytes} are allowed")]
    TooManyBytes {
        /// Its size.
        size_bytes: usize,
        /// The largest size allowed.
        limit_bytes: usize,
    },
    /// The header claims more pixels than allowed.
    #[error("{width}×{height} pixels are more than the {limit} allowed")]
    TooManyPixels {
        /// Width in pixels as the header claims it.
        width: u32,
        /// Height in pixels as the header claims it.
        height: u32,
        /// The largest product allowed.
        limit: u64,
    },
    /// One side is longer than allowed.
    #[error("{width}×{height} pixels: no side may be longer than {limit}")]
    TooLong {
        /// Width in pixels as the header claims it.
        width: u32,
        /// Height in pixels as the header claims it.
        height: u32,
        /// The longest side allowed.
        limit: u32,
    },
    /// One side is too short for anything to be read.
    #[error("{width}×{height} pixels: no side may be shorter than {limit}")]
    TooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The shortest side allowed.
        limit: u32,
    },
    /// The file stops before the picture does.
    #[error("the file ends before the image does")]
    Truncated,
    /// The file contradicts its own format.
    #[error("the image is damaged: {reason}")]
    Damaged {
        /// The decoder's words, for the log.
        reason: String,
    },
    /// Correct, but of a sort that is not read here.
    #[error("this sort of image is not supported: {reason}")]
    Unsupported {
        /// The decoder's words, for the log.
        reason: String,
    },
    /// One picture was wanted, and the file holds more.
    #[error("the file has {pages} pages, not one")]
    SeveralPages {
        /// How many.
        pages: usize,
    },
    /// Nothing in the file is a page.
    #[error("the file has no pages")]
    NoPages,
    /// A page that its file counts but does not hold.
    #[error("the file counts this page but does not hold it")]
    PageMissing,
    /// More pages than allowed.
    #[error("{pages} pages are more than the {limit} allowed")]
    TooManyPages {
        /// How many the file has, as far as it was counted.
        pages: usize,
        /// The most allowed.
        limit: usize,
    },
    /// A PDF or a member of a ZIP that opens with a password only.
    #[error("the file is protected by a password")]
    Encrypted,
    /// A ZIP whose members are too large together.
    #[error("the members have more than {limit_bytes} bytes")]
    UnpacksTooLarge {
        /// The most allowed.
        limit_bytes: u64,
    },
    /// A member whose name leads out of the archive.
    #[error("the member's name leads out of the archive")]
    BadMemberName,
    /// An archive within an archive.
    #[error("an archive within an archive")]
    NestedArchive,
    /// The page cannot be laid on the form, e.g. because the form has no printed lines or fields.
    #[error("the form cannot be used to find fields: {reason}")]
    UnusableForm {
        /// What is missing.
        reason: &'static str,
    },
}

impl ImageError {
    /// Stable word for this kind of error, for the database, the API and translations.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "image_empty",
            Self::NotAnImage => "image_unknown_type",
            Self::TooManyBytes { .. } => "image_too_many_bytes",
            Self::TooManyPixels { .. } => "image_too_many_pixels",
            Self::TooLong { .. } => "image_too_long",
            Self::TooSmall { .. } => "image_too_small",
            Self::Truncated => "image_truncated",
            Self::Damaged { .. } => "image_damaged",
            Self::Unsupported { .. } => "image_unsupported",
            Self::SeveralPages { .. } => "file_several_pages",
            Self::NoPages => "file_no_pages",
            Self::PageMissing => "page_missing",
            Self::TooManyPages { .. } => "file_too_many_pages",
            Self::Encrypted => "file_encrypted",
            Self::UnpacksTooLarge { .. } => "zip_unpacks_too_large",
            Self::BadMemberName => "zip_bad_name",
            Self::NestedArchive => "zip_nested",
            Self::UnusableForm { .. } => "form_unusable",
        }
    }
}
