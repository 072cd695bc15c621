//! ZIP: its members in the order of their names.
//!
//! Nothing is ever written under a member's name. Members are read one at a time, and no further than they may
//! be large, whatever the archive says of their sizes.

use super::names::{leads_astray, natural, readable};
use super::{BundleKind, BundleLimits, Flow, Identity, Place, Road, picture_file};
use crate::image::ImageError;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use zip::ZipArchive;
use zip::result::ZipError;

/// Members looked at, folders and litter among them.
const MAX_MEMBERS: usize = 10_000;

/// A member as the archive's directory tells of it.
#[derive(Debug)]
struct Member {
    index: usize,
    name: String,
    encrypted: bool,
}

/// An archive whose directory is read.
pub(super) struct Archive {
    archive: ZipArchive<Cursor<Bytes>>,
    /// In the order of names; folders and litter are left out.
    members: Vec<Member>,
}

/// Whether a member is what file managers leave behind, not something that somebody meant to send.
fn is_litter(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.starts_with("__MACOSX/")
        || last.starts_with("._")
        || ["thumbs.db", "desktop.ini", ".ds_store"].contains(&last.to_lowercase().as_str())
}

impl Archive {
    pub(super) fn open(bytes: &Bytes, limits: &BundleLimits) -> Result<Self, ImageError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes.clone())).map_err(zip_error)?;
        if archive.len() > MAX_MEMBERS {
            return Err(ImageError::TooManyPages { pages: archive.len(), limit: limits.max_pages });
        }
        let (mut members, mut claimed) = (Vec::new(), 0_u64);
        for index in 0..archive.len() {
            let member = archive.by_index_raw(index).map_err(zip_error)?;
            let by_rule = member.name().map_or_else(|_| "?".to_owned(), std::borrow::Cow::into_owned);
            let name = readable(member.name_raw(), by_rule);
            if member.is_dir() || is_litter(&name) {
                continue;
            }
            claimed = claimed.saturating_add(member.size());
            members.push(Member { index, name, encrypted: member.encrypted() });
        }
        check(&members, claimed, limits)?;
        members.sort_by(|a, b| natural(&a.name, &b.name));
        Ok(Self { archive, members })
    }

    /// The bytes of a member, no more than `limit`.
    fn read(&mut self, member: usize, limit: usize) -> Result<Bytes, ImageError> {
        let Member { index, encrypted, name } = &self.members[member];
        if *encrypted {
            return Err(ImageError::Encrypted);
        }
        if leads_astray(name) {
            return Err(ImageError::BadMemberName);
        }
        let file = self.archive.by_index(*index).map_err(zip_error)?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.size()).unwrap_or(limit).min(limit));
        file.take(limit as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| ImageError::Damaged { reason: error.to_string() })?;
        if bytes.len() > limit {
            return Err(ImageError::TooManyBytes { size_bytes: bytes.len(), limit_bytes: limit });
        }
        Ok(bytes.into())
    }
}

fn check(members: &[Member], claimed: u64, limits: &BundleLimits) -> Result<(), ImageError> {
    if members.is_empty() {
        return Err(ImageError::NoPages);
    }
    if members.len() > limits.max_pages {
        return Err(ImageError::TooManyPages { pages: members.len(), limit: limits.max_pages });
    }
    if members.iter().all(|member| member.encrypted) {
        return Err(ImageError::Encrypted);
    }
    if claimed > limits.max_unpacked_bytes {
        return Err(ImageError::UnpacksTooLarge { limit_bytes: limits.max_unpacked_bytes });
    }
    Ok(())
}

/// Every member in order.
pub(super) fn unpack(bytes: &Bytes, road: &mut Road<'_, '_>) -> Result<Flow, ImageError> {
    let mut archive = Archive::open(bytes, road.limits)?;
    let sha256: [u8; 32] = Sha256::digest(bytes).into();
    let mut room = road.limits.max_unpacked_bytes;
    for i in 0..archive.members.len() {
        let place = Place { member: i, page: 0 };
        let unread = Identity::MemberOf(sha256, i);
        // A member of which some pages are done is read again: it may hold more.
        if road.is_done(Place::whole(i)) || road.after.is_some_and(|after| i < after.member) {
            continue;
        }
        let name = &archive.members[i].name.clone();
        if road.begin(Place::whole(i), Some(name), &unread).is_break() {
            return Ok(Flow::Break(()));
        }
        let read = archive.read(i, road.limits.max_bytes);
        room = match room.checked_sub(read.as_ref().map_or(0, |bytes| bytes.len() as u64)) {
            Some(room) => room,
            None => return Err(ImageError::UnpacksTooLarge { limit_bytes: road.limits.max_unpacked_bytes }),
        };
        let flow = match read {
            Ok(bytes) => member(road, place, name, &bytes),
            Err(_) if road.is_done(place) => ControlFlow::Continue(()),
            Err(error) => road.page(place, Some(name), (unread, Err(error))),
        };
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(Flow::Continue(()))
}

/// One member: a picture, pages of its own, or a refusal.
fn member(road: &mut Road<'_, '_>, place: Place, name: &str, bytes: &Bytes) -> Flow {
    let refused = match BundleKind::of(bytes) {
        Some(BundleKind::Zip) => Err(ImageError::NestedArchive),
        Some(_) => match road.pages_of(bytes, place.member, Some(name)) {
            Ok(flow) => return flow,
            Err(error) => Err(error),
        },
        None if road.is_done(place) => return Flow::Continue(()),
        None => match road.pages_left.checked_sub(1) {
            Some(left) => {
                road.pages_left = left;
                picture_file(bytes.clone(), &road.limits.page)
            }
            None => {
                let limit = road.limits.max_pages;
                Err(ImageError::TooManyPages { pages: limit + 1, limit })
            }
        },
    };
    if road.is_done(place) {
        return Flow::Continue(());
    }
    road.page(place, Some(name), (Identity::OwnBytes, refused))
}

fn zip_error(error: ZipError) -> ImageError {
    match error {
        ZipError::UnsupportedArchive(why) if why.to_lowercase().contains("password") => ImageError::Encrypted,
        ZipError::UnsupportedArchive(why) => ImageError::Unsupported { reason: why.to_string() },
        other => ImageError::Damaged { reason: other.to_string() },
    }
}
