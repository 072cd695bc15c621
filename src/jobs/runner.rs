//! Claims jobs and works them off, several at a time.

use super::shelf::{OpenReader, Shelf};
use crate::app::{App, CHECK_PAGE, Error, READ_PAGE, Read, ReaderShelf, SHADOW_READ, UNPACK};
use crate::store::{ClaimJob, Failure, Job, JobState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

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
    shelf: Arc<dyn ReaderShelf>,
    claimant: Arc<str>,
    options: RunnerOptions,
}

/// What is worked off, those in front first: pages come to light and are looked at before they are read, so that a
/// person sees soon what is wrong with a file or a capture; a page in the shadow only where none waits to be read in earnest.
const KINDS: &[&str] = &[UNPACK, CHECK_PAGE, READ_PAGE, SHADOW_READ];
/// How long a job waits whose model could not be opened.
const REOPEN_AFTER: Duration = Duration::from_secs(60);
/// How long to wait after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

impl Runner {
    /// A runner; `claimant` is a name that no other process uses at the same time.
    #[must_use]
    pub fn new(app: Arc<App>, open_reader: OpenReader, claimant: &str, options: RunnerOptions) -> Self {
        Self { app, shelf: Arc::new(Shelf::new(open_reader)), claimant: claimant.into(), options }
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
        self.warm_up().await;
        let mut working: JoinSet<()> = JoinSet::new();
        while !*stop.borrow() {
            while working.try_join_next().is_some() {}
            if working.len() >= self.options.slots {
                tokio::select! { _ = working.join_next() => {}, _ = stop.changed() => {} }
                continue;
            }
            match self.claim().await {
                Ok(Some(job)) => {
                    let (runner, stop) = (self.clone(), stop.clone());
                    working.spawn(async move { runner.work(job, stop).await });
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
    /// When the database fails.
    pub async fn run_until_idle(&self) -> anyhow::Result<usize> {
        let (_stop, never) = watch::channel(false);
        let mut done = 0;
        while let Some(job) = self.claim().await? {
            self.work(job, never.clone()).await;
            done += 1;
        }
        Ok(done)
    }

    /// Opens the usual reader before the first page comes; tells what is wrong with it at once.
    async fn warm_up(&self) {
        let source = match self.app.usual_source().await {
            Ok(source) => source,
            Err(error) => return tracing::error!(%error, "the active models cannot be looked up"),
        };
        let shelf = Arc::clone(&self.shelf);
        let opening = tokio::task::spawn_blocking(move || shelf.reader(&source).map(drop));
        match opening.await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => {
                tracing::error!("pages wait: {:#}", anyhow::Error::from_boxed(failure));
            }
            Err(panic) => tracing::error!("pages wait: {panic}"),
        }
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
            kinds: KINDS,
            now,
            lease_until: now + millis(self.options.lease),
        };
        Ok(self.app.store.claim_job(&claim).await?)
    }

    /// Does one job with its heart beating; afterwards it is done, failed, or somebody else's.
    async fn work(&self, job: Job, mut stop: watch::Receiver<bool>) {
        let started = std::time::Instant::now();
        let outcome = tokio::select! {
            outcome = self.perform(&job) => outcome,
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
            Err(error @ Error::ModelClosed { .. }) => self.postpone(&job, error).await,
            Err(error) => self.fail(&job, error).await,
        }
    }

    async fn perform(&self, job: &Job) -> Result<Option<Read>, Error> {
        let shelf = Arc::clone(&self.shelf);
        match job.kind.as_str() {
            UNPACK => self.app.unpack_bundle(job).await.map(|()| None),
            CHECK_PAGE => self.app.check_page(job).await.map(|()| None),
            SHADOW_READ => self.app.read_in_shadow(shelf, job).await.map(|()| None),
            _ => self.app.read_page(shelf, job).await,
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

    /// Lets a job wait for its model: what lacks is a file, and other models go on.
    async fn postpone(&self, job: &Job, error: Error) {
        let reason = format!("{:#}", anyhow::Error::from(error));
        tracing::error!(job = job.id, kind = job.kind, reason, "job waits for its model");
        let now = self.app.clock.now_ms();
        let later = now + millis(REOPEN_AFTER);
        if let Err(error) = self.app.store.postpone_job(job, later, (&reason, now)).await {
            tracing::warn!(job = job.id, %error, "job not put off; its lease will run out");
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
