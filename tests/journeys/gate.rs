//! The quality gate: a bad capture is refused with its reasons before it is read, and goes on as soon as it is
//! captured again or insisted on.

use crate::house::acts::EVERY_ROLE;
use crate::house::{Client, House, Json, pages};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sohoa::domain::gate::{Finding, Reason, Side};
use sohoa::domain::states::AccountRole;
use std::sync::atomic::Ordering;

async fn upload(client: &Client, book: &str, number: u32) -> String {
    client.upload(book, "trang.jpg", pages::jpeg(number)).await.expect(StatusCode::CREATED).text("id")
}

async fn page_of(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/pages/{id}")).await.expect(StatusCode::OK)
}

async fn refused(client: &Client) -> Vec<Value> {
    let listed = client.get("/api/v1/refused").await.expect(StatusCode::OK);
    listed["pages"].as_array().unwrap().clone()
}

async fn send_again(client: &Client, page: &str, bytes: Vec<u8>) -> crate::house::Answer {
    client.ask("POST", &format!("/api/v1/pages/{page}/replacement?name=lai.jpg"), bytes.into()).await
}

fn blurred_spot() -> Finding {
    let places = vec![[[100.0, 100.0], [200.0, 100.0], [200.0, 200.0], [100.0, 200.0]]];
    Finding { places, ..Finding::of(Reason::TooBlurred) }
}

#[tokio::test]
async fn a_bad_capture_is_refused_before_it_is_read_with_reasons_and_a_picture() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let cut = Finding { side: Some(Side::Top), ..Finding::of(Reason::CutOff) };
    *house.gate.finds.lock().unwrap() = vec![blurred_spot(), cut];
    let page = upload(&an, &book, 1).await;
    house.work().await;
    let told = page_of(&an, &page).await;
    assert_eq!((told.text("state"), &told["reject"]["code"]), ("rejected".into(), &json!("too_blurred")));
    let findings = told["reject"]["findings"].as_array().unwrap();
    assert!(findings[0].text("message").ends_with("khoanh đỏ."), "{findings:?}");
    assert!(findings[1].text("message").starts_with("Mép trên:"), "{findings:?}");
    assert_eq!(findings[0]["places"][0][2], json!([200.0, 200.0]));
    assert_eq!(house.reader.asked.load(Ordering::SeqCst), 0, "nothing was read");

    let listed = refused(&an).await;
    assert_eq!((listed.len(), listed[0].text("id")), (1, page.clone()));
    assert_eq!(listed[0]["book"]["number"], "1");
    let picture = an.get(&format!("/api/v1/pages/{page}/findings.jpg")).await;
    let drawn = image::load_from_memory(&picture.bytes).unwrap().into_rgb8();
    assert!(drawn.get_pixel(150, 100)[0] > 150 && drawn.get_pixel(150, 100)[1] < 110, "the place is framed");
    let log = house.app.store.audit_records(&book, 0, 100).await.unwrap();
    assert!(log.iter().any(|event| event.event.action == "page.reject"));
}

#[tokio::test]
async fn a_refused_page_is_read_when_somebody_insists() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    *house.gate.finds.lock().unwrap() = vec![Finding::of(Reason::BlankPage)];
    let page = upload(&an, &book, 1).await;
    house.work().await;
    let reason = json!({ "reason": "sổ có trang này như vậy" });
    an.post(&format!("/api/v1/pages/{page}/insist"), &reason).await.expect(StatusCode::OK);
    house.work().await;
    assert_eq!(page_of(&an, &page).await["state"], "read");
    assert_eq!(refused(&an).await, Vec::<Value>::new());
    let log = house.app.store.audit_records(&book, 0, 100).await.unwrap();
    assert!(log.iter().any(|event| event.event.action == "page.insist"));
}

#[tokio::test]
async fn another_capture_takes_the_place_of_a_refused_one() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    *house.gate.finds.lock().unwrap() = vec![blurred_spot()];
    let bad = upload(&an, &book, 1).await;
    house.work().await;
    house.gate.finds.lock().unwrap().clear();
    let next = upload(&an, &book, 2).await;
    assert_eq!(send_again(&an, &bad, pages::jpeg(1)).await.refusal(), (422, "same_picture".into()));
    let good = send_again(&an, &bad, pages::jpeg(3)).await.expect(StatusCode::CREATED);
    assert_eq!(good["ordinal"], 1);
    house.work().await;
    assert_eq!(page_of(&an, &good.text("id")).await["state"], "read");
    let old = page_of(&an, &bad).await;
    assert_eq!((old["ordinal"].clone(), old["replaced_by"].clone()), (json!(3), good["id"].clone()));
    assert_eq!(page_of(&an, &next).await["ordinal"], 2);
    let counts = an.get(&format!("/api/v1/books/{book}")).await.json()["pages"].clone();
    assert_eq!(counts, json!({ "read": 2 }), "a replaced page is missing nowhere");
    assert_eq!(refused(&an).await, Vec::<Value>::new());
    let third = send_again(&an, &bad, pages::jpeg(4)).await;
    assert_eq!(third.refusal(), (409, "wrong_page_state".into()));
    let insisted = an.post(&format!("/api/v1/pages/{bad}/insist"), &json!({ "reason": "x" })).await;
    assert_eq!(insisted.refusal(), (409, "wrong_page_state".into()));
}

#[tokio::test]
async fn the_same_page_twice_is_refused_with_the_page_that_is_there() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, other) = (an.book("1").await, an.book("2").await);
    let say = |imprint: &str| *house.gate.imprint.lock().unwrap() = Some(imprint.to_owned());
    say(&"3223".repeat(60));
    let first = upload(&an, &book, 1).await;
    house.work().await;
    say(&format!("{}2222", "3223".repeat(59)));
    let again = upload(&an, &book, 2).await;
    let elsewhere = upload(&an, &other, 3).await;
    house.work().await;
    say(&"0012".repeat(60));
    let different = upload(&an, &book, 4).await;
    house.work().await;
    for read in [&first, &elsewhere, &different] {
        assert_eq!(page_of(&an, read).await["state"], "read");
    }
    let told = page_of(&an, &again).await;
    assert_eq!(told["reject"]["code"], "same_page_twice");
    assert!(told["reject"]["findings"][0].text("message").ends_with("(trang 1)"), "{told}");
}

#[tokio::test]
async fn a_file_that_is_no_picture_is_refused_at_the_gate() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    *house.gate.bad.lock().unwrap() = Some("image_truncated");
    let page = upload(&an, &book, 1).await;
    assert_eq!(house.check_pages().await, 1);
    assert_eq!(page_of(&an, &page).await["reject"]["code"], "image_truncated");
    assert_eq!(house.work().await, 0);
}

#[tokio::test]
async fn a_look_that_is_repeated_takes_effect_once() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    upload(&an, &book, 1).await;
    let first = house.claim("check_page").await.unwrap();
    house.clock.advance(std::time::Duration::from_secs(120));
    let second = house.claim("check_page").await.unwrap();
    assert!(matches!(house.app.check_page(&first).await, Err(sohoa::app::Error::LeaseLost)));
    house.app.check_page(&second).await.unwrap();
    assert_eq!(house.work().await, 1, "one reading");
}

#[tokio::test]
async fn typists_have_no_list_of_refused_pages() {
    let house = House::open().await;
    let typist = house.user("go", &[AccountRole::Typist]).await;
    assert_eq!(typist.get("/api/v1/refused").await.refusal(), (403, "not_allowed".into()));
}
