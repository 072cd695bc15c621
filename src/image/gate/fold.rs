//! Folded corners: a right angle of paper, the tip pointing into the page, whose crease lies midway between the tip
//! and where the page's corner would be. Its two edges step in brightness against the page below, all along.

use super::view::View;
use crate::domain::gate::{FoldSign, Grid};

/// Side of the cells in which the brightest pixel counts, px of the view: print and writing are thinner.
const CELL: usize = 4;
/// Where tips are sought, mm from the page's corner.
const TIP_MM: std::ops::RangeInclusive<i32> = 16..=110;
const TIP_STEP_MM: usize = 2;
/// How far from where the form has it the page's corner may lie, mm.
const CORNER_MM: [f32; 5] = [-8.0, -4.0, 0.0, 4.0, 8.0];
/// Looked at so far inside and outside of an edge, mm, and every so many mm along it.
const ASIDE_MM: f32 = 1.6;
const ALONG_MM: f32 = 2.5;
/// Shorter edges tell nothing, in samples.
const LEAST_SAMPLES: usize = 8;
/// A step that is this plain is sure: mean over its standard error, and share of the paper's brightness.
const SURE_STEP: f32 = 7.0;
const LEAST_STEP: f32 = 0.02;
/// Inside the flap there is less than this share of the strokes that full tiles have.
const BARE: f32 = 0.45;

/// Brightness of paper, one value a millimetre.
struct Bright {
    width: usize,
    height: usize,
    level: Vec<f32>,
}

/// The plainest fold of any corner.
pub(super) fn find(view: &View, grid: &Grid) -> Option<FoldSign> {
    let bright = Bright::of(view);
    let signs = (0..4).filter_map(|corner| best_at(&bright, grid, corner));
    signs.max_by(|a, b| a.strength.total_cmp(&b.strength))
}

impl Bright {
    fn of(view: &View) -> Self {
        let (width, height) = (view.width / CELL, view.height / CELL);
        let mut level = Vec::with_capacity(width * height);
        for i in 0..width * height {
            let (x0, y0) = (i % width * CELL, i / width * CELL);
            let mut best = f32::NAN;
            for y in y0..y0 + CELL {
                for at in y * view.width + x0..y * view.width + x0 + CELL {
                    if view.inside[at] {
                        best = best.max(view.luma[at]);
                    }
                }
            }
            level.push(best);
        }
        Self { width, height, level }
    }

    /// The value at a place in mm; none outside of page or picture.
    fn at(&self, [x, y]: [f32; 2]) -> Option<f32> {
        let is_in = x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height;
        is_in.then(|| self.level[y as usize * self.width + x as usize]).filter(|v| v.is_finite())
    }
}

/// A corner as if it were the top left one: x and y run into the page.
#[derive(Clone, Copy)]
struct Frame {
    size: [f32; 2],
    right: bool,
    low: bool,
}

impl Frame {
    fn page(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [if self.right { self.size[0] - x } else { x }, if self.low { self.size[1] - y } else { y }]
    }
}

fn best_at(bright: &Bright, grid: &Grid, corner: usize) -> Option<FoldSign> {
    let size = [bright.width as f32, bright.height as f32];
    let frame = Frame { size, right: corner % 2 == 1, low: corner >= 2 };
    let mut best: Option<(f32, [f32; 2], [f32; 2])> = None;
    for x in TIP_MM.step_by(TIP_STEP_MM) {
        for y in TIP_MM.step_by(TIP_STEP_MM) {
            let tip = [x as f32, y as f32];
            for ox in CORNER_MM {
                for oy in CORNER_MM {
                    let value = strength(bright, &frame, tip, [ox, oy]);
                    if value > best.map_or(0.0, |b| b.0) {
                        best = Some((value, tip, [ox, oy]));
                    }
                }
            }
        }
    }
    let (value, tip, origin) = best?;
    let (a, b) = legs(tip, origin)?;
    let flap = [tip, [origin[0] + a, origin[1]], [origin[0], origin[1] + b]];
    let bare = is_bare(grid, &frame, flap);
    let corners = [frame.page([0.0, 0.0]), frame.page(flap[0]), frame.page(flap[1]), frame.page(flap[2])];
    let fold = |k: usize, pick: fn(f32, f32) -> f32| corners.iter().map(|p| p[k]).reduce(pick).unwrap_or(0.0);
    let around_mm = [fold(0, f32::min), fold(1, f32::min), fold(0, f32::max), fold(1, f32::max)];
    Some(FoldSign { strength: if bare { value / SURE_STEP } else { 0.0 }, around_mm })
}

/// How long the page's edges are that the flap has taken along, mm: the crease stands upright on the middle of the
/// way from corner to tip.
fn legs(tip: [f32; 2], origin: [f32; 2]) -> Option<(f32, f32)> {
    let [x, y] = [tip[0] - origin[0], tip[1] - origin[1]];
    let square = x * x + y * y;
    let (a, b) = (square / (2.0 * x), square / (2.0 * y));
    (x > 4.0 && y > 4.0 && (20.0..150.0).contains(&a) && (20.0..150.0).contains(&b)).then_some((a, b))
}

/// The weaker of the two edges' steps: mean over standard error; 0 where they do not step alike.
fn strength(bright: &Bright, frame: &Frame, tip: [f32; 2], origin: [f32; 2]) -> f32 {
    let Some((a, b)) = legs(tip, origin) else { return 0.0 };
    let (p, q) = ([origin[0] + a, origin[1]], [origin[0], origin[1] + b]);
    let first = step(bright, frame, (tip, p), q);
    if first.abs() < 1.0 {
        return 0.0;
    }
    let second = step(bright, frame, (tip, q), p);
    if first.signum() == second.signum() { first.abs().min(second.abs()) } else { 0.0 }
}

/// How plainly brightness steps along the edge from tip to end; `within` lies on the flap's side.
fn step(bright: &Bright, frame: &Frame, (tip, end): ([f32; 2], [f32; 2]), within: [f32; 2]) -> f32 {
    let (dx, dy) = (end[0] - tip[0], end[1] - tip[1]);
    let length = dx.hypot(dy).max(1.0);
    let (ux, uy) = (dx / length, dy / length);
    let side = ((within[0] - tip[0]) * -uy + (within[1] - tip[1]) * ux).signum() * ASIDE_MM;
    let (nx, ny) = (-uy * side, ux * side);
    let (mut sum, mut square, mut count) = (0.0_f32, 0.0_f32, 0_usize);
    let mut along = 2.0;
    while along < length - 3.0 {
        let [x, y] = [tip[0] + ux * along, tip[1] + uy * along];
        let inner = bright.at(frame.page([x + nx, y + ny]));
        let outer = bright.at(frame.page([x - nx, y - ny]));
        if let (Some(inner), Some(outer)) = (inner, outer) {
            let step = (inner - outer) / inner.max(outer).max(1.0);
            (sum, square, count) = (sum + step, square + step * step, count + 1);
        }
        along += ALONG_MM;
    }
    if count < LEAST_SAMPLES {
        return 0.0;
    }
    let n = count as f32;
    let mean = sum / n;
    if mean.abs() < LEAST_STEP {
        return 0.0;
    }
    let deviation = (square / n - mean * mean).max(0.0).sqrt() + 0.01;
    mean / (deviation / n.sqrt())
}

/// Whether hardly any strokes stand on the tiles whose middle lies in the flap.
fn is_bare(grid: &Grid, frame: &Frame, flap: [[f32; 2]; 3]) -> bool {
    let strengths: Vec<f32> = grid.tiles.iter().filter(|t| t.wanted).map(|t| t.strength).collect();
    let mut sorted = strengths;
    sorted.sort_by(f32::total_cmp);
    let full = sorted.get(sorted.len() * 17 / 20).copied().unwrap_or(0.0);
    let corners = flap.map(|p| frame.page(p));
    let (mut strokes, mut count) = (0.0, 0);
    for (i, tile) in grid.tiles.iter().enumerate() {
        let middle =
            [((i % grid.cols) as f32 + 0.5) * grid.tile_mm, ((i / grid.cols) as f32 + 0.5) * grid.tile_mm];
        if within(middle, corners) {
            (strokes, count) = (strokes + tile.strength, count + 1);
        }
    }
    count > 0 && strokes / count as f32 <= BARE * full
}

fn within([x, y]: [f32; 2], [a, b, c]: [[f32; 2]; 3]) -> bool {
    let side = |p: [f32; 2], q: [f32; 2]| (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]);
    let sides = [side(a, b), side(b, c), side(c, a)];
    sides.iter().all(|s| *s >= 0.0) || sides.iter().all(|s| *s <= 0.0)
}
