use crate::stage::{NOW, Stage, new_page};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sohoa::store::{
    After, ClaimJob, Failure, Job, JobState, MAX_LOST_LEASES, NewJob, StoreError, backoff_ms,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

const LEASE_MS: i64 = 30_000;

fn new_job<'a>(id: &'a str, kind: &'a str) -> NewJob<'a> {
    NewJob { id, kind, payload: r#"{"page":"p"}"#, dedupe_key: id, max_attempts: 3, run_at: NOW }
}

async fn enqueue(stage: &Stage, job: NewJob<'_>) -> bool {
    let mut tx = stage.db.begin().await.unwrap();
    let added = tx.enqueue(&job, NOW).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn claim(stage: &Stage, claimant: &str, now: i64) -> Option<Job> {
    let claim = ClaimJob { claimant, kinds: &["read"], now, lease_until: now + LEASE_MS };
    stage.db.claim_job(&claim).await.unwrap()
}

async fn complete(stage: &Stage, job: &Job, now: i64) -> Result<(), StoreError> {
    let mut tx = stage.db.begin().await.unwrap();
    tx.complete_job(job, now).await?;
    tx.commit().await
}

async fn dead(stage: &Stage) -> Vec<Job> {
    stage.db.dead_jobs(After { id: None, limit: 100 }).await.unwrap()
}

pub async fn the_same_work_is_queued_once(stage: Stage) {
    assert!(enqueue(&stage, new_job("job-1", "read")).await);
    let same_work = NewJob { dedupe_key: "job-1", ..new_job("job-2", "read") };
    assert!(!enqueue(&stage, same_work).await);
    let job = claim(&stage, "w", NOW).await.unwrap();
    assert_eq!((job.id.as_str(), job.payload.as_str()), ("job-1", r#"{"page":"p"}"#));
    assert_eq!((job.state, job.claimant.as_deref(), job.fence), (JobState::Leased, Some("w"), 1));
    assert_eq!(claim(&stage, "v", NOW).await, None);
    complete(&stage, &job, NOW).await.unwrap();
    assert!(!enqueue(&stage, same_work).await, "done once is done for good");
    assert_eq!(claim(&stage, "w", NOW + 9_999_999).await, None);
    assert_eq!(stage.db.job("job-1").await.unwrap().unwrap().state, JobState::Done);
    assert_eq!(stage.db.job_counts().await.unwrap(), []);
}

pub async fn kinds_are_taken_in_the_order_asked_for(stage: Stage) {
    enqueue(&stage, new_job("job-1", "read")).await;
    enqueue(&stage, new_job("job-2", "sign")).await;
    enqueue(&stage, NewJob { run_at: NOW - 5, ..new_job("job-3", "sign") }).await;
    enqueue(&stage, NewJob { run_at: NOW + 60_000, ..new_job("job-4", "sign") }).await;
    let counts = stage.db.job_counts().await.unwrap();
    let counted: Vec<_> = counts.iter().map(|c| (c.kind.as_str(), c.jobs, c.oldest_run_at)).collect();
    assert_eq!(counted, [("read", 1, NOW), ("sign", 3, NOW - 5)]);
    let mut order = Vec::new();
    loop {
        let ask = ClaimJob { claimant: "w", kinds: &["sign", "read"], now: NOW, lease_until: NOW + LEASE_MS };
        let Some(job) = stage.db.claim_job(&ask).await.unwrap() else { break };
        order.push(job.id);
    }
    assert_eq!(order, ["job-3", "job-2", "job-1"], "and job-4 waits for its time");
}

pub async fn a_failure_waits_longer_each_time_and_ends_in_the_dead_letters(stage: Stage) {
    enqueue(&stage, new_job("job-1", "read")).await;
    let mut now = NOW;
    for attempt in 1..=3 {
        let job = claim(&stage, "w", now).await.unwrap();
        let state = stage.db.fail_job(&job, Failure::Retry("the disk is full"), now).await.unwrap();
        assert_eq!(state, if attempt < 3 { JobState::Ready } else { JobState::Dead });
        assert_eq!(claim(&stage, "w", now + backoff_ms(attempt) - 1).await, None);
        now += backoff_ms(attempt);
    }
    assert_eq!(claim(&stage, "w", now + 9_999_999).await, None);
    let letters = dead(&stage).await;
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].attempts, letters[0].last_error.as_deref()), (3, Some("the disk is full")));

    enqueue(&stage, new_job("job-2", "read")).await;
    let job = claim(&stage, "w", NOW).await.unwrap();
    let state = stage.db.fail_job(&job, Failure::Final("no such page"), NOW).await.unwrap();
    assert_eq!(state, JobState::Dead, "what can never succeed is not tried again");
}

pub async fn a_dead_letter_can_be_taken_out(stage: Stage) {
    enqueue(&stage, new_job("job-1", "read")).await;
    let job = claim(&stage, "w", NOW).await.unwrap();
    stage.db.fail_job(&job, Failure::Final("broken"), NOW).await.unwrap();
    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.requeue_job("job-1", NOW).await.unwrap());
    assert!(!tx.requeue_job("job-1", NOW).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(dead(&stage).await, []);
    let job = claim(&stage, "w", NOW).await.unwrap();
    assert_eq!((job.attempts, job.lost_leases), (0, 0));
    complete(&stage, &job, NOW).await.unwrap();
}

pub async fn a_lost_lease_is_no_failure_and_fences_its_holder_off(stage: Stage) {
    enqueue(&stage, new_job("job-1", "read")).await;
    let slow = claim(&stage, "slow", NOW).await.unwrap();
    assert_eq!(claim(&stage, "quick", NOW + LEASE_MS - 1).await, None);
    let quick = claim(&stage, "quick", NOW + LEASE_MS).await.unwrap();
    assert_eq!((quick.attempts, quick.lost_leases, quick.fence), (0, 1, 2));
    let now = NOW + LEASE_MS;
    assert!(matches!(complete(&stage, &slow, now).await, Err(StoreError::LeaseLost)));
    assert!(matches!(stage.db.heartbeat_job(&slow, now).await, Err(StoreError::LeaseLost)));
    let failed = stage.db.fail_job(&slow, Failure::Retry("x"), now).await;
    assert!(matches!(failed, Err(StoreError::LeaseLost)));
    assert!(matches!(stage.db.hand_back_job(&slow, now).await, Err(StoreError::LeaseLost)));
    complete(&stage, &quick, now).await.unwrap();
    assert!(matches!(complete(&stage, &quick, now).await, Err(StoreError::LeaseLost)));

    // The same process by name, an older claim: the fence tells them apart.
    enqueue(&stage, new_job("job-2", "read")).await;
    let first = claim(&stage, "w", now).await.unwrap();
    let second = claim(&stage, "w", now + LEASE_MS).await.unwrap();
    assert!(matches!(complete(&stage, &first, now).await, Err(StoreError::LeaseLost)));
    stage.db.hand_back_job(&second, now + LEASE_MS).await.unwrap();
    let third = claim(&stage, "w", now + LEASE_MS).await.unwrap();
    assert_eq!((third.attempts, third.lost_leases), (0, 1), "handing back is neither");
}

pub async fn fifty_kills_put_nothing_into_the_dead_letters(stage: Stage) {
    enqueue(&stage, new_job("job-1", "read")).await;
    enqueue(&stage, NewJob { run_at: NOW + 1, ..new_job("job-2", "read") }).await;
    for kill in 0..50 {
        let now = NOW + 10 + kill;
        assert!(claim(&stage, "embedded", now).await.is_some());
        assert_eq!(stage.db.release_own_jobs("embedded", now).await.unwrap(), 1);
    }
    assert_eq!(dead(&stage).await, []);
    let (first, second) = (
        claim(&stage, "embedded", NOW + 100).await.unwrap(),
        claim(&stage, "embedded", NOW + 100).await.unwrap(),
    );
    assert_eq!(first.lost_leases + second.lost_leases, 50);
    assert_eq!(first.lost_leases, 25, "what lost its lease goes behind its neighbours");
}

pub async fn a_job_that_always_kills_its_process_ends_as_a_dead_letter(stage: Stage) {
    enqueue(&stage, new_job("job-1", "read")).await;
    for kill in 1..=MAX_LOST_LEASES {
        assert_eq!(dead(&stage).await, [], "after {kill} kills");
        assert!(claim(&stage, "embedded", NOW + kill).await.is_some());
        stage.db.release_own_jobs("embedded", NOW + kill).await.unwrap();
    }
    let letters = dead(&stage).await;
    assert_eq!((letters[0].lost_leases, letters[0].attempts), (MAX_LOST_LEASES, 0));
    assert!(letters[0].last_error.as_deref().unwrap().contains("went away"));
}

pub async fn a_restarted_process_takes_its_jobs_back_at_once(stage: Stage) {
    for id in ["job-1", "job-2", "job-3"] {
        enqueue(&stage, new_job(id, "read")).await;
    }
    claim(&stage, "embedded", NOW).await.unwrap();
    claim(&stage, "embedded", NOW).await.unwrap();
    let others = claim(&stage, "worker-7", NOW).await.unwrap();
    assert_eq!(stage.db.release_own_jobs("embedded", NOW + 1).await.unwrap(), 2);
    assert!(claim(&stage, "embedded", NOW + 1).await.is_some());
    assert!(claim(&stage, "embedded", NOW + 1).await.is_some());
    assert_eq!(claim(&stage, "embedded", NOW + 1).await, None);
    complete(&stage, &others, NOW + 1).await.unwrap();
}

pub async fn a_heartbeat_keeps_a_job(stage: Stage) {
    enqueue(&stage, new_job("job-1", "read")).await;
    let job = claim(&stage, "w", NOW).await.unwrap();
    for beat in 1..=5 {
        let now = NOW + beat * (LEASE_MS - 1);
        stage.db.heartbeat_job(&job, now + LEASE_MS).await.unwrap();
        assert_eq!(claim(&stage, "v", now + LEASE_MS - 1).await, None);
    }
    complete(&stage, &job, NOW).await.unwrap();
}

pub async fn completing_without_the_lease_undoes_what_was_written(stage: Stage) {
    let stage = stage.with_book().await;
    enqueue(&stage, new_job("job-1", "read")).await;
    let slow = claim(&stage, "slow", NOW).await.unwrap();
    let quick = claim(&stage, "quick", NOW + LEASE_MS).await.unwrap();
    for (job, n) in [(&quick, 1), (&slow, 2)] {
        let mut tx = stage.db.begin().await.unwrap();
        tx.add_page(&new_page(n)).await.unwrap();
        if tx.complete_job(job, NOW + LEASE_MS).await.is_ok() {
            tx.commit().await.unwrap();
        }
    }
    assert!(stage.db.page("page-0001").await.unwrap().is_some());
    assert_eq!(stage.db.page("page-0002").await.unwrap(), None);
}

/// What all workers of the race share.
struct Race {
    stage: Stage,
    clock: AtomicI64,
    /// Who holds which job with which fence, as seen by the claimants themselves.
    claims: Mutex<BTreeMap<(String, i64), String>>,
    completed: Mutex<BTreeMap<String, u32>>,
}

async fn work(race: Arc<Race>, name: String, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut idle = 0;
    while idle < 4 {
        let now = race.clock.fetch_add(rng.random_range(0..40), Ordering::SeqCst);
        let ask = ClaimJob { claimant: &name, kinds: &["read"], now, lease_until: now + 100 };
        let Some(job) = race.stage.db.claim_job(&ask).await.unwrap() else {
            // Let what others hold or wait for come round.
            race.clock.fetch_add(60_000, Ordering::SeqCst);
            idle += 1;
            continue;
        };
        idle = 0;
        let holder = race.claims.lock().unwrap().insert((job.id.clone(), job.fence), name.clone());
        assert_eq!(holder, None, "two claimants hold {} with fence {}", job.id, job.fence);
        match rng.random_range(0..10) {
            0 => continue, // killed: the lease runs out
            1 => match race.stage.db.fail_job(&job, Failure::Retry("again"), now).await {
                Ok(_) | Err(StoreError::LeaseLost) => {}
                Err(other) => panic!("{other}"),
            },
            _ => match complete(&race.stage, &job, now).await {
                Ok(()) => *race.completed.lock().unwrap().entry(job.id).or_default() += 1,
                Err(StoreError::LeaseLost) => {}
                Err(other) => panic!("{other}"),
            },
        }
    }
}

pub async fn claimants_who_race_never_share_a_job(stage: Stage) {
    const JOBS: usize = 40;
    for n in 0..JOBS {
        let id = format!("job-{n:02}");
        enqueue(&stage, NewJob { max_attempts: 1_000, ..new_job(&id, "read") }).await;
    }
    let race = Arc::new(Race {
        stage: stage.clone(),
        clock: AtomicI64::new(NOW),
        claims: Mutex::default(),
        completed: Mutex::default(),
    });
    let workers: Vec<_> = (0..6).map(|n| tokio::spawn(work(race.clone(), format!("w{n}"), n))).collect();
    for worker in workers {
        worker.await.unwrap();
    }
    // Whatever the last worker left behind when the others had gone home.
    work(race.clone(), "sweeper".into(), 99).await;
    let completed = race.completed.lock().unwrap().clone();
    assert_eq!(completed.len(), JOBS, "{completed:?}");
    assert!(completed.values().all(|n| *n == 1), "{completed:?}");
    assert_eq!(dead(&stage).await, []);
}
