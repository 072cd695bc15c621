//! Leases and drafts: one entry, one person at a time, and nothing typed is lost.

use crate::house::acts::{EVERY_ROLE, as_proposed};
use crate::house::{House, Json};
use axum::http::StatusCode;
use serde_json::json;
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
    assert_eq!(saved.status, StatusCode::NO_CONTENT);
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
