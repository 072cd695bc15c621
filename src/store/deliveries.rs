//! Deliveries: files handed over, kept as they were.

use super::arm::{Db, Row, Tx, binds};
use super::error::Result;

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// UUIDv7.
    pub id: String,
    /// The book.
    pub book_id: String,
    /// The format, e.g. `158`.
    pub kind: String,
    /// SHA-256 of the file, hexadecimal: where the blob store keeps it.
    pub sha256: String,
    /// The name it is handed over under.
    pub file_name: String,
    /// Its size.
    pub size_bytes: i64,
    /// How many entries it holds.
    pub entries: i64,
    /// The person who made it.
    pub created_by: String,
    /// When, ms.
    pub created_at: i64,
}

const ADD: &str =
    "INSERT INTO delivery (id, book_id, kind, sha256, file_name, size_bytes, entries, created_by,
      created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const BY_ID: &str = "SELECT id, book_id, kind, sha256, file_name, size_bytes, entries, created_by, created_at
    FROM delivery WHERE id = $1";
const OF_BOOK: &str =
    "SELECT id, book_id, kind, sha256, file_name, size_bytes, entries, created_by, created_at
    FROM delivery WHERE book_id = $1 ORDER BY id DESC";

const OF_FILE: &str =
    "SELECT id, book_id, kind, sha256, file_name, size_bytes, entries, created_by, created_at
    FROM delivery WHERE book_id = $1 AND sha256 = $2 ORDER BY id DESC LIMIT 1";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[ADD, BY_ID, OF_BOOK, OF_FILE];

impl Delivery {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            book_id: row.text("book_id")?,
            kind: row.text("kind")?,
            sha256: row.text("sha256")?,
            file_name: row.text("file_name")?,
            size_bytes: row.int("size_bytes")?,
            entries: row.int("entries")?,
            created_by: row.text("created_by")?,
            created_at: row.int("created_at")?,
        })
    }
}

impl Db {
    /// The delivery with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delivery(&self, id: &str) -> Result<Option<Delivery>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Delivery::from_row).transpose()
    }

    /// A book's deliveries, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliveries_of_book(&self, book_id: &str) -> Result<Vec<Delivery>> {
        self.rows(OF_BOOK, binds![book_id]).await?.iter().map(Delivery::from_row).collect()
    }
}

impl Tx {
    /// The newest delivery of this very file by the book.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delivery_of_file(&mut self, book_id: &str, sha256: &str) -> Result<Option<Delivery>> {
        self.row(OF_FILE, binds![book_id, sha256]).await?.as_ref().map(Delivery::from_row).transpose()
    }

    /// Records a delivery.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_delivery(&mut self, d: &Delivery) -> Result<()> {
        let binds = binds![
            &d.id,
            &d.book_id,
            &d.kind,
            &d.sha256,
            &d.file_name,
            d.size_bytes,
            d.entries,
            &d.created_by,
            d.created_at,
        ];
        self.write(ADD, binds).await.map(drop)
    }
}
