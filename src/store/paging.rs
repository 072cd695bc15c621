//! Lists in pages: the reader says what it saw last, so that no page costs more than its rows.

use super::arm::Bind;

/// A page of a list: what comes after `id` in the list's order, `limit` rows at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After<'a> {
    /// The last id already seen; none to begin.
    pub id: Option<&'a str>,
    /// How many rows.
    pub limit: u32,
}

impl After<'_> {
    /// The bound for ascending order: the empty text stands before every id.
    pub(super) fn ascending(&self) -> Bind {
        Bind::from(self.id.unwrap_or(""))
    }

    /// The bound for descending order: ids are hexadecimal, so `z` stands behind all of them in every
    /// collation.
    pub(super) fn descending(&self) -> Bind {
        Bind::from(self.id.unwrap_or("z"))
    }
}
