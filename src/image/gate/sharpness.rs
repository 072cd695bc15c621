//! How steep strokes' edges are: detail of a quarter of a millimetre against detail of a half, tile by tile, and
//! along four directions over the page as a whole (a shaken picture keeps its detail across the way it was shaken).
//!
//! Bands of differences of Gaussians, as in Burt and Adelson (1983), "The Laplacian pyramid as a compact image code";
//! the noise of the capture, taken from the quietest tiles, is left out of the finest band.

use super::each_tile;
use super::view::View;
use crate::domain::gate::Grid;

/// Widths of the bands, px of the view.
const FINE: f32 = 1.0;
const MIDDLE: f32 = 2.0;
const COARSE: f32 = 4.0;
/// The quietest tiles show nothing but noise.
const QUIET: f32 = 0.05;
/// Strokes stand where the coarse band has at least this, and this share of what full tiles have.
const LEAST_STRENGTH: f32 = 3.2;
const STRENGTH_SHARE: f32 = 0.45;

/// One way to walk over the view: right, down, or along a diagonal.
type Step = (isize, isize);
const DIRECTIONS: [Step; 4] = [(1, 0), (0, 1), (1, 1), (1, -1)];

/// Fills in the tiles' strength and sharpness; returns the least sharpness along a direction.
pub(super) fn measure(view: &View, even: &[f32], grid: &mut Grid) -> f32 {
    let size = (view.width, view.height);
    let [fine, middle, coarse] = [FINE, MIDDLE, COARSE].map(|sigma| {
        let across = blurred(even, size, (1, 0), sigma);
        blurred(&across, size, (0, 1), sigma)
    });
    let bands = [(even, fine.as_slice()), (&fine, &middle), (&middle, &coarse)];
    let [first, second, third] = bands.map(|(a, b)| energies(view, grid, a, b));
    let noise = quiet(&first, grid);
    let mut i = 0;
    each_tile(grid, |tile, _, _| {
        tile.strength = third[i].sqrt();
        tile.sharpness = ((first[i] - noise).max(0.0) / second[i].max(1e-3)).sqrt();
        i += 1;
    });
    let strong: Vec<bool> = strong(grid);
    let along = DIRECTIONS.map(|step| {
        let narrow = blurred(even, size, step, FINE);
        let wide = blurred(even, size, step, 2.5);
        let (first, second) = (energies(view, grid, even, &narrow), energies(view, grid, &narrow, &wide));
        let noise = quiet(&first, grid);
        let sum = |of: &[f32], less: f32| -> f32 {
            of.iter().zip(&strong).filter(|(_, s)| **s).map(|(e, _)| (e - less).max(0.0)).sum()
        };
        let (detail, rest) = (sum(&first, noise), sum(&second, 0.0));
        if rest > 0.0 { (detail / rest).sqrt() } else { 1.0 }
    });
    along.into_iter().fold(f32::MAX, f32::min)
}

/// Median sharpness where there are strokes; 1 where there are none, since nothing tells.
pub(super) fn median(grid: &Grid) -> f32 {
    let strong = strong(grid);
    let mut values: Vec<f32> =
        grid.tiles.iter().zip(&strong).filter(|(_, s)| **s).map(|(t, _)| t.sharpness).collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(1.0)
}

fn strong(grid: &Grid) -> Vec<bool> {
    let mut strengths: Vec<f32> = grid.tiles.iter().filter(|t| t.wanted).map(|t| t.strength).collect();
    strengths.sort_by(f32::total_cmp);
    let full = strengths.get(strengths.len() * 17 / 20).copied().unwrap_or(0.0);
    let least = (STRENGTH_SHARE * full).max(LEAST_STRENGTH);
    grid.tiles.iter().map(|t| t.wanted && t.inside > 0.95 && t.strength >= least).collect()
}

fn quiet(energies: &[f32], grid: &Grid) -> f32 {
    let mut values: Vec<f32> =
        energies.iter().zip(&grid.tiles).filter(|(_, t)| t.inside > 0.95).map(|(e, _)| *e).collect();
    values.sort_by(f32::total_cmp);
    values.get((values.len() as f32 * QUIET) as usize).copied().unwrap_or(0.0)
}

/// Mean of the squared differences on every tile.
fn energies(view: &View, grid: &mut Grid, a: &[f32], b: &[f32]) -> Vec<f32> {
    let side = (grid.tile_mm * super::view::PX_PER_MM) as usize;
    let mut out = Vec::with_capacity(grid.tiles.len());
    each_tile(grid, |_, x0, y0| {
        let (x1, y1) = ((x0 + side).min(view.width), (y0 + side).min(view.height));
        let row = |y: usize| -> f32 {
            let span = y * view.width + x0..y * view.width + x1;
            a[span.clone()].iter().zip(&b[span]).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let sum: f32 = (y0..y1).map(row).sum();
        out.push(sum / ((x1 - x0) * (y1 - y0)).max(1) as f32);
    });
    out
}

/// Means along one direction with Gaussian weights; at the rim the last pixel goes on.
fn blurred(picture: &[f32], (width, height): (usize, usize), (dx, dy): Step, sigma: f32) -> Vec<f32> {
    let sigma = if dx != 0 && dy != 0 { sigma / std::f32::consts::SQRT_2 } else { sigma };
    let reach = (3.0 * sigma).ceil() as isize;
    let weights: Vec<f32> =
        (-reach..=reach).map(|i| (-((i * i) as f32) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = weights.iter().sum();
    let mut out = vec![0.0_f32; picture.len()];
    for (offset, weight) in (-reach..=reach).zip(weights) {
        let weight = weight / sum;
        for y in 0..height {
            let from = (y as isize + dy * offset).clamp(0, height as isize - 1) as usize * width;
            let row = &picture[from..from + width];
            let shift = dx * offset;
            let to = &mut out[y * width..(y + 1) * width];
            add_shifted(to, row, shift, weight);
        }
    }
    out
}

/// `to[x] += weight · row[x + shift]`, the ends of the row going on beyond it.
fn add_shifted(to: &mut [f32], row: &[f32], shift: isize, weight: f32) {
    let width = row.len();
    let far = shift.unsigned_abs().min(width);
    let (first, last) = (row[0], row[width - 1]);
    if shift >= 0 {
        to[..width - far].iter_mut().zip(&row[far..]).for_each(|(t, v)| *t += weight * v);
        to[width - far..].iter_mut().for_each(|t| *t += weight * last);
    } else {
        to[far..].iter_mut().zip(&row[..width - far]).for_each(|(t, v)| *t += weight * v);
        to[..far].iter_mut().for_each(|t| *t += weight * first);
    }
}
