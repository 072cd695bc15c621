//! The entries of one book as a list: where each stands, and its number as far as it is known.

use super::arm::{Db, Row, binds};
use super::entries::{Entry, entry_columns};
use super::error::Result;

/// An entry in the list of its book.
#[derive(Debug, Clone, PartialEq)]
pub struct BookEntry {
    /// The entry.
    pub entry: Entry,
    /// The machine's newest reading of its number in earnest, with its confidence.
    pub number_read: Option<(String, f64)>,
}

const OF_BOOK: &str = entry_columns!("SELECT", "FROM entry WHERE book_id = $1 ORDER BY ordinal, id");
/// $1 book, $2 key of the number. Later readings come later.
const NUMBERS: &str = "SELECT e.id AS id, r.text AS text, r.confidence AS confidence
    FROM entry e JOIN proposal r ON r.entry_id = e.id AND r.key = $2 AND r.shadow = 0
    WHERE e.book_id = $1 AND r.state = 'written'
    ORDER BY e.id, r.created_at, r.model, r.model_version, r.settings";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[OF_BOOK, NUMBERS];

fn number(row: &Row) -> Result<(String, (String, f64))> {
    Ok((row.text("id")?, (row.text("text")?, row.real("confidence")?)))
}

impl Db {
    /// Every entry of a book in order, with what is held to be none; `number_key` is the field that holds the
    /// number. Two queries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_of_book(&self, book_id: &str, number_key: &str) -> Result<Vec<BookEntry>> {
        let numbers = self.rows(NUMBERS, binds![book_id, number_key]).await?;
        let mut numbers: std::collections::HashMap<String, (String, f64)> =
            numbers.iter().map(number).collect::<Result<_>>()?;
        let entries = self.rows(OF_BOOK, binds![book_id]).await?;
        let listed = |row: &Row| {
            let entry = Entry::from_row(row)?;
            Ok(BookEntry { number_read: numbers.remove(&entry.id), entry })
        };
        entries.iter().map(listed).collect()
    }
}
