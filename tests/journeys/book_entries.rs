//! Entries that the reading of the pages does not bring: made by hand, brought back, held to be none; and what is
//! written beside entries.

use crate::house::acts::{EVERY_ROLE, as_proposed, fields};
use crate::house::{Client, House, Json, pages};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sohoa::domain::AccountRole::{ScanningCentre, Verifier};
use std::sync::atomic::Ordering;

async fn by_hand(client: &Client, book: &str, wish: Value) -> Value {
    client.post(&format!("/api/v1/books/{book}/entries"), &wish).await.expect(StatusCode::CREATED)
}

async fn listed(client: &Client, book: &str) -> Vec<Value> {
    let entries = client.get(&format!("/api/v1/books/{book}/entries")).await.expect(StatusCode::OK);
    entries["entries"].as_array().unwrap().clone()
}

async fn accept(client: &Client, book: &str) -> (u16, String) {
    let answer = client.post(&format!("/api/v1/books/{book}/acceptance"), &json!({})).await;
    if answer.status == StatusCode::OK { (200, String::new()) } else { answer.refusal() }
}

#[tokio::test]
async fn an_entry_whose_page_cannot_be_scanned_is_typed_from_paper_and_verified_by_another() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, first) = house.one_entry(&an, 1).await;
    let path = format!("/api/v1/books/{book}/entries");
    let refused = an.post(&path, &json!({ "reason": " ", "after_page": 1 })).await;
    assert_eq!(refused.refusal(), (422, "bad_input".into()));
    let made = by_hand(&an, &book, json!({ "reason": "trang đã mủn, không mở được", "after_page": 1 })).await;
    assert_eq!(made["state"], "unscannable");
    let entry = made.text("id");
    assert_eq!(an.type_next().await, first);
    assert_eq!(an.next("typist").await.status, StatusCode::NO_CONTENT, "the queue does not hand it out");

    let task = an.take_this("typist", &entry).await.expect(StatusCode::OK);
    assert_eq!(
        (&task["entry"]["page"], &task["entry"]["by_hand"]),
        (&Value::Null, &json!("trang đã mủn, không mở được"))
    );
    assert!(task["fields"].as_array().unwrap().iter().all(|f| f["proposal"].is_null()));
    let crop = an.get(&format!("/api/v1/entries/{entry}/fields/so/crop.jpg")).await;
    assert_eq!(crop.refusal(), (404, "not_found".into()));
    an.key(&entry, &as_proposed(&task)).await.expect(StatusCode::OK);
    assert_eq!(an.judge(&entry, &json!({})).await.refusal(), (403, "same_person".into()));
    assert_eq!(accept(&binh, &book).await.1, "unfinished");
    assert_eq!(binh.confirm_next().await.0, first, "what needs the paper comes last");
    assert_eq!(binh.confirm_next().await.0, entry);

    let shown = listed(&binh, &book).await;
    let numbers: Vec<_> =
        shown.iter().map(|e| (e["page"].as_i64().unwrap(), e["repeated"].clone())).collect();
    assert_eq!(numbers, [(1, json!(true)), (1, json!(true))], "a number used twice is shown, not refused");
    assert_eq!(accept(&binh, &book).await.0, 200);
    binh.post(&format!("/api/v1/books/{book}/approval"), &json!({})).await.expect(StatusCode::OK);
    let delivery = binh.post(&format!("/api/v1/books/{book}/deliveries"), &json!({})).await;
    assert_eq!(delivery.expect(StatusCode::CREATED)["entries"], 2);
    let said: Vec<String> = house.events_of(&entry).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(said, ["entry.add", "task.take", "entry.submit", "task.take", "entry.verify"]);
    let late = an.post(&path, &json!({ "reason": "muộn", "after_page": 1 })).await;
    assert_eq!(late.refusal(), (409, "wrong_book_state".into()));
}

#[tokio::test]
async fn an_entry_that_the_machine_missed_is_added_on_its_page() {
    let house = House::open_unsampled().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, first) = house.one_entry(&an, 1).await;
    let page = listed(&an, &book).await[0].text("page_id");
    let made = by_hand(&an, &book, json!({ "reason": "ghi chen giữa trang", "page_id": page })).await;
    assert_eq!(made["state"], "proposed");
    assert_eq!(an.type_next().await, first);
    let task = an.take("typist").await;
    assert_eq!(task["entry"].text("id"), made.text("id"), "it waits in the queue like any other");
    assert_eq!(task["entry"]["page"].text("id"), page);
    let elsewhere = an.book("khác").await;
    let wrong = an
        .post(&format!("/api/v1/books/{elsewhere}/entries"), &json!({ "reason": "x", "page_id": page }))
        .await;
    assert_eq!(wrong.json()["error"]["fields"].as_object().unwrap().keys().collect::<Vec<_>>(), ["page_id"]);
}

#[tokio::test]
async fn a_place_that_looks_empty_waits_for_a_person_and_can_be_brought_back() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    house.reader.faint_beside.store(true, Ordering::SeqCst);
    let (book, first) = house.one_entry(&an, 1).await;
    let shown = listed(&an, &book).await;
    assert_eq!(shown.len(), 2);
    assert_eq!((&shown[1]["state"], &shown[1]["aside"]["by_machine"]), (&json!("set_aside"), &json!(true)));
    assert!(shown[1]["place"]["box"][2].as_f64().unwrap() > 10.0, "its ink is shown: {}", shown[1]);
    let faint = shown[1].text("id");
    an.type_next().await;
    assert_eq!(an.next("typist").await.status, StatusCode::NO_CONTENT);
    binh.confirm_next().await;
    assert_eq!(accept(&binh, &book).await.1, "unfinished", "nobody has looked at the empty place");

    assert_eq!(an.with_reason(&faint, "no_entry").await.expect(StatusCode::OK)["state"], "no_entry");
    assert_eq!(an.with_reason(&faint, "restore").await.expect(StatusCode::OK)["state"], "proposed");
    assert_eq!(an.with_reason(&first, "restore").await.refusal(), (409, "wrong_state".into()));
    assert_eq!(an.type_next().await, faint);
    binh.confirm_next().await;
    assert_eq!(accept(&binh, &book).await.0, 200);
    let said: Vec<String> = house.events_of(&faint).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(said[..2], ["entry.no_entry", "entry.restore"]);
}

#[tokio::test]
async fn what_one_person_holds_to_be_no_entry_another_confirms() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let scanner = house.user("quet", &[ScanningCentre]).await;
    let (book, entry) = house.one_entry(&an, 1).await;
    an.type_next().await;
    assert_eq!(scanner.with_reason(&entry, "set_aside").await.refusal(), (403, "not_allowed".into()));
    let held = binh.take("verifier").await;
    assert_eq!(an.with_reason(&entry, "set_aside").await.expect(StatusCode::OK)["state"], "set_aside");
    let verdicts = fields(&held, |_| json!({ "decision": "confirm" }));
    assert_eq!(binh.judge(&entry, &verdicts).await.refusal(), (409, "wrong_state".into()));
    assert_eq!(an.with_reason(&entry, "no_entry").await.refusal(), (403, "same_person".into()));
    assert_eq!(binh.with_reason(&entry, "no_entry").await.expect(StatusCode::OK)["state"], "no_entry");
    assert_eq!(accept(&binh, &book).await.1, "empty_book", "what is no entry is none");
    assert_eq!(an.with_reason(&entry, "restore").await.expect(StatusCode::OK)["state"], "typed");
    binh.confirm_next().await;
    assert_eq!(accept(&binh, &book).await.0, 200);
    assert_eq!(an.with_reason(&entry, "set_aside").await.refusal(), (409, "wrong_book_state".into()));
}

async fn add_note(client: &Client, entry: &str, note: Value) -> Vec<Value> {
    let notes = client.post(&format!("/api/v1/entries/{entry}/notes"), &note).await.expect(StatusCode::OK);
    notes["notes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_note_in_the_margin_is_checked_by_another_person_and_goes_out_with_its_entry() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (book, entry) = house.one_entry(&an, 1).await;
    an.type_next().await;
    binh.confirm_next().await;
    let words = json!({ "kind": "margin", "noted_on": "03/05/2019", "text": "Cải chính họ mẹ thành Trần" });
    let notes = add_note(&an, &entry, words.clone()).await;
    assert_eq!(add_note(&an, &entry, words).await.len(), 1, "sent twice, entered once");
    let note = format!("/api/v1/entries/{entry}/notes/{}", notes[0].text("id"));
    assert_eq!((&notes[0]["may_check"], &notes[0]["entered_by"]), (&json!(false), &json!("Người an")));
    assert_eq!(accept(&binh, &book).await.1, "unchecked_notes");
    assert_eq!(an.post(&format!("{note}/check"), &json!({})).await.refusal(), (403, "same_person".into()));
    let checked = binh.post(&format!("{note}/check"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(
        (&checked["notes"][0]["checked"], &checked["notes"][0]["may_drop"]),
        (&json!(true), &json!(false))
    );
    let dropped = binh.post(&format!("{note}/drop"), &json!({ "reason": "nhầm" })).await;
    assert_eq!(dropped.refusal(), (403, "same_person".into()), "two people agreed: only a third undoes it");
    let empty = json!({ "kind": "margin", "text": " " });
    let refused = an.post(&format!("/api/v1/entries/{entry}/notes"), &empty).await;
    assert_eq!(refused.refusal(), (422, "bad_input".into()));
    for step in ["acceptance", "approval"] {
        binh.post(&format!("/api/v1/books/{book}/{step}"), &json!({})).await.expect(StatusCode::OK);
    }
    let cells = delivered_cells(&binh, &book).await;
    assert!(cells.iter().any(|c| c.contains("[03/05/2019: Cải chính họ mẹ thành Trần]")), "{cells:?}");
}

async fn delivered_cells(client: &Client, book: &str) -> Vec<String> {
    use calamine::{Reader, Xlsx};
    let delivery = client.post(&format!("/api/v1/books/{book}/deliveries"), &json!({})).await;
    let delivery = delivery.expect(StatusCode::CREATED).text("id");
    let bytes = client.get(&format!("/api/v1/deliveries/{delivery}/workbook")).await.bytes;
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().flatten().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_struck_entry_stays_in_the_book_and_behind_when_the_book_is_delivered() {
    for deliver_struck in [false, true] {
        let house = House::open_unsampled().await;
        house.with_policy(|policy| policy.deliver_struck = deliver_struck).await;
        let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
        let (book, entry) = house.one_entry(&an, 1).await;
        house.another_entry(&an, &book, 2).await;
        for _ in 0..2 {
            an.type_next().await;
            binh.confirm_next().await;
        }
        let notes = add_note(&an, &entry, json!({ "kind": "struck" })).await;
        let check = format!("/api/v1/entries/{entry}/notes/{}/check", notes[0].text("id"));
        binh.post(&check, &json!({})).await.expect(StatusCode::OK);
        for step in ["acceptance", "approval"] {
            binh.post(&format!("/api/v1/books/{book}/{step}"), &json!({})).await.expect(StatusCode::OK);
        }
        let cells = delivered_cells(&binh, &book).await;
        let struck = cells.iter().filter(|c| c.contains("Gạch hủy trên sổ: hủy")).count();
        assert_eq!(struck, usize::from(deliver_struck));
        let delivery = binh.get(&format!("/api/v1/books/{book}/deliveries")).await.expect(StatusCode::OK);
        assert_eq!(delivery["deliveries"][0]["entries"], 1 + i64::from(deliver_struck));
        assert_eq!(listed(&an, &book).await.len(), 2, "it stays in the book");
    }
}

#[tokio::test]
async fn an_entry_over_two_pages_shows_the_ink_of_both() {
    let house = House::open_unsampled().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &[Verifier]).await);
    let (book, entry) = house.one_entry(&an, 1).await;
    let second = an.upload(&book, "b.jpg", pages::jpeg(2)).await.expect(StatusCode::CREATED).text("id");
    house.work().await;
    let path = format!("/api/v1/entries/{entry}/pages");
    let wish = json!({ "page_id": second, "reason": "trang nối tiếp" });
    for _ in 0..2 {
        assert_eq!(an.post(&path, &wish).await.status, StatusCode::NO_CONTENT, "said twice, it holds once");
    }
    let task = an.take("typist").await;
    assert_eq!(task["entry"]["more_pages"][0].text("id"), second);
    let shown = listed(&binh, &book).await;
    assert_eq!((&shown[0]["more_pages"], &shown[1]["state"]), (&json!([2]), &json!("set_aside")));
    assert_eq!(
        binh.with_reason(&shown[1].text("id"), "no_entry").await.expect(StatusCode::OK)["state"],
        "no_entry"
    );
    let own = json!({ "page_id": shown[0].text("page_id"), "reason": "x" });
    assert_eq!(an.post(&path, &own).await.refusal(), (422, "bad_input".into()));
    assert_eq!(an.delete(&format!("{path}/{second}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(an.delete(&format!("{path}/{second}")).await.refusal(), (404, "not_found".into()));
    assert!(listed(&binh, &book).await[0]["more_pages"].is_null());
}
