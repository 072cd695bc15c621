use crate::stage::{NOW, Stage};
use sohoa::domain::{FieldKind, FieldValue, ModelVersion, Scope};
use sohoa::store::{Activation, ClaimJob, Model, NewJob, Proposal, ReaderId, StoreError};

fn id(version: &str) -> ModelVersion {
    ModelVersion::new("line-vi", version).unwrap()
}

fn model(version: &str) -> Model {
    let folder = id(version).folder();
    Model { id: id(version), folder, checksum: "a".repeat(64), shadow: true, added_at: NOW }
}

async fn add(stage: &Stage, model: &Model) -> Result<(), StoreError> {
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_model(model).await?;
    tx.commit().await
}

pub async fn a_model_is_added_once_and_taken_in_and_out_of_the_shadow(stage: Stage) {
    add(&stage, &model("1")).await.unwrap();
    add(&stage, &model("2")).await.unwrap();
    assert!(matches!(add(&stage, &model("1")).await, Err(StoreError::Duplicate(_))));
    let same_folder = Model { id: ModelVersion::new("line", "vi-1").unwrap(), ..model("1") };
    assert!(matches!(add(&stage, &same_folder).await, Err(StoreError::Duplicate(_))));
    assert_eq!(stage.db.models().await.unwrap(), [model("1"), model("2")]);
    let set = async |version: &str, on: bool| {
        let mut tx = stage.db.begin().await.unwrap();
        let changed = tx.set_model_shadow(&id(version), on).await.unwrap();
        tx.commit().await.unwrap();
        changed
    };
    assert_eq!((set("1", false).await, set("1", false).await, set("9", true).await), (true, false, false));
    let out = Model { shadow: false, ..model("1") };
    assert_eq!(stage.db.model(&id("1")).await.unwrap(), Some(out));
    assert_eq!(stage.db.model(&id("9")).await.unwrap(), None);
}

pub async fn activations_stand_until_they_are_taken_back(stage: Stage) {
    let stage = stage.with_book().await;
    add(&stage, &model("1")).await.unwrap();
    add(&stage, &model("2")).await.unwrap();
    let here = Scope { project_id: Some("project-1".into()), kind: Some(FieldKind::Date) };
    let activate = async |scope: &Scope, version: &str, account: Option<&str>| {
        let mut tx = stage.db.begin().await.unwrap();
        tx.activate_model(scope, &id(version), (NOW, account)).await?;
        tx.commit().await
    };
    activate(&here, "1", None).await.unwrap();
    activate(&Scope::default(), "2", Some("account-an")).await.unwrap();
    activate(&here, "2", None).await.unwrap();
    let standing = stage.db.standing_activations().await.unwrap();
    let told: Vec<_> = standing.iter().map(|a| (a.seq, &a.scope, a.model.version.as_str())).collect();
    assert_eq!(told, [(1, &here, "1"), (2, &Scope::default(), "2"), (3, &here, "2")]);
    assert_eq!(standing[1].activated_by.as_deref(), Some("account-an"));

    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.undo_activation(3, (NOW + 1, Some("account-binh"))).await.unwrap());
    assert!(!tx.undo_activation(3, (NOW + 2, None)).await.unwrap(), "taken back once");
    let left: Vec<Activation> = tx.standing_activations().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(left, standing[..2]);
    activate(&here, "2", None).await.unwrap();
    assert_eq!(stage.db.standing_activations().await.unwrap()[2].seq, 4, "places are never used twice");

    let nowhere = Scope { project_id: Some("project-9".into()), kind: None };
    assert!(matches!(activate(&nowhere, "1", None).await, Err(StoreError::Constraint(_))));
    assert!(matches!(activate(&here, "9", None).await, Err(StoreError::Constraint(_))));
}

pub async fn what_was_read_in_the_shadow_is_never_shown(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    let read = |version: &str, shadow, at| Proposal {
        key: "ho_ten".into(),
        reader: ReaderId { model: "line-vi".into(), version: version.into(), settings: "beam".into() },
        value: FieldValue::written(&format!("Lê {version}")).unwrap(),
        confidence: 0.5,
        alternatives: Vec::new(),
        hint: None,
        created_at: at,
        shadow,
    };
    let (active, shadow) = (read("1", false, NOW), read("2", true, NOW + 9));
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(tx.add_proposals("entry-0001", &[active.clone(), shadow.clone()]).await.unwrap(), 2);
    assert_eq!(tx.add_proposals("entry-0001", &[read("2", true, NOW + 10)]).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(stage.db.proposals("entry-0001").await.unwrap(), [active.clone(), shadow]);
    let shown = stage.db.shown_proposals("entry-0001").await.unwrap();
    assert_eq!(shown.into_values().collect::<Vec<_>>(), [active]);
    let nearby = stage.db.nearby("book-1", (1, 1), ["ho_ten", "-", "-"]).await.unwrap();
    assert_eq!(nearby[0].read, Some(("Lê 1".into(), 0.5)), "nor is it evidence for other entries");
}

pub async fn what_two_models_read_is_given_once_in_pages_with_what_was_decided(stage: Stage) {
    let stage = stage.with_book().await;
    let read = |key: &str, version: &str, at| Proposal {
        key: key.into(),
        reader: ReaderId { model: "line-vi".into(), version: version.into(), settings: "beam".into() },
        value: FieldValue::written(&format!("{key} {version} {at}")).unwrap(),
        confidence: 0.5,
        alternatives: Vec::new(),
        hint: None,
        created_at: NOW + at,
        shadow: version == "2",
    };
    for n in 1..=2 {
        stage.entry(n).await;
        let (name, date) = ("ho_ten", "ngay");
        let all = [
            read(name, "0", 0),
            read(name, "1", 1),
            read(name, "2", 2),
            read(date, "1", 1),
            read(date, "2", 2),
            read(date, "9", 0),
        ];
        let mut tx = stage.db.begin().await.unwrap();
        tx.add_proposals(&format!("entry-{n:04}"), &all).await.unwrap();
        tx.commit().await.unwrap();
    }
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    stage.verify("entry-0001", "binh", sohoa::domain::review::Decision::Confirm).await;
    stage.submit("entry-0002", "an", "Lê Thị Huệ").await;

    let mut after: [String; 3] = Default::default();
    let mut found = Vec::new();
    while let Some(next) = stage.db.read_twice(&id("2"), &after, 1).await.unwrap().pop() {
        after = next.place.clone();
        found.push(next);
    }
    let places: Vec<_> = found.iter().map(|f| (f.place[0].as_str(), f.kind, f.blind)).collect();
    let (name, date) = ((FieldKind::PersonName, false), (FieldKind::Date, true));
    let expected = ["entry-0001", "entry-0002"].map(|e| [(e, name.0, name.1), (e, date.0, date.1)]);
    assert_eq!(places, expected.concat());
    let texts = |f: &sohoa::store::ReadTwice| (f.shown.0.text.clone(), f.shadow.0.text.clone());
    assert_eq!(texts(&found[0]), ("ho_ten 1 1".into(), "ho_ten 2 2".into()), "the newest is the one shown");
    let decided: Vec<_> = found.iter().map(|f| f.decided.as_ref().map(|v| v.text.as_str())).collect();
    assert_eq!(decided, [Some("Lê Thị Hoà"), Some("01/02/2016"), None, None], "one person decides nothing");
    assert_eq!(stage.db.read_twice(&id("7"), &Default::default(), 9).await.unwrap(), []);
}

pub async fn a_job_put_off_has_not_failed_and_waiting_ones_are_counted_up_to_a_cap(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    for id in ["job-1", "job-2", "job-3"] {
        let new = NewJob { id, kind: "shadow", payload: "{}", dedupe_key: id, max_attempts: 1, run_at: NOW };
        tx.enqueue(&new, NOW).await.unwrap();
    }
    assert_eq!(tx.waiting_jobs("shadow", 10).await.unwrap(), 3);
    assert_eq!(tx.waiting_jobs("shadow", 2).await.unwrap(), 2);
    assert_eq!(tx.waiting_jobs("read", 2).await.unwrap(), 0);
    tx.commit().await.unwrap();
    let claim = |now| ClaimJob { claimant: "w", kinds: &["read", "shadow"], now, lease_until: now + 30_000 };
    for round in 0..5 {
        let now = NOW + round * 60_000;
        let job = stage.db.claim_job(&claim(now)).await.unwrap().unwrap();
        stage.db.postpone_job(&job, now + 60_000, ("no model", now)).await.unwrap();
        let lost = stage.db.postpone_job(&job, now, ("again", now)).await;
        assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
        let waits = stage.db.job(&job.id).await.unwrap().unwrap();
        assert_eq!((waits.attempts, waits.lost_leases, waits.run_at), (0, 0, now + 60_000));
        assert_eq!(waits.last_error.as_deref(), Some("no model"));
    }
}
