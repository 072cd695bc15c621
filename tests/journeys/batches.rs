//! A verifier takes many entries at once, to look at fields that read the same together.

use crate::house::acts::{EVERY_ROLE, confirm_all};
use crate::house::{House, Json};
use axum::http::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

#[tokio::test]
async fn many_entries_are_lent_at_once_but_never_ones_own() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, _) = house.one_entry(&an, 1).await;
    for number in 2..=5 {
        house.another_entry(&an, &book, number).await;
    }
    let own = binh.type_next().await;
    let others: BTreeSet<String> = [an.type_next().await, an.type_next().await, an.type_next().await].into();
    let lent = binh.post("/api/v1/tasks/batch", &json!({ "count": 60 })).await.expect(StatusCode::OK);
    let tasks = lent["tasks"].as_array().unwrap();
    let ids: BTreeSet<String> = tasks.iter().map(|task| task["entry"].text("id")).collect();
    assert_eq!(ids, others);
    assert!(!ids.contains(&own));
    assert_eq!(tasks[0]["remaining"], 3);

    // Two are handed in; a sign of life names them, and the third is still there for one at a time.
    for task in &tasks[..2] {
        binh.judge(&task["entry"].text("id"), &confirm_all(task)).await.expect(StatusCode::OK);
    }
    let kept = binh.post("/api/v1/leases", &json!({ "entry_ids": ids })).await.expect(StatusCode::OK);
    assert_eq!(kept["lost"].as_array().unwrap().len(), 2, "{kept}");
    assert!(kept["lease_until"].as_i64().unwrap() > house.clock.now_ms());
    assert_eq!(binh.take("verifier").await["entry"]["id"], tasks[2]["entry"]["id"]);

    // Whoever stays away loses it to the next.
    house.clock.advance(Duration::from_secs(3600));
    let cam = house.user("cam", &EVERY_ROLE).await;
    let taken = cam.post("/api/v1/tasks/batch", &json!({ "count": 1 })).await.expect(StatusCode::OK);
    assert_eq!(taken["tasks"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_is_for_verifiers_and_of_a_size() {
    let house = House::open().await;
    let typist = house.user("an", &[sohoa::domain::AccountRole::Typist]).await;
    let refused = typist.post("/api/v1/tasks/batch", &json!({ "count": 2 })).await;
    assert_eq!(refused.refusal().0, 403);
    let verifier = house.user("binh", &EVERY_ROLE).await;
    for count in [0, 61] {
        let refused = verifier.post("/api/v1/tasks/batch", &json!({ "count": count })).await;
        assert_eq!(refused.refusal().0, 422, "{count}");
    }
    let none = verifier.post("/api/v1/tasks/batch", &json!({ "count": 60 })).await.expect(StatusCode::OK);
    assert_eq!(none, json!({ "tasks": [] }));
}
