//! What the entries around a page say in a few fields.

use super::arm::{Db, Row, binds};
use super::entries::opt_value;
use super::error::Result;
use crate::domain::{FieldState, FieldValue};

/// One field of an entry near a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearby {
    /// Place of its page in the book.
    pub page_ordinal: i64,
    /// Place of its entry in the book.
    pub ordinal: i64,
    /// The field.
    pub key: String,
    /// What a person gave.
    pub value: Option<FieldValue>,
    /// What the machine read last in earnest, where it read writing, and how surely.
    pub read: Option<(String, f64)>,
}

/// $1 book, $2 and $3 first and last page's ordinal, $4 to $6 keys. Later readings come later.
const NEARBY: &str = "SELECT p.ordinal AS page_ordinal, e.ordinal AS ordinal, f.key AS key, f.state AS state,
    f.text AS text, r.state AS read_state, r.text AS read_text, r.confidence AS confidence
    FROM page p
    JOIN entry e ON e.page_id = p.id
    JOIN field f ON f.entry_id = e.id AND f.key IN ($4, $5, $6)
    LEFT JOIN proposal r ON r.entry_id = f.entry_id AND r.key = f.key AND r.shadow = 0
    WHERE p.book_id = $1 AND p.ordinal BETWEEN $2 AND $3
    ORDER BY e.ordinal, f.key, r.created_at, r.model, r.model_version, r.settings";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[NEARBY];

impl Nearby {
    fn from_row(row: &Row) -> Result<Self> {
        let written = row.opt_text("read_state")?.as_deref() == Some(FieldState::Written.as_str());
        let read = row.opt_text("read_text")?.zip(row.opt_real("confidence")?);
        Ok(Self {
            page_ordinal: row.int("page_ordinal")?,
            ordinal: row.int("ordinal")?,
            key: row.text("key")?,
            value: opt_value(row)?,
            read: read.filter(|_| written),
        })
    }
}

impl Db {
    /// What the entries of the pages `from..=to` (ordinals) of a book say in three fields, in their order, each
    /// field once with its newest reading.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn nearby(
        &self,
        book_id: &str,
        (from, to): (i64, i64),
        keys: [&str; 3],
    ) -> Result<Vec<Nearby>> {
        let [a, b, c] = keys;
        let rows = self.rows(NEARBY, binds![book_id, from, to, a, b, c]).await?;
        let mut found: Vec<Nearby> = Vec::new();
        for row in &rows {
            let next = Nearby::from_row(row)?;
            match found.last_mut().filter(|last| last.ordinal == next.ordinal && last.key == next.key) {
                Some(older) => *older = next,
                None => found.push(next),
            }
        }
        Ok(found)
    }
}
