//! Notes beside entries: in the margin, or that the entry is struck out.

use super::arm::{Db, Row, Tx, binds};
use super::error::Result;
use crate::domain::NoteKind;
use crate::domain::review::Note;

/// A note beside an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryNote {
    /// UUIDv7.
    pub id: String,
    /// Its entry.
    pub entry_id: String,
    /// Its book.
    pub book_id: String,
    /// What it is.
    pub kind: NoteKind,
    /// The date it carries, as written; empty when it carries none.
    pub noted_on: String,
    /// Its words, as written.
    pub text: String,
    /// Who entered and who checked it.
    pub people: Note,
    /// The full name of who entered it.
    pub entered_name: String,
    /// When it was entered, ms.
    pub entered_at: i64,
    /// Whether it was dropped: entered by mistake.
    pub is_dropped: bool,
}

/// A note on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewNote<'a> {
    /// UUIDv7.
    pub id: &'a str,
    /// Its entry.
    pub entry_id: &'a str,
    /// The entry's book.
    pub book_id: &'a str,
    /// What it is.
    pub kind: NoteKind,
    /// The date it carries, as written; may be empty.
    pub noted_on: &'a str,
    /// Its words; not empty.
    pub text: &'a str,
    /// Who enters it.
    pub entered_by: &'a str,
    /// When, ms.
    pub entered_at: i64,
}

macro_rules! columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, entry_id, book_id, kind, noted_on, text, entered_by, entered_at, checked_by, dropped_by,
              (SELECT p.full_name FROM person p WHERE p.id = entry_note.entered_by) AS entered_name ",
            $after
        )
    };
}

const ADD: &str = "INSERT INTO entry_note
    (id, entry_id, book_id, kind, noted_on, text, entered_by, entered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const OF_ENTRY: &str =
    columns!("SELECT", "FROM entry_note WHERE entry_id = $1 AND dropped_by IS NULL ORDER BY id");
const OF_BOOK: &str =
    columns!("SELECT", "FROM entry_note WHERE book_id = $1 AND dropped_by IS NULL ORDER BY entry_id, id");
const LOCK: &str = columns!("UPDATE entry_note SET text = text WHERE id = $1 RETURNING", "");
const CHECK: &str = "UPDATE entry_note SET checked_by = $2, checked_at = $3
    WHERE id = $1 AND checked_by IS NULL AND dropped_by IS NULL";
const DROP: &str = "UPDATE entry_note SET dropped_by = $2, dropped_why = $3, dropped_at = $4
    WHERE id = $1 AND dropped_by IS NULL";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[ADD, OF_ENTRY, OF_BOOK, LOCK, CHECK, DROP];

impl EntryNote {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            entry_id: row.text("entry_id")?,
            book_id: row.text("book_id")?,
            kind: row.word("kind")?,
            noted_on: row.text("noted_on")?,
            text: row.text("text")?,
            people: Note { entered_by: row.text("entered_by")?, checked_by: row.opt_text("checked_by")? },
            entered_name: row.text("entered_name")?,
            entered_at: row.int("entered_at")?,
            is_dropped: row.opt_text("dropped_by")?.is_some(),
        })
    }
}

impl Db {
    /// The standing notes of an entry, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notes(&self, entry_id: &str) -> Result<Vec<EntryNote>> {
        self.rows(OF_ENTRY, binds![entry_id]).await?.iter().map(EntryNote::from_row).collect()
    }

    /// The standing notes of a whole book, entry by entry, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notes_of_book(&self, book_id: &str) -> Result<Vec<EntryNote>> {
        self.rows(OF_BOOK, binds![book_id]).await?.iter().map(EntryNote::from_row).collect()
    }
}

impl Tx {
    /// Adds a note.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] without words, or when the entry is not there.
    pub async fn add_note(&mut self, new: &NewNote<'_>) -> Result<()> {
        let NewNote { id, entry_id, book_id, kind, noted_on, text, entered_by, entered_at } = *new;
        let binds = binds![id, entry_id, book_id, kind.as_str(), noted_on, text, entered_by, entered_at];
        self.write(ADD, binds).await.map(drop)
    }

    /// The note with this id, dropped or not, locked until the end of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_note(&mut self, id: &str) -> Result<Option<EntryNote>> {
        self.row(LOCK, binds![id]).await?.as_ref().map(EntryNote::from_row).transpose()
    }

    /// A second person agrees with a note. False when it was checked or dropped before.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] for who entered it.
    pub async fn check_note(&mut self, id: &str, person_id: &str, at: i64) -> Result<bool> {
        Ok(self.write(CHECK, binds![id, person_id, at]).await? == 1)
    }

    /// Drops a note for a reason; it stays in the database. False when it was dropped before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_note(&mut self, id: &str, person_id: &str, why: &str, at: i64) -> Result<bool> {
        Ok(self.write(DROP, binds![id, person_id, why, at]).await? == 1)
    }
}
