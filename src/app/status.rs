//! How the program is doing.

use super::record::Deed;
use super::{App, Me, Result};
use crate::blob::{Kept, Sha256Hex};
use crate::domain::AccountRole;
use crate::store::{After, Job, JobState};
use serde::Serialize;

/// Jobs that are not done, and the dead ones with their reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobsSummary {
    /// Waiting for their time or a worker.
    pub ready: u64,
    /// Being worked on.
    pub leased: u64,
    /// Given up.
    pub dead: u64,
    /// How long the oldest job that is due has been waiting, seconds.
    pub waiting_secs: i64,
    /// The oldest of those given up.
    pub dead_letters: Vec<DeadLetter>,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// The job.
    pub id: String,
    /// What was to be done.
    pub kind: String,
    /// How often it failed.
    pub attempts: i64,
    /// How often the process that worked on it went away.
    pub lost_leases: i64,
    /// Why it failed the last time.
    pub reason: String,
}

/// Dead letters shown at once.
const DEAD_SHOWN: u32 = 100;

impl App {
    /// Every job that was given up, oldest first; for whoever sits at the machine.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dead_jobs(&self) -> Result<Vec<Job>> {
        let mut dead: Vec<Job> = Vec::new();
        loop {
            let last = dead.last().map(|job| job.id.clone());
            let after = After { id: last.as_deref(), limit: DEAD_SHOWN };
            let more = self.store.dead_jobs(after).await?;
            if more.is_empty() {
                return Ok(dead);
            }
            dead.extend(more);
        }
    }

    /// Gives a job that was given up another try; false when there is no such job.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_job(&self, id: &str) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let queued = tx.requeue_job(id, self.clock.now_ms()).await?;
        if queued {
            self.record(&mut tx, Deed::of_system("job.retry", id)).await?;
        }
        tx.commit().await?;
        Ok(queued)
    }

    /// How the queue is doing.
    ///
    /// # Errors
    /// [`super::Error::NotAllowed`] to all but administrators.
    pub async fn jobs_summary(&self, me: &Me) -> Result<JobsSummary> {
        me.needs(&[AccountRole::Admin])?;
        let counts = self.store.job_counts().await?;
        let sum = |state| counts.iter().filter(|c| c.state == state).map(|c| c.jobs).sum();
        let due = counts.iter().filter(|c| c.state == JobState::Ready).map(|c| c.oldest_run_at).min();
        let dead = self.store.dead_jobs(After { id: None, limit: DEAD_SHOWN }).await?;
        Ok(JobsSummary {
            ready: sum(JobState::Ready),
            leased: sum(JobState::Leased),
            dead: sum(JobState::Dead),
            waiting_secs: due.map_or(0, |due| (self.clock.now_ms() - due).max(0) / 1_000),
            dead_letters: dead.into_iter().map(DeadLetter::from).collect(),
        })
    }

    /// Whether database and blob store answer.
    ///
    /// # Errors
    /// What does not.
    pub async fn check_ready(&self) -> Result<()> {
        self.blobs.exists(Kept::Original, &Sha256Hex::of(b"")).await?;
        Ok(self.store.ping().await?)
    }
}

impl From<Job> for DeadLetter {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            attempts: job.attempts,
            lost_leases: job.lost_leases,
            reason: job.last_error.unwrap_or_default(),
        }
    }
}
