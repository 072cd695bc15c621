//! What is held to be no entry: set aside by one, confirmed by another, restored by anybody. The rules are
//! [`Aside`]'s; the constraints of the table repeat them.

use super::arm::{Tx, binds};
use super::entries::{Entry, entry_columns};
use super::error::{Result, StoreError};
use crate::domain::EntryState;
use crate::domain::review::Aside;

const LOCK: &str = entry_columns!("UPDATE entry SET state = state WHERE id = $1 RETURNING", "");
const SET_ASIDE: &str = "UPDATE entry SET state = 'set_aside', set_aside_from = $3, set_aside_reason = $4,
      set_aside_by = $5, updated_at = $6
    WHERE id = $1 AND state = $2";
const CONFIRM: &str = "UPDATE entry SET state = 'no_entry', set_aside_checked_by = $2, updated_at = $3
    WHERE id = $1 AND state = 'set_aside'";
const RESTORE: &str = "UPDATE entry SET state = $2, set_aside_from = NULL, set_aside_reason = NULL,
      set_aside_by = NULL, set_aside_checked_by = NULL, updated_at = $3
    WHERE id = $1 AND state IN ('set_aside', 'no_entry')";
const END_LEASE: &str = "DELETE FROM task_lease WHERE entry_id = $1";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[LOCK, SET_ASIDE, CONFIRM, RESTORE, END_LEASE];

impl Tx {
    /// The entry with this id, locked until the end of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_entry(&mut self, id: &str) -> Result<Option<Entry>> {
        self.row(LOCK, binds![id]).await?.as_ref().map(Entry::from_row).transpose()
    }

    /// Sets a locked entry aside, as far as it stands where `aside` says. Who had it in hand loses it; their
    /// draft stays.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when it stands elsewhere by now.
    pub async fn set_aside(&mut self, entry_id: &str, aside: &Aside, at: i64) -> Result<()> {
        let from = aside.from.as_str();
        let binds = binds![entry_id, from, from, &aside.reason, &aside.by, at];
        self.one(SET_ASIDE, binds).await?;
        self.write(END_LEASE, binds![entry_id]).await.map(drop)
    }

    /// A person confirms that a locked entry is none.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for who set it aside, [`StoreError::LeaseLost`] when it is not set aside.
    pub async fn confirm_no_entry(&mut self, entry_id: &str, person_id: &str, at: i64) -> Result<()> {
        self.one(CONFIRM, binds![entry_id, person_id, at]).await
    }

    /// Puts a locked entry back to where it stood.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when it may not stand there, [`StoreError::LeaseLost`] when it is not set aside.
    pub async fn restore_entry(&mut self, entry_id: &str, to: EntryState, at: i64) -> Result<()> {
        self.one(RESTORE, binds![entry_id, to.as_str(), at]).await
    }

    async fn one(&mut self, sql: &'static str, binds: Vec<super::arm::Bind>) -> Result<()> {
        match self.write(sql, binds).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost),
        }
    }
}
