//! What a page's writing looks like in few bits, so that the same page is known again from another capture.
//!
//! Along every line of the form, half a millimetre at a time, a bit tells whether there is more ink than around. Print is the same on all pages of a book and hardly counts; nor does how far the lines are filled: what is
//! compared is where strokes and gaps lie in what is written on both pages. A hand that writes the same word again
//! does not put its strokes on the same millimetres.

use super::view::{PX_PER_MM, View};
use crate::domain::form::Form;

/// The pattern of a page's strokes, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// A cell is `WRITTEN` on, and has `MORE` ink than those around it.
    lines: Vec<Vec<u8>>,
}

const WRITTEN: u8 = 2;
const MORE: u8 = 1;
/// What is looked at lies from so far to so far above the rule, mm. Below lies the rule itself.
const BAND_MM: [f32; 2] = [6.0, 0.9];
/// Length of a cell, mm.
const CELL_MM: f32 = 0.5;
/// "Around" is so many cells to either side.
const AROUND: usize = 6;
/// Darkness (of 255) that paper has by itself.
const PAPER: f32 = 12.0;
/// Something is written where the mean darkness around is more than this share of what full cells have, and more
/// than this at least.
const WRITTEN_SHARE: f32 = 0.12;
const LEAST_DARKNESS: f32 = 1.5;
/// A line's cells may lie so many places aside: paper shrinks, a photo is never quite flat.
const ASIDE: isize = 4;
/// Pages with fewer written cells show too little to be known by.
const LEAST_WRITTEN: usize = 400;

impl Imprint {
    /// The imprint of a page seen upright on its form, its paper evened to 255; none where there is hardly any writing.
    pub(super) fn of(view: &View, even: &[f32], form: &Form) -> Option<Self> {
        let rules = form.fields.iter().flat_map(|field| &field.rules);
        let lines: Vec<Vec<f32>> = rules.map(|rule| along(view, even, rule)).collect();
        let mut all: Vec<f32> = lines.iter().flatten().copied().collect();
        if all.is_empty() {
            return None;
        }
        let at = all.len() * 19 / 20;
        let full = *all.select_nth_unstable_by(at, f32::total_cmp).1;
        let least = (WRITTEN_SHARE * full).max(LEAST_DARKNESS);
        let imprint = Self { lines: lines.iter().map(|line| cells(line, least)).collect() };
        (imprint.written() >= LEAST_WRITTEN).then_some(imprint)
    }

    fn written(&self) -> usize {
        self.lines.iter().flatten().filter(|cell| **cell & WRITTEN > 0).count()
    }

    /// How different two pages are: 0 for equal patterns, about 0.85 for other writing by the same hand (0.8 at least, on
    /// 157 pairs of made pages), 1 and more for patterns that exclude each other; 1 for pages of different forms.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f32 {
        let alike = |(a, b): (&Vec<u8>, &Vec<u8>)| a.len() == b.len();
        if self.lines.len() != other.lines.len() || !self.lines.iter().zip(&other.lines).all(alike) {
            return 1.0;
        }
        let (mut agreed, mut all) = (0, 0);
        for (a, b) in self.lines.iter().zip(&other.lines) {
            let (own, of) = best_shift(a, b);
            (agreed, all) = (agreed + own, all + of);
        }
        1.0 - agreed as f32 / all.max(1) as f32
    }

    /// As a text: one digit of 0 to 3 a cell, a point between lines.
    #[must_use]
    pub fn encode(&self) -> String {
        let line = |cells: &Vec<u8>| cells.iter().map(|cell| char::from(b'0' + cell)).collect::<String>();
        self.lines.iter().map(line).collect::<Vec<_>>().join(".")
    }

    /// The way back from [`Self::encode`]; none for any other text.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let cell = |digit: char| digit.to_digit(4).and_then(|v| u8::try_from(v).ok());
        let line = |cells: &str| cells.chars().map(cell).collect::<Option<Vec<u8>>>();
        let lines = text.split('.').map(line).collect::<Option<Vec<_>>>()?;
        lines.iter().any(|line| !line.is_empty()).then_some(Self { lines })
    }
}

/// Mean darkness of a line's cells from left to right.
fn along(view: &View, even: &[f32], &[x0, x1, rule]: &[f32; 3]) -> Vec<f32> {
    let px = |mm: f32, limit: usize| ((mm * PX_PER_MM).max(0.0) as usize).min(limit);
    let rows = px(rule - BAND_MM[0], view.height)..px(rule - BAND_MM[1], view.height);
    let count = (((x1 - x0) / CELL_MM).round() as usize).max(1);
    let cell = |i: usize| {
        let edge = |i: usize| px(x0 + (x1 - x0) * i as f32 / count as f32, view.width);
        let (from, to) = (edge(i), edge(i + 1));
        let dark = |v: &f32| (255.0 - PAPER - v).max(0.0);
        let row = |y: usize| -> f32 { even[y * view.width..][from..to].iter().map(dark).sum() };
        rows.clone().map(row).sum::<f32>() / (rows.len() * (to - from)).max(1) as f32
    };
    (0..count).map(cell).collect()
}

fn cells(line: &[f32], least: f32) -> Vec<u8> {
    let around = |i: usize| {
        let near = &line[i.saturating_sub(AROUND)..(i + AROUND + 1).min(line.len())];
        near.iter().sum::<f32>() / near.len() as f32
    };
    let bit = |is_set: bool, value: u8| if is_set { value } else { 0 };
    let cell = |i: usize| bit(around(i) > least, WRITTEN) | bit(line[i] > around(i), MORE);
    (0..line.len()).map(cell).collect()
}

/// Cells written on both pages that agree less those that do not, and the cells written on either, at the shift where
/// the first is the largest share of the second.
fn best_shift(a: &[u8], b: &[u8]) -> (i32, i32) {
    let at = |shift: isize| {
        let far = shift.unsigned_abs().min(a.len());
        let (a, b) =
            if shift >= 0 { (&a[far..], &b[..b.len() - far]) } else { (&a[..a.len() - far], &b[far..]) };
        a.iter().zip(b).fold((0, 0), |(agreed, all), (a, b)| {
            let both = i32::from(a & b & WRITTEN > 0);
            let agree = if (a ^ b) & MORE == 0 { both } else { -both };
            (agreed + agree, all + i32::from((a | b) & WRITTEN > 0))
        })
    };
    let share = |(agreed, all): &(i32, i32)| *agreed as f32 / (*all).max(1) as f32;
    let shifts = (-ASIDE..=ASIDE).map(at);
    shifts.max_by(|a, b| share(a).total_cmp(&share(b))).unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines with strokes here and there, by a simple rule.
    fn written(seed: u32) -> Imprint {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut cell = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            WRITTEN | (state >> 31) as u8
        };
        Imprint { lines: (0..6).map(|_| (0..160).map(|_| cell()).collect()).collect() }
    }

    #[test]
    fn an_imprint_survives_its_text_and_other_texts_are_none() {
        let imprint = written(3);
        assert_eq!(Imprint::decode(&imprint.encode()), Some(imprint));
        for bad in ["", ".", "34", "3x", "3,3"] {
            assert_eq!(Imprint::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_same_strokes_are_near_even_shifted_and_others_are_far() {
        let page = written(3);
        assert_eq!(page.distance(&page), 0.0);
        let mut moved = page.clone();
        moved.lines.iter_mut().for_each(|line| line.rotate_right(2));
        assert!(page.distance(&moved) < 0.1, "{}", page.distance(&moved));
        assert!(page.distance(&written(4)) > 0.6, "{}", page.distance(&written(4)));
    }

    #[test]
    fn lines_filled_alike_with_other_strokes_are_far() {
        let mut page = written(3);
        page.lines.iter_mut().for_each(|line| line[80..].fill(0));
        let mut other = written(8);
        other.lines.iter_mut().for_each(|line| line[80..].fill(0));
        assert!(page.distance(&other) > 0.6, "{}", page.distance(&other));
    }

    #[test]
    fn pages_of_different_forms_share_nothing() {
        let short = Imprint { lines: vec![vec![WRITTEN; 9]] };
        assert_eq!(written(3).distance(&short), 1.0);
    }
}
