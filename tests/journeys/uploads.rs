//! How files come off the wire, and the process that takes them apart.

use crate::house::acts::EVERY_ROLE;
use crate::house::unpacker::Mood;
use crate::house::{Client, House, Json, pages};
use crate::pdf::{self, Page};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures::StreamExt;
use serde_json::Value;
use sohoa::app::{Settings, UPLOAD_ROOM_MB};
use sohoa::cli::OwnProcess;
use sohoa::domain::states::AccountRole;
use std::io::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The first bytes of a file of which no more ever come.
fn stalled(bytes: &[u8]) -> Body {
    let first = futures::stream::once(std::future::ready(Ok::<_, Error>(Bytes::copy_from_slice(bytes))));
    Body::from_stream(first.chain(futures::stream::pending()))
}

/// A file that comes in drops, each with a pause behind it.
fn dripping(bytes: &[u8], drop_bytes: usize, pause: Duration) -> Body {
    let drops: Vec<Bytes> = bytes.chunks(drop_bytes).map(Bytes::copy_from_slice).collect();
    let drops = futures::stream::iter(drops).then(move |drop| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Error>(drop)
    });
    Body::from_stream(drops)
}

async fn listed(client: &Client, book: &str) -> Vec<Value> {
    let pages = client.get(&format!("/api/v1/books/{book}/pages")).await.expect(StatusCode::OK);
    pages["pages"].as_array().unwrap().clone()
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it comes to an end")
}

#[tokio::test]
async fn an_upload_that_stops_coming_is_broken_off_and_holds_nothing() {
    let settings = Settings { upload_patience: Duration::from_millis(200), ..Settings::default() };
    let house = House::open_with(settings).await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let page = pages::jpeg(1);
    let refused = soon(an.upload(&book, "a.jpg", stalled(&page[..2000]))).await;
    assert_eq!(refused.refusal(), (408, "upload_stalled".into()));
    // A byte now and then is next to nothing.
    let trickle = dripping(&page, 1, Duration::from_millis(20));
    assert_eq!(soon(an.upload(&book, "a.jpg", trickle)).await.refusal().0, 408);
    assert_eq!(house.app.upload_room.available_permits(), UPLOAD_ROOM_MB);
    assert_eq!(listed(&an, &book).await.len(), 0);
}

#[tokio::test]
async fn a_slow_upload_takes_longer_than_anybody_is_patient_and_holds_no_room() {
    let settings = Settings { upload_patience: Duration::from_millis(400), ..Settings::default() };
    let house = House::open_with(settings).await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let page = pages::jpeg(1);
    let slow = dripping(&page, page.len().div_ceil(8).max(9 << 10), Duration::from_millis(150));
    let begun = tokio::time::Instant::now();
    let watched = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        house.app.upload_room.available_permits()
    };
    let (taken, free) = soon(async { tokio::join!(an.upload(&book, "a.jpg", slow), watched) }).await;
    taken.expect(StatusCode::CREATED);
    assert_eq!(free, UPLOAD_ROOM_MB, "while it comes");
    assert!(begun.elapsed() > Duration::from_millis(140));
}

#[tokio::test]
async fn who_may_not_send_files_there_is_told_before_any_bytes_are_taken() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let typist = house.user("lan", &[AccountRole::Typist]).await;
    let book = an.book("1").await;
    let refused = soon(typist.upload(&book, "a.jpg", stalled(b"x"))).await;
    assert_eq!(refused.refusal(), (403, "not_allowed".into()));
    assert_eq!(soon(an.upload("none", "a.jpg", stalled(b"x"))).await.refusal(), (404, "not_found".into()));
}

#[tokio::test]
async fn a_file_that_cannot_be_looked_at_just_now_is_not_refused_for_good() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let file = pdf::file(vec![Page::scan((200, 280), pdf::jpeg((400, 560), &pages::jpeg(1)))], "");
    house.unpacker.is_about_to(&[Mood::CannotLook]);
    let busy = an.upload(&book, "a.pdf", file.clone()).await;
    assert_eq!(busy.refusal(), (503, "cannot_unpack".into()));
    an.upload(&book, "a.pdf", file).await.expect(StatusCode::ACCEPTED);
}

/// The process under this one that unpacks pages.
fn unpacking_child() -> Option<rustix::process::Pid> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
        let ours = status.contains(&format!("PPid:\t{}\n", std::process::id()));
        (ours && command.contains("unpack-pages") && !command.contains("--look")).then_some(pid)
    });
    processes.into_iter().find_map(rustix::process::Pid::from_raw)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_killed_in_the_middle_of_a_file_costs_no_page() {
    let own = OwnProcess::of(PathBuf::from(env!("CARGO_BIN_EXE_sohoa")));
    let house = House::open_unpacking(Settings::default(), Arc::new(own)).await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    // Large drawn pages, so that there is a middle.
    let drawn = |i: u32| Page::drawn((600, 800), &format!("0 0 1 rg {} 40 300 500 re f", 10 + i));
    let file = pdf::file((0..8).map(drawn).collect(), "");
    an.upload(&book, "a.pdf", file).await.expect(StatusCode::ACCEPTED);
    let killer = tokio::task::spawn_blocking(|| {
        let child = (0..5_000).find_map(|_| {
            std::thread::sleep(Duration::from_millis(2));
            unpacking_child()
        });
        std::thread::sleep(Duration::from_millis(150));
        rustix::process::kill_process(child.expect("a child"), rustix::process::Signal::KILL)
    });
    house.work().await;
    killer.await.unwrap().expect("it was still at work");
    let bundles = format!("/api/v1/books/{book}/bundles");
    let bundle = an.get(&bundles).await.json()["bundles"][0].clone();
    assert_eq!((bundle.text("state"), &bundle["failed"]), ("received".into(), &Value::Bool(false)));
    assert_eq!(listed(&an, &book).await.len(), 0, "nothing of half an unpacking");
    house.clock.advance(Duration::from_secs(60));
    house.work().await;
    let found = listed(&an, &book).await;
    let names: Vec<_> = found.iter().map(|page| page.text("file_name")).collect();
    assert_eq!(names, (1..=8).map(|n| format!("a.pdf #{n}")).collect::<Vec<_>>());
    assert!(found.iter().all(|page| page["state"] == "read"), "{found:?}");
}
