//! Entries that go on, on another page than the one they begin on.

use super::arm::{Db, Tx, binds};
use super::error::Result;
use super::pages::Page;

const ADD: &str = "INSERT INTO entry_page (entry_id, page_id, ordinal)
    SELECT $1, $2, COALESCE(MAX(ordinal), 0) + 1 FROM entry_page WHERE entry_id = $1
    ON CONFLICT (entry_id, page_id) DO NOTHING";
const REMOVE: &str = "DELETE FROM entry_page WHERE entry_id = $1 AND page_id = $2";
const OF_ENTRY: &str = super::pages::columns!(
    "SELECT",
    "FROM page WHERE id IN (SELECT page_id FROM entry_page WHERE entry_id = $1) ORDER BY ordinal"
);
const OF_BOOK: &str = "SELECT c.entry_id, p.ordinal FROM page p JOIN entry_page c ON c.page_id = p.id
    WHERE p.book_id = $1 ORDER BY p.ordinal";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[ADD, REMOVE, OF_ENTRY, OF_BOOK];

impl Db {
    /// The pages on which an entry goes on, in the order of the book.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn continuations(&self, entry_id: &str) -> Result<Vec<Page>> {
        self.rows(OF_ENTRY, binds![entry_id]).await?.iter().map(Page::from_row).collect()
    }

    /// Of a whole book: entry, and the ordinal of a page on which it goes on, in the order of the book.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn continuations_of_book(&self, book_id: &str) -> Result<Vec<(String, i64)>> {
        let rows = self.rows(OF_BOOK, binds![book_id]).await?;
        rows.iter().map(|row| Ok((row.text("entry_id")?, row.int("ordinal")?))).collect()
    }
}

impl Tx {
    /// Records that an entry goes on, on a page. False when that was known.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] when one of them is not there.
    pub async fn add_continuation(&mut self, entry_id: &str, page_id: &str) -> Result<bool> {
        Ok(self.write(ADD, binds![entry_id, page_id]).await? == 1)
    }

    /// Takes that back. False when there is nothing to take back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_continuation(&mut self, entry_id: &str, page_id: &str) -> Result<bool> {
        Ok(self.write(REMOVE, binds![entry_id, page_id]).await? == 1)
    }
}
