//! Tiles of a page, and patches of those that have something in common.

use serde::Serialize;

/// What was measured on one tile of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Tile {
    /// Share of it that lies in the picture, 0..=1.
    pub inside: f32,
    /// Brightness of its paper, 0..=255.
    pub level: f32,
    /// Share at full white.
    pub white: f32,
    /// How much stands on it in strokes of half a millimetre to one: standard deviation, paper being 255.
    pub strength: f32,
    /// How steep these strokes' edges are: detail below a quarter of a millimetre against detail below a half.
    /// Sharp pages have 1.2 and more in the median, unreadable ones 0.6 and less.
    pub sharpness: f32,
    /// Share of its pixels that are ink.
    pub ink: f32,
    /// Area that has the colour of skin and lies on fields, mm².
    pub skin_mm2: f32,
    /// Something is printed or to be written on it, by the form; true everywhere where the form is not known.
    pub wanted: bool,
}

/// The page's tiles, row by row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// Tiles in a row.
    pub cols: usize,
    /// Side of a tile, mm.
    pub tile_mm: f32,
    /// All of them.
    pub tiles: Vec<Tile>,
}

/// Tiles that touch one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patch {
    /// How many.
    pub tiles: usize,
    /// Around them, `[x0, y0, x1, y1]` in mm of the page.
    pub around_mm: [f32; 4],
}

impl Patch {
    /// Its area, mm².
    #[must_use]
    pub fn area_mm2(&self, grid: &Grid) -> f32 {
        self.tiles as f32 * grid.tile_mm * grid.tile_mm
    }
}

impl Grid {
    /// Patches of the tiles that `wanted` takes; tiles touch at sides and corners.
    pub fn patches(&self, wanted: impl Fn(&Tile) -> bool) -> Vec<Patch> {
        let mut open: Vec<bool> = self.tiles.iter().map(wanted).collect();
        let mut found = Vec::new();
        for start in 0..open.len() {
            if !std::mem::replace(&mut open[start], false) {
                continue;
            }
            let mut todo = vec![start];
            let mut members = Vec::new();
            while let Some(i) = todo.pop() {
                members.push(i);
                for near in self.around(i) {
                    if std::mem::replace(&mut open[near], false) {
                        todo.push(near);
                    }
                }
            }
            found.push(self.patch(&members));
        }
        found
    }

    fn around(&self, i: usize) -> Vec<usize> {
        let (row, col, rows) = (i / self.cols, i % self.cols, self.tiles.len() / self.cols);
        let rows = row.saturating_sub(1)..(row + 2).min(rows);
        let cols = col.saturating_sub(1)..(col + 2).min(self.cols);
        rows.flat_map(|r| cols.clone().map(move |c| r * self.cols + c)).collect()
    }

    fn patch(&self, members: &[usize]) -> Patch {
        let mut around = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for i in members {
            let (x, y) = ((i % self.cols) as f32 * self.tile_mm, (i / self.cols) as f32 * self.tile_mm);
            around = [
                around[0].min(x),
                around[1].min(y),
                around[2].max(x + self.tile_mm),
                around[3].max(y + self.tile_mm),
            ];
        }
        Patch { tiles: members.len(), around_mm: around }
    }
}

/// The value that the share `q` of all stay below; 0 of none.
pub(super) fn quantile(mut values: Vec<f32>, q: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f32 * q) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_join_tiles_that_touch_and_know_where_they_lie() {
        let marked = [0, 1, 6, 11];
        let tiles: Vec<Tile> = (0..12)
            .map(|i| Tile { ink: if marked.contains(&i) { 1.0 } else { 0.0 }, ..Tile::default() })
            .collect();
        let grid = Grid { cols: 4, tile_mm: 5.0, tiles };
        let patches = grid.patches(|t| t.ink > 0.5);
        assert_eq!(patches, [Patch { tiles: 4, around_mm: [0.0, 0.0, 20.0, 15.0] }]);
        assert_eq!(patches[0].area_mm2(&grid), 100.0);
        assert_eq!(grid.patches(|t| t.ink > 2.0), []);
    }

    #[test]
    fn quantiles_are_of_the_values() {
        assert_eq!(quantile(vec![5.0, 1.0, 3.0], 0.5), 3.0);
        assert_eq!(quantile(Vec::new(), 0.5), 0.0);
    }
}
