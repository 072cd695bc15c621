//! What the quality gate keeps: findings, imprints, refused pages and those that took their place.

use super::arm::{Db, Row, Tx, binds};
use super::error::Result;
use super::pages::Page;
use super::paging::After;

/// A page's imprint, to be held against another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPage {
    /// The page.
    pub id: String,
    /// Its place in the book.
    pub ordinal: i64,
    /// The imprint as a text.
    pub imprint: String,
}

const KEEP: &str = "UPDATE page SET findings = $2, imprint = $3 WHERE id = $1";
const IMPRINTS: &str = "SELECT id, ordinal, imprint FROM page
    WHERE book_id = $1 AND id <> $2 AND imprint IS NOT NULL AND state <> 'rejected' ORDER BY ordinal";
const REPLACED: &str = "UPDATE page SET replaced_by = $2 WHERE id = $1 AND state = 'rejected'
    AND replaced_by IS NULL";
const MOVE: &str = "UPDATE page SET ordinal = $2 WHERE id = $1";
const LAST: &str = "SELECT MAX(ordinal) AS ordinal FROM page WHERE book_id = $1";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[KEEP, IMPRINTS, REPLACED, MOVE, LAST];

impl KnownPage {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self { id: row.text("id")?, ordinal: row.int("ordinal")?, imprint: row.text("imprint")? })
    }
}

impl Db {
    /// Refused pages that wait for another capture or for somebody who insists, oldest first, over all books.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refused_pages(&self, after: After<'_>) -> Result<Vec<Page>> {
        let rows = self.rows(super::pages::REFUSED, binds![after.ascending(), after.limit]).await?;
        rows.iter().map(Page::from_row).collect()
    }
}

impl Tx {
    /// Keeps what the gate found on a page: findings as JSON, and its imprint.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_gate(&mut self, id: &str, findings: &str, imprint: Option<&str>) -> Result<()> {
        self.write(KEEP, binds![id, findings, imprint]).await?;
        Ok(())
    }

    /// The imprints of a book's other pages that are not rejected, in order. The caller holds the book's lock, so
    /// that of two captures of one page the second knows of the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn imprints_beside(&mut self, book_id: &str, page_id: &str) -> Result<Vec<KnownPage>> {
        let rows = self.rows(IMPRINTS, binds![book_id, page_id]).await?;
        rows.iter().map(KnownPage::from_row).collect()
    }

    /// Puts a page in the place of a rejected one of the same book, which moves to the end. False when that is not
    /// rejected, or is replaced already. The caller holds the book's lock.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_page(&mut self, rejected: &Page, by: &Page) -> Result<bool> {
        if self.write(REPLACED, binds![&rejected.id, &by.id]).await? != 1 {
            return Ok(false);
        }
        let last = self.row(LAST, binds![&rejected.book_id]).await?;
        let last = last.map_or(Ok(0), |row| row.int("ordinal"))?;
        // One place further on keeps the places different at every moment.
        self.write(MOVE, binds![&rejected.id, last + 1]).await?;
        self.write(MOVE, binds![&by.id, rejected.ordinal]).await?;
        self.write(MOVE, binds![&rejected.id, by.ordinal]).await?;
        Ok(true)
    }
}
