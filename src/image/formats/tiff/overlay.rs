//! A file with a few bytes replaced, without copying it.

use std::io::{Cursor, Read, Result, Seek, SeekFrom};

/// Reads `bytes` as if `patches` had been written over it: offset and bytes each.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    under: Cursor<&'a [u8]>,
    patches: Vec<(u64, Vec<u8>)>,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(bytes: &'a [u8], patches: Vec<(u64, Vec<u8>)>) -> Self {
        Self { under: Cursor::new(bytes), patches }
    }
}

impl Read for Overlay<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let start = self.under.position();
        let count = self.under.read(buffer)?;
        for (at, bytes) in &self.patches {
            for (at, &byte) in (*at..).zip(bytes) {
                let inside = at.checked_sub(start).and_then(|i| usize::try_from(i).ok());
                if let Some(place) = inside.filter(|i| *i < count).and_then(|i| buffer.get_mut(i)) {
                    *place = byte;
                }
            }
        }
        Ok(count)
    }
}

impl Seek for Overlay<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.under.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_shows_through_reads_that_touch_it() {
        let mut overlay = Overlay::new(b"0123456789", vec![(3, b"xy".to_vec()), (9, b"z!".to_vec())]);
        let mut all = String::new();
        overlay.read_to_string(&mut all).unwrap();
        assert_eq!(all, "012xy5678z");
        overlay.seek(SeekFrom::Start(4)).unwrap();
        let mut two = [0; 2];
        overlay.read_exact(&mut two).unwrap();
        assert_eq!(&two, b"y5");
    }
}
