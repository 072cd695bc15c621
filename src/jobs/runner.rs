//! Claims jobs and works them off, several at a time.

use crate::app::{App, Error, PageReader, READ_PAGE, Read};
use crate::store::{ClaimJob, Failure, Job, JobState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Opens what reads pages; may take seconds and block.
pub type OpenReader = Arc<dyn Fn() -> anyhow::Result<Arc<dyn PageReader>> + Send + Sync>;

/// How a runner works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunnerOptions {
    /// Pages read at the same time.
    pub slots: usize,
    /// How long a job is held without a heartbeat; they come three times as often.
    pub lease: Duration,
    /// How often to look for work that another process queued.
    pub look_every: Duration,
    /// How long a shutdown waits for pages under way before it hands them back.
    pub patience: Duration,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            slots: 1,
            lease: Duration::from_secs(60),
            look_every: Duration::from_secs(1),
            patience: Duration::from_secs(20),
        }
    }
}

/// Works off the queue under one claimant's name.
#[derive(Clone)]
pub struct Runner {
    app: Arc<App>,
    open_reader: OpenReader,
    claimant: Arc<str>,
    options: RunnerOptions,
}

/// How long to wait before a reader that could not be opened is tried again.
const REOPEN_AFTER: Duration = Duration::from_secs(60);
/// How long to wait after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

impl Runner {
    /// A runner; `claimant` is a name that no other process uses at the same time.
    #[must_use]
    pub fn new(app: Arc<App>, open_reader: OpenReader, claimant: &str, options: RunnerOptions) -> Self {
        Self { app, open_reader, claimant: claimant.into(), options }
    }

    /// Takes back what a predecessor of the same name held when it died. Only for a process that knows that
    /// its predecessor is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_back_own_jobs(&self) -> anyhow::Result<u64> {
        Ok(self.app.store.release_own_jobs(&self.claimant, self.app.clock.now_ms()).await?)
    }

    /// Works until `stop` turns true, then waits for what is under way and hands back what takes too long.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let Some(reader) = self.reader(&mut stop).await else { return };
        let mut working: JoinSet<()> = JoinSet::new();
        while !*stop.borrow() {
            while working.try_join_next().is_some() {}
            if working.len() >= self.options.slots {
                tokio::select! { _ = working.join_next() => {}, _ = stop.changed() => {} }
                continue;
            }
            match self.claim().await {
                Ok(Some(job)) => {
                    let (runner, reader, stop) = (self.clone(), Arc::clone(&reader), stop.clone());
                    working.spawn(async move { runner.work(job, reader, stop).await });
                }
                Ok(None) => self.wait(self.options.look_every, &mut stop).await,
                Err(error) => {
                    tracing::error!(%error, "the queue cannot be read");
                    self.wait(AFTER_FAILURE, &mut stop).await;
                }
            }
        }
        while working.join_next().await.is_some() {}
    }

    /// Works off every job that is due now, one after the other; gives their number.
    ///
    /// # Errors
    /// When the reader cannot be opened or the database fails.
    pub async fn run_until_idle(&self) -> anyhow::Result<usize> {
        let reader = (self.open_reader)()?;
        let (_stop, never) = watch::channel(false);
        let mut done = 0;
        while let Some(job) = self.claim().await? {
            self.work(job, Arc::clone(&reader), never.clone()).await;
            done += 1;
        }
        Ok(done)
    }

    /// Opens the reader, again and again until it works; none when told to stop.
    async fn reader(&self, stop: &mut watch::Receiver<bool>) -> Option<Arc<dyn PageReader>> {
        while !*stop.borrow() {
            let open = Arc::clone(&self.open_reader);
            match tokio::task::spawn_blocking(move || open()).await {
                Ok(Ok(reader)) => return Some(reader),
                Ok(Err(error)) => tracing::error!("pages are not read: {error:#}"),
                Err(panic) => tracing::error!("pages are not read: {panic}"),
            }
            self.wait(REOPEN_AFTER, stop).await;
        }
        None
    }

    /// Waits for work, for `stop`, or for the time to pass.
    async fn wait(&self, at_most: Duration, stop: &mut watch::Receiver<bool>) {
        tokio::select! {
            () = sleep(at_most) => {}
            () = self.app.work_wanted.notified() => {}
            _ = stop.changed() => {}
        }
    }

    async fn claim(&self) -> Result<Option<Job>, Error> {
        let now = self.app.clock.now_ms();
        let claim = ClaimJob {
            claimant: &self.claimant,
            kinds: &[READ_PAGE],
            now,
            lease_until: now + millis(self.options.lease),
        };
        Ok(self.app.store.claim_job(&claim).await?)
    }

    /// Does one job with its heart beating; afterwards it is done, failed, or somebody else's.
    async fn work(&self, job: Job, reader: Arc<dyn PageReader>, mut stop: watch::Receiver<bool>) {
        let started = std::time::Instant::now();
        let outcome = tokio::select! {
            outcome = self.app.read_page(reader, &job) => outcome,
            () = self.beat(&job) => Err(Error::LeaseLost),
            () = self.out_of_patience(&mut stop) => return self.hand_back(&job).await,
        };
        let ms = started.elapsed().as_millis() as u64;
        match outcome {
            Ok(read) => {
                tracing::info!(job = job.id, kind = job.kind, ms, "job done");
                if let Some(read) = read.filter(|_| self.app.settings.pictures_ahead) {
                    self.make_pictures(&read, &mut stop).await;
                }
            }
            Err(Error::LeaseLost) => tracing::warn!(job = job.id, "job lost to another worker"),
            Err(error) => self.fail(&job, error).await,
        }
    }

    /// Makes the pictures of a page that is read, unless a stop comes first: they can be made on demand.
    async fn make_pictures(&self, read: &Read, stop: &mut watch::Receiver<bool>) {
        tokio::select! {
            () = self.app.make_pictures_ahead(read) => {}
            Ok(_) = stop.wait_for(|stop| *stop) => {}
        }
    }

    /// Keeps the lease; ends only when it is lost.
    async fn beat(&self, job: &Job) {
        loop {
            sleep(self.options.lease / 3).await;
            let until = self.app.clock.now_ms() + millis(self.options.lease);
            match self.app.store.heartbeat_job(job, until).await {
                Ok(()) => {}
                Err(crate::store::StoreError::LeaseLost) => return,
                Err(error) => tracing::warn!(job = job.id, %error, "no heartbeat"),
            }
        }
    }

    /// Ends some time after `stop` turned true.
    async fn out_of_patience(&self, stop: &mut watch::Receiver<bool>) {
        if stop.wait_for(|stop| *stop).await.is_err() {
            // Nobody is left who could say stop.
            std::future::pending::<()>().await;
        }
        sleep(self.options.patience).await;
    }

    async fn hand_back(&self, job: &Job) {
        if let Err(error) = self.app.store.hand_back_job(job, self.app.clock.now_ms()).await {
            tracing::warn!(job = job.id, %error, "job not handed back; its lease will run out");
        }
    }

    async fn fail(&self, job: &Job, error: Error) {
        let reason = format!("{:#}", anyhow::Error::from(error));
        match self.app.store.fail_job(job, Failure::Retry(&reason), self.app.clock.now_ms()).await {
            Ok(JobState::Dead) => tracing::error!(job = job.id, kind = job.kind, reason, "job given up"),
            Ok(_) => tracing::warn!(job = job.id, kind = job.kind, reason, "job failed, will be tried again"),
            Err(error) => tracing::error!(job = job.id, %error, reason, "failure not recorded"),
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
