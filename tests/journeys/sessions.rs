//! Coming in and going out.

use crate::house::acts::EVERY_ROLE;
use crate::house::{House, Json};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use sohoa::domain::AccountRole::Typist;
use std::time::Duration;

#[tokio::test]
async fn nothing_is_told_to_a_stranger() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, entry) = house.one_entry(&an, 1).await;
    let page = an.get(&format!("/api/v1/books/{book}/pages")).await.json()["pages"][0].text("id");
    let stranger = house.stranger();
    for path in [
        "/api/v1/me".to_owned(),
        "/api/v1/books".to_owned(),
        format!("/api/v1/books/{book}"),
        format!("/api/v1/books/{book}/pages"),
        format!("/api/v1/books/{book}/deliveries"),
        format!("/api/v1/pages/{page}"),
        format!("/api/v1/pages/{page}/original"),
        format!("/api/v1/pages/{page}/image"),
        format!("/api/v1/entries/{entry}"),
        format!("/api/v1/entries/{entry}/fields/so/crop.jpg"),
        "/api/v1/jobs/summary".to_owned(),
    ] {
        assert_eq!(stranger.get(&path).await.refusal(), (401, "not_signed_in".into()), "{path}");
    }
    assert_eq!(stranger.next("typist").await.refusal().0, 401);
}

#[tokio::test]
async fn a_session_ends_by_logging_out_and_by_time() {
    let house = House::open().await;
    let an = house.user("an", &[Typist]).await;
    let me = an.get("/api/v1/me").await.expect(StatusCode::OK);
    assert_eq!((me["username"].clone(), me["roles"].clone()), (json!("an"), json!(["typist"])));
    assert!(me.get("address").is_none() && !me.to_string().contains("argon2"));
    let out = an.delete("/api/v1/sessions/current").await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(an.get("/api/v1/me").await.refusal().0, 401);

    let binh = house.user("binh", &[Typist]).await;
    house.clock.advance(Duration::from_secs(11 * 3600));
    assert_eq!(binh.get("/api/v1/me").await.status, StatusCode::OK);
    house.clock.advance(Duration::from_secs(2 * 3600));
    assert_eq!(binh.get("/api/v1/me").await.refusal().0, 401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_soon_slowed_down() {
    let house = House::open().await;
    house.user("an", &[Typist]).await;
    let stranger = house.stranger();
    let log_in = |username: &str| json!({ "username": username, "password": "sai rồi bạn ơi" });
    let wrong = stranger.post("/api/v1/sessions", &log_in("an")).await;
    let unknown = stranger.post("/api/v1/sessions", &log_in("ai do")).await;
    assert_eq!(wrong.refusal(), (401, "wrong_password".into()));
    assert_eq!(wrong.json()["error"]["message"], unknown.json()["error"]["message"]);
    let mut last = wrong;
    for _ in 0..10 {
        last = stranger.post("/api/v1/sessions", &log_in("an")).await;
    }
    assert_eq!(last.refusal(), (429, "too_many_attempts".into()));
}

#[tokio::test]
async fn another_sites_form_changes_nothing() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let request = Request::builder().method("POST").uri("/api/v1/books");
    let answer = an.send(request, Body::from("{}")).await;
    assert_eq!(answer.refusal(), (403, "foreign_form".into()));
}

#[tokio::test]
async fn answers_carry_careful_headers_and_cookies_are_kept_from_scripts() {
    let house = House::open().await;
    house.user("an", &[Typist]).await;
    let given = json!({ "username": "an", "password": "mật khẩu của an" });
    let answer = house.stranger().post("/api/v1/sessions", &given).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["sohoa_session=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'self'")
    );
    assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert!(answer.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn refusals_speak_the_language_asked_for() {
    let house = House::open().await;
    let ask = |name: header::HeaderName, value: &'static str| {
        let request = Request::builder().uri("/api/v1/me").header(name, value);
        let stranger = house.stranger();
        async move { stranger.send(request, Body::empty()).await.json()["error"].text("message") }
    };
    assert!(ask(header::ACCEPT_LANGUAGE, "vi").await.starts_with("Bạn chưa đăng nhập"));
    assert!(ask(header::ACCEPT_LANGUAGE, "en-GB").await.starts_with("You are not signed in"));
    assert!(ask(header::COOKIE, "lang=en").await.starts_with("You are not signed in"));
}

#[tokio::test]
async fn what_is_not_there_is_said_to_programs_in_json() {
    let house = House::open().await;
    let stranger = house.stranger();
    assert_eq!(stranger.get("/api/v1/nothing").await.refusal(), (404, "not_found".into()));
    assert_eq!(stranger.delete("/api/v1/books").await.refusal(), (405, "no_such_method".into()));
    assert_eq!(stranger.get("/healthz").await.text(), "ok\n");
    assert_eq!(stranger.get("/readyz").await.text(), "ready\n");
}
