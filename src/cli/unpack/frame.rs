//! What child and parent say to each other.

use crate::image::{Begun, BundleKind, Identity, Limits, PageFile, Place, Refused, Unpacked, inspect};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One line of the child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub(super) enum Frame {
    /// The file is of this kind.
    Kind { mime: String },
    /// Work on a page begins; so much processor time the child has taken before it.
    Begin { head: Head, spent_ms: u64 },
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
    identity: Known,
}

/// An [`Identity`] that passes between processes; hashes are hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    OwnBytes,
    PageOf(String, usize),
    MemberOf(String, usize),
}

impl From<&Identity> for Known {
    fn from(identity: &Identity) -> Self {
        match identity {
            Identity::OwnBytes => Self::OwnBytes,
            Identity::PageOf(sha256, page) => Self::PageOf(hex::encode(sha256), *page),
            Identity::MemberOf(sha256, member) => Self::MemberOf(hex::encode(sha256), *member),
        }
    }
}

impl Known {
    fn identity(&self) -> Option<Identity> {
        let hash = |hexadecimal: &str| {
            let mut bytes = [0; 32];
            hex::decode_to_slice(hexadecimal, &mut bytes).ok().map(|()| bytes)
        };
        Some(match self {
            Self::OwnBytes => Identity::OwnBytes,
            Self::PageOf(sha256, page) => Identity::PageOf(hash(sha256)?, *page),
            Self::MemberOf(sha256, member) => Identity::MemberOf(hash(sha256)?, *member),
        })
    }
}

impl Head {
    pub(super) fn of(page: &Unpacked) -> Self {
        Self::new(page.place, &page.name, &page.identity)
    }

    pub(super) fn of_begun(begun: &Begun) -> Self {
        Self::new(begun.place, &begun.name, &begun.identity)
    }

    fn new(place: Place, name: &Option<String>, identity: &Identity) -> Self {
        Self { member: place.member, page: place.page, name: name.clone(), identity: identity.into() }
    }

    pub(super) fn place(&self) -> Place {
        Place { member: self.member, page: self.page }
    }

    /// The page with this picture; `None` when the head makes no sense.
    pub(super) fn with(self, file: Result<Bytes, Refused>) -> Option<Unpacked> {
        let identity = self.identity.identity()?;
        let file = match file {
            Ok(bytes) => {
                // The child held it against the limits; here only the header is wanted.
                let header = inspect(&bytes, &Limits::for_crops().for_kept()).ok()?;
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
        let identities = [Identity::OwnBytes, Identity::PageOf([9; 32], 7), Identity::MemberOf([9; 32], 7)];
        for identity in identities {
            let refused = Refused { code: "image_damaged".into(), reason: "two lines\nof words".into() };
            let page = Unpacked {
                place: Place { member: 3, page: usize::MAX },
                name: Some("quyển 1/trang 7.jpg".into()),
                identity,
                file: Err(refused.clone()),
            };
            let head = Head::of(&page);
            let frame = Frame::Bad { head, code: refused.code.clone(), reason: refused.reason.clone() };
            let line = serde_json::to_string(&frame).unwrap();
            assert!(!line.contains('\n'), "{line}");
            let Frame::Bad { head, code, reason } = serde_json::from_str(&line).unwrap() else {
                panic!("{line}")
            };
            assert_eq!(head.with(Err(Refused { code, reason })), Some(page));
        }
    }

    #[test]
    fn a_head_that_makes_no_sense_is_no_page() {
        let known = Known::PageOf("no hash".into(), 1);
        let head = Head { member: 0, page: 1, name: None, identity: known };
        assert_eq!(head.with(Err(Refused { code: String::new(), reason: String::new() })), None);
    }
}
