//! Numbers read from a book against the order of its pages, control totals, and putting pages in another order.

use crate::house::acts::{EVERY_ROLE, as_proposed};
use crate::house::{Client, House, Json};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sohoa::domain::AccountRole::Typist;

/// A book of which two people agreed on these numbers, one entry a page.
async fn book_of(house: &House, (an, binh): (&Client, &Client), numbers: &[i64]) -> String {
    let book = an.book("1").await;
    for (at, number) in (1_u32..).zip(numbers) {
        let entry = house.another_entry(an, &book, at).await;
        let mut values = as_proposed(&an.take("typist").await);
        values["so"] = json!({ "state": "written", "text": number.to_string() });
        values["trang_so"] = json!({ "state": "blank", "text": "" });
        an.key(&entry, &values).await.expect(StatusCode::OK);
        binh.confirm_next().await;
    }
    book
}

async fn order(client: &Client, book: &str) -> Value {
    client.get(&format!("/api/v1/books/{book}/order")).await.expect(StatusCode::OK)
}

#[tokio::test]
async fn gaps_are_told_between_the_pages_where_they_are_until_paper_fills_them() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let book = book_of(&house, (&an, &binh), &[55, 56, 58, 59]).await;
    let found = order(&an, &book).await;
    assert_eq!(
        found["entries"],
        json!([{ "what": "missing", "from": 57, "to": 57, "count": 1, "between": [2, 3] }])
    );
    assert!(found["better"].is_null());
    let paper = json!({ "reason": "trang đã mủn", "after_page": 2 });
    an.post(&format!("/api/v1/books/{book}/entries"), &paper).await.expect(StatusCode::CREATED);
    assert_eq!(order(&an, &book).await["entries"], json!([]), "the entry on paper stands in the gap");
}

#[tokio::test]
async fn pages_sent_in_disorder_are_put_in_order_by_their_numbers() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let book = book_of(&house, (&an, &binh), &[4, 5, 1, 2, 3]).await;
    let found = order(&an, &book).await;
    assert_eq!((&found["better"]["by"], &found["better"]["moved"]), (&json!("numbers"), &json!(5)));
    let path = format!("/api/v1/books/{book}/order");
    let wish = json!({ "page_ids": found["better"]["page_ids"], "reason": "sắp theo số" });
    let typist = house.user("chi", &[Typist]).await;
    assert_eq!(typist.put(&path, &wish).await.refusal(), (403, "not_allowed".into()));
    let after = an.put(&path, &wish).await.expect(StatusCode::OK);
    let numbers: Vec<_> =
        after["lie"].as_array().unwrap().iter().map(|page| page["entries"][0].as_i64().unwrap()).collect();
    assert_eq!(
        (numbers, &after["entries"], &after["better"]),
        (vec![1, 2, 3, 4, 5], &json!([]), &Value::Null)
    );
    let listed = an.get(&format!("/api/v1/books/{book}/entries")).await.expect(StatusCode::OK);
    let shown: Vec<_> = listed["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["page"].as_i64().unwrap(), e.text("number")))
        .collect();
    assert_eq!(shown[..2], [(1, "1".to_owned()), (2, "2".to_owned())], "entries go with their pages");
    let short = json!({ "page_ids": [found["lie"][0]["id"]], "reason": "x" });
    assert_eq!(an.put(&path, &short).await.refusal(), (422, "bad_input".into()));
    let events = house.events_of(&book).await;
    assert_eq!(events.iter().filter(|(action, ..)| action == "book.order").count(), 1);
}

#[tokio::test]
async fn pages_are_not_moved_while_one_is_being_read() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, _) = house.one_entry(&an, 1).await;
    an.upload(&book, "b.jpg", crate::house::pages::jpeg(2)).await.expect(StatusCode::CREATED);
    let lie = order(&an, &book).await["lie"].clone();
    let ids = json!([lie[1]["id"], lie[0]["id"]]);
    let wish = json!({ "page_ids": ids, "reason": "x" });
    let path = format!("/api/v1/books/{book}/order");
    assert_eq!(an.put(&path, &wish).await.refusal(), (409, "wrong_page_state".into()));
    house.work().await;
    an.put(&path, &wish).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn the_closing_pages_totals_stand_beside_what_was_found() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, _) = house.one_entry(&an, 1).await;
    let path = format!("/api/v1/books/{book}/closing");
    assert_eq!(an.put(&path, &json!({ "pages": -1 })).await.refusal(), (422, "bad_input".into()));
    an.put(&path, &json!({ "pages": 300, "entries": 299 })).await.expect(StatusCode::OK);
    let totals = order(&an, &book).await["totals"].clone();
    assert_eq!(totals["closing"], json!({ "entries": 299, "pages": 300 }));
    assert_eq!(totals["found"], json!({ "entries": 1, "pages": 1 }));
}
