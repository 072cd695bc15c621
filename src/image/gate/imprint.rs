//! What a page's writing looks like in few bits, so that the same page is known again from another capture: which
//! cells of its lines are inked. Print is the same on all pages of a book and does not count.

use super::super::page::PreparedPage;
use crate::domain::form::Form;

/// Which cells of a page's lines hold ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    bits: Vec<bool>,
}

/// Length of a cell along a line, mm.
const CELL_MM: f32 = 6.0;
/// Ink nearer to the rule than this belongs to the rule, mm.
const RULE_MM: f32 = 0.9;
/// Pages with fewer inked cells show too little to be known by.
const LEAST_INKED: usize = 12;

/// The imprint of a page laid on its form; none where there is hardly any writing.
#[must_use]
pub fn imprint(form: &Form, page: &PreparedPage) -> Option<Imprint> {
    let whole = form.whole_page().form;
    let room = [form.ascent_mm + 0.8, form.descent_mm + 0.8];
    let mut darkness: Vec<f32> = Vec::new();
    for (field, region) in whole.fields.iter().zip(&page.fields) {
        let mut rules = field.rules.clone();
        rules.sort_by(|a, b| a[2].total_cmp(&b[2]));
        for (rule, [x0, x1, _]) in rules.iter().enumerate() {
            let cells = (((x1 - x0) / CELL_MM).round() as usize).max(1);
            match region.lines.get(rule) {
                Some(line) => darkness.extend(along(line, cells, room)),
                None => darkness.extend(std::iter::repeat_n(0.0, cells)),
            }
        }
    }
    let mut sorted: Vec<f32> = darkness.clone();
    sorted.sort_by(f32::total_cmp);
    let high = *sorted.get(sorted.len() * 19 / 20)?;
    let least = (0.35 * high).max(0.012);
    let bits: Vec<bool> = darkness.into_iter().map(|d| d > least).collect();
    (bits.iter().filter(|b| **b).count() >= LEAST_INKED).then_some(Imprint { bits })
}

/// Mean darkness, 0..=1, of cells along a line from left to right, from the ascenders down to just above the rule.
fn along(line: &image::GrayImage, cells: usize, [above, below]: [f32; 2]) -> Vec<f32> {
    let (width, height) = (line.width() as usize, line.height() as usize);
    let px_per_mm = height as f32 / (above + below);
    let bottom = (((above - RULE_MM) * px_per_mm) as usize).clamp(1, height);
    let top = (((above - 6.0).max(0.0)) * px_per_mm) as usize;
    let cell = |i: usize| {
        let (x0, x1) = (i * width / cells, ((i + 1) * width / cells).max(i * width / cells + 1).min(width));
        let row = |y: usize| -> u32 {
            let span = &line.as_raw()[y * width + x0.min(width - 1)..y * width + x1];
            span.iter().map(|&v| u32::from(255 - v.max(25)).saturating_sub(25)).sum()
        };
        let sum: u32 = (top.min(bottom - 1)..bottom).map(row).sum();
        sum as f32 / (((x1 - x0).max(1) * (bottom - top.min(bottom - 1))) as f32 * 205.0)
    };
    (0..cells).map(cell).collect()
}

impl Imprint {
    /// Share of the cells inked on either page that are inked on one only, 0..=1; 1 for pages of different forms.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f32 {
        if self.bits.len() != other.bits.len() {
            return 1.0;
        }
        let (mut either, mut one) = (0_u32, 0_u32);
        for (a, b) in self.bits.iter().zip(&other.bits) {
            either += u32::from(*a || *b);
            one += u32::from(a != b);
        }
        one as f32 / either.max(1) as f32
    }

    /// As a text: the number of cells and their bits in hexadecimal digits.
    #[must_use]
    pub fn encode(&self) -> String {
        let nibble = |bits: &[bool]| bits.iter().enumerate().map(|(i, b)| u32::from(*b) << i).sum::<u32>();
        let digits: String = self.bits.chunks(4).filter_map(|c| char::from_digit(nibble(c), 16)).collect();
        format!("{}:{digits}", self.bits.len())
    }

    /// The way back from [`Self::encode`]; none for any other text.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let (count, digits) = text.split_once(':')?;
        let count: usize = count.parse().ok()?;
        let mut bits = Vec::new();
        for digit in digits.chars() {
            let nibble = digit.to_digit(16)?;
            bits.extend((0..4).map(|i| nibble >> i & 1 == 1));
        }
        (bits.len() == count.div_ceil(4) * 4).then(|| {
            bits.truncate(count);
            Self { bits }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imprint_survives_its_text_and_other_texts_are_none() {
        let imprint = Imprint { bits: (0..31).map(|i| i % 3 == 0).collect() };
        assert_eq!(Imprint::decode(&imprint.encode()), Some(imprint));
        for bad in ["", "8", "8:zz", "9:ff", "x:ff"] {
            assert_eq!(Imprint::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn pages_are_as_far_apart_as_their_inked_cells_differ() {
        let of = |inked: &[usize]| Imprint { bits: (0..20).map(|i| inked.contains(&i)).collect() };
        assert_eq!(of(&[1, 2, 3]).distance(&of(&[1, 2, 3])), 0.0);
        assert_eq!(of(&[1, 2, 3]).distance(&of(&[1, 2, 4])), 0.5);
        assert_eq!(of(&[1]).distance(&Imprint { bits: vec![true] }), 1.0);
    }
}
