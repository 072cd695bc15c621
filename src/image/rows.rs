//! Rows of rules: the affine placement is bent, row by row, to where the rules were really printed.
//!
//! Rows of one column follow each other, and what moved one row mostly moved the next: the displacements are
//! found together by dynamic programming over line evidence and smoothness.

use super::align::{Evidence, Placement, is_vertical};
use super::skew::vertex;
use crate::domain::form::Form;

/// Rules of one printed row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Height of the rules on the form, mm.
    pub(super) y_mm: f32,
    /// `(field, rule)` indices, left to right.
    pub(super) rules: Vec<(usize, usize)>,
}

/// A row with the place where it was found.
#[derive(Debug, Clone)]
pub(super) struct FoundRow {
    /// What it holds.
    pub(super) row: Row,
    /// Height of the rules on the upright page, px.
    pub(super) y_px: f32,
}

/// Largest displacement of a row from its affine place, mm.
const REACH_MM: f32 = 6.5;
/// Price of a change of displacement between neighbouring rows, per mm².
const BEND: f32 = 0.08;
/// Price of any break, however large.
const BREAK: f32 = 0.6;
/// Price of displacement as such, per mm²: for rows that hold each other, and for one or two rows alone.
const PULL: f32 = 0.004;
const PULL_ALONE: f32 = 0.02;

/// The form's rules as rows, by column of the frame, top to bottom.
pub(super) fn chains(form: &Form) -> Vec<Vec<Row>> {
    let mut cells: Vec<((usize, usize), Vec<Row>)> = Vec::new();
    for (f, field) in form.fields.iter().enumerate() {
        for (r, &[x0, x1, y]) in field.rules.iter().enumerate() {
            let cell = frame_cell(form, [(x0 + x1) / 2.0, y]);
            let rows = match cells.iter().position(|(c, _)| *c == cell) {
                Some(i) => &mut cells[i].1,
                None => &mut cells.push_mut((cell, Vec::new())).1,
            };
            match rows.iter_mut().find(|row| (row.y_mm - y).abs() < 0.5) {
                Some(row) => row.rules.push((f, r)),
                None => rows.push(Row { y_mm: y, rules: vec![(f, r)] }),
            }
        }
    }
    for (_, rows) in &mut cells {
        rows.sort_by(|a, b| a.y_mm.total_cmp(&b.y_mm));
        for row in rows {
            row.rules
                .sort_by(|a, b| form.fields[a.0].rules[a.1][0].total_cmp(&form.fields[b.0].rules[b.1][0]));
        }
    }
    cells.into_iter().map(|(_, rows)| rows).collect()
}

/// How many vertical lines stand left of a point, and how many horizontal ones above it.
fn frame_cell(form: &Form, [x, y]: [f32; 2]) -> (usize, usize) {
    let left = form.frame.iter().filter(|f| {
        let [x0, y0, _, y1] = f.line;
        is_vertical(f.line) && x0 < x && y0.min(y1) < y && y < y0.max(y1)
    });
    let above = form.frame.iter().filter(|f| {
        let [x0, y0, x1, _] = f.line;
        !is_vertical(f.line) && y0 < y && x0.min(x1) < x && x < x0.max(x1)
    });
    (left.count(), above.count())
}

/// Finds the rows of one chain under a placement; also the value of the whole solution, for comparison. A chain of
/// one or two rows is expected `offset_px` lower than placed: so much lower stands the frame line next to it.
pub(super) fn locate(
    form: &Form,
    evidence: &Evidence,
    at: &Placement,
    (chain, offset_px): (&[Row], f32),
) -> (Vec<FoundRow>, f32) {
    let (pull, expected) = if chain.len() > 2 { (PULL, 0.0) } else { (PULL_ALONE, offset_px) };
    let reach = (REACH_MM * at.y.scale) as i32;
    let seen: Vec<Vec<f32>> = chain
        .iter()
        .map(|row| (-reach..=reach).map(|d| row_evidence(form, evidence, at, row, d)).collect())
        .collect();
    let per_px = 1.0 / (at.y.scale * at.y.scale);
    let weight = |row: &Row| (row_length(form, row) / 60.0).clamp(0.4, 1.2);
    let unary = |i: usize, d: usize| {
        let off = (d as i32 - reach) as f32 - expected;
        seen[i][d] * weight(&chain[i]) - pull * off * off * per_px
    };
    let states = seen.first().map_or(0, Vec::len);
    let mut best: Vec<f32> = (0..states).map(|d| unary(0, d)).collect();
    let mut from: Vec<Vec<usize>> = Vec::new();
    for i in 1..chain.len() {
        let (mut next, mut back) = (Vec::with_capacity(states), Vec::with_capacity(states));
        for d in 0..states {
            let price = |e: usize| {
                let change = d as f32 - e as f32;
                (BEND * change * change * per_px).min(BREAK)
            };
            let (value, e) = (0..states)
                .map(|e| (best[e] - price(e), e))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .expect("there is at least the undisplaced state");
            next.push(value + unary(i, d));
            back.push(e);
        }
        best = next;
        from.push(back);
    }
    let Some((mut d, &value)) = best.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) else {
        return (Vec::new(), 0.0);
    };
    let mut found = Vec::with_capacity(chain.len());
    for (i, row) in chain.iter().enumerate().rev() {
        let offset = (d as i32 - reach) as f32 + vertex(&seen[i], d);
        let y_px = at.y.px(row.y_mm).round() + offset;
        found.push(FoundRow { row: row.clone(), y_px });
        if i > 0 {
            d = from[i - 1][d];
        }
    }
    found.reverse();
    (found, value)
}

fn row_length(form: &Form, row: &Row) -> f32 {
    row.rules.iter().map(|&(f, r)| form.fields[f].rules[r]).map(|[x0, x1, _]| x1 - x0).sum()
}

/// Share of a row's rules with line evidence when displaced by `offset` pixels.
fn row_evidence(form: &Form, evidence: &Evidence, at: &Placement, row: &Row, offset: i32) -> f32 {
    let line = at.y.px(row.y_mm).round() as i32 + offset;
    let mut found = 0.0;
    for &(f, r) in &row.rules {
        let [x0, x1, _] = form.fields[f].rules[r];
        let (from, to) = (at.x.px(x0 + 0.15 * (x1 - x0)), at.x.px(x1 - 0.5));
        found += evidence.rows.coverage(line, from, to) * (x1 - x0);
    }
    found / row_length(form, row)
}
