//! What contradicts what is told to whoever can do something about it.

use crate::house::acts::{EVERY_ROLE, as_proposed};
use crate::house::{House, Json};
use axum::http::StatusCode;
use serde_json::{Value, json};

fn field<'a>(task: &'a Value, key: &str) -> &'a Value {
    let mut fields = task["fields"].as_array().unwrap().iter();
    fields.find(|field| field["key"] == key).unwrap()
}

#[tokio::test]
async fn a_typist_is_told_what_the_reading_contradicts_and_a_verifier_what_was_typed() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    // Nothing is sure then, and so nothing keyed blind.
    house.with_policy(|policy| policy.sure_from = 1.0).await;
    let (_, entry) = house.one_entry(&an, 1).await;
    let task = an.take("typist").await;
    // The made-up reader says 57 where the book was entered as number 1.
    let book_number = field(&task, "quyen_so");
    assert_eq!(book_number["hint"], json!({ "code": "not_of_this_book" }), "{book_number}");
    assert_eq!((&book_number["attention"], &book_number["reason"]), (&json!(true), &json!("hint")));
    assert_eq!(field(&task, "nks_ngay_sinh")["hint"], Value::Null);

    let mut values = as_proposed(&task);
    let words = "Ngày mười ba tháng ba năm hai nghìn không trăm mười sáu";
    values["nks_ngay_sinh_bang_chu"] = json!({ "state": "written", "text": words });
    values["quyen_so"] = json!({ "state": "written", "text": "01/2016" });
    an.key(&entry, &values).await.expect(StatusCode::OK);

    let task = binh.take("verifier").await;
    let (digits, in_words) = (field(&task, "nks_ngay_sinh"), field(&task, "nks_ngay_sinh_bang_chu"));
    assert_eq!(digits["hint"]["code"], "date_differs");
    assert_eq!(digits["hint"]["other"], "nks_ngay_sinh_bang_chu");
    assert_eq!(digits["hint"]["other_label"], "Ghi bằng chữ");
    assert_eq!((&digits["attention"], &digits["reason"]), (&json!(true), &json!("hint")));
    assert_eq!(in_words["hint"]["other"], "nks_ngay_sinh");
    assert_eq!(in_words["reason"], "machine_differs");
    assert!(field(&task, "quyen_so")["hint"].is_null(), "what was put right is no longer told");
    // Nothing that the machine read reaches the verifier: not its number of the book, nor its words.
    assert!(!task["fields"].to_string().contains("xã An Nhơn, huyện Đạ Tẻh khác"));
    assert_ne!(field(&task, "quyen_so")["value"]["text"], "57");
    assert!(task["fields"].as_array().unwrap().iter().all(|f| f["proposal"].is_null()));
    assert_eq!(entry, task["entry"].text("id"));
}

#[tokio::test]
async fn what_cannot_be_read_is_offered_as_nothing_and_a_person_decides() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    house.reader.scribbled.store(true, std::sync::atomic::Ordering::SeqCst);
    let (_, entry) = house.one_entry(&an, 1).await;
    let task = an.take("typist").await;
    let note = field(&task, "ghi_chu");
    assert_eq!(note["hint"], json!({ "code": "unreadable" }));
    assert_eq!((&note["reason"], &note["proposal"]), (&json!("hint"), &Value::Null));
    let mut values = as_proposed(&task);
    values["ghi_chu"] = json!({ "state": "illegible", "text": "" });
    an.key(&entry, &values).await.expect(StatusCode::OK);
    let task = binh.take("verifier").await;
    let note = field(&task, "ghi_chu");
    assert_eq!((&note["reason"], &note["value"]["state"]), (&json!("unread"), &json!("illegible")));
    assert!(note["machine_differs"].is_null() || note["machine_differs"] == false);
}

#[tokio::test]
async fn pages_in_order_are_evidence_for_each_other() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, _) = house.one_entry(&an, 1).await;
    for number in 2..=4 {
        house.another_entry(&an, &book, number).await;
    }
    let mut held: Vec<String> = Vec::new();
    for number in 57..=60 {
        let wish = json!({ "role": "typist", "except": held });
        let task = an.post("/api/v1/tasks/next", &wish).await.expect(StatusCode::OK);
        assert_eq!(field(&task, "so")["hint"], Value::Null, "nobody knows yet what stands around");
        let mut values = as_proposed(&task);
        values["so"] = json!({ "state": "written", "text": format!("{number}/2016") });
        held.push(task["entry"].text("id"));
        an.key(held.last().unwrap(), &values).await.expect(StatusCode::OK);
    }
    // The fifth page is read after four were typed as 57 to 60; on every page the machine reads 57.
    house.another_entry(&an, &book, 5).await;
    let task = an.take("typist").await;
    assert_eq!(field(&task, "so")["hint"], json!({ "code": "out_of_order" }));
    assert_eq!(field(&task, "so")["reason"], "hint");
}
