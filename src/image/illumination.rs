//! Uneven light: a smooth picture of the bare paper, against which ink is measured.

use image::{GrayImage, RgbImage};

/// How bright the bare paper is, everywhere on the picture; and where there is no paper at all.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    cell_px: f32,
    cols: usize,
    rows: usize,
    /// Brightness of paper per cell, row by row, 1..=255.
    level: Vec<f32>,
    /// Cells outside the sheet (black scanner bed).
    outside: Vec<bool>,
}

/// Share of a cell's pixels that are darker than the paper level taken for it.
const PAPER_QUANTILE: f32 = 0.8;
/// A cell this dark relative to the page's usual paper, and joined to the edge, is scanner bed.
const BED_SHARE: f32 = 0.55;

impl Paper {
    /// Estimates the paper level in cells of `cell_px` pixels of a luma picture.
    pub(super) fn estimate(luma: &GrayImage, cell_px: u32) -> Self {
        let cell = cell_px.max(4);
        let cols = luma.width().div_ceil(cell).max(1) as usize;
        let rows = luma.height().div_ceil(cell).max(1) as usize;
        let mut level = Vec::with_capacity(cols * rows);
        for row in 0..rows as u32 {
            for col in 0..cols as u32 {
                level.push(cell_level(luma, col * cell, row * cell, cell));
            }
        }
        let mut sorted = level.clone();
        sorted.sort_by(f32::total_cmp);
        let usual = sorted[sorted.len() * 3 / 5].max(1.0);
        let outside = bed_cells(&level, cols, usual * BED_SHARE);
        let mut paper = Self { cell_px: cell as f32, cols, rows, level, outside };
        paper.fill_bed(usual);
        paper.level = paper.smoothed();
        paper
    }

    /// Paper brightness at a pixel of the picture that it was estimated on.
    pub(super) fn level_at(&self, x: f32, y: f32) -> f32 {
        let u = ((x + 0.5) / self.cell_px - 0.5).clamp(0.0, (self.cols - 1) as f32);
        let v = ((y + 0.5) / self.cell_px - 0.5).clamp(0.0, (self.rows - 1) as f32);
        let (c, r) = (u as usize, v as usize);
        let (fu, fv) = (u - c as f32, v - r as f32);
        let (c1, r1) = ((c + 1).min(self.cols - 1), (r + 1).min(self.rows - 1));
        let at = |r: usize, c: usize| self.level[r * self.cols + c];
        let top = at(r, c) + (at(r, c1) - at(r, c)) * fu;
        let bottom = at(r1, c) + (at(r1, c1) - at(r1, c)) * fu;
        top + (bottom - top) * fv
    }

    /// Whether the pixel lies on the scanner bed, outside the sheet.
    pub(super) fn is_outside(&self, x: u32, y: u32) -> bool {
        let c = ((x as f32 / self.cell_px) as usize).min(self.cols - 1);
        let r = ((y as f32 / self.cell_px) as usize).min(self.rows - 1);
        self.outside[r * self.cols + c]
    }

    /// Ink everywhere: 0 = paper, 255 = as black as can be; nothing on the scanner bed.
    pub(super) fn ink(&self, luma: &GrayImage) -> GrayImage {
        let width = luma.width() as usize;
        let mut ink = GrayImage::new(luma.width(), luma.height());
        let mut levels = vec![0.0_f32; width];
        for (y, (to, from)) in ink.chunks_exact_mut(width).zip(luma.chunks_exact(width)).enumerate() {
            for (x, level) in levels.iter_mut().enumerate() {
                *level = 255.0 / self.level_at(x as f32, y as f32);
            }
            for x in 0..width {
                if !self.is_outside(x as u32, y as u32) {
                    to[x] = 255 - (f32::from(from[x]) * levels[x]).min(255.0) as u8;
                }
            }
        }
        ink
    }

    /// Gives cells of the bed the usual level, so that they do not darken their neighbours.
    fn fill_bed(&mut self, usual: f32) {
        for (level, &outside) in self.level.iter_mut().zip(&self.outside) {
            if outside {
                *level = usual;
            }
            *level = level.max(usual * 0.25).max(1.0);
        }
    }

    /// Median of each cell's neighbourhood: a cell full of writing takes its neighbours' paper.
    fn smoothed(&self) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.level.len());
        for r in 0..self.rows {
            for c in 0..self.cols {
                let mut near: Vec<f32> = Vec::with_capacity(9);
                for rr in r.saturating_sub(1)..(r + 2).min(self.rows) {
                    let row = &self.level[rr * self.cols..(rr + 1) * self.cols];
                    near.extend(&row[c.saturating_sub(1)..(c + 2).min(self.cols)]);
                }
                near.sort_by(f32::total_cmp);
                out.push(near[near.len() * 3 / 5]);
            }
        }
        out
    }
}

fn cell_level(luma: &GrayImage, x0: u32, y0: u32, cell: u32) -> f32 {
    let mut counts = [0_u32; 256];
    let mut total = 0;
    for y in y0..(y0 + cell).min(luma.height()) {
        for x in x0..(x0 + cell).min(luma.width()) {
            counts[usize::from(luma.get_pixel(x, y)[0])] += 1;
            total += 1;
        }
    }
    let wanted = (total as f32 * PAPER_QUANTILE) as u32;
    let mut seen = 0;
    let level = counts.iter().position(|&n| {
        seen += n;
        seen > wanted
    });
    level.unwrap_or(255) as f32
}

/// Dark cells joined to the picture's edge.
fn bed_cells(level: &[f32], cols: usize, dark: f32) -> Vec<bool> {
    let rows = level.len() / cols;
    let on_edge = |i: usize| {
        let (r, c) = (i / cols, i % cols);
        r == 0 || c == 0 || r + 1 == rows || c + 1 == cols
    };
    let mut bed = vec![false; level.len()];
    let mut todo: Vec<usize> = (0..level.len()).filter(|&i| on_edge(i) && level[i] < dark).collect();
    while let Some(i) = todo.pop() {
        if std::mem::replace(&mut bed[i], true) {
            continue;
        }
        let (r, c) = (i / cols, i % cols);
        let near = [
            (r > 0).then(|| i - cols),
            (r + 1 < rows).then(|| i + cols),
            (c > 0).then(|| i - 1),
            (c + 1 < cols).then(|| i + 1),
        ];
        todo.extend(near.into_iter().flatten().filter(|&j| level[j] < dark && !bed[j]));
    }
    bed
}

/// Brightness of one pixel for reading: luma, but a clearly red pixel (the office's stamp) counts as bright
/// as its red channel, so that stamps fade and blue, black and brown inks stay.
pub(super) fn ink_luma([r, g, b]: [u8; 3]) -> u8 {
    let luma = (77 * u32::from(r) + 151 * u32::from(g) + 28 * u32::from(b)) >> 8;
    let redness = u32::from(r.saturating_sub(g.max(b)).saturating_sub(28)).min(48);
    ((luma * (48 - redness) + u32::from(r) * redness) / 48) as u8
}

/// [`ink_luma`] of a whole picture, reduced by taking means over `factor`×`factor` pixels.
pub(super) fn reduced_luma(rgb: &RgbImage, factor: u32) -> GrayImage {
    let factor = factor.clamp(1, 16);
    let (width, height) = ((rgb.width() / factor).max(1), (rgb.height() / factor).max(1));
    let mut sums = vec![0_u32; width as usize];
    let mut reduced = GrayImage::new(width, height);
    let (step, stride) = (factor as usize, rgb.width() as usize * 3);
    for (y, to) in reduced.chunks_exact_mut(width as usize).enumerate() {
        sums.fill(0);
        let mut count = 0;
        for row in rgb.as_raw().chunks_exact(stride).skip(y * step).take(step) {
            for (sum, block) in sums.iter_mut().zip(row.chunks(3 * step)) {
                *sum += block.chunks_exact(3).map(|p| u32::from(ink_luma([p[0], p[1], p[2]]))).sum::<u32>();
            }
            count += factor.min(rgb.width());
        }
        for (to, sum) in to.iter_mut().zip(&sums) {
            *to = (sum / count.max(1)) as u8;
        }
    }
    reduced
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb};

    #[test]
    fn a_shadow_disappears_and_ink_stays() {
        let lit = |x: u32, y: u32| 240 - (x / 4) as u8 - (y / 8) as u8;
        let mut luma = GrayImage::from_fn(300, 200, |x, y| Luma([lit(x, y)]));
        for x in 50..250 {
            luma.put_pixel(x, 100, Luma([lit(x, 100) / 3]));
        }
        let ink = Paper::estimate(&luma, 24).ink(&luma);
        let bare = (0..300).map(|x| ink.get_pixel(x, 60)[0]).max();
        assert!(bare < Some(12), "{bare:?}");
        assert!((60..240).all(|x| ink.get_pixel(x, 100)[0] > 140));
    }

    #[test]
    fn the_scanner_bed_is_not_ink() {
        let luma = GrayImage::from_fn(400, 400, |x, _| Luma([if x < 60 { 8 } else { 235 }]));
        let ink = Paper::estimate(&luma, 20).ink(&luma);
        assert!(ink.pixels().all(|p| p[0] < 20));
    }

    #[test]
    fn a_red_stamp_is_lighter_than_blue_ink() {
        assert!(ink_luma([210, 60, 60]) > 200);
        assert!(ink_luma([40, 50, 140]) < 70);
        assert_eq!(ink_luma([120, 120, 120]), 120);
    }

    #[test]
    fn reduction_takes_means_of_blocks() {
        let rgb = RgbImage::from_fn(5, 4, |x, _| Rgb([if x % 2 == 0 { 100 } else { 200 }; 3]));
        let reduced = reduced_luma(&rgb, 2);
        assert_eq!(reduced.dimensions(), (2, 2));
        assert!(reduced.pixels().all(|p| p[0] == 150));
    }
}
