//! Task leases: which person has which entry on the screen. One entry, one person at a time.

use super::arm::{Db, Row, Tx, binds};
use super::dialect::{CLAIM_ENTRY, CLAIM_ENTRY_OF_BOOK, CLAIM_THIS_ENTRY};
use super::error::{Result, StoreError};
use crate::domain::TaskRole;
use crate::domain::review::ProjectPolicy;

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
    /// Only this entry; the only way to one that is to be typed from paper.
    pub entry_id: Option<&'a str>,
    /// Now, ms.
    pub now: i64,
    /// Until when the entry is held without a sign of life, ms.
    pub lease_until: i64,
}

/// Entries that are on the screen already, or that the person skipped: another one is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside<'a> {
    /// Their ids.
    pub except: &'a [String],
    /// How many entries the person may hold in the role.
    pub max_held: u32,
}

/// An entry that was lent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedEntry {
    /// The entry.
    pub entry_id: String,
    /// How it came to the person.
    pub lent: Lent,
}

/// How an entry came to the person who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lent {
    /// The person held it already.
    Still,
    /// Nobody held it.
    Anew,
    /// The lease of this account on it had run out.
    TakenFrom(String),
}

/// How often a claim is tried when others win each time. Each loss means that another clerk got an entry.
const CLAIM_TRIES: u32 = 16;

const OWN: &str = "SELECT l.entry_id, e.book_id FROM task_lease l JOIN entry e ON e.id = l.entry_id
    WHERE l.role = $1 AND l.person_id = $2 AND l.expires_at > $3
      AND (e.state = $4 OR ($4 = 'proposed' AND e.state = 'unscannable'))
    ORDER BY e.priority, e.book_id, e.ordinal";
const KEEP: &str = "UPDATE task_lease SET expires_at = $4, account_id = $3
    WHERE entry_id = $1 AND person_id = $2 AND role = $5";
const EXTEND: &str = "UPDATE task_lease SET expires_at = $3 WHERE entry_id = $1 AND person_id = $2";
const RELEASE: &str = "DELETE FROM task_lease WHERE entry_id = $1 AND person_id = $2 RETURNING role";
const SEE: &str = "INSERT INTO entry_seen (entry_id, person_id, seen_until) VALUES ($1, $2, $3)
    ON CONFLICT (entry_id, person_id) DO UPDATE SET seen_until = excluded.seen_until";
const HOLD: &str = "UPDATE task_lease SET role = role
    WHERE entry_id = $1 AND person_id = $2 AND role = $3 RETURNING expires_at";
const HOLDER: &str = "SELECT role, person_id, expires_at FROM task_lease WHERE entry_id = $1";
/// An entry that the person $2 may take now ($3); only a verifier must not have seen the machine's readings.
macro_rules! takeable {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " FROM entry e WHERE e.state = $1
                AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.adjudicated_by, '') <> $2
                AND (e.state = 'typed' OR COALESCE(e.verified_by, '') <> $2)
                AND NOT EXISTS (SELECT 1 FROM lot_sample i WHERE i.entry_id = e.id AND i.inspected_by = $2)
                AND NOT EXISTS (SELECT 1 FROM entry_seen s WHERE e.state = 'typed' AND s.entry_id = e.id
                                  AND s.person_id = $2 AND s.seen_until > $3) ",
            $after
        )
    };
}
const WAITING: &str = takeable!("SELECT COUNT(*) AS n FROM (SELECT 1", "LIMIT $4) waiting");
const WAITING_IN_BOOK: &str =
    takeable!("SELECT COUNT(*) AS n FROM (SELECT 1", "AND e.book_id = $5 LIMIT $4) waiting");
const FREE: &str = takeable!(
    "SELECT 1",
    "AND $4 NOT LIKE '%,' || e.id || ',%'
     AND NOT EXISTS (SELECT 1 FROM task_lease l WHERE l.entry_id = e.id AND l.expires_at > $3) LIMIT 1"
);
const FREE_IN_BOOK: &str = takeable!(
    "SELECT 1",
    "AND $4 NOT LIKE '%,' || e.id || ',%' AND e.book_id = $5
     AND NOT EXISTS (SELECT 1 FROM task_lease l WHERE l.entry_id = e.id AND l.expires_at > $3) LIMIT 1"
);

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] =
    &[OWN, KEEP, EXTEND, RELEASE, SEE, HOLD, HOLDER, WAITING, WAITING_IN_BOOK, FREE, FREE_IN_BOOK];

/// Ids as the queries take them: between commas, which no id contains.
fn listed(ids: &[String]) -> String {
    format!(",{},", ids.join(","))
}

fn claimed(row: &Row) -> Result<ClaimedEntry> {
    let lent = row.opt_text("taken_from")?.map_or(Lent::Anew, Lent::TakenFrom);
    Ok(ClaimedEntry { entry_id: row.text("entry_id")?, lent })
}

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
        let claimed = tx.claim_entry(claim, Beside { except: &[], max_held: u32::MAX }).await?;
        tx.commit().await?;
        Ok(claimed.map(|claimed| claimed.entry_id))
    }

    /// Whether a claim would find an entry that nobody holds. Leases nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_any_entry_free(&self, role: TaskRole, person_id: &str, now: i64) -> Result<bool> {
        let binds = binds![role.works_on().as_str(), person_id, now, listed(&[])];
        Ok(self.row(FREE, binds).await?.is_some())
    }

    /// How many entries wait for this person in a role, leased ones included; counts no further than `cap`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_entries(
        &self,
        (role, person_id): (TaskRole, &str),
        book_id: Option<&str>,
        now: i64,
        cap: u32,
    ) -> Result<u64> {
        let mut binds = binds![role.works_on().as_str(), person_id, now, cap];
        let row = match book_id {
            None => self.row(WAITING, binds).await?,
            Some(book) => {
                binds.extend(binds![book]);
                self.row(WAITING_IN_BOOK, binds).await?
            }
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
        let mut tx = self.begin().await?;
        let released = tx.release_lease(entry_id, person_id).await?;
        tx.commit().await?;
        Ok(released.is_some())
    }
}

impl Tx {
    /// As [`Db::claim_entry`], within a transaction and beside entries that are on the screen already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_entry(
        &mut self,
        claim: &ClaimEntry<'_>,
        beside: Beside<'_>,
    ) -> Result<Option<ClaimedEntry>> {
        let claimed = self.claim_one(claim, beside).await?;
        if let (TaskRole::Typist, Some(claimed)) = (claim.role, &claimed) {
            let seen_until = claim.now + ProjectPolicy::SEEN_FOR_MS;
            self.write(SEE, binds![&claimed.entry_id, claim.person_id, seen_until]).await?;
        }
        Ok(claimed)
    }

    async fn claim_one(
        &mut self,
        claim: &ClaimEntry<'_>,
        beside: Beside<'_>,
    ) -> Result<Option<ClaimedEntry>> {
        let mut held = self.held_entries(claim).await?;
        let is_wanted = |entry: &String, book: &str| {
            !beside.except.contains(entry)
                && claim.book_id.is_none_or(|wanted| wanted == book)
                && claim.entry_id.is_none_or(|wanted| wanted == entry)
        };
        while let Some(i) = held.iter().position(|(entry, book)| is_wanted(entry, book)) {
            let (entry_id, _) = held.remove(i);
            if self.keep(claim, &entry_id).await? {
                return Ok(Some(ClaimedEntry { entry_id, lent: Lent::Still }));
            }
        }
        if held.len() as u64 >= u64::from(beside.max_held) {
            return Ok(None);
        }
        if let Some(entry_id) = claim.entry_id {
            return self.try_claim_this(claim, entry_id).await;
        }
        for _ in 0..CLAIM_TRIES {
            if !self.is_any_free(claim, beside.except).await? {
                break;
            }
            if let Some(claimed) = self.try_claim(claim, beside.except).await? {
                return Ok(Some(claimed));
            }
        }
        Ok(None)
    }

    /// Whether the person still holds the entry, for longer now. Another may have taken it, or another window
    /// of the person's may have finished it, since it was looked for.
    async fn keep(&mut self, claim: &ClaimEntry<'_>, entry_id: &str) -> Result<bool> {
        let ClaimEntry { role, person_id, account_id, lease_until, .. } = *claim;
        let binds = binds![entry_id, person_id, account_id, lease_until, role.as_str()];
        Ok(self.write(KEEP, binds).await? == 1)
    }

    /// Gives the entry back, and the role in which the person had it; none when they did not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_lease(&mut self, entry_id: &str, person_id: &str) -> Result<Option<TaskRole>> {
        self.row(RELEASE, binds![entry_id, person_id]).await?.map(|row| row.word("role")).transpose()
    }

    /// What the person holds in this role and may still work on: entries with their books, in order.
    async fn held_entries(&mut self, claim: &ClaimEntry<'_>) -> Result<Vec<(String, String)>> {
        let state = claim.role.works_on().as_str();
        let binds = binds![claim.role.as_str(), claim.person_id, claim.now, state];
        let rows = self.rows(OWN, binds).await?;
        rows.iter().map(|row| Ok((row.text("entry_id")?, row.text("book_id")?))).collect()
    }

    /// Whether a claim can succeed at all; otherwise trying again is of no use.
    async fn is_any_free(&mut self, claim: &ClaimEntry<'_>, except: &[String]) -> Result<bool> {
        let mut binds = binds![claim.role.works_on().as_str(), claim.person_id, claim.now, listed(except)];
        let row = match claim.book_id {
            None => self.row(FREE, binds).await?,
            Some(book) => {
                binds.extend(binds![book]);
                self.row(FREE_IN_BOOK, binds).await?
            }
        };
        Ok(row.is_some())
    }

    async fn try_claim(&mut self, claim: &ClaimEntry<'_>, except: &[String]) -> Result<Option<ClaimedEntry>> {
        let ClaimEntry { role, person_id, account_id, book_id, now, lease_until, .. } = *claim;
        let state = role.works_on().as_str();
        let mut binds = binds![role.as_str(), person_id, account_id, lease_until, now, state, listed(except)];
        let row = match book_id {
            None => self.row(CLAIM_ENTRY, binds).await?,
            Some(book) => {
                binds.extend(binds![book]);
                self.row(CLAIM_ENTRY_OF_BOOK, binds).await?
            }
        };
        row.as_ref().map(claimed).transpose()
    }

    async fn try_claim_this(
        &mut self,
        claim: &ClaimEntry<'_>,
        entry_id: &str,
    ) -> Result<Option<ClaimedEntry>> {
        let ClaimEntry { role, person_id, account_id, now, lease_until, .. } = *claim;
        let state = role.works_on().as_str();
        let binds = binds![role.as_str(), person_id, account_id, lease_until, now, state, entry_id];
        self.row(CLAIM_THIS_ENTRY, binds).await?.as_ref().map(claimed).transpose()
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
