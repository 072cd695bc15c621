//! Leases and drafts: one entry, one person at a time, and nothing typed is lost.

use crate::house::acts::{EVERY_ROLE, as_proposed};
use crate::house::{House, Json};
use axum::http::StatusCode;
use serde_json::json;
use sohoa::domain::review::ProjectPolicy;
use sohoa::store::Project;
use std::time::Duration;

#[tokio::test]
async fn two_typists_never_get_the_same_entry_and_each_finds_their_own_again() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, first) = house.one_entry(&an, 1).await;
    let second = house.another_entry(&an, &book, 2).await;
    assert_eq!(an.take("typist").await["entry"].text("id"), first);
    assert_eq!(binh.take("typist").await["entry"].text("id"), second);
    assert_eq!(an.take("typist").await["entry"].text("id"), first);
    let chi = house.user("chi", &EVERY_ROLE).await;
    assert_eq!(chi.next("typist").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_next_entry_is_loaded_beside_the_one_in_hand_but_no_third() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, first) = house.one_entry(&an, 1).await;
    let second = house.another_entry(&an, &book, 2).await;
    house.another_entry(&an, &book, 3).await;
    let beside = |held: Vec<String>| json!({ "role": "typist", "except": held });
    assert_eq!(an.take("typist").await["entry"].text("id"), first);
    let ahead = an.post("/api/v1/tasks/next", &beside(vec![first.clone()])).await.expect(StatusCode::OK);
    assert_eq!(ahead["entry"].text("id"), second);
    assert_eq!(ahead["remaining"], 3);
    let third = an.post("/api/v1/tasks/next", &beside(vec![first.clone(), second])).await;
    assert_eq!(third.status, StatusCode::NO_CONTENT);
    assert_eq!(an.take("typist").await["entry"].text("id"), first);
}

#[tokio::test]
async fn a_draft_comes_back_as_it_was_even_after_the_lease_ran_out() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    an.take("typist").await;
    let draft = json!({
        "role": "typist", "cursor": 3,
        "fields": { "so": { "state": "written", "text": "57/2016", "seen": true } },
    });
    let saved = an.put(&format!("/api/v1/entries/{entry}/draft"), &draft).await;
    saved.expect(StatusCode::OK);
    house.clock.advance(Duration::from_secs(3600));
    let again = an.take("typist").await;
    assert_eq!(again["entry"].text("id"), entry);
    assert_eq!(again["draft"]["fields"], draft["fields"]);
    assert_eq!(again["draft"]["cursor"], 3);
}

#[tokio::test]
async fn whoever_lost_the_lease_is_told_and_changes_nothing() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    let values = as_proposed(&an.take("typist").await);
    house.clock.advance(Duration::from_secs(3600));
    assert_eq!(binh.take("typist").await["entry"].text("id"), entry);
    assert_eq!(an.key(&entry, &values).await.refusal(), (409, "lease_lost".into()));
    let lease = format!("/api/v1/entries/{entry}/lease");
    assert_eq!(an.post(&lease, &json!({})).await.refusal(), (409, "lease_lost".into()));
    let draft = an.put(&format!("/api/v1/entries/{entry}/draft"), &json!({ "role": "typist" })).await;
    assert_eq!(draft.refusal(), (409, "lease_lost".into()));
    binh.key(&entry, &values).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_heartbeat_keeps_an_entry_and_giving_back_frees_it() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    let lease_until = an.take("typist").await["lease_until"].as_i64().unwrap();
    let lease = format!("/api/v1/entries/{entry}/lease");
    for _ in 0..4 {
        house.clock.advance(Duration::from_secs(200));
        an.post(&lease, &json!({})).await.expect(StatusCode::OK);
    }
    assert!(house.clock.now_ms() > lease_until);
    assert_eq!(binh.next("typist").await.status, StatusCode::NO_CONTENT);
    assert_eq!(an.delete(&lease).await.status, StatusCode::NO_CONTENT);
    assert_eq!(binh.take("typist").await["entry"].text("id"), entry);
}

#[tokio::test]
async fn an_entry_tells_others_only_where_it_stands() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    let path = format!("/api/v1/entries/{entry}");
    an.take("typist").await;
    assert!(an.get(&path).await.expect(StatusCode::OK)["task"]["fields"].is_array());
    let seen = binh.get(&path).await.expect(StatusCode::OK);
    assert_eq!(seen["entry"]["state"], "proposed");
    assert!(seen.get("task").is_none() && seen.get("values").is_none(), "{seen}");
    an.type_next().await;
    let seen = binh.get(&path).await.expect(StatusCode::OK);
    assert!(seen.get("values").is_none(), "a supervisor may be the third person: {seen}");
    binh.confirm_next().await;
    assert!(binh.get(&path).await.expect(StatusCode::OK)["values"]["so"].is_object());
}

#[tokio::test]
async fn the_log_tells_who_had_an_entry_when() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    an.take("typist").await;
    an.take("typist").await;
    house.clock.advance(Duration::from_secs(3600));
    binh.take("typist").await;
    let lease = format!("/api/v1/entries/{entry}/lease");
    for _ in 0..2 {
        assert_eq!(binh.delete(&lease).await.status, StatusCode::NO_CONTENT);
    }
    let events = house.events_of(&entry).await;
    let actions: Vec<&str> = events.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions, ["task.take", "task.take_over", "task.give_back"]);
    let (account_of_an, account_of_binh) = (&events[0].1, &events[1].1);
    assert_ne!(account_of_an, account_of_binh);
    assert_eq!(events[1].2, json!({ "role": "typist", "from": account_of_an }));
    assert_eq!((&events[2].1, &events[2].2), (account_of_binh, &json!({ "role": "typist" })));
}

#[tokio::test]
async fn looking_for_work_takes_none() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let waiting = async |role: &str| {
        an.get(&format!("/api/v1/tasks/waiting?role={role}")).await.expect(StatusCode::OK)["waiting"].clone()
    };
    assert_eq!(waiting("typist").await, false);
    let (_, entry) = house.one_entry(&an, 1).await;
    assert_eq!((waiting("typist").await, waiting("verifier").await), (json!(true), json!(false)));
    assert!(house.app.store.task_lease(&entry).await.unwrap().is_none());
    let typist = house.user("binh", &[sohoa::domain::AccountRole::Typist]).await;
    let refused = typist.get("/api/v1/tasks/waiting?role=verifier").await;
    assert_eq!(refused.refusal(), (403, "not_allowed".into()));
}

#[tokio::test]
async fn what_was_skipped_does_not_come_again_and_what_remains_is_counted_in_the_book_asked_for() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, first) = house.one_entry(&an, 1).await;
    let second = house.another_entry(&an, &book, 2).await;
    house.one_entry(&an, 3).await;
    an.take("typist").await;
    an.delete(&format!("/api/v1/entries/{first}/lease")).await;
    let wish = json!({ "role": "typist", "except": [first], "book_id": book });
    let task = an.post("/api/v1/tasks/next", &wish).await.expect(StatusCode::OK);
    assert_eq!((task["entry"].text("id"), &task["remaining"]), (second, &json!(2)));
    assert_eq!(an.take("typist").await["remaining"], 3);
    let many = json!({ "role": "typist", "except": vec!["x"; 65] });
    assert_eq!(an.post("/api/v1/tasks/next", &many).await.refusal(), (422, "bad_input".into()));
}

#[tokio::test]
async fn the_policy_that_counts_is_that_of_the_books_own_project() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book_id = an.book("1").await;
    let policy = ProjectPolicy { lease_secs: 60, sure_from: 0.1, ..ProjectPolicy::default() };
    let mut tx = house.app.store.begin().await.unwrap();
    tx.put_project(&Project { id: "project-2".into(), name: "Khác".into(), policy }).await.unwrap();
    let first = house.app.store.book(&book_id).await.unwrap().unwrap();
    let book = sohoa::store::Book {
        id: "book-2".into(),
        project_id: "project-2".into(),
        number: "2".into(),
        ..first
    };
    tx.add_book(&book).await.unwrap();
    tx.commit().await.unwrap();
    let entry = house.another_entry(&an, "book-2", 1).await;
    let task = an.take("typist").await;
    let in_a_minute = house.clock.now_ms() + 60_000;
    assert_eq!(task["lease_until"], in_a_minute);
    assert!(task["fields"].as_array().unwrap().iter().all(|f| f["reason"] != "unsure"), "{task}");
    assert_eq!(house.app.store.task_lease(&entry).await.unwrap().unwrap().expires_at, in_a_minute);
    let kept = an.post(&format!("/api/v1/entries/{entry}/lease"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(kept["lease_until"], in_a_minute);
}
