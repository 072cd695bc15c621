//! How wide printed labels are set. A form says where each rule begins, measured once; on paper a rule begins where
//! its label ends, and how wide a label is depends on its letters as much as on the type.

use crate::domain::form::{Form, FormField};
use unicode_normalization::UnicodeNormalization;

/// Advance widths of `a`–`z` in thousandths of an em: the mean of Times and Helvetica (Adobe font metrics), the
/// two faces that forms are set in.
const SMALL: [u16; 26] = [
    500, 528, 472, 528, 500, 306, 528, 528, 250, 250, 500, 250, 806, 528, 528, 528, 528, 333, 444, 278, 528,
    500, 722, 500, 500, 472,
];
/// The same of `A`–`Z`.
const CAPITAL: [u16; 26] = [
    694, 667, 694, 722, 639, 584, 750, 722, 306, 444, 694, 584, 861, 722, 750, 612, 750, 694, 612, 611, 722,
    694, 944, 694, 694, 611,
];
const DIGIT: u16 = 528;
const SPACE: u16 = 264;
/// Points, colons, brackets, slashes.
const SIGN: u16 = 290;
/// Bold type is wider by so much.
const BOLD: f32 = 1.06;
/// A form that says another width than its letters give, by more than this factor, means something else by it.
const UNLIKE: f32 = 1.35;

/// What is taken for a label's width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Widths {
    /// What the form says.
    Declared,
    /// What its letters take in a type of this many millimetres to an em.
    OfLetters(f32),
}

impl Widths {
    /// What the form says, and what letters take in the type that suits it, the median over its labels.
    pub(super) fn of(form: &Form) -> Vec<Self> {
        let ratio = |field: &FormField| Some(declared(field)?.1 / width_em(field));
        let mut ratios: Vec<f32> = form.fields.iter().filter_map(ratio).collect();
        ratios.sort_by(f32::total_cmp);
        let of_letters = ratios.get(ratios.len() / 2).map(|&mm| Self::OfLetters(mm));
        [Self::Declared].into_iter().chain(of_letters).collect()
    }
}

/// Start and width of the label in front of a field's first rule on the form, mm, up to the rule; `None` where the
/// field has none there.
pub(super) fn label(field: &FormField, widths: Widths) -> Option<(f32, f32)> {
    let (start, declared) = declared(field)?;
    let Widths::OfLetters(mm_per_em) = widths else { return Some((start, declared)) };
    let set = width_em(field) * mm_per_em;
    let is_like = set < declared * UNLIKE && declared < set * UNLIKE;
    Some((start, if is_like { set } else { declared }))
}

/// What the form says.
fn declared(field: &FormField) -> Option<(f32, f32)> {
    let [start, _] = field.label_at.filter(|_| !field.label.is_empty())?;
    let width = field.rules.first()?[0] - start;
    (width > 1.0).then_some((start, width))
}

/// Width of a label with its colon, em.
fn width_em(field: &FormField) -> f32 {
    // A colon and the gap behind it.
    let letters: u32 = field.label.nfd().map(|c| u32::from(advance(c))).sum::<u32>() + 2 * u32::from(SIGN);
    letters as f32 / 1000.0 * if field.label_bold { BOLD } else { 1.0 }
}

fn advance(c: char) -> u16 {
    let of = |table: &[u16; 26], first: char| table[(c as usize - first as usize).min(25)];
    match c {
        'a'..='z' => of(&SMALL, 'a'),
        'A'..='Z' => of(&CAPITAL, 'A'),
        '0'..='9' => DIGIT,
        'đ' => SMALL[3],
        'Đ' => CAPITAL[3],
        ' ' => SPACE,
        // Marks stand on their letters.
        '\u{300}'..='\u{36f}' => 0,
        _ => SIGN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str, start: f32, rule: f32) -> FormField {
        let mut field = Form::embedded().remove(0).fields.remove(0);
        (field.label, field.label_bold) = (text.into(), false);
        (field.label_at, field.rules) = (Some([start, 10.0]), vec![[rule, rule + 40.0, 10.0]]);
        field
    }

    #[test]
    fn marks_have_no_width_and_letters_their_own() {
        let width = |text: &str| width_em(&field(text, 0.0, 10.0));
        assert!((width("Ngày") - width("Ngay")).abs() < 1e-6);
        assert!((width("Ngày") - (0.722 + 0.528 + 0.5 + 0.5 + 0.58)).abs() < 1e-6);
        assert!(width("WWW") > 1.8 * width("iii"));
    }

    #[test]
    fn a_label_is_as_wide_as_its_letters_in_the_forms_own_type() {
        let mut form = Form::embedded().remove(0);
        form.fields = vec![
            field("Quốc tịch", 0.0, 22.0),
            field("Dân tộc", 0.0, 18.0),
            field("Ngày, tháng, năm đăng ký", 0.0, 43.0),
        ];
        let [nation, people, date] =
            [0, 1, 2].map(|i| label(&form.fields[i], Widths::of(&form)[1]).unwrap().1);
        assert!((nation / people - width_em(&form.fields[0]) / width_em(&form.fields[1])).abs() < 1e-3);
        assert!(date > 43.0, "{date}: the form's own figure is too small for its letters");
        assert_eq!(label(&form.fields[2], Widths::Declared), Some((0.0, 43.0)));
    }

    #[test]
    fn a_width_that_no_letters_explain_is_kept() {
        let mut form = Form::embedded().remove(0);
        form.fields =
            vec![field("Quốc tịch", 0.0, 18.0), field("Dân tộc", 0.0, 15.0), field("Số", 0.0, 60.0)];
        assert_eq!(label(&form.fields[2], Widths::of(&form)[1]), Some((0.0, 60.0)));
        assert_eq!(label(&field("", 0.0, 60.0), Widths::of(&form)[1]), None);
    }
}
