//! Pages drawn with known truth, laid on the form again.

use super::testpage::{Print, draw, form};
use super::{FieldRegion, ImageError, PreparedPage, prepare};
use crate::domain::Form;
use proptest::prelude::*;

/// Overlap of the boxes around two quads, as a share of their union. Both are turned alike and by little.
pub(super) fn overlap(a: &[[f32; 2]; 4], b: &[[f32; 2]; 4]) -> f32 {
    let sides = |q: &[[f32; 2]; 4]| {
        let mid = |i: usize, j: usize, k: usize| (q[i][k] + q[j][k]) / 2.0;
        [mid(0, 3, 0), mid(0, 1, 1), mid(1, 2, 0), mid(2, 3, 1)]
    };
    let (a, b) = (sides(a), sides(b));
    let area = |s: [f32; 4]| (s[2] - s[0]).max(0.0) * (s[3] - s[1]).max(0.0);
    let both = area([a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
    both / (area(a) + area(b) - both)
}

fn misplaced(page: &PreparedPage, truth: &[[[f32; 2]; 4]]) -> Vec<String> {
    let pairs = page.fields.iter().zip(truth);
    pairs
        .filter(|(f, t)| overlap(&f.quad, t) < 0.75)
        .map(|(f, t)| format!("{}: {:?} not {t:?}", f.key, f.quad))
        .collect()
}

fn region<'a>(page: &'a PreparedPage, key: &str) -> &'a FieldRegion {
    page.fields.iter().find(|f| f.key == key).unwrap()
}

fn check(print: &Print) -> PreparedPage {
    let form = form();
    let (picture, truth) = draw(&form, print);
    let page = prepare(&picture, &form).unwrap();
    assert!((page.angle_deg - print.angle_deg).abs() < 0.1, "{} for {print:?}", page.angle_deg);
    let misplaced = misplaced(&page, &truth);
    assert!(misplaced.is_empty(), "{print:?}\n{misplaced:#?}");
    page
}

#[test]
fn an_undisturbed_page_lies_on_its_form() {
    let page = check(&Print::default());
    assert!(page.form_confidence > 0.9, "{}", page.form_confidence);
    assert!((page.quality.dpi - 150.0).abs() < 2.0, "{:?}", page.quality);
}

#[test]
fn ink_tells_written_from_blank_fields() {
    let page = check(&Print::default());
    let limit = |key: &str| region(&page, key).ink;
    assert!(limit("nks_ho_ten") > 0.02 && limit("me_nam_sinh") > 0.02);
    assert!(limit("nks_so_dinh_danh") < 0.002, "{}", limit("nks_so_dinh_danh"));
    assert!(limit("ghi_chu") < 0.002, "{}", limit("ghi_chu"));
}

#[test]
fn ticks_are_seen_where_they_are() {
    let page = check(&Print { ticked: vec![1, 4], shift_mm: [2.0, -3.0], ..Print::default() });
    let ticks = &region(&page, "loai_dang_ky").ticks;
    let ticked: Vec<usize> = (0..ticks.len()).filter(|&i| ticks[i] > 0.5).collect();
    assert_eq!(ticked, [1, 4], "{ticks:?}");
    assert!(region(&page, "loai_dang_ky").lines.is_empty());
}

#[test]
fn a_missing_frame_line_and_displaced_rows_do_not_disturb() {
    for missing in ["left", "top", "divider", "bottom"] {
        check(&Print { missing, step_mm: (126.6, 2.6), angle_deg: -1.2, ..Print::default() });
    }
}

#[test]
fn lines_hold_the_writing_and_not_the_label() {
    let page = check(&Print { angle_deg: 1.7, ..Print::default() });
    let name = region(&page, "nks_ho_ten");
    assert_eq!(name.lines.len(), 1);
    let line = &name.lines[0];
    // Cut close to the writing, and 92 mm wide with margins.
    assert!((30..45).contains(&line.height()), "{:?}", line.dimensions());
    assert!((530..575).contains(&line.width()), "{:?}", line.dimensions());
    let column = |x: u32| (0..25).map(|y| line.get_pixel(x, y)[0]).min().unwrap();
    // Writing begins 2 mm after the rule; the label's last stroke ends 1.4 mm before it.
    assert!((0..13).all(|x| column(x) > 190), "label in view");
    assert!((16..60).any(|x| column(x) < 120), "no writing in view");
    assert_eq!(region(&page, "nks_noi_sinh").lines.len(), 2);
}

#[test]
fn an_empty_sheet_has_no_confidence() {
    let white = image::RgbImage::from_pixel(1240, 1754, image::Rgb([240, 238, 230]));
    let page = prepare(&white, &form()).unwrap();
    assert!(page.form_confidence < 0.1, "{}", page.form_confidence);
    assert!(page.fields.iter().all(|f| f.ink < 0.001));
}

#[test]
fn a_form_without_frame_is_refused() {
    let mut bare = form();
    bare.frame.clear();
    let white = image::RgbImage::from_pixel(600, 800, image::Rgb([240, 240, 240]));
    assert!(matches!(prepare(&white, &bare), Err(ImageError::UnusableForm { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whatever the print's scale, shift, skew and type, every field is found again.
    #[test]
    fn fields_are_found_wherever_the_print_lies(
        (sx, sy) in (0.985_f32..1.015, 0.985_f32..1.01),
        (tx, ty) in (-4.0_f32..4.0, -4.0_f32..1.0),
        angle_deg in -2.0_f32..2.0,
        label_scale in 0.9_f32..1.1,
    ) {
        check(&Print { scale: [sx, sy], shift_mm: [tx, ty], angle_deg, label_scale, ..Print::default() });
    }
}

/// Two entries below each other on one page, and the page's number below both.
const TWO_ENTRIES: &str = r#"
id = "two"
version = 1
title = "Hai trường hợp"
register_kind = "KS"
valid_from = "1999-01-01"
page_mm = [210.0, 190.0]
entries_per_page = 2
ascent_mm = 6.6
descent_mm = 1.7
frame = [
  { id = "left", line = [15.0, 20.0, 15.0, 176.0] }, { id = "top", line = [15.0, 20.0, 198.0, 20.0] },
  { id = "right", line = [198.0, 20.0, 198.0, 176.0] }, { id = "bottom", line = [15.0, 176.0, 198.0, 176.0] },
  { id = "between", line = [15.0, 98.0, 198.0, 98.0] },
]
field = [
  { key = "so", kind = "number", group = "g", label = "Số", label_at = [18.0, 32.0], rules = [[26.0, 90.0, 32.0]] },
  { key = "ten", kind = "person_name", group = "g", label = "Họ và tên", label_at = [18.0, 42.0], rules = [[38.0, 195.0, 42.0]] },
  { key = "noi", kind = "place", group = "g", label = "Nơi sinh", label_at = [18.0, 52.0], rules = [[36.0, 195.0, 52.0], [18.0, 195.0, 62.0]] },
  { key = "loai", kind = "choice", group = "g", label = "", options = [{ value = "Nam", tick = [120.0, 27.0, 4.0, 4.0] }, { value = "Nữ", tick = [150.0, 27.0, 4.0, 4.0] }] },
  { key = "trang", kind = "number", group = "g", label = "Trang", label_at = [160.0, 184.0], rules = [[175.0, 195.0, 184.0]], of_page = true },
]
group = [{ id = "g", title = "Trường hợp" }]
entry = [{ offset = [0.0, 0.0] }, { offset = [0.5, 78.0] }]
"#;

#[test]
fn every_entry_of_a_page_is_found_in_its_own_place() {
    let form = Form::from_toml(TWO_ENTRIES).unwrap();
    let whole = form.whole_page();
    let print = Print { angle_deg: 0.6, shift_mm: [1.5, -1.0], label_scale: 1.05, ..Print::default() };
    let (picture, truth) = draw(&whole.form, &print);
    let page = prepare(&picture, &form).unwrap();
    let found: Vec<_> = page.fields.iter().map(|f| (f.key.as_str(), f.entry)).collect();
    let both = |key| vec![(key, Some(0)), (key, Some(1))];
    let entries = ["so", "ten", "noi", "loai"].map(both).concat();
    assert_eq!(found, [entries, vec![("trang", None)]].concat());
    let misplaced = misplaced(&page, &truth);
    assert!(misplaced.is_empty(), "{misplaced:#?}");
}
