use crate::stage::{NOW, Stage, step};
use sohoa::domain::acceptance::{Finding, LotOutcome, LotState, Sampling, SamplingPlan, Severity};
use sohoa::domain::review::{BookStep, Decision};
use sohoa::domain::{BookState, EntryState, FieldValue, RegisterKind, TaskRole};
use sohoa::store::{After, Improvement, InspectionDone, NewLot, Source, StoreError};
use std::collections::BTreeMap;

fn source() -> Source {
    Source { project_id: "project-1".into(), contractor: String::new(), kind: RegisterKind::Birth }
}

fn written(text: &str) -> FieldValue {
    FieldValue::written(text).unwrap()
}

/// Entries 1..=`n` of `book-1`, submitted by An and verified by Bình; the last one settled by Chi where `settled`.
async fn finished(stage: Stage, n: u32, settled: bool) -> Stage {
    let stage = stage.with_book().await;
    for i in 1..=n {
        let id = format!("entry-{i:04}");
        stage.entry(i).await;
        stage.submit(&id, "an", "Lê Thị Hoà").await;
        let on_name = if settled && i == n { Decision::Reject } else { Decision::Confirm };
        stage.verify(&id, "binh", on_name).await;
        if settled && i == n {
            let mut tx = stage.db.begin().await.unwrap();
            let mut case = tx.review_case(&id).await.unwrap().unwrap();
            let given = BTreeMap::from([("ho_ten".to_owned(), written("Lê Thị Huệ"))]);
            let done = case.adjudicate("chi", &given).unwrap();
            tx.save_adjudication(&case, &done, step("adjudicate", "chi")).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
    stage
}

/// A lot of `book-1` with its whole content as the sample, bearing one wrong entry.
async fn lot(stage: &Stage, id: &str, severity: Option<Severity>) {
    let mut tx = stage.db.begin().await.unwrap();
    tx.lock_project("project-1").await.unwrap();
    tx.lock_book("book-1").await.unwrap();
    let units = tx.lot_units("book-1").await.unwrap();
    let (source, terms, size) = (source(), Sampling::default(), units.len() as u64);
    let new = NewLot {
        id,
        source: &source,
        is_first: !tx.was_sent_back("book-1").await.unwrap(),
        severity,
        terms: &terms,
        size,
        plan: SamplingPlan { sample_size: size, accept: 1 },
        seed: &"5".repeat(64),
        reason: None,
        made_by: "dung",
        made_at: NOW,
    };
    tx.add_lot(&new, &["book-1".to_owned()]).await.unwrap();
    tx.add_sample(id, &units.iter().collect::<Vec<_>>()).await.unwrap();
    tx.commit().await.unwrap();
}

fn done(by: &str, wrong: u64) -> InspectionDone {
    InspectionDone { by: by.into(), at: NOW + 5, planted: false, fields: 2, wrong }
}

fn finding(found: &str) -> Finding {
    Finding { key: "ho_ten".into(), recorded: written("Lê Thị Hoà"), found: written(found) }
}

pub async fn a_lot_holds_its_books_and_keeps_its_sample(stage: Stage) {
    let stage = finished(stage, 3, true).await;
    lot(&stage, "lot-1", Some(Severity::Normal)).await;
    let book = stage.db.book("book-1").await.unwrap().unwrap();
    assert_eq!((book.state, book.lot_id.as_deref()), (BookState::InLot, Some("lot-1")));
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(tx.lock_book("book-1").await.unwrap().unwrap().state, BookState::InLot);
    drop(tx);
    let kept = stage.db.lot("lot-1").await.unwrap().unwrap();
    assert_eq!((kept.number, kept.size, kept.plan.accept, kept.is_first), (1, 3, 1, true));
    assert_eq!(
        (kept.state, kept.severity, kept.source),
        (LotState::Inspection, Some(Severity::Normal), source())
    );
    assert_eq!((kept.terms, kept.decided_at, kept.seed), (Sampling::default(), None, "5".repeat(64)));
    assert_eq!(stage.db.books_of_lot("lot-1").await.unwrap(), ["book-1"]);
    let sample = stage.db.sample_of_lot("lot-1").await.unwrap();
    let ids: Vec<_> = sample.iter().map(|s| s.entry_id.as_str()).collect();
    assert_eq!(ids, ["entry-0001", "entry-0002", "entry-0003"]);
    assert_eq!(stage.db.lots(After { id: None, limit: 9 }).await.unwrap().len(), 1);
    let mut tx = stage.db.begin().await.unwrap();
    let (terms, source) = (Sampling::default(), source());
    let twice = NewLot {
        id: "lot-2",
        source: &source,
        is_first: true,
        severity: None,
        terms: &terms,
        size: 3,
        plan: SamplingPlan { sample_size: 3, accept: 0 },
        seed: &"6".repeat(64),
        reason: None,
        made_by: "dung",
        made_at: NOW,
    };
    let refused = tx.add_lot(&twice, &["book-1".to_owned()]).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost)), "a book is in one lot at a time");
}

pub async fn entries_of_a_sample_are_held_by_one_and_never_by_who_worked_on_them(stage: Stage) {
    let stage = finished(stage, 3, true).await;
    lot(&stage, "lot-1", None).await;
    let left = async |person: &str| stage.db.inspections_left("lot-1", person).await.unwrap();
    assert_eq!((left("an").await, left("binh").await, left("chi").await, left("dung").await), (0, 0, 2, 3));
    let hold = async |person: &str, now: i64| {
        let mut tx = stage.db.begin().await.unwrap();
        tx.lock_lot("lot-1").await.unwrap();
        let held = tx.hold_sampled("lot-1", person, (now, now + 300)).await.unwrap();
        tx.commit().await.unwrap();
        held.map(|s| s.entry_id)
    };
    assert_eq!(hold("an", NOW).await, None);
    assert_eq!(hold("dung", NOW).await.as_deref(), Some("entry-0001"));
    assert_eq!(hold("dung", NOW + 1).await.as_deref(), Some("entry-0001"), "the same comes again");
    assert_eq!(hold("chi", NOW + 2).await.as_deref(), Some("entry-0002"));
    let mut tx = stage.db.begin().await.unwrap();
    let mine = ("lot-1", "entry-0001");
    assert!(tx.save_inspection_draft(mine, "dung", ("{}", NOW + 400)).await.unwrap());
    assert!(!tx.save_inspection_draft(mine, "chi", ("{}", NOW + 400)).await.unwrap());
    tx.finish_inspection(("lot-1", "entry-0002"), &done("chi", 0), &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(hold("chi", NOW + 350).await, None, "dung's sign of life counts, the third is her own work");
    assert_eq!(hold("chi", NOW + 401).await.as_deref(), Some("entry-0001"), "the lease ran out");
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(
        tx.sampled("lot-1", "entry-0001").await.unwrap().unwrap().draft,
        None,
        "another's draft is not shown"
    );
    assert!(
        tx.took_part("entry-0003", "chi").await.unwrap() && !tx.took_part("entry-0001", "chi").await.unwrap()
    );
    drop(tx);
    for own in ["an", "binh"] {
        let mut tx = stage.db.begin().await.unwrap();
        let refused = tx.finish_inspection(("lot-1", "entry-0001"), &done(own, 0), &[]).await;
        assert!(matches!(refused, Err(StoreError::Constraint(_))), "{own}");
    }
    let mut tx = stage.db.begin().await.unwrap();
    let refused = tx.finish_inspection(("lot-1", "entry-0003"), &done("chi", 0), &[]).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "who settled it");
}

pub async fn a_lot_sent_back_takes_every_verification_with_it(stage: Stage) {
    let stage = finished(stage, 2, true).await;
    lot(&stage, "lot-1", Some(Severity::Normal)).await;
    let mut tx = stage.db.begin().await.unwrap();
    tx.lock_lot("lot-1").await.unwrap();
    tx.finish_inspection(("lot-1", "entry-0001"), &done("dung", 1), &[finding("Lê Thị Hoan")]).await.unwrap();
    assert_eq!(tx.send_book_back("book-1", NOW + 6).await.unwrap(), 2);
    tx.decide_lot("lot-1", LotState::NotAccepted, NOW + 6).await.unwrap();
    tx.commit().await.unwrap();
    let book = stage.db.book("book-1").await.unwrap().unwrap();
    assert_eq!((book.state, book.lot_id), (BookState::Open, None));
    for (entry, verifier, settled_by) in
        [("entry-0001", None, None), ("entry-0002", Some("binh"), Some("chi"))]
    {
        let back = stage.db.entry(entry).await.unwrap().unwrap();
        assert_eq!(back.state, EntryState::Typed);
        assert_eq!((back.verified_by.as_deref(), back.adjudicated_by.as_deref()), (verifier, settled_by));
        let fields = stage.db.fields(entry).await.unwrap();
        assert!(fields.iter().all(|f| !f.settled && f.value.is_some()), "values stay, agreement does not");
    }
    let found = stage.db.findings_of_entry("entry-0001").await.unwrap();
    assert_eq!((found.len(), found[0].finding.clone()), (1, finding("Lê Thị Hoan")));
    // Neither typist, nor who settled it, nor who inspected it: Bình may look again.
    let claim = async |person| stage.claim(TaskRole::Verifier, person).await;
    assert_eq!(claim("an").await, None);
    assert_eq!(claim("dung").await.as_deref(), Some("entry-0002"), "she inspected the other");
    assert_eq!(claim("chi").await.as_deref(), Some("entry-0001"), "she settled the other");
    stage.db.release_lease("entry-0001", "chi").await.unwrap();
    stage.db.release_lease("entry-0002", "dung").await.unwrap();
    assert_eq!(claim("binh").await.as_deref(), Some("entry-0001"));
    let all: BTreeMap<_, _> = ["ho_ten", "ngay"].map(|key| (key.to_owned(), Decision::Confirm)).into();
    let mut tx = stage.db.begin().await.unwrap();
    let mut case = tx.review_case("entry-0001").await.unwrap().unwrap();
    let again = case.verify("binh", &all).unwrap();
    tx.save_verification(&case, &again, step("verify-again", "binh")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        claim("binh").await.as_deref(),
        Some("entry-0002"),
        "in which a third person's value is in force"
    );
    let lots = async || stage.db.lot_outcomes(&source()).await.unwrap();
    assert_eq!(lots().await, [LotOutcome::NotAccepted]);
    let mut tx = stage.db.begin().await.unwrap();
    let source = source();
    let told =
        Improvement { id: "i", source: &source, reason: "tập huấn", told_by: "dung", told_at: NOW + 9 };
    tx.add_improvement(&told).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lots().await, [LotOutcome::NotAccepted, LotOutcome::Improved]);
    let other = Source { contractor: "Công ty B".into(), ..source };
    assert!(stage.db.lot_outcomes(&other).await.unwrap().is_empty());
}

pub async fn an_accepted_lot_sends_what_was_found_wrong_to_a_third_person(stage: Stage) {
    let stage = finished(stage, 2, true).await;
    lot(&stage, "lot-1", None).await;
    let mut tx = stage.db.begin().await.unwrap();
    tx.lock_lot("lot-1").await.unwrap();
    tx.finish_inspection(("lot-1", "entry-0001"), &done("dung", 1), &[finding("Lê Thị Hoan")]).await.unwrap();
    tx.finish_inspection(("lot-1", "entry-0002"), &done("dung", 0), &[]).await.unwrap();
    tx.contest_entry(("lot-1", "entry-0001"), NOW + 6).await.unwrap();
    assert_eq!(tx.save_book_step("book-1", BookStep::Accept, "dung", NOW + 6).await.unwrap(), 1);
    tx.decide_lot("lot-1", LotState::Accepted, NOW + 6).await.unwrap();
    let counts = tx.book_counts("book-1").await.unwrap();
    tx.commit().await.unwrap();
    let book = stage.db.book("book-1").await.unwrap().unwrap();
    assert_eq!((book.state, book.lot_id.as_deref()), (BookState::Accepted, Some("lot-1")));
    assert!(book.state.after(BookStep::Approve, counts, None).is_err(), "{counts:?}");
    let settled: Vec<_> = stage.db.fields("entry-0001").await.unwrap().iter().map(|f| f.settled).collect();
    assert_eq!(settled, [false, true], "only what was found");
    assert!(stage.db.lot_outcomes(&source()).await.unwrap().is_empty(), "no lot of a series");
    assert_eq!(stage.db.lots_of_source(&source()).await.unwrap(), 1);
    let claim = async |person| stage.claim(TaskRole::Adjudicator, person).await;
    for party in ["an", "binh", "dung"] {
        assert_eq!(claim(party).await, None, "{party}");
    }
    assert_eq!(claim("chi").await.as_deref(), Some("entry-0001"));
    let mut tx = stage.db.begin().await.unwrap();
    let mut case = tx.review_case("entry-0001").await.unwrap().unwrap();
    assert_eq!(case.inspected_by, ["dung"]);
    let given = BTreeMap::from([("ho_ten".to_owned(), written("Lê Thị Hoan"))]);
    let done = case.adjudicate("chi", &given).unwrap();
    tx.save_adjudication(&case, &done, step("again", "chi")).await.unwrap();
    assert_eq!(tx.save_book_step("book-1", BookStep::Approve, "dung", NOW + 8).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let approved = stage.db.entries_with_fields("book-1", EntryState::Approved).await.unwrap();
    assert_eq!(approved.len(), 2);
}
