//! The durable queue. A job is done at least once; what it writes it writes in the transaction that completes
//! it, fenced, so that its effect happens exactly once.
//!
//! A failure (the work said no) and a lost lease (the process went away) are counted apart: the first leads to
//! the dead letters after `max_attempts`, the second only after [`MAX_LOST_LEASES`].

use super::arm::{Db, Row, Tx, binds};
use super::dialect::CLAIM_JOB;
use super::error::{Result, StoreError};
use super::paging::After;
use crate::domain::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// Where a job stands.
    JobState, "job state", {
        /// Waits for its time and a claimant.
        Ready = "ready",
        /// Somebody works on it.
        Leased = "leased",
        /// Done.
        Done = "done",
        /// Given up, with the reason; waits for a person.
        Dead = "dead",
    }
);

/// After so many lost leases a job is taken for one that kills its process. Far above what restarts, power cuts
/// and a test that kills the server fifty times can bring about; a job that lost its lease goes behind those
/// that wait, so that until then it never keeps its neighbours from being done.
pub const MAX_LOST_LEASES: i64 = 100;

const BACKOFF_FIRST_MS: i64 = 1_000;
const BACKOFF_LONGEST_MS: i64 = 10 * 60 * 1_000;

/// A job on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewJob<'a> {
    /// UUIDv7; used unless the work is queued already.
    pub id: &'a str,
    /// What kind of work.
    pub kind: &'a str,
    /// What to work on, JSON.
    pub payload: &'a str,
    /// Names the work: queued once, ever, under the same key.
    pub dedupe_key: &'a str,
    /// Failures before it is given up.
    pub max_attempts: u32,
    /// Not before, ms.
    pub run_at: i64,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// UUIDv7.
    pub id: String,
    /// What kind of work.
    pub kind: String,
    /// What to work on, JSON.
    pub payload: String,
    /// Names the work.
    pub dedupe_key: String,
    /// Where it stands.
    pub state: JobState,
    /// Failures so far.
    pub attempts: i64,
    /// Leases lost so far.
    pub lost_leases: i64,
    /// Failures before it is given up.
    pub max_attempts: i64,
    /// Not before, ms.
    pub run_at: i64,
    /// Who works on it.
    pub claimant: Option<String>,
    /// Raised by every claim; whoever holds an older one may change nothing.
    pub fence: i64,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When it was queued, ms.
    pub created_at: i64,
}

/// Asks for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimJob<'a> {
    /// A name that no other process uses at the same time, e.g. the host's and a number; the embedded worker
    /// keeps its own over restarts so that [`Db::release_own_jobs`] finds its leases.
    pub claimant: &'a str,
    /// Kinds of work, those wanted first in front.
    pub kinds: &'a [&'a str],
    /// Now, ms.
    pub now: i64,
    /// Until when the job is held without a heartbeat, ms.
    pub lease_until: i64,
}

/// How a job failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure<'a> {
    /// It may go better later.
    Retry(&'a str),
    /// It can never succeed.
    Final(&'a str),
}

/// Number of jobs of one kind in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// What kind of work.
    pub kind: String,
    /// Where they stand; never `done`, whose number grows with the archive.
    pub state: JobState,
    /// How many.
    pub jobs: u64,
    /// The earliest time any of them was to run, ms.
    pub oldest_run_at: i64,
}

macro_rules! job_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, kind, payload, dedupe_key, state, attempts, lost_leases, max_attempts, run_at, claimant,
              fence, last_error, created_at ",
            $after
        )
    };
}

const ENQUEUE: &str =
    "INSERT INTO job (id, kind, payload, dedupe_key, state, attempts, lost_leases, max_attempts,
      run_at, fence, created_at, updated_at)
    VALUES ($1, $2, $3, $4, 'ready', 0, 0, $5, $6, 0, $7, $7) ON CONFLICT (dedupe_key) DO NOTHING";
const GIVE_BACK_EXPIRED: &str =
    "UPDATE job SET state = CASE WHEN lost_leases + 1 >= $2 THEN 'dead' ELSE 'ready' END,
      lost_leases = lost_leases + 1, run_at = $1, claimant = NULL, lease_until = NULL, updated_at = $1,
      last_error = CASE WHEN lost_leases + 1 >= $2 THEN $3 ELSE last_error END
    WHERE state = 'leased' AND lease_until <= $1";
const GIVE_BACK_OWN: &str =
    "UPDATE job SET state = CASE WHEN lost_leases + 1 >= $2 THEN 'dead' ELSE 'ready' END,
      lost_leases = lost_leases + 1, run_at = $1, claimant = NULL, lease_until = NULL, updated_at = $1,
      last_error = CASE WHEN lost_leases + 1 >= $2 THEN $3 ELSE last_error END
    WHERE state = 'leased' AND claimant = $4";
const HEARTBEAT: &str = "UPDATE job SET lease_until = $4
    WHERE id = $1 AND claimant = $2 AND fence = $3 AND state = 'leased'";
const COMPLETE: &str =
    "UPDATE job SET state = 'done', claimant = NULL, lease_until = NULL, last_error = NULL,
      updated_at = $4
    WHERE id = $1 AND claimant = $2 AND fence = $3 AND state = 'leased'";
const FAIL: &str = "UPDATE job SET state = CASE WHEN $6 = 1 OR attempts + 1 >= max_attempts THEN 'dead' ELSE 'ready' END,
      attempts = attempts + 1, run_at = $5, claimant = NULL, lease_until = NULL, last_error = $7, updated_at = $4
    WHERE id = $1 AND claimant = $2 AND fence = $3 AND state = 'leased' RETURNING state";
const POSTPONE: &str = "UPDATE job SET state = 'ready', run_at = $5, claimant = NULL, lease_until = NULL,
      last_error = $6, updated_at = $4
    WHERE id = $1 AND claimant = $2 AND fence = $3 AND state = 'leased'";
const WAITING: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM job WHERE state = 'ready' AND kind = $1 LIMIT $2) waiting";
const HAND_BACK: &str = "UPDATE job SET state = 'ready', claimant = NULL, lease_until = NULL, updated_at = $4
    WHERE id = $1 AND claimant = $2 AND fence = $3 AND state = 'leased'";
const BY_ID: &str = job_columns!("SELECT", "FROM job WHERE id = $1");
const DEAD: &str = job_columns!(
    "SELECT",
    "FROM job WHERE state = 'dead' AND state <> 'done' AND id > $1 ORDER BY id LIMIT $2"
);
const REQUEUE: &str =
    "UPDATE job SET state = 'ready', attempts = 0, lost_leases = 0, run_at = $2, updated_at = $2
    WHERE id = $1 AND state = 'dead'";
const ABANDON: &str = "UPDATE job SET state = 'done', updated_at = $2 WHERE id = $1 AND state = 'dead'";
const COUNTS: &str = "SELECT kind, state, COUNT(*) AS n, MIN(run_at) AS oldest FROM job WHERE state <> 'done'
    GROUP BY kind, state ORDER BY kind, state";

const LOST_TOO_OFTEN: &str = "the process that worked on it went away too often";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[
    ENQUEUE,
    GIVE_BACK_EXPIRED,
    GIVE_BACK_OWN,
    HEARTBEAT,
    COMPLETE,
    FAIL,
    HAND_BACK,
    POSTPONE,
    WAITING,
    BY_ID,
    DEAD,
    REQUEUE,
    ABANDON,
    COUNTS,
];

impl Job {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            kind: row.text("kind")?,
            payload: row.text("payload")?,
            dedupe_key: row.text("dedupe_key")?,
            state: row.word("state")?,
            attempts: row.int("attempts")?,
            lost_leases: row.int("lost_leases")?,
            max_attempts: row.int("max_attempts")?,
            run_at: row.int("run_at")?,
            claimant: row.opt_text("claimant")?,
            fence: row.int("fence")?,
            last_error: row.opt_text("last_error")?,
            created_at: row.int("created_at")?,
        })
    }

    fn claimant(&self) -> &str {
        self.claimant.as_deref().unwrap_or_default()
    }
}

/// How long a job waits after its `attempts`-th failure (from 1), ms: doubles from a second to ten minutes.
#[must_use]
pub fn backoff_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 20)).unwrap_or(0);
    (BACKOFF_FIRST_MS << doublings).min(BACKOFF_LONGEST_MS)
}

impl Db {
    /// Leases the next job that is due, of the first kind that has one. Leases that ran out are given back
    /// first. No two claimants ever hold the same job with the same fence.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_job(&self, claim: &ClaimJob<'_>) -> Result<Option<Job>> {
        let mut tx = self.begin().await?;
        tx.write(GIVE_BACK_EXPIRED, binds![claim.now, MAX_LOST_LEASES, LOST_TOO_OFTEN]).await?;
        let mut job = None;
        for kind in claim.kinds {
            let binds = binds![claim.claimant, claim.lease_until, claim.now, *kind];
            job = tx.row(CLAIM_JOB, binds).await?.as_ref().map(Job::from_row).transpose()?;
            if job.is_some() {
                break;
            }
        }
        tx.commit().await?;
        Ok(job)
    }

    /// A sign of life for a claimed job.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`]: stop working on it.
    pub async fn heartbeat_job(&self, job: &Job, lease_until: i64) -> Result<()> {
        let binds = binds![&job.id, job.claimant(), job.fence, lease_until];
        kept(self.write(HEARTBEAT, binds).await?)
    }

    /// Records that a claimed job failed: it is ready again after a while, or dead. Gives its new state.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn fail_job(&self, job: &Job, failure: Failure<'_>, now: i64) -> Result<JobState> {
        let (is_final, why) = match failure {
            Failure::Retry(why) => (false, why),
            Failure::Final(why) => (true, why),
        };
        let run_at = now + backoff_ms(job.attempts + 1);
        let binds = binds![&job.id, job.claimant(), job.fence, now, run_at, is_final, why];
        let mut tx = self.begin().await?;
        let row = tx.row(FAIL, binds).await?.ok_or(StoreError::LeaseLost)?;
        tx.commit().await?;
        row.word("state")
    }

    /// Hands a claimed job back unharmed, as an orderly shutdown does: neither a failure nor a lost lease.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn hand_back_job(&self, job: &Job, now: i64) -> Result<()> {
        kept(self.write(HAND_BACK, binds![&job.id, job.claimant(), job.fence, now]).await?)
    }

    /// Puts a claimed job off, with the reason: it lacks something that a person must bring, which is neither
    /// a failure nor a lost lease, however often it happens.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn postpone_job(&self, job: &Job, run_at: i64, (why, now): (&str, i64)) -> Result<()> {
        let binds = binds![&job.id, job.claimant(), job.fence, now, run_at, why];
        kept(self.write(POSTPONE, binds).await?)
    }

    /// Gives back at once what a claimant held. For a process that starts and knows that its predecessor of
    /// the same name is gone. Gives the number of jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_own_jobs(&self, claimant: &str, now: i64) -> Result<u64> {
        self.write(GIVE_BACK_OWN, binds![now, MAX_LOST_LEASES, LOST_TOO_OFTEN, claimant]).await
    }

    /// The job with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job(&self, id: &str) -> Result<Option<Job>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Job::from_row).transpose()
    }

    /// The dead letters, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dead_jobs(&self, after: After<'_>) -> Result<Vec<Job>> {
        self.rows(DEAD, binds![after.ascending(), after.limit]).await?.iter().map(Job::from_row).collect()
    }

    /// Jobs that are not done, counted by kind and state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job_counts(&self) -> Result<Vec<JobCount>> {
        let count = |row: &Row| {
            let (kind, state) = (row.text("kind")?, row.word("state")?);
            Ok(JobCount { kind, state, jobs: row.count("n")?, oldest_run_at: row.int("oldest")? })
        };
        self.rows(COUNTS, vec![]).await?.iter().map(count).collect()
    }
}

impl Tx {
    /// Queues work together with whatever makes it necessary. False when it is queued (or done) already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(&mut self, job: &NewJob<'_>, now: i64) -> Result<bool> {
        let NewJob { id, kind, payload, dedupe_key, max_attempts, run_at } = *job;
        let binds = binds![id, kind, payload, dedupe_key, max_attempts, run_at, now];
        Ok(self.write(ENQUEUE, binds).await? == 1)
    }

    /// Completes a claimed job together with what it wrote: when the lease was lost, neither happens.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`]: drop the transaction.
    pub async fn complete_job(&mut self, job: &Job, now: i64) -> Result<()> {
        kept(self.write(COMPLETE, binds![&job.id, job.claimant(), job.fence, now]).await?)
    }

    /// How many jobs of a kind wait, counted no further than `cap`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_jobs(&mut self, kind: &str, cap: u32) -> Result<u64> {
        let row = self.row(WAITING, binds![kind, cap]).await?;
        row.map_or(Ok(0), |row| row.count("n"))
    }

    /// Takes a job out of the dead letters, its counts at zero. False when it is not dead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requeue_job(&mut self, id: &str, now: i64) -> Result<bool> {
        Ok(self.write(REQUEUE, binds![id, now]).await? == 1)
    }

    /// Takes a job out of the dead letters because nobody wants its work any more; its last error stays. False when
    /// it is not dead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn abandon_job(&mut self, id: &str, now: i64) -> Result<bool> {
        Ok(self.write(ABANDON, binds![id, now]).await? == 1)
    }
}

fn kept(touched: u64) -> Result<()> {
    if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_and_stays_within_ten_minutes() {
        let waits: Vec<i64> = (1..=4).map(backoff_ms).collect();
        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(backoff_ms(i64::MAX), BACKOFF_LONGEST_MS);
        assert_eq!(backoff_ms(0), 1_000);
    }
}
