//! The whole road, one lane wide.

use crate::house::acts::{EVERY_ROLE, as_proposed, fields};
use crate::house::{House, Json};
use axum::http::{StatusCode, header};
use serde_json::json;

#[tokio::test]
async fn a_page_is_read_typed_verified_by_another_accepted_approved_and_delivered() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, entry) = house.one_entry(&an, 1).await;

    assert_eq!(an.type_next().await, entry);
    let refused = an.judge(&entry, &json!({})).await;
    assert_eq!(refused.refusal(), (403, "same_person".into()));
    let (verified, outcome) = binh.confirm_next().await;
    assert_eq!((verified, outcome["state"].clone()), (entry.clone(), json!("verified")));

    let accepted = binh.post(&format!("/api/v1/books/{book}/acceptance"), &json!({})).await;
    assert_eq!(accepted.expect(StatusCode::OK)["state"], "accepted");
    let approved = binh.post(&format!("/api/v1/books/{book}/approval"), &json!({})).await;
    assert_eq!(approved.expect(StatusCode::OK)["entries"]["approved"], 1);
    let delivery = binh.post(&format!("/api/v1/books/{book}/deliveries"), &json!({})).await;
    let delivery = delivery.expect(StatusCode::CREATED);
    assert_eq!(delivery["entries"], 1);

    let workbook = binh.get(&format!("/api/v1/deliveries/{}/workbook", delivery.text("id"))).await;
    assert_eq!(workbook.status, StatusCode::OK);
    assert!(workbook.bytes.starts_with(b"PK"), "not a workbook");
    let disposition = workbook.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(disposition.contains(".KS.2016.1.xlsx"), "{disposition}");
    let book = binh.get(&format!("/api/v1/books/{book}")).await.expect(StatusCode::OK);
    assert_eq!((&book["state"], &book["entries"]), (&json!("delivered"), &json!({ "delivered": 1 })));

    let report = house.app.verify_audit(&[], &[]).await.unwrap();
    assert!(report.events >= 10, "{report:?}");
}

#[tokio::test]
async fn what_stands_in_the_workbook_is_what_people_agreed_on() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, entry) = house.one_entry(&an, 1).await;
    let task = an.take("typist").await;
    let mut typed = as_proposed(&task);
    typed["nks_ho_ten"] = json!({ "state": "written", "text": "Trần Văn Đúng" });
    typed["ghi_chu"] = json!({ "state": "blank", "text": "" });
    an.key(&entry, &typed).await.expect(StatusCode::OK);
    binh.confirm_next().await;
    for step in ["acceptance", "approval"] {
        binh.post(&format!("/api/v1/books/{book}/{step}"), &json!({})).await.expect(StatusCode::OK);
    }
    let delivery = binh.post(&format!("/api/v1/books/{book}/deliveries"), &json!({})).await;
    let delivery = delivery.expect(StatusCode::CREATED).text("id");
    let bytes = binh.get(&format!("/api/v1/deliveries/{delivery}/workbook")).await.bytes;
    let cells = cells_of(&bytes);
    assert!(cells.contains(&"Trần Văn Đúng".to_owned()), "{cells:?}");
    assert!(!cells.contains(&"Nguyễn Thị Hoà".to_owned()) || cells.iter().any(|c| c == "Kinh"));
}

/// Every text of the workbook's first sheet.
fn cells_of(bytes: &[u8]) -> Vec<String> {
    use calamine::{Reader, Xlsx};
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().flatten().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_disputed_entry_is_settled_by_a_third_person_and_only_by_one() {
    let house = House::open_unsampled().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let binh = house.user("binh", &EVERY_ROLE).await;
    let chi = house.user("chi", &EVERY_ROLE).await;
    let (book, entry) = house.one_entry(&an, 1).await;
    an.type_next().await;
    let task = binh.take("verifier").await;
    let verdicts = fields(&task, |field| match field["key"].as_str() {
        Some("so") => json!({ "decision": "replace", "state": "written", "text": "75" }),
        _ => json!({ "decision": "confirm" }),
    });
    assert_eq!(binh.judge(&entry, &verdicts).await.expect(StatusCode::OK)["state"], "disputed");

    for own in [&an, &binh] {
        assert_eq!(own.next("adjudicator").await.status, StatusCode::NO_CONTENT);
        let refused = own.settle(&entry, &json!({})).await;
        assert_eq!(refused.refusal(), (403, "same_person".into()), "{}", own.username);
    }
    let early = chi.post(&format!("/api/v1/books/{book}/acceptance"), &json!({})).await;
    assert_eq!(early.refusal(), (409, "unfinished".into()));

    let task = chi.take("adjudicator").await;
    let disputed = task["fields"].as_array().unwrap();
    assert_eq!(disputed.len(), 1, "{task}");
    let candidates = disputed[0]["candidates"].as_array().unwrap();
    let texts: Vec<&str> = candidates.iter().map(|c| c["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["57", "75"]);
    assert!(!task.to_string().contains(&an.person_id), "names a person: {task}");
    let settled = json!({ "so": { "state": "written", "text": "75" } });
    assert_eq!(chi.settle(&entry, &settled).await.expect(StatusCode::OK)["state"], "adjudicated");
    chi.post(&format!("/api/v1/books/{book}/acceptance"), &json!({})).await.expect(StatusCode::OK);
    let shown = chi.get(&format!("/api/v1/entries/{entry}")).await.expect(StatusCode::OK);
    assert_eq!((&shown["values"]["so"]["text"], &shown["entry"]["number"]), (&json!("75"), &json!("75")));
}
