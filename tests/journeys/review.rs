//! Four eyes, field by field.

use crate::house::acts::{EVERY_ROLE, as_proposed, confirm_all, fields};
use crate::house::{House, Json};
use axum::http::StatusCode;
use serde_json::json;
use sohoa::domain::AccountRole::{Typist, Verifier};

#[tokio::test]
async fn a_second_account_of_the_same_person_does_not_make_four_eyes() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let an_again = house.second_account("an.khac", &an, &EVERY_ROLE).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    let task = an.take("typist").await;
    an.key(&entry, &as_proposed(&task)).await.expect(StatusCode::OK);
    assert_eq!(an_again.next("verifier").await.status, StatusCode::NO_CONTENT);
    let refused = an_again.judge(&entry, &confirm_all(&task)).await;
    assert_eq!(refused.refusal(), (403, "same_person".into()));
}

#[tokio::test]
async fn nobody_takes_a_part_that_no_role_gives() {
    let house = House::open().await;
    let uploader = house.user("quet", &EVERY_ROLE).await;
    let (typist, verifier) = (house.user("an", &[Typist]).await, house.user("binh", &[Verifier]).await);
    let (book, entry) = house.one_entry(&uploader, 1).await;
    assert_eq!(typist.next("verifier").await.refusal(), (403, "not_allowed".into()));
    assert_eq!(verifier.next("typist").await.refusal(), (403, "not_allowed".into()));
    assert_eq!(verifier.key(&entry, &json!({})).await.refusal(), (403, "not_allowed".into()));
    assert_eq!(typist.settle(&entry, &json!({})).await.refusal(), (403, "not_allowed".into()));
    for step in ["acceptance", "approval", "deliveries"] {
        let refused = verifier.post(&format!("/api/v1/books/{book}/{step}"), &json!({})).await;
        assert_eq!(refused.refusal(), (403, "not_allowed".into()), "{step}");
    }
    let refused = typist.upload(&book, "x.jpg", b"x".to_vec()).await;
    assert_eq!(refused.refusal(), (403, "not_allowed".into()));
}

#[tokio::test]
async fn every_problem_of_a_submission_is_told_by_field_and_nothing_is_kept() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    let task = an.take("typist").await;
    let mut typed = as_proposed(&task);
    typed.as_object_mut().unwrap().remove("so");
    typed["nks_ho_ten"] = json!({ "state": "written", "text": "  " });
    typed["ghi_chu"] = json!({ "state": "torn", "text": "chữ" });
    typed["no_such_field"] = json!({ "state": "blank" });
    let refused = an.key(&entry, &typed).await;
    assert_eq!(refused.refusal(), (422, "bad_fields".into()));
    let told = refused.json()["error"]["fields"].clone();
    let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["so", "nks_ho_ten", "ghi_chu", "no_such_field"]);
    assert!(told["nks_ho_ten"].as_str().unwrap().contains("trống"));
    let typed = as_proposed(&an.take("typist").await);
    an.key(&entry, &typed).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_step_out_of_its_turn_is_refused() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    assert_eq!(binh.judge(&entry, &json!({})).await.refusal(), (409, "wrong_state".into()));
    let task = an.take("typist").await;
    let values = as_proposed(&task);
    an.key(&entry, &values).await.expect(StatusCode::OK);
    let mut other_values = values.clone();
    other_values["so"] = json!({ "state": "written", "text": "58" });
    assert_eq!(an.key(&entry, &other_values).await.refusal(), (409, "wrong_state".into()));
    assert_eq!(binh.key(&entry, &values).await.refusal(), (409, "wrong_state".into()), "not Bình's work");
    assert_eq!(binh.settle(&entry, &json!({})).await.refusal(), (409, "wrong_state".into()));
    assert_eq!(an.key("no-such-entry", &values).await.refusal(), (404, "not_found".into()));
}

#[tokio::test]
async fn work_sent_again_after_a_lost_answer_is_answered_again_and_changes_nothing() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let chi = house.user("chi", &EVERY_ROLE).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    let mut values = as_proposed(&an.take("typist").await);
    values["nks_ho_ten"] = json!({ "state": "written", "text": " Lê  Thị Hoà " });
    for answer in [an.key(&entry, &values).await, an.key(&entry, &values).await] {
        assert_eq!(answer.expect(StatusCode::OK)["state"], "typed");
    }
    let mut verdicts = confirm_all(&binh.take("verifier").await);
    verdicts["so"] = json!({ "decision": "replace", "state": "written", "text": "75 " });
    for answer in [binh.judge(&entry, &verdicts).await, binh.judge(&entry, &verdicts).await] {
        assert_eq!(answer.expect(StatusCode::OK)["state"], "disputed");
    }
    chi.take("adjudicator").await;
    let settled = json!({ "so": { "state": "written", "text": "75" } });
    for answer in [chi.settle(&entry, &settled).await, chi.settle(&entry, &settled).await] {
        assert_eq!(answer.expect(StatusCode::OK)["state"], "adjudicated");
    }
    assert_eq!(an.key(&entry, &values).await.expect(StatusCode::OK)["state"], "adjudicated");
    verdicts["so"] = json!({ "decision": "confirm" });
    assert_eq!(binh.judge(&entry, &verdicts).await.refusal(), (409, "wrong_state".into()));
    assert_eq!(house.app.store.keyings(&entry).await.unwrap().len(), 29, "keyed once");
}

#[tokio::test]
async fn what_is_keyed_blind_shows_nothing_of_the_machine() {
    let house = House::open().await;
    house.with_policy(|policy| policy.blind_share = 1.0).await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    let task = an.take("typist").await;
    let fields = task["fields"].as_array().unwrap();
    let (blind, open): (Vec<_>, Vec<_>) = fields.iter().partition(|f| f["blind"] == true);
    assert_eq!((blind.len(), open.len()), (19, 10), "the machine is sure of 19 fields of 29");
    for field in &blind {
        assert_eq!(field["reason"], "blind");
        assert!(field.get("proposal").is_none() && !field.to_string().contains("alternatives"), "{field}");
        assert!(field.get("value").is_none() && field.get("candidates").is_none(), "{field}");
    }
    assert!(open.iter().all(|f| f["proposal"]["alternatives"].is_array()), "or absence would mean nothing");
    an.key(&entry, &as_proposed(&task)).await.expect(StatusCode::OK);
    let keyings = house.app.store.keyings(&entry).await.unwrap();
    let keyed_blind: Vec<&str> = keyings.iter().filter(|k| k.blind).map(|k| k.key.as_str()).collect();
    assert_eq!(keyed_blind.len(), 19);
    assert!(blind.iter().all(|f| keyed_blind.contains(&f["key"].as_str().unwrap())));
}

#[tokio::test]
async fn the_number_in_the_head_does_not_tell_a_third_person_whose_value_is_whose() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let chi = house.user("chi", &EVERY_ROLE).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    an.type_next().await;
    let head = async |who: &crate::house::Client| {
        who.get(&format!("/api/v1/entries/{entry}")).await.expect(StatusCode::OK)["entry"].clone()
    };
    let task = binh.take("verifier").await;
    assert_eq!(task["entry"]["number"], "57", "the verifier has the value before him");
    assert!(head(&chi).await.get("number").is_none());
    let mut verdicts = confirm_all(&task);
    verdicts["so"] = json!({ "decision": "replace", "state": "written", "text": "75" });
    binh.judge(&entry, &verdicts).await.expect(StatusCode::OK);
    let task = chi.take("adjudicator").await;
    assert!(task["entry"].get("number").is_none(), "{task}");
    assert!(head(&chi).await.get("number").is_none());
    let settled = json!({ "so": { "state": "written", "text": "75" } });
    chi.settle(&entry, &settled).await.expect(StatusCode::OK);
    assert_eq!(head(&an).await["number"], "75");
}

#[tokio::test]
async fn the_machine_shows_itself_to_the_typist_only_and_never_as_a_number() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    let typing = an.take("typist").await;
    assert!(!typing.to_string().contains("confidence"), "{typing}");
    let all = typing["fields"].as_array().unwrap();
    assert_eq!(all.len(), 29);
    let unsure = all.iter().filter(|f| f["reason"] == "unsure").count();
    assert_eq!(unsure, 10, "every third field of 29 is unsure");
    let mut typed = as_proposed(&typing);
    typed["me_ho_ten"] = json!({ "state": "written", "text": "Lê Thị Khác" });
    an.key(&entry, &typed).await.expect(StatusCode::OK);

    let judging = binh.take("verifier").await;
    assert!(!judging.to_string().contains("proposal"), "{judging}");
    assert!(!judging.to_string().contains("confidence"), "{judging}");
    let field =
        |key: &str| judging["fields"].as_array().unwrap().iter().find(|f| f["key"] == key).cloned().unwrap();
    let mother = field("me_ho_ten");
    assert_eq!((&mother["machine_differs"], &mother["value"]["text"]), (&json!(true), &json!("Lê Thị Khác")));
    assert!(field("cha_ho_ten").get("machine_differs").is_none());
}

#[tokio::test]
async fn a_replacement_that_equals_what_was_typed_needs_no_third_person() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    an.type_next().await;
    let task = binh.take("verifier").await;
    let verdicts = fields(
        &task,
        |field| json!({ "decision": "replace", "state": field["value"]["state"], "text": field["value"]["text"] }),
    );
    assert_eq!(binh.judge(&entry, &verdicts).await.expect(StatusCode::OK)["state"], "verified");
}

#[tokio::test]
async fn a_replacement_without_a_value_is_told_by_field() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    an.type_next().await;
    let task = binh.take("verifier").await;
    let mut verdicts = confirm_all(&task);
    verdicts["so"] = json!({ "decision": "replace" });
    let refused = binh.judge(&entry, &verdicts).await;
    assert_eq!(refused.refusal(), (422, "bad_fields".into()));
    assert!(refused.json()["error"]["fields"]["so"].is_string());
    assert_eq!(task["entry"].text("id"), entry);
}
