//! Entries that a person makes: on a page outside the form's places, or without a page at all.

use super::arm::{Tx, binds};
use super::entries::{Entry, NewField, entry_columns};
use super::error::{Result, StoreError};
use crate::domain::{EntryState, RegisterKind};

/// An entry made by a person.
#[derive(Debug, Clone, PartialEq)]
pub struct NewByHand<'a> {
    /// UUIDv7.
    pub id: &'a str,
    /// Its book, locked.
    pub book_id: &'a str,
    /// The page it stands on; without one its state is `unscannable`, else `proposed`.
    pub page_id: Option<&'a str>,
    /// Its place is the first free one of this range of ordinals.
    pub ordinals: (i64, i64),
    /// The book's kind of register.
    pub kind: RegisterKind,
    /// The book's office.
    pub office: &'a str,
    /// The form that says which fields it has.
    pub form_id: &'a str,
    /// Why it is made by hand; not empty.
    pub reason: &'a str,
    /// When, ms.
    pub created_at: i64,
    /// Its fields in order of the form.
    pub fields: &'a [NewField],
}

/// Work that needs the paper comes after all that does not.
const PRIORITY_ON_PAPER: i64 = 1;

const LAST: &str = "SELECT MAX(ordinal) AS last FROM entry WHERE book_id = $1 AND ordinal BETWEEN $2 AND $3";
const ADD: &str = entry_columns!(
    "INSERT INTO entry (id, book_id, page_id, ordinal, priority, state, kind, office, created_at, updated_at,
       form_id, by_hand)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11) RETURNING",
    ""
);

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[LAST, ADD];

impl Tx {
    /// Makes an entry by hand; `None` when the range of ordinals is full.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when page or book are not there, or the reason is empty.
    pub async fn add_by_hand(&mut self, new: &NewByHand<'_>) -> Result<Option<Entry>> {
        let (first, last) = new.ordinals;
        let taken = self.row(LAST, binds![new.book_id, first, last]).await?;
        let taken = taken.map_or(Ok(None), |row| row.opt_int("last"))?;
        let ordinal = taken.map_or(first, |taken| taken + 1);
        if ordinal > last {
            return Ok(None);
        }
        let (state, priority) = match new.page_id {
            Some(_) => (EntryState::Proposed, 0),
            None => (EntryState::Unscannable, PRIORITY_ON_PAPER),
        };
        let binds = binds![
            new.id,
            new.book_id,
            new.page_id,
            ordinal,
            priority,
            state.as_str(),
            new.kind.as_str(),
            new.office,
            new.created_at,
            new.form_id,
            new.reason,
        ];
        let row = self.row(ADD, binds).await?;
        let row = row.ok_or(StoreError::BadValue { column: "entry.id", value: new.id.to_owned() })?;
        self.put_fields(new.id, new.fields).await?;
        Entry::from_row(&row).map(Some)
    }
}
