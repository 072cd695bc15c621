//! The births workbook, opened again and compared cell by cell with one written by hand.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use calamine::{Data, Reader, Xlsx};
use sohoa::domain::{FieldState, FieldValue, Form};
use sohoa::exchange::{DeliveredBook, DeliveredEntry, write_births};
use std::io::Cursor;
use std::sync::Arc;

/// `key<TAB>value` lines, entries parted by blank lines; `!blank`, `!illegible`, `!torn` are states.
fn entries(text: &str, form: &Arc<Form>) -> Vec<DeliveredEntry> {
    let value = |v: &str| match v {
        "!blank" => FieldValue::blank(),
        "!illegible" => FieldValue::new(FieldState::Illegible, "").unwrap(),
        "!torn" => FieldValue::new(FieldState::Torn, "").unwrap(),
        text => FieldValue::written(text).unwrap(),
    };
    let entry = |block: &str| DeliveredEntry {
        remarks: Vec::new(),
        form: Arc::clone(form),
        values: block
            .lines()
            .filter_map(|l| l.split_once('\t'))
            .map(|(key, v)| (key.to_owned(), value(v)))
            .collect(),
    };
    text.split("\n\n").map(entry).collect()
}

fn cell_text(cell: Option<&Data>) -> String {
    match cell {
        None | Some(Data::Empty) => String::new(),
        Some(Data::Float(number)) => format!("#{number}"),
        Some(Data::String(text)) => text.clone(),
        Some(other) => panic!("unexpected cell {other:?}"),
    }
}

#[test]
fn the_workbook_is_the_one_written_by_hand() {
    let form = Arc::new(Form::embedded().into_iter().find(|f| f.id == "birth_2016").unwrap());
    let book = DeliveredBook {
        number: "01".into(),
        year_opened: 2018,
        office: "UBND xã An Nhơn, huyện Đạ Tẻh, tỉnh Lâm Đồng".into(),
    };
    let entries = entries(include_str!("fixtures/workbook/births.tsv"), &form);
    let bytes = write_births(&book, &entries, 1_600_000_000).unwrap();
    assert_eq!(bytes, write_births(&book, &entries, 1_600_000_000).unwrap(), "equal books, equal files");

    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    assert_eq!(workbook.sheet_names(), ["DL Import", "Ghi chu"]);
    let data = workbook.worksheet_range("DL Import").unwrap();
    let expected = include_str!("fixtures/workbook/births_expected.tsv");
    let mut columns = 0;
    for (i, line) in expected.lines().enumerate() {
        for (row, wanted) in line.replace("\\n", "\n").split('\t').enumerate() {
            let found = cell_text(data.get((row, i)));
            assert_eq!(found, wanted, "column {i} ({line:?}), row {row}");
        }
        columns += 1;
    }
    assert_eq!((columns, data.width(), data.height()), (70, 70, entries.len() + 1));

    let notes = workbook.worksheet_range("Ghi chu").unwrap();
    assert_eq!(cell_text(notes.get_value((7, 2))), "Không xác định");
    assert_eq!(cell_text(notes.get_value((7, 1))), "#6");
}
