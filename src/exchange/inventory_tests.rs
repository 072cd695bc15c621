use super::*;

fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (r, row) in (0_u32..).zip(rows) {
        for (c, cell) in (0_u16..).zip(*row) {
            match cell.strip_prefix('#').map(|n| n.parse::<f64>().unwrap()) {
                Some(number) => sheet.write_number(r, c, number).unwrap(),
                None => sheet.write_string(r, c, *cell).unwrap(),
            };
        }
    }
    workbook.save_to_buffer().unwrap()
}

const HEADING: &[&str] =
    &["TT", "Cơ quan đăng ký", "LOẠI SỔ *", "Quyển số", "Năm mở sổ", "Số trường hợp", "Số trang"];

#[test]
fn good_rows_stand_and_bad_ones_are_told_with_row_column_and_reason() {
    let bytes = workbook(&[
        &["DANH SÁCH SỔ HỘ TỊCH"],
        &[],
        HEADING,
        &["1", "UBND  xã Hoa\u{300} Bình", "Khai sinh", "01", "#2007", "#299", "1.300"],
        &["2", "UBND xã Hòa Bình", "Sổ đăng ký kết hôn (KH)", "#2", "2007", "", ""],
        &["3", "", "Hộ khẩu", "03", "năm 2007", "-5", "rất nhiều"],
        &[],
        &["4", "UBND xã Hòa Bình", "HN", "1", "#1849", "#3", "#4"],
    ]);
    let found = read_inventory(&bytes).unwrap();
    let books: Vec<_> = found
        .rows
        .iter()
        .map(|r| (r.row, r.kind.as_str(), r.number.as_str(), r.year_opened, r.entries, r.pages))
        .collect();
    assert_eq!(books, [(4, "KS", "01", 2007, Some(299), Some(1300)), (5, "KH", "2", 2007, None, None)]);
    assert_eq!(found.rows[0].office, nfc("UBND xã Hoa\u{300} Bình"));
    let told: Vec<_> = found.problems.iter().map(|p| (p.row, p.column, p.problem)).collect();
    assert_eq!(
        told,
        [
            (6, Col::Office, CellProblem::Missing),
            (6, Col::Kind, CellProblem::UnknownKind),
            (6, Col::YearOpened, CellProblem::BadYear),
            (6, Col::Entries, CellProblem::BadNumber),
            (6, Col::Pages, CellProblem::BadNumber),
            (8, Col::YearOpened, CellProblem::BadYear),
        ]
    );
}

#[test]
fn a_book_is_not_closed_before_it_was_opened() {
    let heading: &[&str] = &["Nơi đăng ký", "Loại", "Quyển", "Từ năm", "Đến năm"];
    let bytes =
        workbook(&[heading, &["x", "KT", "1", "#2008", "#2007"], &["x", "KT", "1", "#2007", "#2008"]]);
    let found = read_inventory(&bytes).unwrap();
    assert_eq!(found.problems[0].problem, CellProblem::ClosedBeforeOpened);
    assert_eq!((found.rows.len(), found.rows[0].year_closed), (1, Some(2008)));
}

#[test]
fn what_is_no_inventory_is_refused_with_what_it_lacks() {
    assert!(matches!(read_inventory(b"PK\x03\x04 and no more"), Err(InventoryError::NoWorkbook(_))));
    assert!(matches!(read_inventory(&[]), Err(InventoryError::NoWorkbook(_))));
    let error = read_inventory(&workbook(&[&["Nơi đăng ký", "Loại sổ"], &["x", "KS"]])).unwrap_err();
    let InventoryError::NoHeadings(missing) = error else { panic!("{error}") };
    assert_eq!(missing, ["Quyển số", "Năm mở sổ"]);
}

#[test]
fn the_empty_inventory_can_be_read_itself() {
    let found = read_inventory(&empty_inventory().unwrap()).unwrap();
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!((found.rows.len(), found.rows[0].entries), (1, Some(299)));
}

#[test]
fn every_kind_is_known_by_its_letters_and_its_name() {
    for (kind, names) in KIND_NAMES {
        assert_eq!(kind_of(kind.as_str()), Some(kind));
        for name in names {
            assert_eq!(kind_of(name), Some(kind), "{name}");
            assert_eq!(kind_of(&format!("Sổ đăng ký {name} ({kind})")), Some(kind), "{name}");
        }
    }
    assert_eq!(kind_of("sổ"), None);
}
