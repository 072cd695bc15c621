//! Files that are no pages, pages that come twice, readers that fail: each gets its sentence, and nobody else
//! notices.

use crate::house::acts::EVERY_ROLE;
use crate::house::{Client, House, Json, pages};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

async fn page_of(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/pages/{id}")).await.expect(StatusCode::OK)
}

#[tokio::test]
async fn what_a_look_at_the_file_finds_is_refused_at_once() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    for (name, bytes, code) in [
        ("chữ.jpg", "Sổ đăng ký khai sinh\n".as_bytes().to_vec(), "image_unknown_type"),
        ("điểm.png", pages::png(1, 1, 1), "image_too_small"),
        ("khổng lồ.png", pages::png_claiming(30_000, 30_000), "image_too_many_pixels"),
        ("dải.png", pages::png_claiming(60_000, 300), "image_too_long"),
        ("rỗng.jpg", Vec::new(), "image_empty"),
        ("cụt.jpg", pages::jpeg(1)[..4].to_vec(), "image_truncated"),
    ] {
        assert_eq!(an.upload(&book, name, bytes).await.refusal(), (422, code.into()), "{name}");
    }
    let listed = an.get(&format!("/api/v1/books/{book}/pages")).await.json();
    assert_eq!(listed["pages"], json!([]));
    assert_eq!(house.work().await, 0);
}

#[tokio::test]
async fn a_file_that_is_too_long_is_refused_with_the_limit() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let max_bytes = house.app.settings.limits.max_bytes;
    let refused = an.upload(&book, "dài.jpg", vec![0xFF; max_bytes + 1]).await;
    assert_eq!(refused.refusal(), (413, "too_many_bytes".into()));
    assert!(refused.text().contains(&format!("{} MB", max_bytes >> 20)));
}

#[tokio::test]
async fn a_truncated_page_is_rejected_with_its_reason_and_its_neighbours_are_read() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let mut torn = pages::jpeg(2);
    torn.truncate(torn.len() / 2);
    let before = an.upload(&book, "1.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED).text("id");
    let bad = an.upload(&book, "2.jpg", torn).await.expect(StatusCode::CREATED).text("id");
    let after = an.upload(&book, "3.jpg", pages::jpeg(3)).await.expect(StatusCode::CREATED).text("id");
    assert_eq!(house.work().await, 3);
    assert_eq!(page_of(&an, &before).await["state"], "read");
    assert_eq!(page_of(&an, &after).await["state"], "read");
    let rejected = page_of(&an, &bad).await;
    assert_eq!(
        (&rejected["state"], &rejected["reject"]["code"]),
        (&json!("rejected"), &json!("image_truncated"))
    );
    assert!(rejected["reject"].text("message").contains("cụt"), "{rejected}");
}

#[tokio::test]
async fn the_same_bytes_are_one_page_and_one_job() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, other) = (an.book("1").await, an.book("2").await);
    let first = an.upload(&book, "a.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED);
    let again = an.upload(&book, "b.jpg", pages::jpeg(1)).await.expect(StatusCode::OK);
    assert_eq!((again.text("id"), again["already"].clone()), (first.text("id"), json!(true)));
    let elsewhere = an.upload(&other, "a.jpg", pages::jpeg(1)).await;
    assert_eq!(elsewhere.refusal(), (409, "page_elsewhere".into()));
    assert_eq!(elsewhere.json()["error"]["page_id"], first["id"]);
    assert_eq!(house.work().await, 1);
    assert_eq!(house.work().await, 0);
    assert_eq!(house.reader.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_with_dots_and_slashes_is_only_a_name() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let page = an.upload(&book, "../../../etc/passwd", pages::jpeg(1)).await.expect(StatusCode::CREATED);
    assert_eq!(page["file_name"], "passwd");
    let original = an.get(&format!("/api/v1/pages/{}/original", page.text("id"))).await;
    assert_eq!(original.bytes, pages::jpeg(1));
    assert_eq!(original.headers["content-type"], "image/jpeg");
}

#[tokio::test]
async fn a_rejected_page_can_be_insisted_on_with_a_reason() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    house.reader.blurred.store(true, Ordering::SeqCst);
    let page = an.upload(&book, "mờ.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED).text("id");
    house.work().await;
    assert_eq!(page_of(&an, &page).await["reject"]["code"], "too_blurred");
    let insist = format!("/api/v1/pages/{page}/insist");
    assert_eq!(an.post(&insist, &json!({ "reason": " " })).await.refusal(), (422, "bad_input".into()));
    an.post(&insist, &json!({ "reason": "sổ vốn mờ" })).await.expect(StatusCode::OK);
    house.work().await;
    let read = page_of(&an, &page).await;
    assert_eq!((&read["state"], &read["reject"]), (&json!("read"), &Value::Null));
    let again = an.post(&insist, &json!({ "reason": "nữa" })).await;
    assert_eq!(again.refusal(), (409, "wrong_page_state".into()));
}

#[tokio::test]
async fn a_reader_that_fails_is_asked_again_and_in_the_end_leaves_a_letter_with_the_reason() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    house.reader.failures.store(2, Ordering::SeqCst);
    let page = an.upload(&book, "1.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED).text("id");
    for _ in 0..3 {
        assert_eq!(house.work().await, 1);
        house.clock.advance(std::time::Duration::from_secs(600));
    }
    assert_eq!(page_of(&an, &page).await["state"], "read");

    house.reader.failures.store(u32::MAX, Ordering::SeqCst);
    an.upload(&book, "2.jpg", pages::jpeg(2)).await.expect(StatusCode::CREATED);
    for _ in 0..house.app.settings.read_attempts {
        assert_eq!(house.work().await, 1);
        house.clock.advance(std::time::Duration::from_secs(600));
    }
    assert_eq!(house.work().await, 0);
    let summary = an.get("/api/v1/jobs/summary").await.expect(StatusCode::OK);
    assert_eq!(summary["dead"], 1);
    assert!(summary["dead_letters"][0].text("reason").contains("out of sorts"), "{summary}");
}

#[tokio::test]
async fn pictures_are_made_once_and_made_again_when_they_are_gone() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let page =
        an.upload(&book, "1.png", pages::png(5, 600, 800)).await.expect(StatusCode::CREATED).text("id");
    for (width, expected) in [(240, 240), (241, 480), (9_999, 600)] {
        let picture = an.get(&format!("/api/v1/pages/{page}/image?width={width}")).await;
        assert_eq!(picture.headers["content-type"], "image/jpeg");
        assert_eq!(image::load_from_memory(&picture.bytes).unwrap().width(), expected, "{width}");
    }
    house.work().await;
    let entry = page_of(&an, &page).await["entries"][0].text("id");
    let crop = an.get(&format!("/api/v1/entries/{entry}/fields/so/crop.jpg")).await;
    assert!(image::load_from_memory(&crop.bytes).unwrap().height() > 20);
    let missing = an.get(&format!("/api/v1/entries/{entry}/fields/no_such/crop.jpg")).await;
    assert_eq!(missing.refusal(), (404, "not_found".into()));
}

#[tokio::test]
async fn malformed_requests_are_told_so() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    for (method, path, body) in [
        ("POST", "/api/v1/tasks/next".to_owned(), "{\"role\":\"king\"}"),
        ("POST", "/api/v1/tasks/next".to_owned(), "not json"),
        ("POST", "/api/v1/books".to_owned(), "[1, 2"),
        ("GET", format!("/api/v1/pages/{book}/image?width=wide"), ""),
    ] {
        let answer = an.ask(method, &path, axum::body::Body::from(body)).await;
        assert_eq!(answer.refusal(), (400, "bad_request".into()), "{method} {path} {body}");
    }
}
