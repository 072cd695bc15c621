//! Books, and acting on them as a whole.

use crate::house::acts::EVERY_ROLE;
use crate::house::{House, Json, pages};
use axum::http::StatusCode;
use serde_json::json;
use sohoa::domain::AccountRole::Admin;
use sohoa::domain::{Form, RegisterKind};

#[tokio::test]
async fn a_book_is_entered_once() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = |office: &str| json!({ "kind": "KS", "year_opened": 2016, "number": "01", "office": office });
    an.post("/api/v1/books", &book("UBND xã An Nhơn")).await.expect(StatusCode::CREATED);
    let again = an.post("/api/v1/books", &book("  UBND  xã An Nho\u{31b}n ")).await;
    assert_eq!(again.refusal(), (409, "book_exists".into()));
    let listed = an.get("/api/v1/books").await.expect(StatusCode::OK);
    assert_eq!(listed["books"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_wrong_input_of_a_book_is_named() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let wrong = json!({ "kind": "XX", "year_opened": 16, "number": "", "office": " ", "form_id": "nope" });
    let refused = an.post("/api/v1/books", &wrong).await;
    assert_eq!(refused.refusal(), (422, "bad_input".into()));
    let fields = refused.json()["error"]["fields"].clone();
    let named: Vec<&String> = fields.as_object().unwrap().keys().collect();
    assert_eq!(named, ["kind", "year_opened", "number", "office", "form_id"]);
}

#[tokio::test]
async fn books_of_every_kind_are_opened_and_read_on_the_form_of_their_kind_and_year() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let forms = Form::embedded();
    for (year, number) in [(2018, 1), (2009, 2)] {
        for kind in RegisterKind::ALL {
            let office = format!("UBND xã {kind}");
            let book = json!({ "kind": kind, "year_opened": year, "number": "01", "office": office });
            let book = an.post("/api/v1/books", &book).await.expect(StatusCode::CREATED).text("id");
            let page = an.upload(&book, "trang.jpg", pages::jpeg(number * 100 + *kind as u32)).await;
            let page = page.expect(StatusCode::CREATED).text("id");
            house.work().await;
            let page = an.get(&format!("/api/v1/pages/{page}")).await.expect(StatusCode::OK);
            assert_eq!(page["entries"][0]["state"], "proposed", "{kind} {year}");
            if let Some(form) = Form::in_use(&forms, *kind, year) {
                assert_eq!(page["form_id"], form.id.as_str());
            }
        }
    }
}

#[tokio::test]
async fn a_kind_without_a_workbook_goes_all_the_way_to_approved_and_says_that_none_is_there() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let book = json!({ "kind": "CN", "year_opened": 2017, "number": "01", "office": "UBND xã An Nhơn" });
    let book = an.post("/api/v1/books", &book).await.expect(StatusCode::CREATED).text("id");
    house.another_entry(&an, &book, 1).await;
    an.type_next().await;
    binh.confirm_next().await;
    for step in ["acceptance", "approval"] {
        binh.post(&format!("/api/v1/books/{book}/{step}"), &json!({})).await.expect(StatusCode::OK);
    }
    let refused = binh.post(&format!("/api/v1/books/{book}/deliveries"), &json!({})).await;
    assert_eq!(refused.refusal(), (409, "no_workbook".into()));
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("Excel 158"));
    let shown = binh.get(&format!("/api/v1/books/{book}")).await.expect(StatusCode::OK);
    assert_eq!(shown["state"], "approved");
}

#[tokio::test]
async fn counts_show_how_far_a_book_is() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, _) = house.one_entry(&an, 1).await;
    an.upload(&book, "b.jpg", pages::jpeg(2)).await.expect(StatusCode::CREATED);
    let shown = an.get(&format!("/api/v1/books/{book}")).await.expect(StatusCode::OK);
    assert_eq!(shown["pages"], json!({ "received": 1, "read": 1 }));
    assert_eq!(shown["entries"], json!({ "proposed": 1 }));
    assert_eq!(an.get("/api/v1/books").await.json()["books"][0]["pages"], shown["pages"]);
}

#[tokio::test]
async fn steps_of_a_book_come_in_their_order() {
    let house = House::open_unsampled().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("9").await;
    let step = |step: &str| format!("/api/v1/books/{book}/{step}");
    assert_eq!(an.post(&step("acceptance"), &json!({})).await.refusal(), (409, "empty_book".into()));
    assert_eq!(an.post(&step("approval"), &json!({})).await.refusal(), (409, "wrong_book_state".into()));
    assert_eq!(an.post(&step("deliveries"), &json!({})).await.refusal(), (409, "wrong_book_state".into()));
    let missing = an.post("/api/v1/books/no-such-book/acceptance", &json!({})).await;
    assert_eq!(missing.refusal(), (404, "not_found".into()));
}

#[tokio::test]
async fn an_accepted_book_takes_no_more_pages_and_rejected_ones_need_a_reason() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, _) = house.one_entry(&an, 1).await;
    an.type_next().await;
    binh.confirm_next().await;
    let mut torn = pages::jpeg(2);
    torn.truncate(torn.len() / 2);
    an.upload(&book, "torn.jpg", torn).await.expect(StatusCode::CREATED);
    house.work().await;
    let accept = format!("/api/v1/books/{book}/acceptance");
    assert_eq!(binh.post(&accept, &json!({})).await.refusal(), (409, "needs_reason".into()));
    let reason = json!({ "reason": "trang rách, không quét lại được" });
    binh.post(&accept, &reason).await.expect(StatusCode::OK);
    let late = an.upload(&book, "late.jpg", pages::jpeg(3)).await;
    assert_eq!(late.refusal(), (409, "book_closed".into()));
}

#[tokio::test]
async fn the_queue_is_shown_to_administrators() {
    let house = House::open().await;
    let (an, admin) = (house.user("an", &EVERY_ROLE[..4]).await, house.user("quantri", &[Admin]).await);
    let book = an.book("1").await;
    an.upload(&book, "a.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED);
    assert_eq!(an.get("/api/v1/jobs/summary").await.refusal(), (403, "not_allowed".into()));
    let summary = admin.get("/api/v1/jobs/summary").await.expect(StatusCode::OK);
    assert_eq!((&summary["ready"], &summary["dead"]), (&json!(1), &json!(0)));
    assert!(summary["dead_letters"].as_array().unwrap().is_empty());
    assert_eq!(book.len(), 36);
}
