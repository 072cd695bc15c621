//! Where each rule of a found row begins and ends: between its printed label and what follows.

use super::align::{Evidence, Placement};
use super::geometry::index;
use super::rows::FoundRow;
use crate::domain::form::Form;

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
    /// Share of its length with line evidence, 0..=1.
    pub(super) evidence: f32,
}

/// How far an end may lie from where the form has it, and what a departure costs.
#[derive(Debug, Clone, Copy)]
struct Leeway {
    left_mm: f32,
    right_mm: f32,
    /// A departure of this many millimetres costs one millimetre of evidence.
    usual_mm: f32,
    /// No departure costs more than this, mm of evidence.
    cap_mm: f32,
}

/// A column belongs to a rule when its evidence is above this.
const ON: f32 = 0.6;

/// Finds the ends of all rules of a row.
pub(super) fn find(form: &Form, evidence: &Evidence, at: &Placement, row: &FoundRow) -> Vec<FoundRule> {
    let sums = running_evidence(evidence, row.y_px, 1);
    let rules = &row.row.rules;
    let mut found: Vec<FoundRule> = Vec::with_capacity(rules.len());
    for (i, &(field, rule)) in rules.iter().enumerate() {
        let [x0_mm, x1_mm, _] = form.fields[field].rules[rule];
        let labelled = rule == 0 && form.fields[field].label_at.is_some_and(|l| l[0] < x0_mm - 1.0);
        let left = if labelled { label_leeway(form, field, x0_mm, found.last(), at) } else { PLAIN };
        let right =
            if i + 1 < rules.len() { Leeway { left_mm: 4.0, right_mm: 4.0, ..BEFORE_LABEL } } else { PLAIN };
        let x0 = best_end(&sums, at.x.px(x0_mm), at.x.scale, left, -1.0);
        let x1 = best_end(&sums, at.x.px(x1_mm), at.x.scale, right, 1.0).max(x0 + 2.0 * at.x.scale);
        let seen = (sums[index(x1, sums.len())] - sums[index(x0, sums.len())]) / (x1 - x0) + ON;
        found.push(FoundRule { field, rule, x0, x1, y: row.y_px, evidence: seen.clamp(0.0, 1.0) });
    }
    found
}

const PLAIN: Leeway = Leeway { left_mm: 2.5, right_mm: 2.5, usual_mm: 1.0, cap_mm: 4.0 };
const BEFORE_LABEL: Leeway = Leeway { left_mm: 4.0, right_mm: 4.0, usual_mm: 1.6, cap_mm: 3.0 };

/// A label may be set wider, narrower, or over two lines, whose second may be less than half as long.
fn label_leeway(form: &Form, field: usize, x0_mm: f32, before: Option<&FoundRule>, at: &Placement) -> Leeway {
    let label_at = form.fields[field].label_at.map_or(x0_mm, |l| l[0]);
    let width = x0_mm - label_at;
    let mut left_mm = (width * 0.62).max(3.0);
    if let Some(before) = before {
        let room = (at.x.px(x0_mm) - before.x1) / at.x.scale;
        left_mm = left_mm.min((room - 2.0).max(1.0));
    }
    Leeway { left_mm, right_mm: (width * 0.25).max(3.0), usual_mm: (width * 0.12).max(1.5), cap_mm: 4.0 }
}

/// Running sums of evidence above [`ON`] along a row, px.
fn running_evidence(evidence: &Evidence, y: f32, slack: i32) -> Vec<f32> {
    let rows = &evidence.rows;
    let mut sum = 0.0;
    let mut sums = Vec::with_capacity(rows.len + 1);
    sums.push(0.0);
    let lines: Vec<usize> = (-slack..=slack)
        .filter_map(|d| usize::try_from(y.round() as i32 + d).ok())
        .filter(|&line| line < rows.count)
        .collect();
    for x in 0..rows.len {
        let here = lines.iter().map(|&line| rows.at(line, x)).fold(0.0, f32::max);
        sum += if here > 0.0 { 1.0 - ON } else { -ON };
        sums.push(sum);
    }
    sums
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
