//! What child and parent say to each other.

use crate::image::{BundleKind, Identity, Limits, PageFile, Place, Refused, Unpacked, inspect};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One line of the child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub(super) enum Frame {
    /// The file is of this kind.
    Kind { mime: String },
    /// Work on a page begins.
    Begin { member: usize, page: usize },
    /// A page; `size_bytes` of picture follow.
    Page { head: Head, size_bytes: usize },
    /// A page that is none.
    Bad { head: Head, code: String, reason: String },
    /// That was all.
    End,
    /// The file, or the rest of it, is refused.
    Refused { code: String, reason: String },
}

/// What a page is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    member: usize,
    page: usize,
    name: Option<String>,
    /// SHA-256 of the file that the page is a part of, and its number there.
    part_of: Option<(String, usize)>,
}

impl Head {
    pub(super) fn of(page: &Unpacked) -> Self {
        let part_of = match &page.identity {
            Identity::OwnBytes => None,
            Identity::PageOf(sha256, number) => Some((hex::encode(sha256), *number)),
        };
        Self { member: page.place.member, page: page.place.page, name: page.name.clone(), part_of }
    }

    /// A page about which nothing is known but where it lies in the file.
    pub(super) fn at(place: Place, file_sha256: [u8; 32]) -> Self {
        let number = place.member * 1_000_000 + place.page.min(999_999);
        let part_of = Some((hex::encode(file_sha256), number));
        Self { member: place.member, page: place.page, name: None, part_of }
    }

    pub(super) fn place(&self) -> Place {
        Place { member: self.member, page: self.page }
    }

    /// The page with this picture; `None` when the head makes no sense.
    pub(super) fn with(self, file: Result<Bytes, Refused>) -> Option<Unpacked> {
        let identity = match &self.part_of {
            None => Identity::OwnBytes,
            Some((sha256, number)) => {
                let mut bytes = [0; 32];
                hex::decode_to_slice(sha256, &mut bytes).ok()?;
                Identity::PageOf(bytes, *number)
            }
        };
        let file = match file {
            Ok(bytes) => {
                // The child held it against the limits; here only the header is wanted.
                let limits = Limits { max_bytes: usize::MAX, ..Limits::for_crops() };
                let header = inspect(&bytes, &limits).ok()?;
                Ok(PageFile { bytes, header })
            }
            Err(refused) => Err(refused),
        };
        Some(Unpacked { place: self.place(), name: self.name, identity, file })
    }
}

/// The kind with this media type.
pub(super) fn kind_of(mime: &str) -> Option<BundleKind> {
    [BundleKind::Pdf, BundleKind::Tiff, BundleKind::Zip].into_iter().find(|kind| kind.mime() == mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_back_as_it_went() {
        let place = Place { member: 3, page: 7 };
        let refused = Refused { code: "image_damaged".into(), reason: "two lines\nof words".into() };
        let page = Unpacked {
            place,
            name: Some("quyển 1/trang 7.jpg".into()),
            identity: Identity::PageOf([9; 32], 7),
            file: Err(refused.clone()),
        };
        let frame =
            Frame::Bad { head: Head::of(&page), code: refused.code.clone(), reason: refused.reason.clone() };
        let line = serde_json::to_string(&frame).unwrap();
        assert!(!line.contains('\n'), "{line}");
        let Frame::Bad { head, code, reason } = serde_json::from_str(&line).unwrap() else {
            panic!("{line}")
        };
        assert_eq!(head.with(Err(Refused { code, reason })), Some(page));
    }
}
