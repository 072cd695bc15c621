use crate::stage::{NOW, Stage, claim};
use sohoa::domain::TaskRole;
use sohoa::domain::review::Decision;
use sohoa::domain::review::ProjectPolicy;
use sohoa::store::{Beside, ClaimEntry, ClaimedEntry, Lent, StoreError};
use std::collections::BTreeSet;

pub async fn entries_are_handed_out_in_order_and_once(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=3 {
        stage.entry(n).await;
    }
    let mut tx = stage.db.begin().await.unwrap();
    tx.set_priority("entry-0003", -5).await.unwrap();
    tx.commit().await.unwrap();
    let typist = TaskRole::Typist;
    assert_eq!(stage.claim(typist, "an").await.as_deref(), Some("entry-0003"));
    assert_eq!(stage.claim(typist, "binh").await.as_deref(), Some("entry-0001"));
    assert_eq!(stage.claim(typist, "chi").await.as_deref(), Some("entry-0002"));
    assert_eq!(stage.claim(typist, "dung").await, None);
    let other_book =
        ClaimEntry { book_id: Some("book-2"), ..claim(typist, "dung", "account-dung", NOW + 999_999) };
    assert_eq!(stage.db.claim_entry(&other_book).await.unwrap(), None);
    let this_book = ClaimEntry { book_id: Some("book-1"), ..other_book };
    assert_eq!(stage.db.claim_entry(&this_book).await.unwrap().as_deref(), Some("entry-0003"));
}

pub async fn what_a_person_holds_comes_again(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.entry(2).await;
    assert_eq!(stage.claim(TaskRole::Typist, "an").await.as_deref(), Some("entry-0001"));
    let later = claim(TaskRole::Typist, "an", "account-an-2", NOW + 1_000);
    assert_eq!(stage.db.claim_entry(&later).await.unwrap().as_deref(), Some("entry-0001"));
    let lease = stage.db.task_lease("entry-0001").await.unwrap().unwrap();
    assert_eq!((lease.person_id.as_str(), lease.expires_at), ("an", NOW + 301_000));
    assert!(stage.db.release_lease("entry-0001", "an").await.unwrap());
    assert!(!stage.db.release_lease("entry-0001", "an").await.unwrap());
    assert_eq!(stage.claim(TaskRole::Typist, "binh").await.as_deref(), Some("entry-0001"));
}

pub async fn another_entry_is_lent_beside_those_in_hand_up_to_a_number(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=3 {
        stage.entry(n).await;
    }
    let ask = async |except: &[&str]| {
        let except: Vec<String> = except.iter().map(|id| (*id).to_owned()).collect();
        let mut tx = stage.db.begin().await.unwrap();
        let beside = Beside { except: &except, max_held: 2 };
        let lent = tx.claim_entry(&claim(TaskRole::Typist, "an", "account-an", NOW), beside).await.unwrap();
        tx.commit().await.unwrap();
        lent.map(|claimed| claimed.entry_id)
    };
    assert_eq!(ask(&[]).await.as_deref(), Some("entry-0001"));
    assert_eq!(ask(&["entry-0001"]).await.as_deref(), Some("entry-0002"));
    assert_eq!(ask(&["entry-0001"]).await.as_deref(), Some("entry-0002"), "asked twice, lent once");
    assert_eq!(ask(&["entry-0001", "entry-0002"]).await, None, "two in hand are enough");
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    assert_eq!(ask(&["entry-0002"]).await.as_deref(), Some("entry-0003"));
}

pub async fn what_was_skipped_is_passed_over(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=3 {
        stage.entry(n).await;
    }
    let ask = async |except: &[&str], book_id| {
        let except: Vec<String> = except.iter().map(|id| (*id).to_owned()).collect();
        let mut tx = stage.db.begin().await.unwrap();
        let beside = Beside { except: &except, max_held: 2 };
        let wish = ClaimEntry { book_id, ..claim(TaskRole::Typist, "an", "account-an", NOW) };
        tx.claim_entry(&wish, beside).await.unwrap().map(|claimed| claimed.entry_id)
    };
    assert_eq!(ask(&[], None).await.as_deref(), Some("entry-0001"));
    assert_eq!(ask(&["entry-0001"], None).await.as_deref(), Some("entry-0002"), "nobody holds the first");
    let both = ["entry-0002", "entry-0001"];
    assert_eq!(ask(&both, None).await.as_deref(), Some("entry-0003"));
    assert_eq!(ask(&both, Some("book-1")).await.as_deref(), Some("entry-0003"));
    assert_eq!(ask(&["entry-0001", "entry-0002", "entry-0003"], None).await, None);
}

pub async fn it_is_told_how_an_entry_came_to_its_holder(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    let ask = async |person: &str, now| {
        let account = format!("account-{person}");
        let mut tx = stage.db.begin().await.unwrap();
        let wish = claim(TaskRole::Typist, person, &account, now);
        let claimed = tx.claim_entry(&wish, Beside { except: &[], max_held: 2 }).await.unwrap();
        tx.commit().await.unwrap();
        claimed.map(|ClaimedEntry { lent, .. }| lent)
    };
    assert_eq!(ask("an", NOW).await, Some(Lent::Anew));
    assert_eq!(ask("an", NOW + 1).await, Some(Lent::Still));
    assert_eq!(ask("binh", NOW + 2).await, None);
    assert_eq!(ask("binh", NOW + 300_001).await, Some(Lent::TakenFrom("account-an".into())));
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(tx.release_lease("entry-0001", "an").await.unwrap(), None);
    assert_eq!(tx.release_lease("entry-0001", "binh").await.unwrap(), Some(TaskRole::Typist));
    tx.commit().await.unwrap();
    assert_eq!(ask("an", NOW + 300_002).await, Some(Lent::Anew), "it was given back, not taken");
}

/// Two windows of one person: one gives the entry back while the other asks for what is held.
pub async fn an_entry_given_back_meanwhile_is_not_handed_out_as_held(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    assert_eq!(stage.claim(TaskRole::Typist, "an").await.as_deref(), Some("entry-0001"));
    let mut giving_back = stage.db.begin().await.unwrap();
    giving_back.release_lease("entry-0001", "an").await.unwrap();
    let other_window = stage.clone();
    let asking = tokio::spawn(async move { other_window.claim(TaskRole::Typist, "an").await });
    // Long enough for the question to stand at the row that is being deleted.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    giving_back.commit().await.unwrap();
    let handed_out = asking.await.unwrap();
    let lease = stage.db.task_lease("entry-0001").await.unwrap();
    assert_eq!(handed_out.is_some(), lease.is_some(), "handed out {handed_out:?}, held {lease:?}");
}

pub async fn who_saw_the_readings_as_typist_does_not_verify_for_a_day(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.claim(TaskRole::Typist, "binh").await.unwrap();
    stage.db.release_lease("entry-0001", "binh").await.unwrap();
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    let verifier = TaskRole::Verifier;
    assert_eq!(stage.claim(verifier, "binh").await, None);
    let in_book = ClaimEntry { book_id: Some("book-1"), ..claim(verifier, "binh", "account-binh", NOW) };
    assert_eq!(stage.db.claim_entry(&in_book).await.unwrap(), None);
    assert_eq!(stage.db.waiting_entries((verifier, "binh"), None, NOW, 9).await.unwrap(), 0);
    assert!(!stage.db.is_any_entry_free(verifier, "binh", NOW).await.unwrap());
    assert!(stage.db.is_any_entry_free(verifier, "chi", NOW).await.unwrap());
    // In a house of two, somebody must be able to finish it some day.
    let next_day = claim(verifier, "binh", "account-binh", NOW + ProjectPolicy::SEEN_FOR_MS);
    assert_eq!(stage.db.claim_entry(&next_day).await.unwrap().as_deref(), Some("entry-0001"));
    stage.verify("entry-0001", "binh", Decision::Confirm).await;
    assert_eq!(stage.number("SELECT COUNT(*) FROM entry_seen").await, 0, "of no use any more");
}

pub async fn nobody_is_handed_own_work(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    let second_account = claim(TaskRole::Verifier, "an", "account-an-2", NOW);
    assert_eq!(stage.db.claim_entry(&second_account).await.unwrap(), None, "one identity, one person");
    assert_eq!(stage.db.waiting_entries((TaskRole::Verifier, "an"), None, NOW, 9).await.unwrap(), 0);
    let of_binh = (TaskRole::Verifier, "binh");
    assert_eq!(stage.db.waiting_entries(of_binh, Some("book-1"), NOW, 9).await.unwrap(), 1);
    assert_eq!(stage.claim(TaskRole::Verifier, "binh").await.as_deref(), Some("entry-0001"));
    stage.verify("entry-0001", "binh", Decision::Reject).await;
    assert_eq!(stage.claim(TaskRole::Adjudicator, "binh").await, None);
    assert_eq!(stage.claim(TaskRole::Adjudicator, "chi").await.as_deref(), Some("entry-0001"));
}

pub async fn a_lease_that_ran_out_goes_to_the_next_who_asks(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.claim(TaskRole::Typist, "an").await.unwrap();
    let just_before = claim(TaskRole::Typist, "binh", "account-binh", NOW + 299_999);
    assert_eq!(stage.db.claim_entry(&just_before).await.unwrap(), None);
    stage.db.extend_lease("entry-0001", "an", NOW + 400_000).await.unwrap();
    let extended = claim(TaskRole::Typist, "binh", "account-binh", NOW + 300_000);
    assert_eq!(stage.db.claim_entry(&extended).await.unwrap(), None);
    let after = claim(TaskRole::Typist, "binh", "account-binh", NOW + 400_000);
    assert_eq!(stage.db.claim_entry(&after).await.unwrap().as_deref(), Some("entry-0001"));
}

pub async fn a_lease_lost_to_another_is_refused(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.claim(TaskRole::Typist, "an").await.unwrap();
    let mut tx = stage.db.begin().await.unwrap();
    tx.hold_lease("entry-0001", "an", TaskRole::Typist).await.unwrap();
    let other_role = tx.hold_lease("entry-0001", "an", TaskRole::Verifier).await;
    assert!(matches!(other_role, Err(StoreError::LeaseLost)));
    drop(tx);
    // It ran out, but nobody came: the work is not lost.
    stage.db.extend_lease("entry-0001", "an", NOW + 400_000).await.unwrap();
    let binh = claim(TaskRole::Typist, "binh", "account-binh", NOW + 500_000);
    assert_eq!(stage.db.claim_entry(&binh).await.unwrap().as_deref(), Some("entry-0001"));
    let mut tx = stage.db.begin().await.unwrap();
    let lost = tx.hold_lease("entry-0001", "an", TaskRole::Typist).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost)));
    drop(tx);
    let late = stage.db.extend_lease("entry-0001", "an", NOW + 900_000).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)));
}

pub async fn drafts_outlive_leases_and_end_with_the_step(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.claim(TaskRole::Typist, "an").await.unwrap();
    for body in [r#"{"ho_ten":"L"}"#, r#"{"ho_ten":"Lê"}"#] {
        let mut tx = stage.db.begin().await.unwrap();
        tx.put_draft(("entry-0001", "an"), TaskRole::Typist, body, NOW).await.unwrap();
        tx.commit().await.unwrap();
    }
    stage.db.release_lease("entry-0001", "an").await.unwrap();
    let draft = async |person: &str| stage.db.draft("entry-0001", person, TaskRole::Typist).await.unwrap();
    assert_eq!(draft("an").await.as_deref(), Some(r#"{"ho_ten":"Lê"}"#));
    assert_eq!(draft("binh").await, None, "a draft is nobody else's business");
    let mut tx = stage.db.begin().await.unwrap();
    tx.put_draft(("entry-0001", "binh"), TaskRole::Typist, "{}", NOW).await.unwrap();
    tx.commit().await.unwrap();
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    assert_eq!(draft("an").await, None);
    assert_eq!(draft("binh").await.as_deref(), Some("{}"), "another's submission deletes nobody's draft");
}

pub async fn clerks_who_ask_at_the_same_time_never_share_an_entry(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=12 {
        stage.entry(n).await;
    }
    for n in 0..16 {
        let mut tx = stage.db.begin().await.unwrap();
        tx.put_person(&format!("p{n}"), "Người").await.unwrap();
        tx.commit().await.unwrap();
    }
    let asking: Vec<_> = (0..16)
        .map(|n| {
            let stage = stage.clone();
            tokio::spawn(async move {
                let person = format!("p{n}");
                let ask = claim(TaskRole::Typist, &person, "account-an", NOW);
                stage.db.claim_entry(&ask).await.unwrap()
            })
        })
        .collect();
    let mut handed_out = Vec::new();
    for task in asking {
        handed_out.extend(task.await.unwrap());
    }
    assert_eq!(handed_out.len(), 12, "{handed_out:?}");
    assert_eq!(handed_out.iter().collect::<BTreeSet<_>>().len(), 12, "{handed_out:?}");
}

pub async fn work_that_waits_is_counted_up_to_a_cap(stage: Stage) {
    let stage = stage.with_book().await;
    for n in 1..=5 {
        stage.entry(n).await;
    }
    stage.claim(TaskRole::Typist, "binh").await.unwrap();
    let an = (TaskRole::Typist, "an");
    let waiting = async |book, cap| stage.db.waiting_entries(an, book, NOW, cap).await.unwrap();
    assert_eq!(waiting(None, 100).await, 5);
    assert_eq!(waiting(None, 3).await, 3);
    assert_eq!(waiting(Some("book-1"), 100).await, 5);
    assert_eq!(waiting(Some("book-2"), 100).await, 0);
}
