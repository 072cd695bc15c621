use crate::stage::{NOW, Stage, book};
use sohoa::domain::review::BookCounts;
use sohoa::store::{AddedBundle, Bundle, BundleState, ClaimJob, Failure, NewJob, Unpacking};

fn new_bundle(id: &str, book_id: &str) -> Bundle {
    Bundle {
        id: id.into(),
        book_id: book_id.into(),
        sha256: "a".repeat(64),
        file_name: "quyển.pdf".into(),
        mime: "application/pdf".into(),
        size_bytes: 7,
        state: BundleState::Received,
        reject_code: None,
        outcome: Unpacking::default(),
        created_at: NOW,
        job_id: None,
        is_stuck: false,
        dismissed: None,
    }
}

async fn add(stage: &Stage, bundle: &Bundle) -> AddedBundle {
    let mut tx = stage.db.begin().await.unwrap();
    let added = tx.add_bundle(bundle).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn shown(stage: &Stage, id: &str) -> Bundle {
    stage.db.bundle(id).await.unwrap().unwrap()
}

/// Pages that wait, and pages that were rejected.
async fn counted(stage: &Stage, book_id: &str) -> (u64, u64) {
    let mut tx = stage.db.begin().await.unwrap();
    let BookCounts { unread, rejected, .. } = tx.book_counts(book_id).await.unwrap();
    assert_eq!(stage.db.book_summary(book_id).await.unwrap().counts().rejected, rejected);
    (unread, rejected)
}

pub async fn the_same_file_is_one_bundle(stage: Stage) {
    let stage = stage.with_book().await;
    let first = new_bundle("bundle-1", "book-1");
    assert_eq!(add(&stage, &first).await, AddedBundle::New(first.clone()));
    let again = Bundle { file_name: "other.pdf".into(), ..new_bundle("bundle-2", "book-1") };
    assert_eq!(add(&stage, &again).await, AddedBundle::Already(first));
    assert_eq!(counted(&stage, "book-1").await, (1, 0));
}

pub async fn a_refused_bundle_counts_until_it_is_given_up_and_can_go_into_another_book(stage: Stage) {
    let stage = stage.with_book().await;
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_book(&book(2)).await.unwrap();
    tx.commit().await.unwrap();
    add(&stage, &new_bundle("bundle-1", "book-1")).await;
    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.refuse_bundle("bundle-1", "file_too_hard").await.unwrap());
    tx.commit().await.unwrap();
    assert!(shown(&stage, "bundle-1").await.has_failed());
    assert_eq!(counted(&stage, "book-1").await, (0, 1));

    let mut tx = stage.db.begin().await.unwrap();
    let why = ("another copy is there", "file_failed");
    assert!(tx.dismiss_bundle("bundle-1", why, NOW).await.unwrap());
    assert!(!tx.dismiss_bundle("bundle-1", why, NOW).await.unwrap(), "once");
    tx.commit().await.unwrap();
    let given_up = shown(&stage, "bundle-1").await;
    assert_eq!(given_up.dismissed.as_deref(), Some("another copy is there"));
    assert_eq!(given_up.reject_code.as_deref(), Some("file_too_hard"), "the first reason stays");
    assert_eq!(counted(&stage, "book-1").await, (0, 0));

    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.receive_bundle_again("bundle-1", "book-2").await.unwrap());
    assert!(
        tx.set_bundle_unpacked("bundle-1", &Unpacking { pages: 1, ..Unpacking::default() }).await.unwrap()
    );
    assert!(!tx.receive_bundle_again("bundle-1", "book-1").await.unwrap(), "its pages are there");
    assert!(!tx.dismiss_bundle("bundle-1", why, NOW).await.unwrap());
    tx.commit().await.unwrap();
    let moved = shown(&stage, "bundle-1").await;
    assert_eq!(
        (moved.book_id.as_str(), moved.state, moved.dismissed),
        ("book-2", BundleState::Unpacked, None)
    );
    assert_eq!(stage.db.bundles_of_book("book-1", 10).await.unwrap(), []);
    assert_eq!((counted(&stage, "book-1").await, counted(&stage, "book-2").await), ((0, 0), (0, 0)));
}

pub async fn a_bundle_is_stuck_when_its_job_is_dead(stage: Stage) {
    let stage = stage.with_book().await;
    add(&stage, &new_bundle("bundle-1", "book-1")).await;
    let job = NewJob {
        id: "job-1",
        kind: "unpack",
        payload: "{}",
        dedupe_key: "job-1",
        max_attempts: 1,
        run_at: NOW,
    };
    let mut tx = stage.db.begin().await.unwrap();
    tx.enqueue(&job, NOW).await.unwrap();
    tx.set_bundle_job("bundle-1", "job-1").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!shown(&stage, "bundle-1").await.has_failed());
    let claim = ClaimJob { claimant: "w", kinds: &["unpack"], now: NOW, lease_until: NOW + 1_000 };
    let claimed = stage.db.claim_job(&claim).await.unwrap().unwrap();
    stage.db.fail_job(&claimed, Failure::Retry("no"), NOW).await.unwrap();
    assert!(shown(&stage, "bundle-1").await.is_stuck);
    assert!(stage.db.bundles_of_book("book-1", 10).await.unwrap()[0].is_stuck);
    assert_eq!(counted(&stage, "book-1").await, (1, 0));

    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.lock_bundle("bundle-1").await.unwrap().unwrap().is_stuck);
    assert!(tx.dismiss_bundle("bundle-1", ("thôi", "file_failed"), NOW).await.unwrap());
    assert!(tx.abandon_job("job-1", NOW).await.unwrap());
    assert!(!tx.abandon_job("job-1", NOW).await.unwrap(), "it is no dead letter any more");
    tx.commit().await.unwrap();
    let given_up = shown(&stage, "bundle-1").await;
    assert_eq!(given_up.reject_code.as_deref(), Some("file_failed"));
    assert_eq!((given_up.is_stuck, counted(&stage, "book-1").await), (false, (0, 0)));
    assert_eq!(stage.db.job_counts().await.unwrap(), []);
}
