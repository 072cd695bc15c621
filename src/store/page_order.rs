//! Putting the pages of a book in another order, their entries with them.

use super::arm::{Tx, binds};
use super::error::Result;
use crate::domain::PageState;

/// Beyond every ordinal of a page or an entry: where things lie while the others move.
const ASIDE: i64 = 1_000_000_000;

const LIE: &str = "SELECT id, ordinal, state FROM page WHERE book_id = $1 ORDER BY ordinal";
const LIFT_PAGES: &str = "UPDATE page SET ordinal = ordinal + $2 WHERE book_id = $1";
const LIFT_PAPER: &str = "UPDATE entry SET ordinal = ordinal + $2 WHERE book_id = $1 AND page_id IS NULL";
const PUT_PAGE: &str = "UPDATE page SET ordinal = $2 WHERE id = $1";
const PUT_ENTRIES: &str = "UPDATE entry SET ordinal = $2 + ordinal % $3 WHERE page_id = $1";
/// $2 and $3 the range in which they lie lifted, $4 how far they go down.
const PUT_PAPER: &str = "UPDATE entry SET ordinal = ordinal - $4
    WHERE book_id = $1 AND page_id IS NULL AND ordinal BETWEEN $2 AND $3";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[LIE, LIFT_PAGES, LIFT_PAPER, PUT_PAGE, PUT_ENTRIES, PUT_PAPER];

impl Tx {
    /// The pages of a locked book as they lie, with their states.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page_order(&mut self, book_id: &str) -> Result<Vec<(String, PageState)>> {
        let rows = self.rows(LIE, binds![book_id]).await?;
        rows.iter().map(|row| Ok((row.text("id")?, row.word("state")?))).collect()
    }

    /// Gives the pages of a locked book their places 1, 2, … in the order of `page_ids`, which names each of them
    /// once. Their entries, `per_page` places apart, go with them; entries without a page stay behind the page they
    /// were behind.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reorder_pages(&mut self, book_id: &str, page_ids: &[String], per_page: i64) -> Result<()> {
        let lie = self.rows(LIE, binds![book_id]).await?;
        let mut before = std::collections::HashMap::new();
        for row in &lie {
            before.insert(row.text("id")?, row.int("ordinal")?);
        }
        self.write(LIFT_PAGES, binds![book_id, ASIDE]).await?;
        self.write(LIFT_PAPER, binds![book_id, ASIDE]).await?;
        for (place, id) in (1_i64..).zip(page_ids) {
            self.write(PUT_PAGE, binds![id, place]).await?;
            self.write(PUT_ENTRIES, binds![id, place * per_page, per_page]).await?;
            let Some(was) = before.get(id) else { continue };
            let first = ASIDE + was * per_page;
            let down = first - place * per_page;
            self.write(PUT_PAPER, binds![book_id, first, first + per_page - 1, down]).await?;
        }
        // What lay before the first page, or behind one that is not there.
        self.write(PUT_PAPER, binds![book_id, ASIDE, i64::MAX, ASIDE]).await.map(drop)
    }
}
