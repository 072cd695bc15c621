//! The runner: leases kept, lost, handed back; one effect whatever happens.

use crate::house::acts::EVERY_ROLE;
use crate::house::{House, Json, pages};
use axum::http::StatusCode;
use serde_json::json;
use sohoa::store::ClaimJob;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

fn claim(house: &House) -> ClaimJob<'static> {
    let now = house.clock.now_ms();
    ClaimJob { claimant: "someone else", kinds: &["read_page"], now, lease_until: now + 60_000 }
}

#[tokio::test]
async fn whoever_finishes_after_losing_the_job_changes_nothing() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let page = an.upload(&book, "1.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED).text("id");
    house.check_pages().await;
    let slow = house.app.store.claim_job(&claim(&house)).await.unwrap().unwrap();
    house.clock.advance(Duration::from_secs(120));
    assert_eq!(house.work().await, 1);
    let events = house.app.store.audit_records(&book, 0, 100).await.unwrap().len();
    let late = house.app.read_page(house.shelf(), &slow).await;
    assert!(matches!(late, Err(sohoa::app::Error::LeaseLost)), "{late:?}");
    assert_eq!(house.app.store.audit_records(&book, 0, 100).await.unwrap().len(), events);
    let shown = an.get(&format!("/api/v1/pages/{page}")).await.json();
    assert_eq!(shown["entries"].as_array().unwrap().len(), 1);
    let entry = shown["entries"][0].text("id");
    assert_eq!(house.app.store.proposals(&entry).await.unwrap().len(), 29);
}

#[tokio::test]
async fn two_readings_of_one_page_at_the_same_time_leave_one_set_of_proposals() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let page = an.upload(&book, "1.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED).text("id");
    house.check_pages().await;
    let first = house.app.store.claim_job(&claim(&house)).await.unwrap().unwrap();
    house.clock.advance(Duration::from_secs(120));
    let second = house.app.store.claim_job(&claim(&house)).await.unwrap().unwrap();
    let (a, b) = tokio::join!(
        house.app.read_page(house.shelf(), &first),
        house.app.read_page(house.shelf(), &second),
    );
    assert!(a.is_err() && b.is_ok(), "{a:?} {b:?}");
    let entries = house.app.store.entries_of_page(&page).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(house.app.store.proposals(&entries[0].id).await.unwrap().len(), 29);
}

#[tokio::test]
async fn a_runner_reads_what_comes_in_and_stops_when_told() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(house.runner().run(stopped));
    for n in 1..=3 {
        an.upload(&book, "1.jpg", pages::jpeg(n)).await.expect(StatusCode::CREATED);
    }
    let all_read = async {
        while an.get(&format!("/api/v1/books/{book}")).await.json()["pages"] != json!({ "read": 3 }) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all_read).await.expect("the pages are read");
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(10), running).await.expect("the runner stops").unwrap();
    assert_eq!(house.reader.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_restarted_server_takes_back_its_own_jobs_at_once() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    an.upload(&book, "1.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED);
    house.check_pages().await;
    let now = house.clock.now_ms();
    let died = ClaimJob { claimant: "test", kinds: &["read_page"], now, lease_until: now + 60_000 };
    house.app.store.claim_job(&died).await.unwrap().unwrap();
    assert_eq!(house.work().await, 0);
    assert_eq!(house.runner().take_back_own_jobs().await.unwrap(), 1);
    assert_eq!(house.work().await, 1);
    let summary = an.get("/api/v1/jobs/summary").await.json();
    assert_eq!((&summary["ready"], &summary["leased"], &summary["dead"]), (&json!(0), &json!(0), &json!(0)));
}
