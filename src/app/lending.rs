//! Lending entries: one entry, one person at a time. When an entry changes hands, the log says so.

use super::record::Deed;
use super::tasks::{Known, Task, TaskRequest};
use super::{App, Error, Me, Result};
use crate::domain::TaskRole;
use crate::domain::review::ProjectPolicy;
use crate::store::{Beside, ClaimEntry, Entry, Lent, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// More entries are not on anybody's screen, nor skipped in one sitting.
const MAX_EXCEPT: usize = 64;
/// Ids are UUIDs.
const MAX_ID_BYTES: usize = 64;
/// Most entries lent at once.
const MAX_BATCH: u32 = 60;

/// What a verifier asks for who looks at many entries together.
#[derive(Debug, Clone, Deserialize)]
pub struct BatchRequest {
    /// Only entries of this book.
    #[serde(default)]
    pub book_id: Option<String>,
    /// How many, 1..=60.
    pub count: u32,
}

/// What became of signs of life for many entries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeptLeases {
    /// Until when those that are still held are held, ms, at the least; none if none is.
    pub lease_until: Option<i64>,
    /// Entries that somebody else has by now, or that are done.
    pub lost: Vec<String>,
}

impl App {
    /// Lends the next entry that waits for the role: first one that the person holds already and does not
    /// name in `except`. None when nothing is left.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::BadInput`] when `except` is no list of ids.
    pub async fn next_task(&self, me: &Me, wish: &TaskRequest) -> Result<Option<Task>> {
        me.needs(&[wish.role.needs()])?;
        if wish.except.len() > MAX_EXCEPT || wish.except.iter().any(|id| id.len() > MAX_ID_BYTES) {
            return Err(Error::BadInput(vec!["except"]));
        }
        let held = self.settings.leases_per_person;
        let Some((known, lease_until)) = self.lend(me, wish, held).await? else { return Ok(None) };
        let remaining = self.remaining(me, wish.role, wish.book_id.as_deref()).await?;
        Ok(Some(self.task(me, wish.role, &known, (lease_until, remaining)).await?))
    }

    /// Lends a verifier many entries at once, for fields that read the same to be looked at together: first those
    /// that the person holds already.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::BadInput`] for a count outside 1..=[`MAX_BATCH`].
    pub async fn next_tasks(&self, me: &Me, wish: &BatchRequest) -> Result<Vec<Task>> {
        me.needs(&[TaskRole::Verifier.needs()])?;
        if !(1..=MAX_BATCH).contains(&wish.count) {
            return Err(Error::BadInput(vec!["count"]));
        }
        let book_id = wish.book_id.clone();
        let mut next = TaskRequest { role: TaskRole::Verifier, book_id, entry_id: None, except: Vec::new() };
        let remaining = self.remaining(me, next.role, next.book_id.as_deref()).await?;
        let mut tasks = Vec::new();
        while tasks.len() < wish.count as usize
            && let Some((known, lease_until)) = self.lend(me, &next, MAX_BATCH).await?
        {
            tasks.push(self.task(me, next.role, &known, (lease_until, remaining)).await?);
            next.except.push(known.entry_id().to_owned());
        }
        Ok(tasks)
    }

    /// The next entry, and until when it is the person's, ms.
    async fn lend(&self, me: &Me, wish: &TaskRequest, max_held: u32) -> Result<Option<(Known, i64)>> {
        let now = self.clock.now_ms();
        // Which project's lease holds is known only with the entry.
        let lease_until = now + lease_ms(&self.ensure_project().await?.policy);
        let claim = ClaimEntry {
            role: wish.role,
            person_id: &me.person_id,
            account_id: &me.account_id,
            book_id: wish.book_id.as_deref(),
            entry_id: wish.entry_id.as_deref(),
            now,
            lease_until,
        };
        let beside = Beside { except: &wish.except, max_held };
        let Some(entry) = self.claim(me, &claim, beside).await? else { return Ok(None) };
        let known = self.known(entry).await?;
        let own_lease_until = now + lease_ms(&known.policy);
        if own_lease_until != lease_until {
            self.store.extend_lease(known.entry_id(), &me.person_id, own_lease_until).await?;
        }
        Ok(Some((known, own_lease_until)))
    }

    /// Whether there is an entry to be had in the role. Lends nothing.
    ///
    /// # Errors
    /// [`Error::NotAllowed`].
    pub async fn is_work_waiting(&self, me: &Me, role: TaskRole) -> Result<bool> {
        me.needs(&[role.needs()])?;
        Ok(self.store.is_any_entry_free(role, &me.person_id, self.clock.now_ms()).await?)
    }

    /// A sign of life: keeps the lease; gives its new end, ms.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::NotFound`].
    pub async fn keep_lease(&self, me: &Me, entry_id: &str) -> Result<i64> {
        let entry = self.store.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        let policy = self.policy_of(&self.book_row(&entry.book_id).await?).await?;
        let until = self.clock.now_ms() + lease_ms(&policy);
        self.store.extend_lease(entry_id, &me.person_id, until).await?;
        Ok(until)
    }

    /// A sign of life for many entries.
    ///
    /// # Errors
    /// [`Error::BadInput`] for a list that is none; when the database fails.
    pub async fn keep_leases(&self, me: &Me, entry_ids: &[String]) -> Result<KeptLeases> {
        if entry_ids.len() > MAX_BATCH as usize || entry_ids.iter().any(|id| id.len() > MAX_ID_BYTES) {
            return Err(Error::BadInput(vec!["entry_ids"]));
        }
        let mut kept = KeptLeases { lease_until: None, lost: Vec::new() };
        for id in entry_ids {
            match self.keep_lease(me, id).await {
                Ok(until) => {
                    kept.lease_until = Some(kept.lease_until.map_or(until, |least| least.min(until)));
                }
                Err(Error::LeaseLost | Error::NotFound(_)) => kept.lost.push(id.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }

    /// Gives an entry back; no matter when the person does not hold it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back(&self, me: &Me, entry_id: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let Some(role) = tx.release_lease(entry_id, &me.person_id).await? else { return Ok(()) };
        let entry = tx.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        let deed = Deed::of(me, "task.give_back", entry_id).in_book(&entry.book_id);
        self.record(&mut tx, deed.detail(json!({ "role": role }))).await?;
        Ok(tx.commit().await?)
    }

    async fn claim(&self, me: &Me, claim: &ClaimEntry<'_>, beside: Beside<'_>) -> Result<Option<Entry>> {
        let mut tx = self.store.begin().await?;
        let Some(claimed) = tx.claim_entry(claim, beside).await? else { return Ok(None) };
        let entry = tx.entry(&claimed.entry_id).await?.ok_or(Error::NotFound("entry"))?;
        self.record_lending(&mut tx, me, (claim.role, &entry), claimed.lent).await?;
        tx.commit().await?;
        Ok(Some(entry))
    }

    /// A page loaded anew is no event; an entry taken over from somebody whose lease ran out names that account.
    async fn record_lending(
        &self,
        tx: &mut Tx,
        me: &Me,
        (role, entry): (TaskRole, &Entry),
        lent: Lent,
    ) -> Result<()> {
        let (action, detail) = match lent {
            Lent::Still => return Ok(()),
            Lent::Anew => ("task.take", json!({ "role": role })),
            Lent::TakenFrom(account) => ("task.take_over", json!({ "role": role, "from": account })),
        };
        self.record(tx, Deed::of(me, action, &entry.id).in_book(&entry.book_id).detail(detail)).await
    }
}

fn lease_ms(policy: &ProjectPolicy) -> i64 {
    i64::from(policy.lease_secs) * 1_000
}
