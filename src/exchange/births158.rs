//! What stands in the columns of one birth: the register's values in the Ministry's spelling.
//!
//! Nothing is invented: a column is filled from the register, from the book's data, or by a rule named
//! here. What the register does not say stays empty; a value that no rule understands goes out as written.

use super::workbook158::{DeliveredBook, DeliveredEntry};
use crate::domain::date::PartialDate;
use crate::domain::identity_paper::IdentityPaper;
use crate::domain::normalise::folded;
use crate::domain::{FieldKind, FieldState, Form};
use std::collections::BTreeMap;

/// One cell: codes of the note sheet go out as numbers, everything else as text (leading zeros stay).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Code(u8),
    Text(String),
}

type Cells = BTreeMap<&'static str, Cell>;

/// Ticked option → code of `loaiDangKy`.
const REGISTRATION_TYPES: [(&str, u8); 4] =
    [("Đúng hạn", 1), ("Đăng ký lại", 2), ("Ghi vào sổ hộ tịch việc khai sinh", 3), ("Quá hạn", 4)];
/// `loaiDangKy` when no type is ticked.
const REGISTRATION_TYPE_UNKNOWN: u8 = 6;
/// Words for a sex → code of `gioiTinh`.
const SEXES: [(&str, u8); 5] =
    [("Nam", 1), ("Nữ", 2), ("Không xác định", 3), ("Chưa xác định", 3), ("Chưa xác định được", 3)];
const ABANDONED_CHILD: &str = "Trẻ bị bỏ rơi";

/// The cells of one entry by column key; columns that are missing stay empty.
pub(super) fn cells(book: &DeliveredBook, entry: &DeliveredEntry) -> BTreeMap<String, Cell> {
    let form = &entry.form;
    let mut cells = copied_fields(form, entry);
    for (key, cell) in register_cells(book, entry).into_iter().chain(person_cells(entry)) {
        cells.insert(key.to_owned(), cell);
    }
    if let Some(note) = note_text(form, entry) {
        cells.insert("ghiChu".to_owned(), Cell::Text(note));
    }
    cells
}

/// Fields that feed one column each and need no rule but the spelling of dates.
fn copied_fields(form: &Form, entry: &DeliveredEntry) -> BTreeMap<String, Cell> {
    let mut cells = BTreeMap::new();
    for field in &form.fields {
        let [column] = field.columns.as_slice() else { continue };
        let Some(text) = entry.written(&field.key) else { continue };
        let text = match field.kind {
            FieldKind::Date | FieldKind::YearOrAge => delivered_date(text),
            FieldKind::Sex => continue,
            _ => text.to_owned(),
        };
        cells.insert(column.clone(), Cell::Text(text));
    }
    cells
}

/// Number, book, office, registration type, signer.
fn register_cells(book: &DeliveredBook, entry: &DeliveredEntry) -> Cells {
    let mut cells = Cells::new();
    if let Some(number) = entry.written("so") {
        let year = entry.written("ngay_dang_ky").and_then(PartialDate::parse).map(|d| d.year);
        cells.insert("so", Cell::Text(with_year(number, year)));
    }
    let book_number = entry.written("quyen_so").unwrap_or(&book.number);
    cells.insert("quyenSo", Cell::Text(with_year(book_number, Some(book.year_opened))));
    cells.insert("noiDangKy", Cell::Text(book.office.clone()));
    cells.insert("loaiDangKy", Cell::Code(registration_type(entry)));
    if let Some(signer) = entry.written("nguoi_ky") {
        let (name, title) = name_and_title(signer);
        cells.insert("nguoiKy", Cell::Text(name.to_owned()));
        if !title.is_empty() {
            cells.insert("chucVuNguoiKy", Cell::Text(title.to_owned()));
        }
    }
    cells
}

/// Sex, kind of birth, residence kinds, the declarer's papers.
fn person_cells(entry: &DeliveredEntry) -> Cells {
    let mut cells = Cells::new();
    if let Some(sex) = entry.written("nks_gioi_tinh") {
        cells.insert("nksGioiTinh", sex_cell(sex));
    }
    if let Some(code) = birth_kind(entry) {
        cells.insert("nksLoaiKhaiSinh", Cell::Code(code));
    }
    for (key, column) in [("me_noi_cu_tru", "meLoaiCuTru"), ("cha_noi_cu_tru", "chaLoaiCuTru")] {
        if let Some(place) = entry.written(key) {
            cells.insert(column, Cell::Code(residence_kind(place)));
        }
    }
    if let Some(line) = entry.written("nyc_giay_to") {
        papers(line, &mut cells);
    }
    cells
}

/// `dd.mm.yyyy`, `mm.yyyy` or `yyyy` where the text is a date, else the text ("25 tuổi" is taken in as such).
fn delivered_date(text: &str) -> String {
    PartialDate::parse(text).map_or_else(|| text.to_owned(), |date| date.to_string())
}

/// The import wants `number/year`; registers often leave the year to the book's cover, or part it otherwise.
fn with_year(number: &str, year: Option<u16>) -> String {
    let Some(year) = year.filter(|_| !number.contains('/')) else { return number.to_owned() };
    let tail = format!("{year}");
    match number.strip_suffix(&tail) {
        Some(head) if head.ends_with(|c: char| !c.is_alphanumeric()) => {
            format!("{}/{year}", head.trim_end_matches(|c: char| !c.is_alphanumeric()))
        }
        _ => format!("{number}/{year}"),
    }
}

fn is_ticked(entry: &DeliveredEntry, option: &str) -> bool {
    let ticked = entry.written("loai_dang_ky").unwrap_or_default();
    ticked.split(';').any(|t| folded(t) == folded(option))
}

fn registration_type(entry: &DeliveredEntry) -> u8 {
    let known = REGISTRATION_TYPES.iter().find(|(option, _)| is_ticked(entry, option));
    known.map_or(REGISTRATION_TYPE_UNKNOWN, |(_, code)| *code)
}

/// `nksLoaiKhaiSinh`: 5 when ticked as abandoned; otherwise by which parents the register names. A name
/// that is there but cannot be read still names a parent.
fn birth_kind(entry: &DeliveredEntry) -> Option<u8> {
    if is_ticked(entry, ABANDONED_CHILD) {
        return Some(5);
    }
    let named = |key| entry.values.get(key).map(|v| v.state != FieldState::Blank);
    Some(match (named("me_ho_ten")?, named("cha_ho_ten")?) {
        (true, true) => 1,
        (false, true) => 2,
        (true, false) => 3,
        (false, false) => 4,
    })
}

fn sex_cell(text: &str) -> Cell {
    let known = SEXES.iter().find(|(words, _)| folded(words) == folded(text));
    known.map_or_else(|| Cell::Text(text.to_owned()), |(_, code)| Cell::Code(*code))
}

/// `loaiCuTru`: only what the register says itself; 0 = no information.
fn residence_kind(place: &str) -> u8 {
    let place = folded(place);
    let says = |words: &str| place.starts_with(&folded(words));
    if says("thường trú") || says("nơi thường trú") {
        return 1;
    }
    if says("tạm trú") || says("nơi tạm trú") { 2 } else { 0 }
}

/// Splits "Lê Văn Bình, Chủ tịch UBND xã" or "Lê Văn Bình - Phó Chủ tịch" at the first separator.
fn name_and_title(line: &str) -> (&str, &str) {
    let cut = [", ", " - ", " – ", "; ", "/"].iter().filter_map(|s| line.find(s).map(|i| (i, s.len()))).min();
    match cut {
        Some((i, len)) => (line[..i].trim(), line[i + len..].trim()),
        None => (line, ""),
    }
}

/// The declarer's papers; a line that cannot be split safely goes whole into `nycGiayToKhac`.
fn papers(line: &str, cells: &mut Cells) {
    let Some(paper) = IdentityPaper::parse(line) else {
        cells.insert("nycLoaiGiayToTuyThan", Cell::Code(8));
        cells.insert("nycGiayToKhac", Cell::Text(line.to_owned()));
        return;
    };
    cells.insert("nycLoaiGiayToTuyThan", Cell::Code(paper.kind_code));
    let mut text = |key, text: String| {
        if !text.is_empty() {
            cells.insert(key, Cell::Text(text));
        }
    };
    text("nycGiayToKhac", if paper.kind_code == 8 { paper.kind_words } else { String::new() });
    text("nycSoGiayToTuyThan", paper.number);
    text("nycNgayCapGiayToTuyThan", delivered_date(&paper.issued_on));
    text("nycNoiCapGiayToTuyThan", paper.issued_by);
}

/// The register's notes, and behind them which fields are illegible or torn: an empty cell alone would say
/// that the register is blank there.
fn note_text(form: &Form, entry: &DeliveredEntry) -> Option<String> {
    let mut parts: Vec<String> = entry.written("ghi_chu").map(str::to_owned).into_iter().collect();
    parts.extend(entry.remarks.iter().map(|remark| format!("[{remark}]")));
    for (state, words) in [(FieldState::Illegible, "Không đọc được"), (FieldState::Torn, "Rách, mất")]
    {
        let has_state = |key: &str| entry.values.get(key).is_some_and(|v| v.state == state);
        let labels: Vec<&str> =
            form.fields.iter().filter(|f| has_state(&f.key)).map(|f| screen_name(form, f)).collect();
        if !labels.is_empty() {
            parts.push(format!("[{words}: {}]", labels.join("; ")));
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn screen_name<'a>(form: &'a Form, field: &'a crate::domain::FormField) -> &'a str {
    let shared = form.fields.iter().filter(|f| f.screen_label() == field.screen_label()).count() > 1;
    if shared {
        field.columns.first().map_or(field.key.as_str(), String::as_str)
    } else {
        field.screen_label()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_part_at_the_first_separator() {
        assert_eq!(name_and_title("Lê Văn Bình, Chủ tịch UBND xã"), ("Lê Văn Bình", "Chủ tịch UBND xã"));
        assert_eq!(name_and_title("Lê Văn Bình - Phó Chủ tịch"), ("Lê Văn Bình", "Phó Chủ tịch"));
        assert_eq!(name_and_title("H'Hen Niê"), ("H'Hen Niê", ""));
    }

    #[test]
    fn numbers_get_the_year_that_they_lack_and_only_that() {
        for (written, delivered) in [
            ("57", "57/2016"),
            ("57/2015", "57/2015"),
            ("15-2016", "15/2016"),
            ("01 - 2016", "01/2016"),
            ("15.2016", "15/2016"),
            ("2016", "2016/2016"),
        ] {
            assert_eq!(with_year(written, Some(2016)), delivered);
        }
        assert_eq!(with_year("57", None), "57");
    }

    #[test]
    fn residence_is_told_only_where_the_register_tells_it() {
        assert_eq!(residence_kind("Thường trú: xã Hoà Bắc"), 1);
        assert_eq!(residence_kind("tạm trú tại phường 5"), 2);
        assert_eq!(residence_kind("Xã Hoà Bắc"), 0);
    }

    #[test]
    fn a_sex_that_no_code_covers_goes_out_as_written() {
        assert_eq!(sex_cell("NỮ"), Cell::Code(2));
        assert_eq!(sex_cell("Gái"), Cell::Text("Gái".into()));
    }
}
