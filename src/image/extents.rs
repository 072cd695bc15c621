//! Where each rule of a found row begins and ends: between its printed label and what follows.
//!
//! Under writing nothing can be told, but dots with bare paper above them are rule, and bare paper without dots is
//! not. Labels are set in one type: how much wider or narrower they came out is found for the whole page first.

use super::align::Placement;
use super::geometry::index;
use super::labels::{self, Widths};
use super::response::LineMap;
use super::rows::FoundRow;
use crate::domain::form::Form;
use image::GrayImage;

/// One rule as printed on the upright page, px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FoundRule {
    /// Index of the field in the form.
    pub(super) field: usize,
    /// Index of the rule in the field.
    pub(super) rule: usize,
    /// Left end.
    pub(super) x0: f32,
    /// Right end.
    pub(super) x1: f32,
    /// Height of the rule.
    pub(super) y: f32,
    /// Share of its length that is rule or writing rather than bare paper, 0..=1.
    pub(super) evidence: f32,
}

/// What the ends are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) form: &'a Form,
    /// Ink of the upright page.
    pub(super) ink: &'a GrayImage,
    /// Line evidence along rows.
    pub(super) rows: &'a LineMap,
    pub(super) at: &'a Placement,
}

/// How labels came out on this page against the form: `end = start + width · scale + gap`.
#[derive(Debug, Clone, Copy)]
struct Setting {
    widths: Widths,
    scale: f32,
    gap_mm: f32,
}

/// A row with the running sums of its evidence for being rule.
struct Judged<'a> {
    found: &'a FoundRow,
    sums: Vec<f32>,
}

/// How far an end may lie from where it is expected, and what a departure costs.
#[derive(Debug, Clone, Copy)]
struct Leeway {
    left_mm: f32,
    right_mm: f32,
    /// A departure of this many millimetres costs one millimetre of evidence.
    usual_mm: f32,
    /// No departure costs more than this, mm of evidence.
    cap_mm: f32,
}

const PLAIN: Leeway = Leeway { left_mm: 2.5, right_mm: 2.5, usual_mm: 0.9, cap_mm: 6.0 };
const BEFORE_LABEL: Leeway = Leeway { left_mm: 4.0, right_mm: 4.0, usual_mm: 1.5, cap_mm: 5.0 };

/// Bare paper between a rule and the next label, mm.
const BARE_BEFORE_LABEL_MM: f32 = 2.0;
/// A form that leaves more bare than this means it, mm.
const FURTHER_MM: f32 = 3.0;

/// Worth of a column: between clean dots, something written or a lone dot, bare paper.
const WORTH: [f32; 3] = [1.0, -0.02, -1.0];
/// Dots further apart than this belong to no common rule, mm.
const PITCH_MM: f32 = 1.75;
/// The zone above a rule that must be bare for a clean dot, mm above the rule.
const ABOVE_MM: [f32; 2] = [0.8, 3.0];

impl Page<'_> {
    /// Finds the ends of all rules of all rows.
    pub(super) fn find_ends(&self, rows: &[FoundRow]) -> Vec<FoundRule> {
        let judged: Vec<Judged<'_>> =
            rows.iter().map(|found| Judged { found, sums: self.running_worth(found.y_px) }).collect();
        let setting = self.setting(&judged);
        judged.iter().flat_map(|row| self.ends_of(row, setting)).collect()
    }

    fn ends_of(&self, row: &Judged<'_>, setting: Setting) -> Vec<FoundRule> {
        let rules = &row.found.row.rules;
        let mut found: Vec<FoundRule> = Vec::with_capacity(rules.len());
        let scale = self.at.x.scale;
        for (i, &(field, rule)) in rules.iter().enumerate() {
            let [x0_mm, x1_mm, _] = self.form.fields[field].rules[rule];
            let x0 = match self.label(field, rule, setting.widths) {
                Some((start, width)) => {
                    let wanted = self.at.x.px(start + width * setting.scale + setting.gap_mm);
                    best_end(&row.sums, wanted, scale, label_leeway(width, &found, wanted, scale), -1.0)
                }
                None => best_end(&row.sums, self.at.x.px(x0_mm), scale, PLAIN, -1.0),
            };
            // A rule runs on to the next label.
            let next = rules.get(i + 1).and_then(|&(field, rule)| self.label(field, rule, setting.widths));
            let to_mm = next.map_or(x1_mm, |(start, _)| {
                x1_mm.max((start - BARE_BEFORE_LABEL_MM).min(x1_mm + FURTHER_MM))
            });
            let right = if i + 1 < rules.len() { BEFORE_LABEL } else { PLAIN };
            let x1 = best_end(&row.sums, self.at.x.px(to_mm), scale, right, 1.0).max(x0 + 2.0 * scale);
            let worth = row.sums[index(x1, row.sums.len())] - row.sums[index(x0, row.sums.len())];
            let evidence = ((worth / (x1 - x0) + 1.0) / 2.0).clamp(0.0, 1.0);
            found.push(FoundRule { field, rule, x0, x1, y: row.found.y_px, evidence });
        }
        found
    }

    /// Start and width on the form of the label in front of a rule, mm.
    fn label(&self, field: usize, rule: usize, widths: Widths) -> Option<(f32, f32)> {
        (rule == 0).then(|| labels::label(&self.form.fields[field], widths)).flatten()
    }

    /// The widths, scale and gap of labels that suit all rows together best.
    fn setting(&self, rows: &[Judged<'_>]) -> Setting {
        let all = Widths::of(self.form).into_iter().map(|widths| self.setting_with(rows, widths));
        // Of equals the form's own word.
        all.reduce(|best, other| if other.0 > best.0 { other } else { best })
            .expect("never without a setting")
            .1
    }

    /// The best setting with these widths, and its value.
    fn setting_with(&self, rows: &[Judged<'_>], widths: Widths) -> (f32, Setting) {
        let labels: Vec<(&Judged<'_>, f32, f32)> = rows
            .iter()
            .flat_map(|row| row.found.row.rules.iter().map(move |&(f, r)| (row, f, r)))
            .filter_map(|(row, f, r)| self.label(f, r, widths).map(|(start, width)| (row, start, width)))
            .collect();
        let mut best = (f32::MIN, Setting { widths, scale: 1.0, gap_mm: 0.0 });
        for s in -12..=12 {
            for g in -6..=6 {
                let setting = Setting { widths, scale: 1.0 + s as f32 * 0.02, gap_mm: g as f32 * 0.4 };
                let worth: f32 =
                    labels.iter().map(|&(row, start, width)| self.suits(row, start, width, setting)).sum();
                let unusual = (setting.scale - 1.0).abs() * 10.0 + setting.gap_mm.abs() * 0.5;
                let value = worth / self.at.x.scale - unusual;
                if value > best.0 {
                    best = (value, setting);
                }
            }
        }
        best
    }

    /// What lies within some millimetres right of a supposed label's end, less what lies left of it, px.
    fn suits(&self, row: &Judged<'_>, start: f32, width: f32, setting: Setting) -> f32 {
        let end = self.at.x.px(start + width * setting.scale + setting.gap_mm);
        let sum = |x: f32| row.sums[index(x, row.sums.len())];
        let reach = 4.0 * self.at.x.scale;
        (sum(end + reach) - sum(end)) - (sum(end) - sum(end - reach))
    }

    /// Running sums along a row of how much each column looks like rule.
    fn running_worth(&self, y_px: f32) -> Vec<f32> {
        let width = self.rows.len;
        let mm = self.at.y.scale;
        let line = index(y_px, self.rows.count);
        let dark = self.columns_with_ink(line, mm);
        let lines = line.saturating_sub(1)..(line + 2).min(self.rows.count);
        let dots = (0..width).filter(|&x| !dark[x] && lines.clone().any(|l| self.rows.stands_out(l, x)));
        // A dot alone may be a comma of the label; what lies between two dots is rule.
        let reach = (PITCH_MM * self.at.x.scale).round() as usize;
        let (mut rule, mut near) = (vec![false; width], dark.clone());
        let mut last: Option<usize> = None;
        for x in dots {
            near[x.saturating_sub(reach / 2)..(x + reach / 2 + 1).min(width)].fill(true);
            if let Some(before) = last.filter(|&before| x - before <= reach) {
                rule[before..=x].fill(true);
            }
            last = Some(x);
        }
        let mut sums = Vec::with_capacity(width + 1);
        let mut sum = 0.0;
        sums.push(sum);
        for x in 0..width {
            let [clean, written, bare] = WORTH;
            sum += match (rule[x], near[x]) {
                (true, _) => clean,
                (false, true) => written,
                (false, false) => bare,
            };
            sums.push(sum);
        }
        sums
    }

    /// Columns in which letters stand on or above a row.
    fn columns_with_ink(&self, line: usize, mm: f32) -> Vec<bool> {
        let width = self.rows.len;
        let threshold = (f32::from(self.rows.strength) * 0.6).max(24.0) as u8;
        let [near, far] = ABOVE_MM.map(|above| (above * mm).round() as usize);
        let mut dark = vec![false; width];
        for y in line.saturating_sub(far)..line.saturating_sub(near).min(self.rows.count) {
            let row = &self.ink.as_raw()[y * width..][..width];
            for (to, &ink) in dark.iter_mut().zip(row) {
                *to |= ink > threshold;
            }
        }
        let mut wide = dark.clone();
        for x in 1..width.saturating_sub(1) {
            wide[x] |= dark[x - 1] | dark[x + 1];
        }
        wide
    }
}

/// A label may be set over two lines, whose second may be less than half as long.
fn label_leeway(width: f32, before: &[FoundRule], wanted: f32, scale: f32) -> Leeway {
    let mut left_mm = (width * 0.6).max(3.0);
    if let Some(before) = before.last() {
        left_mm = left_mm.min(((wanted - before.x1) / scale - 2.0).max(1.0));
    }
    Leeway { left_mm, right_mm: (width * 0.2).max(3.0), usual_mm: 1.2, cap_mm: 6.5 }
}

/// The end near `wanted` that keeps most evidence on the rule's side: `side` is −1 for a left end, 1 for a right.
fn best_end(sums: &[f32], wanted: f32, scale: f32, leeway: Leeway, side: f32) -> f32 {
    let (from, to) = (wanted - leeway.left_mm * scale, wanted + leeway.right_mm * scale);
    let candidates = index(from, sums.len())..=index(to, sums.len());
    let value = |x: usize| {
        let off = (x as f32 - wanted) / (leeway.usual_mm * scale);
        side * sums[x] - (off * off).min(leeway.cap_mm) * scale
    };
    candidates.max_by(|&a, &b| value(a).total_cmp(&value(b))).map_or(wanted, |x| x as f32)
}
