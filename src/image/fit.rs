//! Where the form lies on a flat but unscaled page, either way up: a wide search over thin strokes as points.

use super::align::is_vertical;
use super::geometry::Point;
use super::strokes::Marks;
use crate::domain::form::Form;

/// The form on a flat page: `p = scale · mm + shift`, the other way up where `flipped`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    /// Pixels per millimetre.
    pub(super) scale: f32,
    pub(super) shift: Point,
    /// The page is upside down.
    pub(super) flipped: bool,
    /// Comparable between fits of one page.
    pub(super) score: f32,
}

impl Fit {
    /// A place on the form, mm, to the flat page.
    pub(super) fn px(&self, mm: Point, page_mm: [f32; 2]) -> Point {
        let at = |k: usize| if self.flipped { page_mm[k] - mm[k] } else { mm[k] };
        [self.scale * at(0) + self.shift[0], self.scale * at(1) + self.shift[1]]
    }
}

/// Scales that are tried against the one suggested, and their step.
const SCALES: std::ops::RangeInclusive<i32> = -70..=60;
const SCALE_STEP: f32 = 0.005;
/// Shifts that are tried, mm.
const SHIFT_MM: i32 = 70;
/// Cells of the map of the form's lines per millimetre.
const CELLS: f32 = 2.0;
/// How many heights are tried with every shift across, for each way up.
const KEPT: usize = 8;

/// The form's lines as a picture: what a stroke is worth in each cell, less what it is worth on average.
struct Chart {
    cols: usize,
    rows: usize,
    cells: Vec<f32>,
}

impl Chart {
    fn new(page_mm: [f32; 2], lines: impl Iterator<Item = ([f32; 4], f32)>) -> Self {
        let (cols, rows) = ((page_mm[0] * CELLS) as usize, (page_mm[1] * CELLS) as usize);
        let mut chart = Self { cols, rows, cells: vec![0.0; cols * rows] };
        for ([x0, y0, x1, y1], worth) in lines {
            // A millimetre to both sides of the line, less towards the rim.
            for (reach, share) in [(1.0, 0.5), (0.5, 1.0)] {
                let [dx, dy] = if (x1 - x0).abs() < (y1 - y0).abs() { [reach, 0.0] } else { [0.0, reach] };
                chart.fill([x0 - dx, y0 - dy, x1 + dx, y1 + dy], worth * share);
            }
        }
        let mean = chart.cells.iter().sum::<f32>() / chart.cells.len().max(1) as f32;
        chart.cells.iter_mut().for_each(|c| *c -= mean);
        chart
    }

    fn fill(&mut self, [x0, y0, x1, y1]: [f32; 4], worth: f32) {
        let cell = |mm: f32, len: usize| ((mm * CELLS).round().max(0.0) as usize).min(len);
        for row in cell(y0, self.rows)..cell(y1, self.rows) {
            for c in &mut self.cells[row * self.cols..][cell(x0, self.cols)..cell(x1, self.cols)] {
                *c = c.max(worth);
            }
        }
    }

    fn at(&self, [x, y]: Point) -> f32 {
        let (col, row) = ((x * CELLS) as usize, (y * CELLS) as usize);
        let inside = x >= 0.0 && y >= 0.0 && col < self.cols && row < self.rows;
        if inside { self.cells[row * self.cols + col] } else { 0.0 }
    }
}

/// What the search holds against the page.
struct Search<'a> {
    form: &'a Form,
    /// `px_per_mm` that the picture's size suggests.
    suggested: f32,
    rows: &'a Marks,
    columns: &'a Marks,
    row_chart: Chart,
    column_chart: Chart,
}

/// The most likely fits, best first, at most one for each way up. `rows` and `columns` are thin strokes along both
/// directions on the flat page.
pub(super) fn fits(form: &Form, rows: &Marks, columns: &Marks, suggested: f32) -> Vec<Fit> {
    let rules = form.fields.iter().flat_map(|f| &f.rules).map(|&[x0, x1, y]| ([x0, y, x1, y], 0.7));
    let frame = |upright: bool| {
        let wanted = form.frame.iter().filter(move |f| is_vertical(f.line) == upright);
        wanted.map(|f| (f.line, 1.0))
    };
    let search = Search {
        form,
        suggested,
        rows,
        columns,
        row_chart: Chart::new(form.page_mm, rules.chain(frame(false))),
        column_chart: Chart::new(form.page_mm, frame(true)),
    };
    let mut found: Vec<Fit> = [false, true].into_iter().filter_map(|flipped| search.best(flipped)).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

impl Search<'_> {
    fn best(&self, flipped: bool) -> Option<Fit> {
        let across = (-SHIFT_MM..=SHIFT_MM).map(|t| t as f32);
        let start = self.heights(flipped).into_iter().flat_map(|fit| {
            let middle = -self.form.page_mm[0] / 2.0 * fit.scale;
            across.clone().map(move |t| Fit { shift: [middle + t * fit.scale, fit.shift[1]], ..fit })
        });
        let scored = start.map(|fit| Fit { score: self.score(&fit, 9), ..fit });
        let best = scored.max_by(|a, b| a.score.total_cmp(&b.score))?;
        Some(self.refined(best))
    }

    /// Scales and heights at which the form's rows meet the page's, whatever lies left and right.
    fn heights(&self, flipped: bool) -> Vec<Fit> {
        let reach = (230.0 * self.suggested).max(8.0) as usize;
        let mut profile = vec![0.0_f32; 2 * reach];
        for &([_, y], weight) in self.rows.iter() {
            let at = (y + reach as f32).max(0.0) as usize;
            for i in at.saturating_sub(2)..=at + 2 {
                if let Some(bin) = profile.get_mut(i) {
                    *bin += weight;
                }
            }
        }
        let mut sorted = profile.clone();
        sorted.sort_by(f32::total_cmp);
        let strong = sorted[sorted.len() * 19 / 20].max(1e-3);
        profile.iter_mut().for_each(|b| *b = (*b / strong).min(1.5));
        let mean = profile.iter().sum::<f32>() / profile.len() as f32;
        profile.iter_mut().for_each(|b| *b -= mean);
        let lines = self.row_lines();
        let mut all: Vec<Fit> = Vec::new();
        for s in SCALES {
            let scale = self.suggested * (1.0 + s as f32 * SCALE_STEP);
            for t in -SHIFT_MM * 2..=SHIFT_MM * 2 {
                let down = (-self.form.page_mm[1] / 2.0 + t as f32 * 0.5) * scale;
                let fit = Fit { scale, shift: [0.0, down], flipped, score: 0.0 };
                let met = lines.iter().map(|&(mm, worth)| {
                    let at = fit.px([0.0, mm], self.form.page_mm)[1] + reach as f32;
                    worth * profile.get(at.max(0.0) as usize).copied().unwrap_or(-mean)
                });
                all.push(Fit { score: met.sum(), ..fit });
            }
        }
        self.apart(all)
    }

    fn row_lines(&self) -> Vec<(f32, f32)> {
        let rules = self.form.fields.iter().flat_map(|f| &f.rules).map(|&[x0, x1, y]| (y, 0.7 * (x1 - x0)));
        let frame = self.form.frame.iter().map(|f| f.line).filter(|&l| !is_vertical(l));
        rules.chain(frame.map(|[x0, y, x1, _]| (y, x1 - x0))).collect()
    }

    /// The best that differ truly.
    fn apart(&self, mut all: Vec<Fit>) -> Vec<Fit> {
        all.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
        let mut kept: Vec<Fit> = Vec::new();
        for fit in all {
            let middle = |f: &Fit| f.shift[1] + f.scale * self.form.page_mm[1] / 2.0;
            let apart = |k: &Fit| {
                (k.scale / fit.scale - 1.0).abs() > 0.012
                    || (middle(k) - middle(&fit)).abs() > 2.5 * self.suggested
            };
            if kept.iter().all(apart) {
                kept.push(fit);
            }
            if kept.len() == KEPT {
                break;
            }
        }
        kept
    }

    /// How much better strokes lie on the form's lines than strokes anywhere would. One in `stride` is looked at.
    fn score(&self, fit: &Fit, stride: usize) -> f32 {
        let page = self.form.page_mm;
        let on = |marks: &Marks, chart: &Chart| -> f32 {
            let met = marks.iter().step_by(stride).map(|&([x, y], weight)| {
                let at = [(x - fit.shift[0]) / fit.scale, (y - fit.shift[1]) / fit.scale];
                let mm = if fit.flipped { [page[0] - at[0], page[1] - at[1]] } else { at };
                weight * chart.at(mm)
            });
            met.sum::<f32>() / marks.len().max(1) as f32
        };
        on(self.rows, &self.row_chart) + on(self.columns, &self.column_chart)
    }

    /// Small changes of scale and shift, as long as they help.
    fn refined(&self, mut best: Fit) -> Fit {
        best.score = self.score(&best, 2);
        for step_mm in [2.0, 1.0, 0.5] {
            for _ in 0..12 {
                let step = step_mm * best.scale;
                let grow = step_mm / 150.0;
                let page = self.form.page_mm.map(|mm| mm / 2.0);
                let scaled = |by: f32| {
                    let scale = best.scale * (1.0 + by);
                    let shift = [0, 1].map(|k| best.shift[k] - (scale - best.scale) * page[k]);
                    Fit { scale, shift, ..best }
                };
                let moved =
                    |dx: f32, dy: f32| Fit { shift: [best.shift[0] + dx, best.shift[1] + dy], ..best };
                let tried = [
                    moved(step, 0.0),
                    moved(-step, 0.0),
                    moved(0.0, step),
                    moved(0.0, -step),
                    scaled(grow),
                    scaled(-grow),
                ];
                let scored = tried.into_iter().map(|fit| Fit { score: self.score(&fit, 2), ..fit });
                match scored.max_by(|a, b| a.score.total_cmp(&b.score)) {
                    Some(better) if better.score > best.score => best = better,
                    _ => break,
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::super::response::thin_rows;
    use super::super::testpage::{Print, draw, form};
    use super::*;
    use image::{DynamicImage, imageops};

    /// Strokes along both directions of a drawn page, from its middle; turned by half where `flipped`.
    fn marks(flipped: bool) -> (Marks, Marks, f32) {
        let print = Print { px_per_mm: 4.0, shift_mm: [2.0, -1.5], ..Print::default() };
        let (page, _) = draw(&form(), &print);
        let mut ink = DynamicImage::ImageRgb8(page).into_luma8();
        imageops::invert(&mut ink);
        let ink = if flipped { imageops::rotate180(&ink) } else { ink };
        let (w, h) = (ink.width() as f32 / 2.0, ink.height() as f32 / 2.0);
        let rows = Marks::of(&thin_rows(&ink, 2), ink.width(), 20_000).map(|[x, y]| [x - w, y - h]);
        let mirrored = imageops::flip_horizontal(&imageops::rotate90(&ink));
        let columns =
            Marks::of(&thin_rows(&mirrored, 2), mirrored.width(), 20_000).map(|[y, x]| [x - w, y - h]);
        (rows, columns, 4.0)
    }

    #[test]
    fn the_form_is_found_either_way_up_though_the_scale_is_only_guessed() {
        let form = form();
        for flipped in [false, true] {
            let (rows, columns, scale) = marks(flipped);
            let best = fits(&form, &rows, &columns, scale * 1.15)[0];
            assert_eq!(best.flipped, flipped);
            assert!((best.scale / scale - 1.0).abs() < 0.015, "{best:?}");
            let sign = if flipped { -1.0 } else { 1.0 };
            for mm in [[15.0, 36.0], [198.0, 282.0]] {
                let found = best.px(mm, form.page_mm);
                let wanted = [mm[0] + 2.0 - 105.0, mm[1] - 1.5 - 148.5].map(|v| v * scale * sign);
                let off = (found[0] - wanted[0]).hypot(found[1] - wanted[1]) / scale;
                assert!(off < 2.5, "{off} mm at {mm:?}");
            }
        }
    }

    #[test]
    fn a_page_without_strokes_has_some_fit_and_no_panic() {
        let none = Marks::of(&[0; 100], 10, 50);
        for fit in fits(&form(), &none, &none, 4.0) {
            assert!(fit.scale > 0.0 && fit.score.abs() < 1e-6);
        }
    }
}
