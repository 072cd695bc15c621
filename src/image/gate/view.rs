//! The page as a small upright picture: four pixels to the millimetre, whatever it was captured with.

use super::super::page_map::PageMap;
use image::{Rgb, RgbImage};

/// Pixels of a view per millimetre.
pub(super) const PX_PER_MM: f32 = 4.0;

/// The page, and which of its pixels lie in the picture.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) rgb: Vec<[u8; 3]>,
    pub(super) luma: Vec<f32>,
    pub(super) inside: Vec<bool>,
}

impl View {
    /// Resamples the picture; every pixel is the mean of four places.
    pub(super) fn new(picture: &RgbImage, map: &PageMap) -> Self {
        let factor = ((map.px_per_mm() / PX_PER_MM) as u32).clamp(1, 16);
        let small = Small::of(picture, factor as usize);
        let [width, height] = map.page_mm().map(|mm| ((mm * PX_PER_MM) as usize).max(32));
        let mut view = Self {
            width,
            height,
            rgb: Vec::with_capacity(width * height),
            luma: Vec::with_capacity(width * height),
            inside: Vec::with_capacity(width * height),
        };
        let scale = 1.0 / factor as f32;
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0_u32; 3];
                let mut seen = 0;
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let at = map.px([(x as f32 + dx) / PX_PER_MM, (y as f32 + dy) / PX_PER_MM]);
                    if let Some(pixel) = small.at([(at[0] + 0.5) * scale, (at[1] + 0.5) * scale]) {
                        (0..3).for_each(|c| sum[c] += u32::from(pixel[c]));
                        seen += 1;
                    }
                }
                view.push(sum, seen);
            }
        }
        view
    }

    fn push(&mut self, sum: [u32; 3], seen: u32) {
        let rgb = sum.map(|s| (s / seen.max(1)) as u8);
        self.luma.push((0.30 * f32::from(rgb[0])) + 0.59 * f32::from(rgb[1]) + 0.11 * f32::from(rgb[2]));
        self.rgb.push(rgb);
        self.inside.push(seen == 4);
    }

    /// The view as a picture; what lies outside is black.
    pub(super) fn picture(&self) -> RgbImage {
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            Rgb(self.rgb[y as usize * self.width + x as usize])
        })
    }

    /// Brightness with the light taken out: paper is 255 everywhere, outside of the picture too.
    pub(super) fn evened(&self) -> Vec<f32> {
        let paper = self.paper();
        let even = |i: usize| {
            let level = paper.at(i % self.width, i / self.width).max(4.0);
            if self.inside[i] { (self.luma[i] / level * 255.0).min(255.0) } else { 255.0 }
        };
        (0..self.luma.len()).map(even).collect()
    }

    fn paper(&self) -> Paper {
        let (cols, rows) = (self.width.div_ceil(CELL), self.height.div_ceil(CELL));
        let mut means = vec![0.0_f32; cols * rows];
        for (i, mean) in means.iter_mut().enumerate() {
            let (x0, y0) = (i % cols * CELL, i / cols * CELL);
            let (mut sum, mut count) = (0.0, 0);
            for y in y0..(y0 + CELL).min(self.height) {
                for x in x0..(x0 + CELL).min(self.width) {
                    if self.inside[y * self.width + x] {
                        (sum, count) = (sum + self.luma[y * self.width + x], count + 1);
                    }
                }
            }
            *mean = sum / count.max(1) as f32;
        }
        let brightest = around(&means, cols, rows, |near| near.iter().copied().fold(0.0, f32::max));
        let smooth = around(&brightest, cols, rows, |near| near.iter().sum::<f32>() / near.len() as f32);
        Paper { cols, rows, levels: smooth }
    }
}

/// Side of the cells of [`Paper`], px of the view.
const CELL: usize = 8;

/// Each cell's neighbourhood of 3 × 3, folded into one value.
fn around(cells: &[f32], cols: usize, rows: usize, fold: impl Fn(&[f32]) -> f32) -> Vec<f32> {
    let mut near = Vec::with_capacity(9);
    let mut out = Vec::with_capacity(cells.len());
    for r in 0..rows {
        for c in 0..cols {
            near.clear();
            for rr in r.saturating_sub(1)..(r + 2).min(rows) {
                near.extend_from_slice(
                    &cells[rr * cols + c.saturating_sub(1)..rr * cols + (c + 2).min(cols)],
                );
            }
            out.push(fold(&near));
        }
    }
    out
}

/// How bright bare paper is.
struct Paper {
    cols: usize,
    rows: usize,
    levels: Vec<f32>,
}

impl Paper {
    fn at(&self, x: usize, y: usize) -> f32 {
        let cell = |v: usize, len: usize| {
            let at = ((v as f32 + 0.5) / CELL as f32 - 0.5).clamp(0.0, (len - 1) as f32);
            (at as usize, (at as usize + 1).min(len - 1), at.fract())
        };
        let ((c, c1, fu), (r, r1, fv)) = (cell(x, self.cols), cell(y, self.rows));
        let level = |r: usize, c: usize| self.levels[r * self.cols + c];
        let top = level(r, c) + (level(r, c1) - level(r, c)) * fu;
        let bottom = level(r1, c) + (level(r1, c1) - level(r1, c)) * fu;
        top + (bottom - top) * fv
    }
}

/// The picture reduced by a whole factor.
struct Small {
    width: usize,
    height: usize,
    rgb: Vec<[u8; 3]>,
}

impl Small {
    fn of(picture: &RgbImage, factor: usize) -> Self {
        let (width, height) =
            ((picture.width() as usize / factor).max(1), (picture.height() as usize / factor).max(1));
        let stride = picture.width() as usize * 3;
        let mut rgb = Vec::with_capacity(width * height);
        let mut sums = vec![[0_u32; 3]; width];
        let count = (factor.min(picture.width() as usize) * factor.min(picture.height() as usize)) as u32;
        for rows in picture.as_raw().chunks(stride * factor).take(height) {
            sums.fill([0; 3]);
            for row in rows.chunks_exact(stride) {
                for (sum, block) in sums.iter_mut().zip(row.chunks(3 * factor)) {
                    for pixel in block.chunks_exact(3) {
                        (0..3).for_each(|c| sum[c] += u32::from(pixel[c]));
                    }
                }
            }
            rgb.extend(sums.iter().map(|sum| sum.map(|s| (s / count).min(255) as u8)));
        }
        Self { width, height, rgb }
    }

    /// The pixel around a place, whose corners are whole numbers; none outside.
    fn at(&self, [x, y]: [f32; 2]) -> Option<[u8; 3]> {
        let is_in = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
        is_in.then(|| self.rgb[y as usize * self.width + x as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_shows_the_page_upright_and_knows_what_lies_outside() {
        let picture = RgbImage::from_fn(400, 600, |x, _| Rgb([if x < 200 { 30 } else { 240 }, 100, 100]));
        let map = PageMap::new([60.0, 60.0], |[x, y]| [8.0 * x, 8.0 * y]);
        let view = View::new(&picture, &map);
        assert_eq!((view.width, view.height), (240, 240));
        assert_eq!(view.rgb[120 * 240 + 90][0], 30);
        assert_eq!(view.rgb[120 * 240 + 110][0], 240);
        assert!(view.inside[120 * 240 + 190] && !view.inside[120 * 240 + 205]);
    }

    #[test]
    fn evened_paper_is_white_under_any_light() {
        let picture = RgbImage::from_fn(400, 400, |x, y| {
            let light = 90 + (x / 4) as u8;
            Rgb([if x % 40 == 7 && y > 100 { light / 3 } else { light }; 3])
        });
        let view = View::new(&picture, &PageMap::new([100.0, 100.0], |[x, y]| [4.0 * x, 4.0 * y]));
        let even = view.evened();
        assert!(even[50 * 400 + 200] > 240.0 && even[50 * 400 + 20] > 235.0);
        assert!(even[200 * 400 + 207] < 190.0, "{}", even[200 * 400 + 207]);
    }
}
