//! Contradictions are told while a person types, and to the verifier; they never stand in the way.

use crate::house::acts::{EVERY_ROLE, as_proposed};
use crate::house::{Client, House, Json};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// Saves a draft of some written values; what was told, by key.
async fn told(who: &Client, entry: &str, values: &[(&str, &str)]) -> Value {
    let written =
        values.iter().map(|(key, text)| ((*key).to_owned(), json!({ "state": "written", "text": text })));
    let fields: serde_json::Map<String, Value> = written.collect();
    let draft = json!({ "role": "typist", "fields": fields });
    who.put(&format!("/api/v1/entries/{entry}/draft"), &draft).await.expect(StatusCode::OK)["hints"].clone()
}

#[tokio::test]
async fn a_draft_is_answered_with_what_contradicts_itself() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    an.take("typist").await;
    let parents = [("nks_ngay_sinh", "12/03/2016"), ("me_nam_sinh", "2007")];
    let hints = told(&an, &entry, &parents).await;
    assert_eq!(hints["me_nam_sinh"]["code"], "parent_age");
    assert_eq!(hints["me_nam_sinh"]["other"], "nks_ngay_sinh");
    assert!(!hints["me_nam_sinh"].text("other_label").is_empty());
    let hints = told(&an, &entry, &[("nks_ngay_sinh", "31/02/2016")]).await;
    assert_eq!(hints["nks_ngay_sinh"]["code"], "impossible_date");
    assert_eq!(told(&an, &entry, &[("nks_ngay_sinh", "29/02/2016")]).await, json!({}));
}

#[tokio::test]
async fn a_number_that_another_entry_has_is_told_and_taken_all_the_same() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, first) = house.one_entry(&an, 1).await;
    let values = as_proposed(&an.take_this("typist", &first).await.expect(StatusCode::OK));
    an.key(&first, &values).await.expect(StatusCode::OK);
    let second = house.another_entry(&an, &book, 2).await;
    an.take_this("typist", &second).await.expect(StatusCode::OK);
    let own = |key: &str| values[key].text("text");
    let (number, date) = (own("so"), own("ngay_dang_ky"));
    let same = [("so", number.as_str()), ("ngay_dang_ky", date.as_str())];
    assert_eq!(told(&an, &second, &same).await["so"]["code"], "number_used");
    let other = [("so", "77"), ("ngay_dang_ky", date.as_str())];
    assert!(told(&an, &second, &other).await.get("so").is_none());
    an.key(&second, &values).await.expect(StatusCode::OK);
    let task = binh.take_this("verifier", &second).await.expect(StatusCode::OK);
    let shown = task["fields"].as_array().unwrap().iter().find(|f| f["key"] == "so").unwrap();
    assert_eq!(shown["hint"]["code"], "number_used", "{shown}");
}
