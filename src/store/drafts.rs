//! Drafts: what a clerk has typed so far on an entry and not submitted. Outlives the lease.

use super::arm::{Db, Tx, binds};
use super::error::Result;
use crate::domain::TaskRole;

const GET: &str = "SELECT body FROM draft WHERE entry_id = $1 AND person_id = $2 AND role = $3";
const PUT: &str =
    "INSERT INTO draft (entry_id, person_id, role, body, updated_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (entry_id, person_id, role)
    DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[GET, PUT];

impl Db {
    /// A person's draft on an entry, JSON.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft(&self, entry_id: &str, person_id: &str, role: TaskRole) -> Result<Option<String>> {
        let row = self.row(GET, binds![entry_id, person_id, role.as_str()]).await?;
        row.map(|row| row.text("body")).transpose()
    }
}

impl Tx {
    /// Saves a person's draft on an entry in place of the one before. Check the lease first
    /// ([`Tx::hold_lease`]).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_draft(
        &mut self,
        (entry_id, person_id): (&str, &str),
        role: TaskRole,
        body: &str,
        at: i64,
    ) -> Result<()> {
        self.write(PUT, binds![entry_id, person_id, role.as_str(), body, at]).await.map(drop)
    }
}
