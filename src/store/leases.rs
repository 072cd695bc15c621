//! Task leases: which person has which entry on the screen. One entry, one person at a time.

use super::arm::{Db, Tx, binds};
use super::dialect::{CLAIM_ENTRY, CLAIM_ENTRY_OF_BOOK};
use super::error::{Result, StoreError};
use crate::domain::TaskRole;

/// Asks for the next entry that waits for a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimEntry<'a> {
    /// The part to be taken.
    pub role: TaskRole,
    /// The identity: entries in which it already took another part are passed over.
    pub person_id: &'a str,
    /// The account used.
    pub account_id: &'a str,
    /// Only entries of this book.
    pub book_id: Option<&'a str>,
    /// Now, ms.
    pub now: i64,
    /// Until when the entry is held without a sign of life, ms.
    pub lease_until: i64,
}

/// How often a claim is tried when others win each time. Each loss means that another clerk got an entry.
const CLAIM_TRIES: u32 = 16;

const OWN: &str = "UPDATE task_lease SET expires_at = $5, account_id = $3
    WHERE entry_id = (SELECT l.entry_id FROM task_lease l JOIN entry e ON e.id = l.entry_id
       WHERE l.person_id = $2 AND l.role = $1 AND l.expires_at > $4 AND e.state = $6
         AND ($7 = '' OR e.book_id = $7)
       ORDER BY e.priority, e.book_id, e.ordinal LIMIT 1)
      AND person_id = $2
    RETURNING entry_id";
const EXTEND: &str = "UPDATE task_lease SET expires_at = $3 WHERE entry_id = $1 AND person_id = $2";
const RELEASE: &str = "DELETE FROM task_lease WHERE entry_id = $1 AND person_id = $2";
const HOLD: &str = "UPDATE task_lease SET role = role
    WHERE entry_id = $1 AND person_id = $2 AND role = $3 RETURNING expires_at";
const HOLDER: &str = "SELECT role, person_id, expires_at FROM task_lease WHERE entry_id = $1";
const WAITING: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM entry e WHERE e.state = $1
    AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.verified_by, '') <> $2 LIMIT $3) waiting";
const WAITING_IN_BOOK: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM entry e WHERE e.state = $1
    AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.verified_by, '') <> $2 AND e.book_id = $4
    LIMIT $3) waiting";
const FREE: &str = "SELECT 1 FROM entry e WHERE e.state = $1
    AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.verified_by, '') <> $2
    AND NOT EXISTS (SELECT 1 FROM task_lease l WHERE l.entry_id = e.id AND l.expires_at > $3) LIMIT 1";
const FREE_IN_BOOK: &str = "SELECT 1 FROM entry e WHERE e.state = $1
    AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.verified_by, '') <> $2 AND e.book_id = $4
    AND NOT EXISTS (SELECT 1 FROM task_lease l WHERE l.entry_id = e.id AND l.expires_at > $3) LIMIT 1";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] =
    &[OWN, EXTEND, RELEASE, HOLD, HOLDER, WAITING, WAITING_IN_BOOK, FREE, FREE_IN_BOOK];

/// Who has an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLease {
    /// The part taken.
    pub role: TaskRole,
    /// The identity.
    pub person_id: String,
    /// Until when, ms.
    pub expires_at: i64,
}

impl Db {
    /// Leases the next entry for a role and gives its id: first what the person already holds in this role
    /// (a page loaded anew shows the same entry), then by priority, book, and order in the book.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_entry(&self, claim: &ClaimEntry<'_>) -> Result<Option<String>> {
        let mut tx = self.begin().await?;
        let mut claimed = tx.own_entry(claim).await?;
        for _ in 0..CLAIM_TRIES {
            if claimed.is_some() || !tx.is_any_free(claim).await? {
                break;
            }
            claimed = tx.try_claim(claim).await?;
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// How many entries wait for this person in a role, leased ones included; counts no further than `cap`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_entries(
        &self,
        role: TaskRole,
        person_id: &str,
        book_id: Option<&str>,
        cap: u32,
    ) -> Result<u64> {
        let state = role.works_on().as_str();
        let row = match book_id {
            None => self.row(WAITING, binds![state, person_id, cap]).await?,
            Some(book) => self.row(WAITING_IN_BOOK, binds![state, person_id, cap, book]).await?,
        };
        row.map_or(Ok(0), |row| row.count("n"))
    }

    /// Who has the entry, or had it last and never gave it back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_lease(&self, entry_id: &str) -> Result<Option<TaskLease>> {
        let Some(row) = self.row(HOLDER, binds![entry_id]).await? else { return Ok(None) };
        let (role, person_id) = (row.word("role")?, row.text("person_id")?);
        Ok(Some(TaskLease { role, person_id, expires_at: row.int("expires_at")? }))
    }

    /// A sign of life: the person keeps the entry until `lease_until`. Works on a lease that ran out, too, as
    /// long as nobody else took the entry.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn extend_lease(&self, entry_id: &str, person_id: &str, lease_until: i64) -> Result<()> {
        match self.write(EXTEND, binds![entry_id, person_id, lease_until]).await? {
            0 => Err(StoreError::LeaseLost),
            _ => Ok(()),
        }
    }

    /// Gives the entry back; false when the person does not have it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_lease(&self, entry_id: &str, person_id: &str) -> Result<bool> {
        Ok(self.write(RELEASE, binds![entry_id, person_id]).await? == 1)
    }
}

impl Tx {
    async fn own_entry(&mut self, claim: &ClaimEntry<'_>) -> Result<Option<String>> {
        let ClaimEntry { role, person_id, account_id, book_id, now, lease_until } = *claim;
        let state = role.works_on().as_str();
        let book_id = book_id.unwrap_or("");
        let binds = binds![role.as_str(), person_id, account_id, now, lease_until, state, book_id];
        self.row(OWN, binds).await?.map(|row| row.text("entry_id")).transpose()
    }

    /// Whether a claim can succeed at all; otherwise trying again is of no use.
    async fn is_any_free(&mut self, claim: &ClaimEntry<'_>) -> Result<bool> {
        let mut binds = binds![claim.role.works_on().as_str(), claim.person_id, claim.now];
        let row = match claim.book_id {
            None => self.row(FREE, binds).await?,
            Some(book) => {
                binds.extend(binds![book]);
                self.row(FREE_IN_BOOK, binds).await?
            }
        };
        Ok(row.is_some())
    }

    async fn try_claim(&mut self, claim: &ClaimEntry<'_>) -> Result<Option<String>> {
        let ClaimEntry { role, person_id, account_id, book_id, now, lease_until } = *claim;
        let state = role.works_on().as_str();
        let mut binds = binds![role.as_str(), person_id, account_id, lease_until, now, state];
        let row = match book_id {
            None => self.row(CLAIM_ENTRY, binds).await?,
            Some(book) => {
                binds.extend(binds![book]);
                self.row(CLAIM_ENTRY_OF_BOOK, binds).await?
            }
        };
        row.map(|row| row.text("entry_id")).transpose()
    }

    /// Makes sure, until the end of the transaction, that the person holds the entry in this role. A lease
    /// that ran out still counts as long as nobody else took the entry: no typed work is lost to a clock.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn hold_lease(&mut self, entry_id: &str, person_id: &str, role: TaskRole) -> Result<()> {
        match self.row(HOLD, binds![entry_id, person_id, role.as_str()]).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::LeaseLost),
        }
    }
}
