//! Fingers: smooth areas of the colour of skin that come in from outside the writing and lie on it.

use super::view::{PX_PER_MM, View};
use crate::domain::gate::Grid;

/// Side of the cells that are looked at, px of the view: 2 mm.
const CELL: usize = 8;
/// Skin against the page's paper, channel by channel: so much more red than green it is, and not as much as a stamp.
const RED: std::ops::Range<f32> = 1.09..2.2;
/// And so bright against paper.
const LUMA: std::ops::Range<f32> = 0.08..0.97;
/// Strokes through a cell make its brightness vary by more than this (standard deviation, of the paper's level).
const ROUGH: f32 = 0.055;
/// Smaller areas are stains, mm².
const LEAST_MM2: f32 = 90.0;

struct Cells {
    cols: usize,
    rows: usize,
    skin: Vec<bool>,
}

/// Fills in `skin_mm2` of the tiles.
pub(super) fn find(view: &View, grid: &mut Grid, fields: &[[f32; 4]]) {
    let Some(hull) = hull(fields) else { return };
    let Some(paper) = paper_colour(view, grid) else { return };
    let mut cells = look(view, paper);
    let mm = CELL as f32 / PX_PER_MM;
    let middle = |i: usize, cols: usize| [((i % cols) as f32 + 0.5) * mm, ((i / cols) as f32 + 0.5) * mm];
    let inside = |[x, y]: [f32; 2], b: &[f32; 4]| x > b[0] && x < b[2] && y > b[1] && y < b[3];
    let cols = cells.cols;
    for area in cells.areas() {
        let comes_in = area.iter().any(|&i| !inside(middle(i, cols), &hull));
        if (area.len() as f32) * mm * mm < LEAST_MM2 || !comes_in {
            continue;
        }
        for at in area.into_iter().map(|i| middle(i, cols)) {
            if fields.iter().any(|f| inside(at, f)) {
                let (col, row) = ((at[0] / grid.tile_mm) as usize, (at[1] / grid.tile_mm) as usize);
                if let Some(tile) = grid.tiles.get_mut(row * grid.cols + col.min(grid.cols - 1)) {
                    tile.skin_mm2 += mm * mm;
                }
            }
        }
    }
}

/// Around all fields, mm.
fn hull(fields: &[[f32; 4]]) -> Option<[f32; 4]> {
    let join = |a: [f32; 4], b: &[f32; 4]| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
    let first = *fields.first()?;
    Some(fields.iter().fold(first, join))
}

/// Mean colour of bright pixels on wanted tiles.
fn paper_colour(view: &View, grid: &Grid) -> Option<[f32; 3]> {
    let side = (grid.tile_mm * PX_PER_MM) as usize;
    let (mut sum, mut count) = ([0.0_f32; 3], 0.0_f32);
    for (i, pixel) in view.rgb.iter().enumerate().step_by(7) {
        let at = (i / view.width / side) * grid.cols + (i % view.width / side).min(grid.cols - 1);
        let Some(tile) = grid.tiles.get(at) else { continue };
        if tile.wanted && view.inside[i] && view.luma[i] >= 0.95 * tile.level {
            (0..3).for_each(|c| sum[c] += f32::from(pixel[c]));
            count += 1.0;
        }
    }
    (count > 100.0).then(|| sum.map(|s| (s / count).max(1.0)))
}

fn look(view: &View, paper: [f32; 3]) -> Cells {
    let (cols, rows) = (view.width / CELL, view.height / CELL);
    let level = 0.30 * paper[0] + 0.59 * paper[1] + 0.11 * paper[2];
    let is_skin = |i: usize| {
        let (x0, y0) = (i % cols * CELL, i / cols * CELL);
        let (mut sum, mut square, mut luma) = ([0.0_f32; 3], 0.0_f32, 0.0_f32);
        for y in y0..y0 + CELL {
            for at in y * view.width + x0..y * view.width + x0 + CELL {
                if !view.inside[at] {
                    return false;
                }
                (0..3).for_each(|c| sum[c] += f32::from(view.rgb[at][c]));
                let bright = view.luma[at] / level;
                (luma, square) = (luma + bright, square + bright * bright);
            }
        }
        let n = (CELL * CELL) as f32;
        let [r, g, b] = [0, 1, 2].map(|c| sum[c] / n / paper[c]);
        let (luma, spread) = (luma / n, (square / n - (luma / n).powi(2)).max(0.0).sqrt());
        RED.contains(&(r / g.max(0.01))) && b < 1.02 * g && LUMA.contains(&luma) && spread < ROUGH
    };
    Cells { cols, rows, skin: (0..cols * rows).map(is_skin).collect() }
}

impl Cells {
    /// Cells that touch at their sides, area by area; all are taken.
    fn areas(&mut self) -> Vec<Vec<usize>> {
        let mut areas = Vec::new();
        for start in 0..self.skin.len() {
            if !std::mem::replace(&mut self.skin[start], false) {
                continue;
            }
            let (mut todo, mut members) = (vec![start], Vec::new());
            while let Some(i) = todo.pop() {
                members.push(i);
                let (c, r) = (i % self.cols, i / self.cols);
                let near = [
                    (c > 0).then(|| i - 1),
                    (c + 1 < self.cols).then(|| i + 1),
                    (r > 0).then(|| i - self.cols),
                    (r + 1 < self.rows).then(|| i + self.cols),
                ];
                for j in near.into_iter().flatten() {
                    if std::mem::replace(&mut self.skin[j], false) {
                        todo.push(j);
                    }
                }
            }
            areas.push(members);
        }
        areas
    }
}
