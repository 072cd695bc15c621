//! Files of many pages on their way to becoming pages.

use super::arm::{Db, Row, Tx, binds};
use super::error::{Result, StoreError};
use crate::domain::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// Where a file of many pages stands.
    BundleState, "bundle state", {
        /// Its bytes are stored.
        Received = "received",
        /// Its pages are there.
        Unpacked = "unpacked",
        /// It could not be unpacked, with a reason.
        Refused = "refused",
    }
);

/// A file of many pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// UUIDv7.
    pub id: String,
    /// The book its pages go into.
    pub book_id: String,
    /// SHA-256 of its bytes, hexadecimal; unique in the database.
    pub sha256: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Type by content.
    pub mime: String,
    /// Size of its bytes.
    pub size_bytes: i64,
    /// Where it stands.
    pub state: BundleState,
    /// Why it was refused.
    pub reject_code: Option<String>,
    /// What became of its pages.
    pub outcome: Unpacking,
    /// When it came in, ms.
    pub created_at: i64,
    /// The job that unpacks it.
    pub job_id: Option<String>,
    /// It waits, but its job was given up after too many failures.
    pub is_stuck: bool,
    /// Why somebody gave it up after it was refused or stuck.
    pub dismissed: Option<String>,
}

impl Bundle {
    /// Nothing came out of it, and nothing will unless somebody does something.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.is_stuck || self.state == BundleState::Refused
    }
}

/// What became of the pages of a bundle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Unpacking {
    /// Added.
    pub pages: i64,
    /// Of these, rejected.
    pub rejected: i64,
    /// There before, in the same book.
    pub already: i64,
    /// There before, in another book.
    pub elsewhere: i64,
}

/// What became of a bundle on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedBundle {
    /// It is new.
    New(Bundle),
    /// The same bytes are there already, in this book or another.
    Already(Bundle),
}

macro_rules! columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, book_id, sha256, file_name, mime, size_bytes, state, reject_code, pages, rejected, already,
              elsewhere, created_at, job_id, dismissed_reason,
              CAST(CASE WHEN state = 'received' AND EXISTS (SELECT 1 FROM job
                WHERE job.id = bundle.job_id AND job.state = 'dead') THEN 1 ELSE 0 END AS BIGINT) AS stuck ",
            $after
        )
    };
}

const ADD: &str = "INSERT INTO bundle (id, book_id, sha256, file_name, mime, size_bytes, state, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'received', $7) ON CONFLICT (sha256) DO NOTHING";
const BY_ID: &str = columns!("SELECT", "FROM bundle WHERE id = $1");
const BY_SHA256: &str = columns!("SELECT", "FROM bundle WHERE sha256 = $1");
const OF_BOOK: &str = columns!("SELECT", "FROM bundle WHERE book_id = $1 ORDER BY state, id LIMIT $2");
const LOCK: &str = "UPDATE bundle SET state = state WHERE id = $1";
const UNPACKED: &str = "UPDATE bundle SET state = 'unpacked', pages = $2, rejected = $3, already = $4,
    elsewhere = $5 WHERE id = $1 AND state = 'received'";
const REFUSED: &str =
    "UPDATE bundle SET state = 'refused', reject_code = $2 WHERE id = $1 AND state = 'received'";
const AGAIN: &str = "UPDATE bundle SET state = 'received', reject_code = NULL, dismissed_at = NULL,
    dismissed_reason = NULL, book_id = $2 WHERE id = $1 AND state <> 'unpacked'";
const BY_JOB: &str = "UPDATE bundle SET job_id = $2 WHERE id = $1";
const DISMISSED: &str = "UPDATE bundle SET state = 'refused', reject_code = COALESCE(reject_code, $4),
    dismissed_reason = $2, dismissed_at = $3 WHERE id = $1 AND state <> 'unpacked' AND dismissed_at IS NULL";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] =
    &[ADD, BY_ID, BY_SHA256, OF_BOOK, LOCK, UNPACKED, REFUSED, AGAIN, BY_JOB, DISMISSED];

impl Bundle {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            book_id: row.text("book_id")?,
            sha256: row.text("sha256")?,
            file_name: row.text("file_name")?,
            mime: row.text("mime")?,
            size_bytes: row.int("size_bytes")?,
            state: row.word("state")?,
            reject_code: row.opt_text("reject_code")?,
            outcome: Unpacking {
                pages: row.int("pages")?,
                rejected: row.int("rejected")?,
                already: row.int("already")?,
                elsewhere: row.int("elsewhere")?,
            },
            created_at: row.int("created_at")?,
            job_id: row.opt_text("job_id")?,
            is_stuck: row.truth("stuck")?,
            dismissed: row.opt_text("dismissed_reason")?,
        })
    }
}

impl Db {
    /// The bundle with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bundle(&self, id: &str) -> Result<Option<Bundle>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Bundle::from_row).transpose()
    }

    /// The bundles of a book, those that wait first, then those that were refused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bundles_of_book(&self, book_id: &str, limit: u32) -> Result<Vec<Bundle>> {
        self.rows(OF_BOOK, binds![book_id, limit]).await?.iter().map(Bundle::from_row).collect()
    }
}

impl Tx {
    /// Adds a bundle, unless its bytes are stored already.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is no such book.
    pub async fn add_bundle(&mut self, bundle: &Bundle) -> Result<AddedBundle> {
        let binds = binds![
            &bundle.id,
            &bundle.book_id,
            &bundle.sha256,
            &bundle.file_name,
            &bundle.mime,
            bundle.size_bytes,
            bundle.created_at,
        ];
        let is_new = self.write(ADD, binds).await? == 1;
        match self.row(BY_SHA256, binds![&bundle.sha256]).await? {
            Some(row) if is_new => Bundle::from_row(&row).map(AddedBundle::New),
            Some(row) => Bundle::from_row(&row).map(AddedBundle::Already),
            None => Err(StoreError::BadValue { column: "sha256", value: bundle.sha256.clone() }),
        }
    }

    /// The bundle with this id, locked until the end of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_bundle(&mut self, id: &str) -> Result<Option<Bundle>> {
        self.write(LOCK, binds![id]).await?;
        self.row(BY_ID, binds![id]).await?.as_ref().map(Bundle::from_row).transpose()
    }

    /// Records that a bundle's pages are there. False when it does not wait for that.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_bundle_unpacked(&mut self, id: &str, outcome: &Unpacking) -> Result<bool> {
        let Unpacking { pages, rejected, already, elsewhere } = *outcome;
        Ok(self.write(UNPACKED, binds![id, pages, rejected, already, elsewhere]).await? == 1)
    }

    /// Refuses a bundle with a reason. False when it does not wait to be unpacked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refuse_bundle(&mut self, id: &str, code: &str) -> Result<bool> {
        Ok(self.write(REFUSED, binds![id, code]).await? == 1)
    }

    /// Takes a bundle back to be unpacked, into this book. False when its pages are there.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is no such book.
    pub async fn receive_bundle_again(&mut self, id: &str, book_id: &str) -> Result<bool> {
        Ok(self.write(AGAIN, binds![id, book_id]).await? == 1)
    }

    /// Records which job unpacks a bundle.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_bundle_job(&mut self, id: &str, job_id: &str) -> Result<()> {
        self.write(BY_JOB, binds![id, job_id]).await.map(drop)
    }

    /// Gives a bundle up for the `reason` that somebody gave; one that was not refused yet is, with `code`. False
    /// when its pages are there or it was given up before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dismiss_bundle(&mut self, id: &str, (reason, code): (&str, &str), at: i64) -> Result<bool> {
        Ok(self.write(DISMISSED, binds![id, reason, at, code]).await? == 1)
    }
}
