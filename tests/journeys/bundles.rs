//! Files of many pages: each becomes the pages it holds, once, in order, whatever dies on the way.

use crate::house::acts::EVERY_ROLE;
use crate::house::{Client, House, Json, pages};
use crate::pdf::{self, Page};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

fn scan(number: u32) -> Page<'static> {
    Page::scan((200, 280), pdf::jpeg((400, 560), &pages::jpeg(number)))
}

/// Three scans, the middle one cut off.
fn book_of_three() -> Vec<u8> {
    let half = pages::jpeg(2);
    let cut = Page::scan((200, 280), pdf::jpeg((400, 560), &half[..half.len() / 2]));
    pdf::file(vec![scan(1), cut, scan(3)], "")
}

async fn listed(client: &Client, book: &str) -> Vec<Value> {
    let pages = client.get(&format!("/api/v1/books/{book}/pages")).await.expect(StatusCode::OK);
    pages["pages"].as_array().unwrap().clone()
}

async fn bundles(client: &Client, book: &str) -> Value {
    client.get(&format!("/api/v1/books/{book}/bundles")).await.expect(StatusCode::OK)["bundles"].clone()
}

#[tokio::test]
async fn a_pdf_becomes_its_pages_and_a_bad_one_among_them_is_rejected_with_its_reason() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let taken = an.upload(&book, "quyển 1.pdf", book_of_three()).await.expect(StatusCode::ACCEPTED);
    assert_eq!((taken["bundle"].text("state"), &taken["already"]), ("received".into(), &json!(false)));
    assert_eq!(an.get(&format!("/api/v1/books/{book}")).await.json()["pages"]["received"], 1, "work waits");
    assert_eq!(house.work().await, 5, "one unpacking, two first looks, two readings");
    let found = listed(&an, &book).await;
    let told: Vec<_> = found.iter().map(|p| (p.text("file_name"), p.text("state"))).collect();
    let wanted = [("quyển 1.pdf #1", "read"), ("quyển 1.pdf #2", "rejected"), ("quyển 1.pdf #3", "read")];
    assert_eq!(told, wanted.map(|(name, state)| (name.to_owned(), state.to_owned())));
    assert_eq!(found[1]["reject"]["code"], "image_truncated");
    assert!(found[1]["reject"].text("message").contains("cụt"));
    let bundle = &bundles(&an, &book).await[0];
    assert_eq!(
        (bundle.text("state"), &bundle["pages"], &bundle["rejected"]),
        ("unpacked".into(), &json!(3), &json!(1))
    );
    let original = an.get(&format!("/api/v1/pages/{}/original", found[2].text("id"))).await;
    assert_eq!(
        (original.headers["content-type"].to_str().unwrap(), original.bytes),
        ("image/jpeg", pages::jpeg(3))
    );
}

#[tokio::test]
async fn the_same_file_twice_is_the_same_pages() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, other) = (an.book("1").await, an.book("2").await);
    an.upload(&book, "a.pdf", book_of_three()).await.expect(StatusCode::ACCEPTED);
    let waiting = an.upload(&book, "a.pdf", book_of_three()).await.expect(StatusCode::OK);
    assert_eq!(waiting["already"], true);
    house.work().await;
    let before = listed(&an, &book).await;
    let again = an.upload(&book, "b.pdf", book_of_three()).await.expect(StatusCode::OK);
    assert_eq!((&again["already"], again["bundle"].text("file_name")), (&json!(true), "a.pdf".into()));
    assert_eq!(house.work().await, 0);
    assert_eq!(listed(&an, &book).await, before);
    assert_eq!(an.upload(&other, "a.pdf", book_of_three()).await.refusal(), (409, "page_elsewhere".into()));
}

#[tokio::test]
async fn an_unpacking_that_is_killed_leaves_nothing_and_is_done_again() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    an.upload(&book, "a.pdf", pdf::file((1..=6).map(scan).collect(), "")).await.expect(StatusCode::ACCEPTED);
    let kinds = [sohoa::app::UNPACK];
    for turns in [1, 3, 9, 40] {
        let now = house.clock.now_ms();
        let claim =
            sohoa::store::ClaimJob { claimant: "killed", kinds: &kinds, now, lease_until: now + 1_000 };
        let job = house.app.store.claim_job(&claim).await.unwrap().expect("the job is still there");
        let unpacking = house.app.unpack_bundle(&job);
        let killed = async {
            for _ in 0..turns {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            biased;
            () = killed => {}
            done = unpacking => done.unwrap(),
        }
        let found = listed(&an, &book).await.len();
        assert!([0, 6].contains(&found), "{found} pages of half an unpacking");
        if found == 6 {
            // Killed behind the end, or not at all: done once and for all.
            break;
        }
        house.clock.advance(Duration::from_secs(60));
    }
    house.work().await;
    let found = listed(&an, &book).await;
    let ordinals: Vec<_> = found.iter().map(|p| p["ordinal"].as_i64().unwrap()).collect();
    assert_eq!(ordinals, [1, 2, 3, 4, 5, 6]);
    assert_eq!(bundles(&an, &book).await[0]["pages"], 6);
    assert!(found.iter().all(|p| p["state"] == "read"));
}

#[tokio::test]
async fn pages_that_were_there_before_are_counted_not_doubled() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, other) = (an.book("1").await, an.book("2").await);
    an.upload(&book, "1.jpg", pages::jpeg(1)).await.expect(StatusCode::CREATED);
    an.upload(&other, "2.jpg", pages::jpeg(2)).await.expect(StatusCode::CREATED);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in 1..=3 {
        zip.start_file(format!("{number}.jpg"), zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &pages::jpeg(number)).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    an.upload(&book, "quyển.zip", zip).await.expect(StatusCode::ACCEPTED);
    house.work().await;
    let bundle = &bundles(&an, &book).await[0];
    let counts = ["pages", "already", "elsewhere"].map(|key| bundle[key].as_i64().unwrap());
    assert_eq!(counts, [1, 1, 1], "{bundle}");
    let names: Vec<_> = listed(&an, &book).await.iter().map(|p| p.text("file_name")).collect();
    assert_eq!(names, ["1.jpg", "3.jpg"]);
}

#[tokio::test]
async fn what_a_look_finds_is_refused_at_once_and_a_page_without_picture_cannot_be_insisted_on() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let empty = zip::ZipWriter::new(std::io::Cursor::new(Vec::new())).finish().unwrap().into_inner();
    assert_eq!(an.upload(&book, "a.jpg", empty).await.refusal(), (422, "file_no_pages".into()));
    let broken = an.upload(&book, "a.pdf", b"%PDF-1.4 and no more".to_vec()).await.refusal();
    assert!(broken.0 == 422 && broken.1 != "internal", "{broken:?}");
    an.upload(&book, "a.pdf", book_of_three()).await.expect(StatusCode::ACCEPTED);
    house.work().await;
    let rejected = listed(&an, &book).await[1].clone();
    assert_eq!(rejected["has_picture"], false);
    let insist = format!("/api/v1/pages/{}/insist", rejected.text("id"));
    let refused = an.post(&insist, &json!({ "reason": "sổ vốn vậy" })).await;
    assert_eq!(refused.refusal(), (422, "page_without_picture".into()));
    let image = an.get(&format!("/api/v1/pages/{}/image", rejected.text("id"))).await;
    assert_eq!(image.refusal(), (422, "page_without_picture".into()));
}
