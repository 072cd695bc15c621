//! Files of many pages of which nothing, or not all, came out: what a person can do about them.

use crate::house::acts::EVERY_ROLE;
use crate::house::unpacker::Mood;
use crate::house::{Client, House, Json, pages};
use crate::pdf::{self, Page};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sohoa::app::Settings;
use sohoa::domain::states::AccountRole;

fn file_of_three() -> Vec<u8> {
    let scan = |number| Page::scan((200, 280), pdf::jpeg((400, 560), &pages::jpeg(number)));
    pdf::file((1..=3).map(scan).collect(), "")
}

async fn bundles(client: &Client, book: &str) -> Vec<Value> {
    let found = client.get(&format!("/api/v1/books/{book}/bundles")).await.expect(StatusCode::OK);
    found["bundles"].as_array().unwrap().clone()
}

async fn counts(client: &Client, book: &str) -> Value {
    client.get(&format!("/api/v1/books/{book}")).await.expect(StatusCode::OK)["pages"].clone()
}

/// A file that was refused; the ids of book and bundle.
async fn refused(house: &House, an: &Client) -> (String, String) {
    let book = an.book("1").await;
    house.unpacker.is_about_to(&[Mood::Refuses("file_too_hard")]);
    an.upload(&book, "a.pdf", file_of_three()).await.expect(StatusCode::ACCEPTED);
    house.work().await;
    let id = bundles(an, &book).await[0].text("id");
    (book, id)
}

#[tokio::test]
async fn a_refused_file_counts_as_rejected_until_somebody_gives_it_up_and_says_why() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, id) = refused(&house, &an).await;
    let bundle = bundles(&an, &book).await[0].clone();
    assert_eq!((bundle.text("state"), &bundle["failed"]), ("refused".into(), &json!(true)));
    assert!(bundle["reject"].text("message").contains("tách"), "{bundle}");
    assert_eq!(counts(&an, &book).await, json!({ "rejected": 1 }));
    let dismissal = format!("/api/v1/bundles/{id}/dismissal");
    let typist = house.user("lan", &[AccountRole::Typist]).await;
    let reason = json!({ "reason": " đã tải lại bản khác " });
    assert_eq!(typist.post(&dismissal, &reason).await.refusal(), (403, "not_allowed".into()));
    assert_eq!(an.post(&dismissal, &json!({ "reason": " " })).await.refusal(), (422, "bad_input".into()));
    let given_up = an.post(&dismissal, &reason).await.expect(StatusCode::OK);
    assert_eq!(given_up.text("dismissed"), "đã tải lại bản khác");
    assert_eq!(counts(&an, &book).await, json!({}));
    assert_eq!(an.post(&dismissal, &reason).await.refusal(), (409, "wrong_bundle_state".into()));
    let told = house.events_of(&id).await;
    assert!(
        told.iter()
            .any(|(action, _, detail)| action == "bundle.dismiss" && detail["code"] == "file_too_hard")
    );
}

#[tokio::test]
async fn a_refused_file_is_tried_again_as_often_as_somebody_likes() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, id) = refused(&house, &an).await;
    let retry = format!("/api/v1/bundles/{id}/retry");
    house.unpacker.is_about_to(&[Mood::Refuses("file_too_slow")]);
    let waiting = an.post(&retry, &json!({})).await.expect(StatusCode::OK);
    assert_eq!((waiting.text("state"), &waiting["reject"]), ("received".into(), &Value::Null));
    assert_eq!(an.post(&retry, &json!({})).await.refusal(), (409, "wrong_bundle_state".into()));
    house.work().await;
    assert_eq!(bundles(&an, &book).await[0]["reject"]["code"], "file_too_slow");
    an.post(&format!("/api/v1/bundles/{id}/dismissal"), &json!({ "reason": "thôi" }))
        .await
        .expect(StatusCode::OK);
    an.post(&retry, &json!({})).await.expect(StatusCode::OK);
    house.work().await;
    let bundle = bundles(&an, &book).await[0].clone();
    assert_eq!(
        (bundle.text("state"), &bundle["pages"], &bundle["dismissed"]),
        ("unpacked".into(), &json!(3), &Value::Null)
    );
    assert_eq!(counts(&an, &book).await, json!({ "read": 3 }));
    assert_eq!(an.post(&retry, &json!({})).await.refusal(), (409, "wrong_bundle_state".into()));
    assert_eq!(an.post("/api/v1/bundles/none/retry", &json!({})).await.refusal(), (404, "not_found".into()));
}

#[tokio::test]
async fn a_file_refused_in_one_book_can_be_sent_into_another() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, id) = refused(&house, &an).await;
    let other = an.book("2").await;
    let taken = an.upload(&other, "b.pdf", file_of_three()).await.expect(StatusCode::ACCEPTED);
    assert_eq!((taken["bundle"].text("book_id"), taken["bundle"].text("id")), (other.clone(), id.clone()));
    house.work().await;
    assert_eq!((counts(&an, &book).await, counts(&an, &other).await), (json!({}), json!({ "read": 3 })));
    assert_eq!(bundles(&an, &book).await, [] as [Value; 0]);
    let told = house.events_of(&id).await;
    assert!(
        told.iter().any(|(action, _, detail)| action == "bundle.upload" && detail["was_in"] == json!(book))
    );
    let elsewhere = an.upload(&book, "a.pdf", file_of_three()).await;
    assert_eq!(elsewhere.refusal(), (409, "page_elsewhere".into()), "now its pages are there");
}

#[tokio::test]
async fn a_file_whose_job_was_given_up_waits_for_a_person() {
    let house = House::open_with(Settings { read_attempts: 1, ..Settings::default() }).await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    house.unpacker.is_about_to(&[Mood::Fails, Mood::Fails]);
    an.upload(&book, "a.pdf", file_of_three()).await.expect(StatusCode::ACCEPTED);
    house.work().await;
    let bundle = bundles(&an, &book).await[0].clone();
    assert_eq!((bundle.text("state"), &bundle["failed"]), ("received".into(), &json!(true)));
    assert_eq!(bundle["reject"]["code"], "file_failed");
    assert_eq!(counts(&an, &book).await, json!({ "received": 1 }), "the book is not done");
    let id = bundle.text("id");
    an.post(&format!("/api/v1/bundles/{id}/retry"), &json!({})).await.expect(StatusCode::OK);
    house.work().await;
    assert_eq!(bundles(&an, &book).await[0]["failed"], true);
    let given_up = json!({ "reason": "máy quét hỏng" });
    an.post(&format!("/api/v1/bundles/{id}/dismissal"), &given_up).await.expect(StatusCode::OK);
    let bundle = bundles(&an, &book).await[0].clone();
    assert_eq!((bundle.text("state"), &bundle["reject"]["code"]), ("refused".into(), &json!("file_failed")));
    assert_eq!(counts(&an, &book).await, json!({}));
    let dead = house.app.store.job_counts().await.unwrap();
    assert_eq!(dead, [], "no dead letter is left");
    // The same file again is a new beginning.
    an.upload(&book, "a.pdf", file_of_three()).await.expect(StatusCode::ACCEPTED);
    house.work().await;
    assert_eq!(counts(&an, &book).await, json!({ "read": 3 }));
}

#[tokio::test]
async fn pages_that_came_out_before_a_file_grew_too_heavy_stay() {
    let two = (pages::jpeg(1).len() + pages::jpeg(2).len()) as u64;
    let settings = Settings { max_bundle_output_bytes: two + 10, ..Settings::default() };
    let house = House::open_with(settings).await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    an.upload(&book, "a.pdf", file_of_three()).await.expect(StatusCode::ACCEPTED);
    house.work().await;
    assert_eq!(counts(&an, &book).await, json!({ "read": 2, "rejected": 1 }));
    let found = an.get(&format!("/api/v1/books/{book}/pages")).await.expect(StatusCode::OK);
    let rest = &found["pages"][2];
    assert_eq!(rest["reject"]["code"], "file_output_too_large");
    assert!(rest["reject"].text("message").contains("vẫn còn"), "{rest}");
}
