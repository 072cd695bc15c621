//! The inventory of books as a workbook (.xlsx): one row per book, listed before anything is scanned. Columns are
//! found by their headings, in any order; every row that is not right is told with its column and reason, and the
//! others stand.

use super::ExchangeError;
use crate::domain::RegisterKind;
use crate::domain::normalise::{folded, nfc};
use calamine::{Data, Range, Reader, Xlsx};
use rust_xlsxwriter::{Format, Workbook};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Rows read of one workbook.
pub const MOST_ROWS: usize = 20_000;
/// Bytes that the parts of a workbook may unpack to.
const MOST_UNPACKED_BYTES: u64 = 256 << 20;
/// The heading stands among the first rows; titles may stand above it.
const ROWS_TO_HEADING: usize = 20;
/// The oldest books in the archives are of the 1880s.
const YEARS: std::ops::RangeInclusive<i64> = 1850..=2100;
/// More pages or entries than any book has.
const MOST_IN_BOOK: i64 = 100_000;

/// What a column of the inventory says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InventoryColumn {
    /// Registering office.
    Office,
    /// Kind of register.
    Kind,
    /// Number of the book.
    Number,
    /// Year it was opened.
    YearOpened,
    /// Year it was closed.
    YearClosed,
    /// Entries it holds.
    Entries,
    /// Pages it holds.
    Pages,
}

use InventoryColumn as Col;

/// Every column with its heading, and what else people call it.
const HEADINGS: [(Col, &str, &[&str]); 7] = [
    (Col::Office, "Nơi đăng ký", &["cơ quan đăng ký", "tên cơ quan", "đơn vị", "xã phường", "office"]),
    (Col::Kind, "Loại sổ", &["loại sổ hộ tịch", "loại", "kind"]),
    (Col::Number, "Quyển số", &["số quyển", "quyển", "book number", "number"]),
    (Col::YearOpened, "Năm mở sổ", &["năm mở", "năm", "từ năm", "year opened", "year"]),
    (Col::YearClosed, "Năm khóa sổ", &["năm khóa", "đến năm", "year closed"]),
    (Col::Entries, "Số trường hợp", &["tổng số trường hợp", "trường hợp", "số ca", "entries"]),
    (Col::Pages, "Số trang", &["tổng số trang", "trang", "pages"]),
];
const NEEDED: [Col; 4] = [Col::Office, Col::Kind, Col::Number, Col::YearOpened];

/// What people call the kinds of register, beside their letters.
const KIND_NAMES: [(RegisterKind, &[&str]); 10] = [
    (RegisterKind::Birth, &["khai sinh"]),
    (RegisterKind::Marriage, &["kết hôn"]),
    (RegisterKind::Death, &["khai tử"]),
    (RegisterKind::ParentChild, &["nhận cha, mẹ, con", "nhận cha mẹ con", "cha mẹ con"]),
    (RegisterKind::Guardianship, &["giám hộ"]),
    (RegisterKind::GuardianshipEnd, &["chấm dứt giám hộ"]),
    (RegisterKind::Adoption, &["nuôi con nuôi", "con nuôi"]),
    (RegisterKind::Change, &["thay đổi, cải chính", "cải chính", "thay đổi cải chính hộ tịch"]),
    (RegisterKind::MaritalStatus, &["xác nhận tình trạng hôn nhân", "tình trạng hôn nhân"]),
    (RegisterKind::DivorceNote, &["ghi chú ly hôn", "ly hôn"]),
];

/// A book as a row lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryRow {
    /// Row of the sheet, from 1 as spreadsheets count.
    pub row: u32,
    /// Kind of register.
    pub kind: RegisterKind,
    /// Registering office.
    pub office: String,
    /// Number of the book.
    pub number: String,
    /// Year it was opened.
    pub year_opened: i64,
    /// Year it was closed, where it is told.
    pub year_closed: Option<i64>,
    /// Entries expected, where they are told.
    pub entries: Option<i64>,
    /// Pages expected, where they are told.
    pub pages: Option<i64>,
}

/// Something wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Row of the sheet, from 1.
    pub row: u32,
    /// The column.
    pub column: InventoryColumn,
    /// What stands there.
    pub found: String,
    /// What is wrong with it.
    pub problem: CellProblem,
}

/// What can be wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellProblem {
    /// Nothing stands there, and something must.
    Missing,
    /// No known kind of register.
    UnknownKind,
    /// No year, or none that can be.
    BadYear,
    /// Closed before it was opened.
    ClosedBeforeOpened,
    /// No whole number, or far too large.
    BadNumber,
    /// Longer than a name can be.
    TooLong,
}

/// What a workbook lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Rows that are right, in order.
    pub rows: Vec<InventoryRow>,
    /// What is wrong in others: a row may have several.
    pub problems: Vec<RowProblem>,
}

/// Why a workbook is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// Not an .xlsx file, or a damaged one.
    #[error("the file is no workbook")]
    NoWorkbook(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It unpacks to more than any inventory.
    #[error("the workbook unpacks to too many bytes")]
    TooLarge,
    /// No row near the top names the columns that are needed.
    #[error("no headings found; missing: {}", .0.join(", "))]
    NoHeadings(Vec<&'static str>),
    /// More rows than are read.
    #[error("the workbook has more than {MOST_ROWS} rows")]
    TooManyRows,
}

impl InventoryColumn {
    /// The heading in the workbook that people fill in.
    #[must_use]
    pub fn heading(self) -> &'static str {
        HEADINGS.iter().find(|(column, ..)| *column == self).map_or("", |(_, heading, _)| heading)
    }

    fn of_heading(text: &str) -> Option<Self> {
        let text = folded(text.trim_end_matches(['*', ' ', ':']));
        let is = |name: &str| folded(name) == text;
        HEADINGS.iter().find(|(_, heading, others)| is(heading) || others.iter().any(|o| is(o))).map(|h| h.0)
    }
}

/// Reads the first sheet of a workbook that has the headings of an inventory.
///
/// # Errors
/// [`InventoryError`]; what is wrong with single rows stands in the [`Inventory`].
pub fn read_inventory(bytes: &[u8]) -> Result<Inventory, InventoryError> {
    let no_workbook = |error: Box<dyn std::error::Error + Send + Sync>| InventoryError::NoWorkbook(error);
    let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| no_workbook(e.into()))?;
    let mut unpacked = 0;
    for at in 0..parts.len() {
        unpacked += parts.by_index_raw(at).map_err(|e| no_workbook(e.into()))?.size();
    }
    if unpacked > MOST_UNPACKED_BYTES {
        return Err(InventoryError::TooLarge);
    }
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| no_workbook(e.into()))?;
    let mut missing = NEEDED.map(Col::heading).to_vec();
    for name in workbook.sheet_names() {
        let sheet = workbook.worksheet_range(&name).map_err(|e| no_workbook(e.into()))?;
        match headings(&sheet) {
            Ok((row, columns)) => return rows_below(&sheet, row, &columns),
            Err(lacking) if lacking.len() < missing.len() => missing = lacking,
            Err(_) => {}
        }
    }
    Err(InventoryError::NoHeadings(missing))
}

type Columns = BTreeMap<Col, usize>;

/// The row of headings and where each column stands, or which headings the best row lacks.
fn headings(sheet: &Range<Data>) -> Result<(usize, Columns), Vec<&'static str>> {
    let mut lacking = NEEDED.map(Col::heading).to_vec();
    for (at, cells) in sheet.rows().take(ROWS_TO_HEADING).enumerate() {
        let mut columns = Columns::new();
        for (i, cell) in cells.iter().enumerate() {
            if let Some(column) = Col::of_heading(&text_of(cell)) {
                columns.entry(column).or_insert(i);
            }
        }
        let missing: Vec<_> =
            NEEDED.into_iter().filter(|need| !columns.contains_key(need)).map(Col::heading).collect();
        if missing.is_empty() {
            return Ok((at, columns));
        }
        if missing.len() < lacking.len() {
            lacking = missing;
        }
    }
    Err(lacking)
}

fn rows_below(sheet: &Range<Data>, heading: usize, columns: &Columns) -> Result<Inventory, InventoryError> {
    let first_row = sheet.start().map_or(0, |(row, _)| row);
    let mut inventory = Inventory::default();
    for (at, cells) in sheet.rows().enumerate().skip(heading + 1) {
        if at > heading + MOST_ROWS {
            return Err(InventoryError::TooManyRows);
        }
        let text =
            |column: Col| columns.get(&column).and_then(|i| cells.get(*i)).map(text_of).unwrap_or_default();
        if columns.keys().all(|column| text(*column).is_empty()) {
            continue;
        }
        let row = first_row + at as u32 + 1;
        match row_of(row, text) {
            Ok(book) => inventory.rows.push(book),
            Err(problems) => inventory.problems.extend(problems),
        }
    }
    Ok(inventory)
}

/// A cell as a person reads it: NFC, one space between words, whole numbers without a point.
fn text_of(cell: &Data) -> String {
    let text = match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        other => other.to_string(),
    };
    nfc(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn row_of(row: u32, text: impl Fn(Col) -> String) -> Result<InventoryRow, Vec<RowProblem>> {
    let mut problems = Vec::new();
    let mut wrong = |column, found: &str, problem| {
        problems.push(RowProblem { row, column, found: found.to_owned(), problem });
    };
    let mut named = |column, most: usize| {
        let found = text(column);
        match found.chars().count() {
            0 => wrong(column, "", CellProblem::Missing),
            n if n > most => wrong(column, &found, CellProblem::TooLong),
            _ => {}
        }
        found
    };
    let (office, number, kind_text) =
        (named(Col::Office, 300), named(Col::Number, 40), named(Col::Kind, 300));
    let kind = kind_of(&kind_text);
    if kind.is_none() && !kind_text.is_empty() {
        wrong(Col::Kind, &kind_text, CellProblem::UnknownKind);
    }
    let mut whole = |column, range: std::ops::RangeInclusive<i64>, problem, needed| {
        let found = text(column);
        if found.is_empty() {
            if needed {
                wrong(column, "", CellProblem::Missing);
            }
            return None;
        }
        let value = grouped_number(&found).filter(|value| range.contains(value));
        if value.is_none() {
            wrong(column, &found, problem);
        }
        value
    };
    let opened = whole(Col::YearOpened, YEARS, CellProblem::BadYear, true);
    let closed = whole(Col::YearClosed, YEARS, CellProblem::BadYear, false);
    let entries = whole(Col::Entries, 0..=MOST_IN_BOOK, CellProblem::BadNumber, false);
    let pages = whole(Col::Pages, 0..=MOST_IN_BOOK, CellProblem::BadNumber, false);
    if opened.zip(closed).is_some_and(|(opened, closed)| closed < opened) {
        wrong(Col::YearClosed, &text(Col::YearClosed), CellProblem::ClosedBeforeOpened);
    }
    match (kind, opened) {
        (Some(kind), Some(year_opened)) if problems.is_empty() => {
            Ok(InventoryRow { row, kind, office, number, year_opened, year_closed: closed, entries, pages })
        }
        _ => Err(problems),
    }
}

/// Letters ("KS"), names ("Khai sinh", "Sổ đăng ký khai sinh") or both ("Khai sinh (KS)").
fn kind_of(text: &str) -> Option<RegisterKind> {
    let letters =
        |word: &str| RegisterKind::ALL.iter().copied().find(|k| k.as_str().eq_ignore_ascii_case(word));
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if let [word] = words.as_slice() {
        return letters(word);
    }
    let name = folded(text);
    let name = name.split('(').next().unwrap_or_default().trim();
    let bare = ["sổ đăng ký", "sổ cấp giấy", "sổ"];
    let stripped = bare.iter().find_map(|before| name.strip_prefix(&folded(before))).unwrap_or(name).trim();
    let is_name = |names: &&[&str]| names.iter().any(|known| folded(known) == stripped);
    let named = KIND_NAMES.iter().find(|(_, names)| is_name(names)).map(|(kind, _)| *kind);
    named
        .or_else(|| letters(name))
        .or_else(|| words.last().and_then(|word| letters(word).filter(|_| text.contains('('))))
}

/// "1.234", "1 234" and "1234" are the same number.
fn grouped_number(text: &str) -> Option<i64> {
    let is_group = |part: &&str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = text.split(['.', ' ', ',']);
    let first = parts.next().filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))?;
    let rest: Vec<&str> = parts.collect();
    rest.iter().all(is_group).then(|| format!("{first}{}", rest.concat()).parse().ok())?
}

/// An inventory to fill in: the headings, and one row that shows how.
///
/// # Errors
/// When the spreadsheet library refuses.
pub fn empty_inventory() -> Result<Vec<u8>, ExchangeError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Danh sách sổ")?;
    let bold = Format::new().set_bold();
    let example = ["UBND xã Hòa Bình, huyện …, tỉnh …", "KS", "01", "2007", "2008", "299", "300"];
    for (column, ((_, heading, _), example)) in (0_u16..).zip(HEADINGS.iter().zip(example)) {
        sheet.set_column_width(column, if column == 0 { 44.0 } else { 16.0 })?;
        sheet.write_with_format(0, column, *heading, &bold)?;
        match example.parse::<f64>().ok().filter(|_| column > 2) {
            Some(number) => sheet.write_number(1, column, number)?,
            None => sheet.write_string(1, column, example)?,
        };
    }
    Ok(workbook.save_to_buffer()?)
}

#[cfg(test)]
#[path = "inventory_tests.rs"]
mod tests;
