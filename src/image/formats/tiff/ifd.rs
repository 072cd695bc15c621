//! The directories of a TIFF or BigTIFF, read without taking memory for anything.

use crate::image::ImageError;

/// Directories looked at in one file: what is longer is a loop or nonsense.
const MAX_DIRECTORIES: usize = 20_000;
/// Entries looked at in one directory.
const MAX_ENTRIES: u64 = 4_096;

pub(super) const NEW_SUBFILE_TYPE: u16 = 254;
pub(super) const WIDTH: u16 = 256;
pub(super) const HEIGHT: u16 = 257;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const PHOTOMETRIC: u16 = 262;
pub(super) const ORIENTATION: u16 = 274;
pub(super) const SAMPLES_PER_PIXEL: u16 = 277;
pub(super) const X_RESOLUTION: u16 = 282;
pub(super) const Y_RESOLUTION: u16 = 283;
pub(super) const PLANAR_CONFIGURATION: u16 = 284;
pub(super) const RESOLUTION_UNIT: u16 = 296;

/// The bytes of a file with what its first bytes say.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) bytes: &'a [u8],
    little: bool,
    big: bool,
}

/// Where a directory lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Directory {
    /// Offset of its number of entries.
    pub(super) at: u64,
}

/// One entry of a directory.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: u16,
    /// Offset of the value, or of the offset of the values.
    value_at: u64,
}

/// Whether these are the first bytes of a TIFF.
pub(in super::super::super) fn starts(bytes: &[u8]) -> bool {
    [*b"II*\0", *b"MM\0*", *b"II+\0", *b"MM\0+"].iter().any(|magic| bytes.starts_with(magic))
}

impl<'a> File<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ImageError> {
        if !starts(bytes) {
            return Err(ImageError::NotAnImage);
        }
        Ok(Self { bytes, little: bytes[0] == b'I', big: bytes[2..4].contains(&b'+') })
    }

    /// The directories of pages, in order: no thumbnails, no masks.
    pub(super) fn pages(&self) -> Result<Vec<Directory>, ImageError> {
        let pages = self.chain()?.into_iter().filter(|directory| {
            let kind = self.number(*directory, NEW_SUBFILE_TYPE).unwrap_or(0);
            kind & 0b101 == 0
        });
        Ok(pages.collect())
    }

    /// Every directory in the order of the file; one that was met before ends the chain. Where it breaks off behind
    /// the first, the missing directory stands at the end: a page that cannot be read, so that a file that was cut
    /// never passes for a shorter one.
    fn chain(&self) -> Result<Vec<Directory>, ImageError> {
        let mut found: Vec<Directory> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut next = self.offset(if self.big { 8 } else { 4 }).ok_or(ImageError::Truncated)?;
        while next != 0 && found.len() < MAX_DIRECTORIES && seen.insert(next) {
            let directory = Directory { at: next };
            let end = self.entries_end(directory);
            if end.is_none() && found.is_empty() {
                return Err(ImageError::Truncated);
            }
            found.push(directory);
            let Some(end) = end else { return Ok(found) };
            let Some(behind) = self.offset(end) else {
                found.push(Directory { at: end });
                return Ok(found);
            };
            next = behind;
        }
        Ok(found)
    }

    /// Offset behind the last entry of a directory that lies within the file.
    fn entries_end(&self, directory: Directory) -> Option<u64> {
        let (count, start) = self.entry_count(directory)?;
        let end = start.checked_add(count.checked_mul(self.entry_bytes())?)?;
        (end <= self.bytes.len() as u64).then_some(end)
    }

    fn entry_count(&self, directory: Directory) -> Option<(u64, u64)> {
        if self.big {
            Some((self.unsigned(directory.at, 8)?, directory.at.checked_add(8)?))
        } else {
            Some((self.unsigned(directory.at, 2)?, directory.at.checked_add(2)?))
        }
    }

    fn entry_bytes(&self) -> u64 {
        if self.big { 20 } else { 12 }
    }

    fn entry(&self, directory: Directory, tag: u16) -> Option<Entry> {
        let (count, start) = self.entry_count(directory)?;
        (0..count.min(MAX_ENTRIES)).find_map(|i| {
            let at = start.checked_add(i * self.entry_bytes())?;
            if self.unsigned(at, 2)? != u64::from(tag) {
                return None;
            }
            let kind = self.unsigned(at + 2, 2)? as u16;
            Some(Entry { kind, value_at: at + if self.big { 12 } else { 8 } })
        })
    }

    /// The first value of an entry of whole numbers.
    pub(super) fn number(&self, directory: Directory, tag: u16) -> Option<u32> {
        let entry = self.entry(directory, tag)?;
        let size = match entry.kind {
            1 => 1,
            3 => 2,
            4 | 13 => 4,
            16 => return self.unsigned(entry.value_at, 8).and_then(|v| v.try_into().ok()),
            _ => return None,
        };
        self.unsigned(entry.value_at, size).map(|v| v as u32)
    }

    /// The value of an entry that is a fraction.
    pub(super) fn fraction(&self, directory: Directory, tag: u16) -> Option<f64> {
        let entry = self.entry(directory, tag).filter(|e| e.kind == 5)?;
        let at = if self.big { entry.value_at } else { self.unsigned(entry.value_at, 4)? };
        let (above, below) = (self.unsigned(at, 4)?, self.unsigned(at.checked_add(4)?, 4)?);
        (below != 0).then(|| above as f64 / below as f64)
    }

    /// Bytes that make another directory the first one.
    pub(super) fn first_is(&self, directory: Directory) -> (u64, Vec<u8>) {
        if self.big { (8, self.bytes_of(directory.at, 8)) } else { (4, self.bytes_of(directory.at, 4)) }
    }

    /// Bytes that put another value into an entry of one short number.
    pub(super) fn value_is(&self, directory: Directory, tag: u16, value: u16) -> Option<(u64, Vec<u8>)> {
        let entry = self.entry(directory, tag).filter(|e| e.kind == 3)?;
        Some((entry.value_at, self.bytes_of(value.into(), 2)))
    }

    fn bytes_of(&self, value: u64, size: usize) -> Vec<u8> {
        let little = value.to_le_bytes()[..size].to_vec();
        if self.little { little } else { little.into_iter().rev().collect() }
    }

    fn offset(&self, at: u64) -> Option<u64> {
        self.unsigned(at, if self.big { 8 } else { 4 })
    }

    fn unsigned(&self, at: u64, size: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of directories that hold nothing but a width, each followed by the one named.
    fn chained(next: &[u32]) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for (i, next) in next.iter().enumerate() {
            bytes.extend([1, 0, 0, 1, 3, 0, 1, 0, 0, 0, i as u8, 0, 0, 0]);
            bytes.extend(next.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn a_chain_that_runs_in_a_circle_ends() {
        let bytes = chained(&[26, 8]);
        let file = File::open(&bytes).unwrap();
        let pages = file.pages().unwrap();
        assert_eq!(pages, [Directory { at: 8 }, Directory { at: 26 }]);
        assert_eq!(file.number(pages[1], WIDTH), Some(1));
    }

    #[test]
    fn a_chain_that_leaves_the_file_has_a_missing_page_at_its_end() {
        let bytes = chained(&[26, 5_000]);
        let file = File::open(&bytes).unwrap();
        let pages = file.pages().unwrap();
        assert_eq!((pages.len(), file.number(pages[2], WIDTH)), (3, None));
        assert_eq!(File::open(b"II*\0\xff\0\0\0").unwrap().pages(), Err(ImageError::Truncated));
    }
}
