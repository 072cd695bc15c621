//! Light and ink, tile by tile.

use super::view::{PX_PER_MM, View};
use crate::domain::gate::{Grid, Tile};

/// Side of a tile, mm.
const TILE_MM: f32 = 8.0;
/// Every channel from here on is full white.
const WHITE: u8 = 252;
/// Ink leaves less than this share of the paper's brightness.
const INK: f32 = 0.8;

/// Tiles over the whole view, with what light did to them.
pub(super) fn lay(view: &View) -> Grid {
    let side = (TILE_MM * PX_PER_MM) as usize;
    let (cols, rows) = ((view.width / side).max(1), (view.height / side).max(1));
    let tile = |i: usize| look(view, (i % cols * side, i / cols * side), side);
    Grid { cols, tile_mm: TILE_MM, tiles: (0..cols * rows).map(tile).collect() }
}

fn look(view: &View, (x0, y0): (usize, usize), side: usize) -> Tile {
    let mut counts = [0_usize; 256];
    let (mut seen, mut white, mut all) = (0_usize, 0_usize, 0_usize);
    for y in y0..(y0 + side).min(view.height) {
        for i in y * view.width + x0..y * view.width + (x0 + side).min(view.width) {
            all += 1;
            if view.inside[i] {
                seen += 1;
                counts[view.luma[i] as usize] += 1;
                white += usize::from(view.rgb[i].iter().all(|&v| v >= WHITE));
            }
        }
    }
    let level = brightness(&counts, seen);
    let dark: usize = counts[..((level * INK) as usize).min(255)].iter().sum();
    let share = |n: usize, of: usize| n as f32 / of.max(1) as f32;
    Tile {
        inside: share(seen, all),
        level,
        white: share(white, seen),
        ink: share(dark, seen),
        ..Tile::default()
    }
}

/// The brightness that four pixels in five stay below.
fn brightness(counts: &[usize; 256], total: usize) -> f32 {
    let mut seen = 0;
    let at = counts.iter().position(|&n| {
        seen += n;
        seen * 5 > total * 4
    });
    at.unwrap_or(0) as f32
}

/// Marks the tiles on which something is to be read; all where no fields are known.
pub(super) fn mark_wanted(grid: &mut Grid, fields: &[[f32; 4]]) {
    let side = grid.tile_mm;
    let cols = grid.cols;
    for (i, tile) in grid.tiles.iter_mut().enumerate() {
        let (x, y) = ((i % cols) as f32 * side, (i / cols) as f32 * side);
        let meets = |f: &[f32; 4]| f[0] < x + side && f[2] > x && f[1] < y + side && f[3] > y;
        tile.wanted = fields.is_empty() || fields.iter().any(meets);
    }
}

/// Median brightness of paper on tiles that are wanted.
pub(super) fn paper_level(grid: &Grid) -> f32 {
    let mut levels: Vec<f32> =
        grid.tiles.iter().filter(|t| t.wanted && t.inside > 0.5).map(|t| t.level).collect();
    levels.sort_by(f32::total_cmp);
    levels.get(levels.len() / 2).copied().unwrap_or(0.0)
}

/// Share of the wanted tiles at full white.
pub(super) fn white_share(grid: &Grid) -> f32 {
    let whites: Vec<f32> =
        grid.tiles.iter().filter(|t| t.wanted && t.inside > 0.5).map(|t| t.white).collect();
    whites.iter().sum::<f32>() / whites.len().max(1) as f32
}

/// Ink of the tile that ranks 20th: a speck or a stain is no writing.
pub(super) fn ranked_ink(grid: &Grid) -> f32 {
    let mut inks: Vec<f32> = grid.tiles.iter().filter(|t| t.inside > 0.95).map(|t| t.ink).collect();
    inks.sort_by(|a, b| b.total_cmp(a));
    inks.get(20).copied().unwrap_or(0.0)
}

/// How much darker than full white the middle one of the pixels is that are not white.
pub(super) fn ink_depth(view: &View) -> f32 {
    let mut counts = [0_usize; 256];
    for i in (0..view.luma.len()).filter(|&i| view.inside[i] && view.luma[i] < 235.0) {
        counts[view.luma[i] as usize] += 1;
    }
    let total: usize = counts.iter().sum();
    let mut seen = 0;
    let middle = counts.iter().position(|&n| {
        seen += n;
        seen * 2 > total
    });
    middle.map_or(0.0, |v| 255.0 - v as f32)
}
