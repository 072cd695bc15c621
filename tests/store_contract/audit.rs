use crate::stage::{Stage, event, new_page};
use serde_json::json;
use sohoa::domain::audit::{Fault, HeadKey, SYSTEM_CHAIN, SignedHead};
use sohoa::store::{After, VerifyError};

fn key() -> HeadKey {
    HeadKey::from_seed([11; 32])
}

async fn append(stage: &Stage, n: u32) {
    let mut tx = stage.db.begin().await.unwrap();
    let values = json!({"ho_ten": {"state": "written", "text": format!("Lê Thị {n}")}});
    tx.append_event(&event("book-1", &format!("entry-{n}"), Some(values))).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sign(stage: &Stage) -> Vec<SignedHead> {
    let heads = stage.db.unsigned_heads(77, 100).await.unwrap();
    let signed: Vec<SignedHead> = heads.into_iter().map(|h| key().sign(h)).collect();
    let mut tx = stage.db.begin().await.unwrap();
    for head in &signed {
        tx.save_head(head).await.unwrap();
    }
    tx.commit().await.unwrap();
    signed
}

async fn fault(stage: &Stage, exported: &[SignedHead]) -> Option<Fault> {
    match stage.db.verify_chain("book-1", exported, &[key().public()]).await {
        Ok(_) => None,
        Err(VerifyError::Fault(fault)) => Some(fault),
        Err(VerifyError::Store(error)) => panic!("{error}"),
    }
}

pub async fn an_event_is_stored_with_the_change_or_not_at_all(stage: Stage) {
    let stage = stage.with_book().await;
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_page(&new_page(1)).await.unwrap();
    assert_eq!(tx.append_event(&event("book-1", "page-0001", None)).await.unwrap(), 1);
    drop(tx);
    assert_eq!(stage.db.audit_records("book-1", 0, 9).await.unwrap(), []);
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_page(&new_page(1)).await.unwrap();
    assert_eq!(tx.append_event(&event("book-1", "page-0001", None)).await.unwrap(), 1);
    assert_eq!(tx.append_event(&event("book-1", "page-0001", Some(json!(1)))).await.unwrap(), 2);
    assert_eq!(tx.append_event(&event(SYSTEM_CHAIN, "an", None)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let records = stage.db.audit_of_subject("page-0001", 9).await.unwrap();
    assert_eq!(records.iter().map(|r| r.event.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(records[1].prev_hash, records[0].hash);
    assert_eq!(records[1].values.as_ref().unwrap().after.as_deref(), Some("1"));
    let chains = stage.db.audit_chains(After { id: None, limit: 9 }).await.unwrap();
    assert_eq!(chains, ["book-1", "system"]);
    assert_eq!(stage.db.audit_chains(After { id: Some("book-1"), limit: 9 }).await.unwrap(), ["system"]);
}

pub async fn appending_at_the_same_time_never_forks_a_chain(stage: Stage) {
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let stage = stage.clone();
            tokio::spawn(async move { append(&stage, n).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let report = stage.db.verify_chain("book-1", &[], &[]).await.unwrap();
    assert_eq!((report.events, report.covered), (20, 0));
}

pub async fn heads_are_signed_once_per_growth(stage: Stage) {
    append(&stage, 1).await;
    append(&stage, 2).await;
    let signed = sign(&stage).await;
    assert_eq!(signed.iter().map(|s| (s.head.seq, s.head.signed_at)).collect::<Vec<_>>(), [(2, 77)]);
    assert_eq!(sign(&stage).await, []);
    append(&stage, 3).await;
    assert_eq!(sign(&stage).await.len(), 1);
    assert_eq!(stage.db.audit_heads("book-1").await.unwrap().len(), 2);
    append(&stage, 4).await;
    let report = stage.db.verify_chain("book-1", &[], &[key().public()]).await.unwrap();
    assert_eq!((report.events, report.covered), (4, 3));
}

pub async fn values_can_be_deleted_and_the_chain_stays_sound(stage: Stage) {
    for n in 1..=3 {
        append(&stage, n).await;
    }
    sign(&stage).await;
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(tx.forget_audit_values("book-1", "entry-2").await.unwrap(), 1);
    tx.commit().await.unwrap();
    let records = stage.db.audit_records("book-1", 0, 9).await.unwrap();
    assert_eq!(records.iter().map(|r| r.values.is_some()).collect::<Vec<_>>(), [true, false, true]);
    assert!(records[1].event.after_hash.is_some());
    assert_eq!(fault(&stage, &[]).await, None);
}

/// What somebody with the database's password might try, each followed by its repair.
const TAMPERINGS: &[(&str, &str, &str)] = &[
    (
        "UPDATE audit_event SET account_id = 'account-chi' WHERE seq = 3",
        "UPDATE audit_event SET account_id = 'account-an' WHERE seq = 3",
        "event 3 was changed",
    ),
    (
        "UPDATE audit_event SET at = at + 1 WHERE seq = 1",
        "UPDATE audit_event SET at = at - 1 WHERE seq = 1",
        "event 1 was changed",
    ),
    (
        "UPDATE audit_event SET detail = '{\"x\":1}' WHERE seq = 6",
        "UPDATE audit_event SET detail = '{}' WHERE seq = 6",
        "event 6 was changed",
    ),
    (
        "UPDATE audit_value SET after = '\"other\"' WHERE seq = 4",
        "DELETE FROM audit_value WHERE seq = 4",
        "value kept beside event 4 was changed",
    ),
    (
        "UPDATE audit_event SET seq = 40 WHERE seq = 2",
        "UPDATE audit_event SET seq = 2 WHERE seq = 40",
        "event 2 was removed",
    ),
    (
        "UPDATE audit_head SET seq = 4 WHERE seq = 5",
        "UPDATE audit_head SET seq = 5 WHERE seq = 4",
        "signature of the head at event 4 is not valid",
    ),
];

pub async fn tampering_is_found_each_way(stage: Stage) {
    for n in 1..=5 {
        append(&stage, n).await;
    }
    let exported = sign(&stage).await;
    append(&stage, 6).await;
    for (tamper, repair, found) in TAMPERINGS {
        assert_eq!(stage.sql(tamper).await.unwrap(), 1, "{tamper}");
        let fault = fault(&stage, &[]).await.unwrap_or_else(|| panic!("not found: {tamper}"));
        assert!(fault.to_string().contains(found), "{fault}");
        assert_eq!(stage.sql(repair).await.unwrap(), 1, "{repair}");
    }
    assert_eq!(fault(&stage, &[]).await, None);

    // The newest event, under no head yet: the tip still tells.
    stage.sql("DELETE FROM audit_event WHERE seq = 6").await.unwrap();
    let book_id = || "book-1".to_owned();
    assert_eq!(fault(&stage, &[]).await, Some(Fault::CutOff { book_id: book_id(), from: 6, to: 6 }));
    // Cut off below the head, the tip moved back with care: the head tells.
    stage.sql("DELETE FROM audit_event WHERE seq >= 4").await.unwrap();
    let tip = "UPDATE audit_chain SET seq = 3, signed_seq = 3,
        hash = (SELECT hash FROM audit_event WHERE seq = 3)";
    stage.sql(tip).await.unwrap();
    let cut = Some(Fault::CutOff { book_id: book_id(), from: 4, to: 5 });
    assert_eq!(fault(&stage, &[]).await, cut);
    // The head deleted too: the one that was exported tells.
    stage.sql("DELETE FROM audit_head").await.unwrap();
    assert_eq!(fault(&stage, &[]).await, None);
    assert_eq!(fault(&stage, &exported).await, cut);
}

pub async fn a_chain_that_vanished_is_found_by_its_head(stage: Stage) {
    append(&stage, 1).await;
    sign(&stage).await;
    for table in ["audit_event", "audit_value", "audit_chain"] {
        stage.sql(&format!("DELETE FROM {table}")).await.unwrap();
    }
    assert_eq!(stage.db.audit_chains(After { id: None, limit: 9 }).await.unwrap(), ["book-1"]);
    let gone = Fault::CutOff { book_id: "book-1".into(), from: 1, to: 1 };
    assert_eq!(fault(&stage, &[]).await, Some(gone));
    // Written anew from the first event on: the head does not fit.
    append(&stage, 2).await;
    let anew = Fault::Rewritten { book_id: "book-1".into(), from: 1, to: 1 };
    assert_eq!(fault(&stage, &[]).await, Some(anew));
}
