//! Writes the 158 import workbook (công văn 1437's Excel file) of one book.

use super::ExchangeError;
use super::births158::{Cell, cells};
use super::columns158::ColumnList;
use crate::domain::{FieldState, FieldValue, Form};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a delivery says of the book.
#[derive(Debug, Clone)]
pub struct DeliveredBook {
    /// Number of the book as entered, e.g. `01`.
    pub number: String,
    /// Year it was opened.
    pub year_opened: u16,
    /// The registering office in full.
    pub office: String,
}

/// One approved entry: settled values by field key.
#[derive(Debug, Clone)]
pub struct DeliveredEntry {
    /// The form of the page it stands on.
    pub form: Arc<Form>,
    /// Every field of the form.
    pub values: BTreeMap<String, FieldValue>,
    /// What is written beside the entry, in order: it goes behind the register's own notes.
    pub remarks: Vec<String>,
}

impl DeliveredEntry {
    /// The text of a field that is written.
    pub(super) fn written(&self, key: &str) -> Option<&str> {
        self.values.get(key).filter(|v| v.state == FieldState::Written).map(|v| v.text.as_str())
    }
}

/// The workbook of a birth register as bytes of an `.xlsx`: sheet `DL Import` with one row per entry in
/// the order given, sheet `Ghi chu` with the code lists. `as_of_secs` (Unix time) is written into the
/// document's properties; equal arguments give equal bytes.
///
/// # Errors
/// When the spreadsheet library refuses (for example more rows than a sheet has).
pub fn write_births(
    book: &DeliveredBook,
    entries: &[DeliveredEntry],
    as_of_secs: i64,
) -> Result<Vec<u8>, ExchangeError> {
    let list = ColumnList::births();
    let mut workbook = Workbook::new();
    let as_of = ExcelDateTime::from_timestamp(as_of_secs)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&as_of));
    let data = workbook.add_worksheet();
    data.set_name(&list.data_sheet)?;
    write_header(data, &list)?;
    for (i, entry) in entries.iter().enumerate() {
        write_entry(data, &list, i as u32 + 1, &cells(book, entry))?;
    }
    write_notes(workbook.add_worksheet(), &list)?;
    Ok(workbook.save_to_buffer()?)
}

fn write_header(sheet: &mut Worksheet, list: &ColumnList) -> Result<(), ExchangeError> {
    let header = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin);
    sheet.set_row_height(0, 45)?;
    sheet.set_freeze_panes(1, 0)?;
    for (i, column) in list.columns.iter().enumerate() {
        sheet.write_with_format(0, i as u16, &column.header, &header)?;
        sheet.set_column_width(i as u16, column.width)?;
    }
    Ok(())
}

fn write_entry(
    sheet: &mut Worksheet,
    list: &ColumnList,
    row: u32,
    cells: &BTreeMap<String, Cell>,
) -> Result<(), ExchangeError> {
    let text_format = Format::new().set_num_format("@");
    for (i, column) in list.columns.iter().enumerate() {
        let i = i as u16;
        if column.key == "STT" {
            sheet.write(row, i, row)?;
            continue;
        }
        match cells.get(&column.key) {
            Some(Cell::Code(code)) => sheet.write(row, i, *code)?,
            Some(Cell::Text(text)) => sheet.write_with_format(row, i, text, &text_format)?,
            None => continue,
        };
    }
    Ok(())
}

fn write_notes(sheet: &mut Worksheet, list: &ColumnList) -> Result<(), ExchangeError> {
    sheet.set_name(&list.note_sheet)?;
    sheet.set_column_width(2, 63)?;
    sheet.set_column_width(5, 48)?;
    for note in &list.notes {
        let (row, column) = address(&note.cell).ok_or_else(|| ExchangeError::ColumnList {
            list: list.id.clone(),
            reason: format!("{} is not a cell", note.cell),
        })?;
        match note.text.parse::<u8>() {
            Ok(code) => sheet.write(row, column, code)?,
            Err(_) => sheet.write(row, column, &note.text)?,
        };
    }
    Ok(())
}

/// Zero-based row and column of an address with one column letter, e.g. `C12`.
fn address(cell: &str) -> Option<(u32, u16)> {
    let letter = cell.bytes().next().filter(u8::is_ascii_uppercase)?;
    let row: u32 = cell.get(1..)?.parse().ok()?;
    Some((row.checked_sub(1)?, u16::from(letter - b'A')))
}
