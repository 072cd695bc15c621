use super::*;
use crate::domain::relations::BookRole;
use crate::domain::{Form, HintCode};

use proptest::prelude::*;

fn form() -> Form {
    Form::embedded().remove(0)
}

fn belief(key: &str, alternatives: &[(&str, f32)]) -> FieldBelief {
    let alternative =
        |(text, confidence): &(&str, f32)| Candidate { text: (*text).into(), confidence: *confidence };
    FieldBelief { key: key.into(), alternatives: alternatives.iter().map(alternative).collect() }
}

fn weighed(mut fields: Vec<FieldBelief>) -> Vec<FieldBelief> {
    weigh_entry(&form(), &mut fields);
    fields
}

fn best(field: &FieldBelief) -> (&str, f32) {
    (&field.alternatives[0].text, field.alternatives[0].confidence)
}

const WORDS: &str = "Ngày mười hai tháng ba năm hai nghìn không trăm mười bảy";

#[test]
fn a_date_that_agrees_with_its_words_is_surer_and_goes_before_one_that_does_not() {
    let fields = weighed(vec![
        belief("nks_ngay_sinh", &[("17/3/2017", 0.5), ("12/3/2017", 0.3)]),
        belief("nks_ngay_sinh_bang_chu", &[(WORDS, 0.6)]),
    ]);
    let (text, confidence) = best(&fields[0]);
    assert_eq!(text, "12/3/2017");
    assert!(confidence > 0.8, "{fields:?}");
    assert!(best(&fields[1]).1 > 0.75, "{fields:?}");
}

#[test]
fn a_book_is_of_the_year_in_which_its_entries_are_registered() {
    let fields = weighed(vec![
        belief("quyen_so", &[("01/2026", 0.45), ("01/2020", 0.4)]),
        belief("ngay_dang_ky", &[("17/3/2020", 0.9)]),
    ]);
    assert_eq!(best(&fields[0]).0, "01/2020");
    let later = weighed(vec![
        belief("quyen_so", &[("01/2013", 0.45), ("01/2018", 0.4)]),
        belief("ngay_dang_ky", &[("17/3/2020", 0.9)]),
    ]);
    assert_eq!(best(&later[0]).0, "01/2018", "books run on");
}

#[test]
fn a_page_of_one_entry_often_has_its_number_and_books_have_small_ones() {
    let fields = weighed(vec![
        belief("so", &[("88/2018", 0.8)]),
        belief("trang_so", &[("85", 0.5), ("88", 0.3)]),
        belief("quyen_so", &[("83/2018", 0.5), ("03/2018", 0.3)]),
    ]);
    assert_eq!(best(&fields[1]).0, "88");
    assert_eq!(best(&fields[2]).0, "03/2018");
    let later = weighed(vec![belief("so", &[("188/2018", 0.9)]), belief("trang_so", &[("12", 0.9)])]);
    assert!((best(&later[1]).1 - 0.9).abs() < 1e-6, "a second book's pages count from 1: {later:?}");
}

#[test]
fn two_sure_dates_that_contradict_are_both_doubted_and_stay_as_they_are() {
    let fields = weighed(vec![
        belief("nks_ngay_sinh", &[("13/3/2017", 0.99)]),
        belief("nks_ngay_sinh_bang_chu", &[(WORDS, 0.99)]),
    ]);
    for field in &fields {
        assert!((0.7..0.95).contains(&best(field).1), "{fields:?}");
    }
    let known = fields.iter().map(|f| (f.key.as_str(), f.text().unwrap())).collect();
    let told = hints(&form(), &known, None);
    assert_eq!(told["nks_ngay_sinh"].code, HintCode::DateDiffers);
    assert_eq!(told["nks_ngay_sinh"].other.as_deref(), Some("nks_ngay_sinh_bang_chu"));
    assert_eq!(told.len(), 2);
}

#[test]
fn a_text_that_is_no_date_gains_nothing_by_a_contradiction() {
    let fields = weighed(vec![
        belief("nks_ngay_sinh", &[("13/3/2017", 0.6), ("13/B/2017", 0.3)]),
        belief("nks_ngay_sinh_bang_chu", &[(WORDS, 0.9)]),
    ]);
    assert_eq!(best(&fields[0]).0, "13/3/2017");
}

#[test]
fn the_childs_surname_is_held_against_both_parents() {
    let family = |child: &[(&str, f32)], mother, father, people| {
        weighed(vec![
            belief("nks_ho_ten", child),
            belief("me_ho_ten", &[(mother, 0.9)]),
            belief("cha_ho_ten", &[(father, 0.9)]),
            belief("me_dan_toc", &[(people, 0.9)]),
        ])
    };
    let two = [("Phan Văn An", 0.5), ("Phạm Văn An", 0.4)];
    assert_eq!(best(&family(&two, "Lê Thị Hoa", "Phạm Văn Bình", "Kinh")[0]).0, "Phạm Văn An");
    assert_eq!(best(&family(&two, "Phạm Thị Hoa", "Lê Văn Bình", "Kinh")[0]).0, "Phạm Văn An");
    // Mother's or father's: what is usual with their people weighs more.
    let either = [("Rmah Lan", 0.45), ("Siu Lan", 0.45)];
    assert_eq!(best(&family(&either, "Siu Hoa", "Rmah Bình", "Gia Rai")[0]).0, "Siu Lan");
    // Names without surname say nothing, either way.
    let plain = family(&[("Y Bhông Niê", 0.7)], "H'Hen Niê", "Y Thút Mlô", "Ê Đê");
    assert_eq!(best(&plain[0]).1, 0.7);
}

#[test]
fn a_surname_of_neither_parent_is_doubted_and_told_unless_a_parent_is_unknown() {
    let texts = [("nks_ho_ten", "Trần Văn An"), ("me_ho_ten", "Lê Thị Hoa"), ("cha_ho_ten", "Phạm Văn Bình")];
    let beliefs = texts.map(|(key, text)| belief(key, &[(text, 0.9)])).to_vec();
    assert!(best(&weighed(beliefs)[0]).1 < 0.9);
    assert_eq!(hints(&form(), &texts.into(), None)["nks_ho_ten"].code, HintCode::SurnameDiffers);
    assert!(hints(&form(), &texts[..2].iter().copied().collect(), None).is_empty());
}

#[test]
fn parents_were_no_children_when_they_had_one() {
    let fields = weighed(vec![
        belief("nks_ngay_sinh", &[("12/3/2017", 0.95)]),
        belief("me_nam_sinh", &[("1887", 0.5), ("1987", 0.3)]),
        belief("cha_nam_sinh", &[("25 tuổi", 0.6)]),
    ]);
    assert_eq!(best(&fields[1]).0, "1987");
    assert!(best(&fields[2]).1 >= 0.6, "an age fits like a year");
    let known = [("nks_ngay_sinh", "12/3/2017"), ("me_nam_sinh", "2007")];
    assert_eq!(hints(&form(), &known.into(), None)["me_nam_sinh"].code, HintCode::ParentAge);
    let young = [("nks_ngay_sinh", "12/3/2017"), ("me_nam_sinh", "2004")];
    assert!(hints(&form(), &young.into(), None).is_empty(), "mothers of 13 are in the registers");
}

#[test]
fn age_and_year_of_one_person_are_compared_the_vietnamese_way_too() {
    let mut form = form();
    form.people.iter_mut().find(|p| p.id == "me").unwrap().birth.push("so".into());
    let mother = |age: &str| {
        let mut fields = vec![
            belief("ngay_dang_ky", &[("15/3/2017", 0.9)]),
            belief("me_nam_sinh", &[("1991", 0.8)]),
            belief("so", &[(age, 0.8)]),
        ];
        weigh_entry(&form, &mut fields);
        best(&fields[1]).1
    };
    assert!(mother("26 tuổi") > 0.8 && mother("27 tuổi") > 0.8);
    assert!(mother("37 tuổi") < 0.8);
    let texts = [("ngay_dang_ky", "15/3/2017"), ("me_nam_sinh", "1991"), ("so", "37 tuổi")];
    assert_eq!(hints(&form, &texts.into(), None)["me_nam_sinh"].code, HintCode::AgeDiffers);
}

#[test]
fn the_declarer_is_often_a_parent() {
    let fields = weighed(vec![
        belief("me_ho_ten", &[("Lê Thị Hoà", 0.8)]),
        belief("nyc_ho_ten", &[("Lê Thị Hoa", 0.5), ("LÊ THỊ HÒA", 0.3)]),
    ]);
    assert_eq!(best(&fields[1]).0, "LÊ THỊ HÒA");
    let stranger = weighed(vec![
        belief("me_ho_ten", &[("Lê Thị Hoà", 0.8)]),
        belief("nyc_ho_ten", &[("Trần Văn Tám", 0.5)]),
    ]);
    assert_eq!(best(&stranger[1]).1, 0.5, "others declare births too");
}

fn book() -> BookContext {
    let neighbour = |distance: i64| Neighbour {
        distance,
        pages: distance,
        said: vec![
            (BookRole::Number, format!("{}/2017", 57 + distance)),
            (BookRole::Date, "10/3/2017".into()),
            (BookRole::Page, format!("{}", 80 + distance)),
        ],
    };
    BookContext {
        office: "UBND xã Diễn Kỷ, huyện Diễn Châu, tỉnh Nghệ An".into(),
        year_opened: 2017,
        number: "02".into(),
        around: [-3, -2, -1, 1].map(neighbour).to_vec(),
    }
}

fn in_book(key: &str, alternatives: &[(&str, f32)], book: &BookContext) -> FieldBelief {
    let mut fields = vec![belief(key, alternatives)];
    weigh_in_book(&form(), &mut fields, book);
    fields.remove(0)
}

fn told(key: &str, text: &str, book: &BookContext) -> Option<HintCode> {
    hints(&form(), &[(key, text)].into(), Some(book)).get(key).map(|hint| hint.code)
}

#[test]
fn numbers_and_dates_follow_the_order_of_the_book() {
    let book = book();
    assert_eq!(best(&in_book("so", &[("51/2017", 0.5), ("57/2017", 0.3)], &book)).0, "57/2017");
    assert_eq!(best(&in_book("trang_so", &[("30", 0.5), ("80", 0.3)], &book)).0, "80");
    assert_eq!(
        best(&in_book("ngay_dang_ky", &[("10/8/2017", 0.5), ("10/3/2017", 0.3)], &book)).0,
        "10/3/2017"
    );
    assert_eq!(told("so", "51/2017", &book), Some(HintCode::OutOfOrder));
    assert_eq!(told("so", "1/2018", &book), None, "every year begins with 1");
    assert_eq!(told("ngay_dang_ky", "9/3/2017", &book), Some(HintCode::OutOfOrder));
}

#[test]
fn without_an_order_around_there_is_no_evidence() {
    let mut disordered = book();
    disordered.around[0].said[0].1 = "90/2017".into();
    let few = BookContext { around: book().around[..2].to_vec(), ..book() };
    for book in [disordered, few] {
        assert_eq!(best(&in_book("so", &[("51/2017", 0.5)], &book)).1, 0.5);
        assert_eq!(told("so", "51/2017", &book), None);
    }
}

#[test]
fn the_book_and_its_office_are_known() {
    let book = book();
    assert_eq!(best(&in_book("quyen_so", &[("03/2017", 0.5), ("02/2017", 0.4)], &book)).0, "02/2017");
    assert_eq!(told("quyen_so", "03/2017", &book), Some(HintCode::NotOfThisBook));
    assert_eq!(
        told("ngay_dang_ky", "10/3/1917", &BookContext { around: vec![], ..book.clone() }),
        Some(HintCode::NotOfThisBook)
    );
    let place = [("Xóm 3, xã Diễn Ký", 0.5), ("Xóm 3, xã Diễn Kỷ", 0.4)];
    assert_eq!(best(&in_book("me_noi_cu_tru", &place, &book)).0, "Xóm 3, xã Diễn Kỷ");
    assert_eq!(told("me_noi_cu_tru", "Xóm 3, xã Diễn Ký", &book), Some(HintCode::NearlyOffice));
    assert_eq!(told("me_noi_cu_tru", "Phường 5, Đà Lạt", &book), None);
}

/// Readings of one date field: probabilities that sum to 1 at most.
fn date_belief(key: &'static str, texts: &'static [&'static str]) -> impl Strategy<Value = FieldBelief> {
    proptest::collection::vec((0..texts.len(), 0.01f32..1.0), 1..=5).prop_flat_map(move |picked| {
        (0.1f32..1.0).prop_map(move |known| {
            let sum: f32 = picked.iter().map(|(_, p)| p).sum();
            let mut seen = Vec::new();
            let mut alternatives: Vec<(&str, f32)> = Vec::new();
            for (at, p) in &picked {
                if !seen.contains(at) {
                    seen.push(*at);
                    alternatives.push((texts[*at], p / sum * known));
                }
            }
            alternatives.sort_by(|a, b| b.1.total_cmp(&a.1));
            belief(key, &alternatives)
        })
    })
}

const DIGITS: &[&str] = &["12/3/2017", "13/3/2017", "12/8/2017", "3/2017", "12.03.2017", "B/3/2017", "2017"];
const IN_WORDS: &[&str] = &[
    WORDS,
    "Ngày mười ba tháng ba năm hai nghìn không trăm mười bảy",
    "Ngày mười hai tháng tám năm hai nghìn không trăm mười bảy",
    "tháng ba năm hai nghìn không trăm mười bảy",
    "không rõ",
];

proptest! {
    #[test]
    fn probabilities_stay_probabilities_and_texts_stay_those_that_were_held(
        digits in date_belief("nks_ngay_sinh", DIGITS),
        words in date_belief("nks_ngay_sinh_bang_chu", IN_WORDS),
        registered in date_belief("ngay_dang_ky", DIGITS),
    ) {
        let before = vec![digits, words, registered];
        let after = weighed(before.clone());
        for (old, new) in before.iter().zip(&after) {
            let texts = |f: &FieldBelief| { let mut t: Vec<String> = f.alternatives.iter().map(|a| a.text.clone()).collect(); t.sort(); t };
            prop_assert_eq!(texts(old), texts(new));
            prop_assert!(new.alternatives.iter().all(|a| (0.0..=1.0).contains(&a.confidence)));
            prop_assert!(new.alternatives.iter().map(|a| a.confidence).sum::<f32>() <= 1.0 + 1e-5);
            prop_assert!(new.alternatives.windows(2).all(|p| p[0].confidence >= p[1].confidence));
        }
    }

    #[test]
    fn what_only_agrees_never_lowers_and_what_only_contradicts_never_raises(
        digits in date_belief("nks_ngay_sinh", DIGITS),
        p in 0.01f32..1.0,
        agreeing in any::<bool>(),
    ) {
        prop_assume!(!["B/3/2017"].contains(&digits.text().unwrap()));
        let words = if agreeing { WORDS } else { "Ngày một tháng một năm một nghìn chín trăm" };
        let chosen = digits.alternatives[0].clone();
        prop_assume!(!agreeing || ["12/3/2017", "12.03.2017"].contains(&chosen.text.as_str()));
        let after = weighed(vec![digits, belief("nks_ngay_sinh_bang_chu", &[(words, p)])]);
        let now = after[0].alternatives.iter().find(|a| a.text == chosen.text).unwrap().confidence;
        if agreeing {
            prop_assert!(now >= chosen.confidence - 1e-6, "{} -> {now}", chosen.confidence);
        } else {
            prop_assert!(now <= chosen.confidence + 1e-6, "{} -> {now}", chosen.confidence);
        }
    }

    #[test]
    fn without_evidence_nothing_moves(
        digits in date_belief("nks_ngay_sinh", DIGITS),
        place in date_belief("me_noi_cu_tru", &["Xóm 3, xã Nghi Kim", "Tổ 5"]),
    ) {
        let before = vec![digits, place, belief("ghi_chu", &[]), belief("no_such", &[("12/3/2017", 0.5)])];
        prop_assert_eq!(weighed(before.clone()), before.clone());
        let mut after = before.clone();
        weigh_in_book(&form(), &mut after, &book());
        prop_assert_eq!(after, before);
    }
}
