//! Where the form lies on an upright page: scale and shift of both axes, by consensus of all printed lines.
//!
//! Every combination of scale and shift is scored by how much line evidence lies where the form wants its frame
//! lines and rules, so that neither a missing nor a spurious line decides alone. The search is exhaustive: with
//! running sums one hypothesis costs a few dozen look-ups.

use super::geometry::Axis;
use super::response::LineMap;
use crate::domain::form::Form;

/// Scale and shift of the form on an upright page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// Evidence found; comparable between placements of one page only.
    pub(super) score: f32,
}

/// What was found of the frame.
#[derive(Debug, Clone)]
pub(super) struct FoundFrame {
    /// Share of its lines.
    pub(super) share: f32,
    /// Horizontal lines: height on the form in mm, and how much lower than placed they stand, px.
    pub(super) anchors: Vec<(f32, f32)>,
}

impl FoundFrame {
    /// How much lower than placed the frame stands near a height of the form, px; 0 far from all its lines.
    pub(super) fn offset_near(&self, y_mm: f32) -> f32 {
        let near = self.anchors.iter().filter(|a| (a.0 - y_mm).abs() < 20.0);
        near.min_by(|a, b| (a.0 - y_mm).abs().total_cmp(&(b.0 - y_mm).abs())).map_or(0.0, |a| a.1)
    }
}

/// Line evidence of an upright page.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    /// Along rows: horizontal frame lines and rules.
    pub(super) rows: LineMap,
    /// Along columns: vertical frame lines; `len` is the page's height.
    pub(super) columns: LineMap,
    /// Pixels per millimetre that the page's size suggests.
    pub(super) px_per_mm: f32,
}

/// A line of the form along one axis: where it stands on the other axis, and from where to where it runs.
#[derive(Debug, Clone, Copy)]
struct Line {
    at: f32,
    from: f32,
    to: f32,
}

/// Largest departure of scale from what the page's size suggests: print ±2 %, cropping and scanner bed.
const SCALE_SLACK: f32 = 0.06;
const SCALE_STEP: f32 = 0.0025;
/// Largest shift of the print from the middle of the picture, mm.
const SHIFT_SLACK_MM: f32 = 16.0;
/// How many placements are handed on to the row search.
const KEPT: usize = 4;

impl Evidence {
    /// The most likely placements, best first.
    pub(super) fn placements(&self, form: &Form) -> Vec<Placement> {
        let mut found: Vec<Placement> =
            self.search_x(form).into_iter().flat_map(|(x, score)| self.search_y(form, x, score)).collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(KEPT);
        found
    }

    fn middle_axis(&self, length_px: usize, page_mm: f32, scale: f32, shift_mm: f32) -> Axis {
        let scale = self.px_per_mm * scale;
        Axis { scale, shift: (length_px as f32 - page_mm * scale) / 2.0 + shift_mm * self.px_per_mm }
    }

    fn search_x(&self, form: &Form) -> Vec<(Axis, f32)> {
        let lines = frame_lines(form, true);
        let width = self.rows.len;
        let across = self.middle_axis(self.columns.len, form.page_mm[1], 1.0, 0.0);
        let score = |scale: f32, shift: f32| {
            let axis = self.middle_axis(width, form.page_mm[0], scale, shift);
            let found: f32 = lines
                .iter()
                .map(|l| self.columns.coverage_near(axis.px(l.at), 1, across.px(l.from), across.px(l.to)))
                .map(|coverage| coverage.min(0.8))
                .sum();
            (axis, found - departure(scale, shift))
        };
        best_apart(self.px_per_mm, score)
    }

    fn search_y(&self, form: &Form, x: Axis, x_score: f32) -> Vec<Placement> {
        let lines = frame_lines(form, false);
        let mut rules: Vec<Line> = Vec::new();
        for &[x0, x1, y] in form.fields.iter().flat_map(|f| &f.rules) {
            // The left end depends on the printed label.
            rules.push(Line { at: y, from: x0 + 0.2 * (x1 - x0), to: x1 });
        }
        let slack = (0.8 * self.px_per_mm) as i32;
        let found = |line: &Line, axis: &Axis, slack: i32| {
            self.rows.coverage_near(axis.px(line.at), slack, x.px(line.from), x.px(line.to))
        };
        let score = |scale: f32, shift: f32| {
            let axis = self.middle_axis(self.columns.len, form.page_mm[1], scale, shift);
            let frame: f32 = lines.iter().map(|l| found(l, &axis, 2).min(0.8)).sum();
            let ruled: f32 = rules.iter().map(|l| found(l, &axis, slack) * (l.to - l.from) / 120.0).sum();
            let unlike_x = (axis.scale / x.scale - 1.0) / 0.03;
            (axis, frame + ruled - departure(scale, shift) - 0.2 * unlike_x * unlike_x)
        };
        let best = best_apart(self.px_per_mm, score);
        best.into_iter().map(|(y, score)| Placement { x, y, score: score + x_score }).collect()
    }

    /// Takes the frame lines out of the row evidence, lest they pass for rules; returns where they were found.
    pub(super) fn erase_frame(&mut self, form: &Form, at: &Placement) -> FoundFrame {
        let found = self.frame_found(form, at);
        let mut anchors = Vec::new();
        for (i, frame) in form.frame.iter().enumerate().filter(|(_, f)| !is_vertical(f.line)) {
            let [x0, y0, x1, _] = frame.line;
            let seen = found.iter().find(|f| f.0 == i).map(|f| f.1);
            if let Some(line) = seen {
                anchors.push((y0, line - at.y.px(y0)));
            }
            // Wide enough for double lines. A line too broken to be found is taken out where it should be.
            let slack_mm = if seen.is_some() { 1.4 } else { 0.7 };
            let slack = (slack_mm * self.px_per_mm).ceil() as i32;
            self.rows.erase(seen.unwrap_or(at.y.px(y0)), slack, at.x.px(x0 - 3.0), at.x.px(x1 + 3.0));
        }
        self.rows.resum();
        FoundFrame { share: found.len() as f32 / form.frame.len().max(1) as f32, anchors }
    }

    /// Each printed frame line as found near its place: `(index in form.frame, position px, coverage)`.
    fn frame_found(&self, form: &Form, at: &Placement) -> Vec<(usize, f32, f32)> {
        let reach = (5.0 * self.px_per_mm) as i32;
        // Displaced rows can draw the placement away from the frame; what is further off must be nearly whole.
        let off_mm = |line: i32, wanted: i32| (line - wanted).abs() as f32 / self.px_per_mm;
        let found = form.frame.iter().enumerate().map(|(i, frame)| {
            let [x0, y0, x1, y1] = frame.line;
            let (map, wanted, from, to) = if is_vertical(frame.line) {
                (&self.columns, at.x.px(x0), at.y.px(y0), at.y.px(y1))
            } else {
                (&self.rows, at.y.px(y0), at.x.px(x0), at.x.px(x1))
            };
            let wanted_line = wanted.round() as i32;
            let best = (wanted_line - reach..=wanted_line + reach)
                .map(|line| (line, map.solid(line, from, to)))
                .filter(|&(line, coverage)| {
                    coverage > if off_mm(line, wanted_line) > 2.5 { 0.8 } else { 0.3 }
                })
                .max_by(|a, b| {
                    let value = |c: &(i32, f32)| c.1 - 0.04 * off_mm(c.0, wanted_line);
                    value(a).total_cmp(&value(b))
                });
            best.map(|(line, coverage)| (i, line as f32, coverage))
        });
        found.flatten().collect()
    }
}

/// How unusual a scale and shift are: small against the evidence of one line.
fn departure(scale: f32, shift_mm: f32) -> f32 {
    let (s, t) = ((scale - 1.0) / 0.03, shift_mm / 10.0);
    0.05 * (s * s + t * t)
}

pub(super) fn is_vertical([x0, y0, x1, y1]: [f32; 4]) -> bool {
    (x1 - x0).abs() < (y1 - y0).abs()
}

fn frame_lines(form: &Form, vertical: bool) -> Vec<Line> {
    let wanted = form.frame.iter().map(|f| f.line).filter(|&l| is_vertical(l) == vertical);
    wanted
        .map(|[x0, y0, x1, y1]| {
            let (at, from, to) = if vertical { (x0, y0, y1) } else { (y0, x0, x1) };
            Line { at, from, to }
        })
        .collect()
}

/// The best of all scales and shifts, and the next best that are truly different from it.
fn best_apart(px_per_mm: f32, score: impl Fn(f32, f32) -> (Axis, f32)) -> Vec<(Axis, f32)> {
    let scales = (SCALE_SLACK / SCALE_STEP) as i32;
    let step_mm = 1.0 / px_per_mm;
    let shifts = (SHIFT_SLACK_MM / step_mm) as i32;
    let mut all = Vec::with_capacity(((2 * scales + 1) * (2 * shifts + 1)) as usize);
    for s in -scales..=scales {
        for t in -shifts..=shifts {
            let (scale, shift) = (1.0 + s as f32 * SCALE_STEP, t as f32 * step_mm);
            let (axis, value) = score(scale, shift);
            all.push((scale, shift, axis, value));
        }
    }
    all.sort_unstable_by(|a, b| b.3.total_cmp(&a.3));
    let mut kept: Vec<(f32, f32, Axis, f32)> = Vec::new();
    for candidate in all {
        let apart =
            |k: &(f32, f32, Axis, f32)| (k.0 - candidate.0).abs() > 0.015 || (k.1 - candidate.1).abs() > 2.5;
        if kept.iter().all(apart) {
            kept.push(candidate);
        }
        if kept.len() == KEPT {
            break;
        }
    }
    kept.into_iter().map(|(_, _, axis, value)| (axis, value)).collect()
}
