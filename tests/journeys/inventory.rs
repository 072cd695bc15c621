//! Books are listed, with what they should hold, before they are scanned.

use crate::house::acts::EVERY_ROLE;
use crate::house::{Answer, Client, House, Json};
use axum::body::Body;
use axum::http::StatusCode;
use rust_xlsxwriter::Workbook;
use serde_json::json;
use sohoa::domain::AccountRole::Verifier;

fn workbook(rows: &[[&str; 6]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let heading = ["Nơi đăng ký", "Loại sổ", "Quyển số", "Năm mở sổ", "Số trường hợp", "Số trang"];
    for (r, row) in (0_u32..).zip(std::iter::once(&heading).chain(rows)) {
        for (c, cell) in (0_u16..).zip(row) {
            sheet.write_string(r, c, *cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

async fn import(client: &Client, bytes: Vec<u8>) -> Answer {
    client.ask("POST", "/api/v1/books/import", Body::from(bytes)).await
}

#[tokio::test]
async fn a_workbook_lists_books_once_and_tells_what_is_wrong_row_by_row() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let list = workbook(&[
        ["UBND xã An Nhơn", "Khai sinh", "01", "2016", "299", "300"],
        ["UBND xã An Nhơn", "Hộ khẩu", "02", "2016", "", ""],
        ["UBND xã An Nhơn", "KH", "01", "2016", "", ""],
        ["UBND xã An Nhơn", "KH", "01", "2016", "5", ""],
        ["UBND xã An Nhơn", "KH", "01", "2016", "", ""],
    ]);
    let done = import(&an, list.clone()).await.expect(StatusCode::OK);
    assert_eq!((&done["added"], &done["changed"], &done["same"]), (&json!(2), &json!(0), &json!(1)));
    let told: Vec<_> = done["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["row"].as_u64().unwrap(), p.text("message")))
        .collect();
    assert_eq!(told.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [3, 5]);
    assert!(told[0].1.contains("“Hộ khẩu”") && told[1].1.contains("dòng 4"), "{told:?}");
    let again = import(&an, list).await.expect(StatusCode::OK);
    assert_eq!((&again["added"], &again["same"]), (&json!(0), &json!(3)));
    let books = an.get("/api/v1/books").await.expect(StatusCode::OK)["books"].as_array().unwrap().clone();
    assert_eq!(books.len(), 2);
    let births = books.iter().find(|book| book["kind"] == "KS").unwrap();
    assert_eq!((&births["entries_expected"], &births["pages_expected"]), (&json!(299), &json!(300)));
}

#[tokio::test]
async fn a_later_list_corrects_figures_and_an_empty_cell_takes_nothing_away() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let row = |entries, pages| workbook(&[["UBND xã An Nhơn", "KS", "1", "2016", entries, pages]]);
    import(&an, row("299", "300")).await.expect(StatusCode::OK);
    let done = import(&an, row("301", "")).await.expect(StatusCode::OK);
    assert_eq!((&done["added"], &done["changed"]), (&json!(0), &json!(1)));
    let book = an.get("/api/v1/books").await.json()["books"][0].clone();
    assert_eq!((&book["entries_expected"], &book["pages_expected"]), (&json!(301), &json!(300)));
    let said: Vec<String> = house.events_of(&book.text("id")).await.into_iter().map(|e| e.0).collect();
    assert_eq!(said, ["book.add", "book.size"]);

    let size = format!("/api/v1/books/{}/size", book.text("id"));
    let wrong = an.put(&size, &json!({ "year_closed": 2015, "entries_expected": -3 })).await;
    assert_eq!(wrong.refusal(), (422, "bad_input".into()));
    let named: Vec<String> = wrong.json()["error"]["fields"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(named, ["year_closed", "entries_expected"]);
    let set = an.put(&size, &json!({ "year_closed": 2017, "entries_expected": 12 })).await;
    assert_eq!(set.expect(StatusCode::OK)["year_closed"], 2017);
}

#[tokio::test]
async fn what_is_no_list_of_books_is_refused_with_a_sentence() {
    let house = House::open().await;
    let (an, verifier) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &[Verifier]).await);
    assert_eq!(import(&an, b"xin chao".to_vec()).await.refusal(), (422, "no_inventory_workbook".into()));
    let mut other = Workbook::new();
    other.add_worksheet().write_string(0, 0, "Nơi đăng ký").unwrap();
    let refused = import(&an, other.save_to_buffer().unwrap()).await;
    assert_eq!(refused.refusal(), (422, "no_inventory_headings".into()));
    assert!(refused.json()["error"].text("message").contains("Quyển số"));
    let good = workbook(&[["x", "KS", "1", "2016", "", ""]]);
    assert_eq!(import(&verifier, good).await.refusal(), (403, "not_allowed".into()));
    let template = verifier.get("/api/v1/books/inventory.xlsx").await;
    let done = import(&an, template.bytes).await.expect(StatusCode::OK);
    assert_eq!(done["added"], 1, "the empty workbook shows one row");
}

#[tokio::test]
async fn a_book_opened_on_the_screen_says_what_it_should_hold() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = json!({
        "kind": "KS", "year_opened": 2016, "number": "7", "office": "UBND xã An Nhơn",
        "entries_expected": 40, "pages_expected": 42, "year_closed": null
    });
    let made = an.post("/api/v1/books", &book).await.expect(StatusCode::CREATED);
    assert_eq!((&made["entries_expected"], &made["pages_expected"]), (&json!(40), &json!(42)));
    let shown = an.get(&format!("/api/v1/books/{}", made.text("id"))).await.expect(StatusCode::OK);
    assert_eq!(shown["pages_expected"], 42);
    let wrong = json!({ "kind": "KS", "year_opened": 2016, "number": "8", "office": "x", "pages_expected": 1_000_000 });
    assert_eq!(an.post("/api/v1/books", &wrong).await.refusal(), (422, "bad_input".into()));
}
