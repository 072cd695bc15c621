//! What a line's picture looks like, whatever may be written on it: how solid and how dense its ink is, and how much
//! of it is no paper at all.

use image::GrayImage;

/// Signs of scribbles, blots and holes. Shares are 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Look {
    /// Share of the picture that is dark without a gap for more than a pen's width: blots, holes with a dark
    /// backing.
    pub solid: f32,
    /// Share of the inked length where ink covers more than any writing does.
    pub dense: f32,
    /// Share of the length that has ink at all.
    pub inked: f32,
    /// Share of the picture behind a hard edge, brighter and smoother than the paper on the other side: holes
    /// with a light backing.
    pub bare: f32,
}

/// Height at which a line is looked at, px: strokes are one to three pixels wide.
const HEIGHT: usize = 40;
/// No stroke of a pen fills a square of this side: a fifth of the line, about 2 mm.
const SQUARE: usize = 8;
/// Darker than this share of the brightest paper is ink that counts.
const DARK: f32 = 0.62;
/// Ink of strokes covers less than this share of a window as wide as half the line is high.
const DENSE: f32 = 0.42;
const WINDOW: usize = HEIGHT / 2;

/// Looks at a line: grey, ink dark, any size. An empty picture looks like nothing.
#[must_use]
pub fn look(line: &GrayImage) -> Look {
    if line.width() == 0 || line.height() == 0 {
        return Look::default();
    }
    let small = Small::of(line);
    let level = small.quantile(0.97).max(120.0) * DARK;
    let dark: Vec<bool> = small.grey.iter().map(|&g| g < level).collect();
    let (dense, inked) = density(&dark, small.width);
    Look { solid: filled(&dark, small.width), dense, inked, bare: small.bare() }
}

/// The line at a fixed height, box-averaged.
struct Small {
    width: usize,
    grey: Vec<f32>,
}

impl Small {
    fn of(line: &GrayImage) -> Self {
        let (w, h) = (line.width() as usize, line.height() as usize);
        let width = (w * HEIGHT).div_ceil(h).clamp(SQUARE, HEIGHT * 100);
        let bounds = |i: usize, n: usize, of: usize| {
            let from = i * of / n;
            (from, ((i + 1) * of / n).max(from + 1))
        };
        let mut grey = Vec::with_capacity(width * HEIGHT);
        for y in 0..HEIGHT {
            let (top, bottom) = bounds(y, HEIGHT, h);
            for x in 0..width {
                let (left, right) = bounds(x, width, w);
                let sum: u32 = (top..bottom)
                    .map(|row| {
                        line.as_raw()[row * w + left..row * w + right]
                            .iter()
                            .map(|&g| u32::from(g))
                            .sum::<u32>()
                    })
                    .sum();
                grey.push(sum as f32 / ((bottom - top) * (right - left)) as f32);
            }
        }
        Self { width, grey }
    }

    fn quantile(&self, share: f32) -> f32 {
        let mut sorted = self.grey.clone();
        let at = ((sorted.len() - 1) as f32 * share) as usize;
        *sorted.select_nth_unstable_by(at, f32::total_cmp).1
    }

    /// Share of the brighter side, where the picture falls into two flat parts with a hard edge between them.
    fn bare(&self) -> f32 {
        let cells = Cells::of(self);
        let Some((split, gap)) = cells.split() else { return 0.0 };
        let bright: Vec<bool> = cells.level.iter().map(|&l| l > split).collect();
        let share = bright.iter().filter(|&&b| b).count() as f32 / bright.len() as f32;
        // Light that falls off has no edge: neighbours on both sides of the split are then nearly alike.
        let mut edges: Vec<f32> = cells
            .pairs()
            .filter(|&(a, b)| bright[a] != bright[b])
            .map(|(a, b)| (cells.level[a] - cells.level[b]).abs())
            .collect();
        edges.sort_by(f32::total_cmp);
        match edges.get(edges.len() / 2) {
            Some(edge) if *edge > 0.5 * gap => share,
            _ => 0.0,
        }
    }
}

/// Paper level in squares, ink left out.
struct Cells {
    cols: usize,
    rows: usize,
    level: Vec<f32>,
}

impl Cells {
    fn of(small: &Small) -> Self {
        let (cols, rows) = ((small.width / SQUARE).max(1), HEIGHT / SQUARE);
        let mut level = Vec::with_capacity(cols * rows);
        for row in 0..rows {
            for col in 0..cols {
                let mut cell: Vec<f32> = (0..SQUARE)
                    .flat_map(|y| {
                        let from = (row * SQUARE + y) * small.width + col * SQUARE;
                        small.grey[from..from + SQUARE].iter().copied()
                    })
                    .collect();
                let at = cell.len() * 3 / 4;
                level.push(*cell.select_nth_unstable_by(at, f32::total_cmp).1);
            }
        }
        Self { cols, rows, level }
    }

    /// The level that parts the cells best into two groups (Otsu 1979) and how far their means are apart, where
    /// that is far against what either group varies.
    fn split(&self) -> Option<(f32, f32)> {
        let mut sorted = self.level.clone();
        sorted.sort_by(f32::total_cmp);
        let total: f32 = sorted.iter().sum();
        let n = sorted.len() as f32;
        let mut below = 0.0;
        let mut best = (0.0, 0.0, 0.0);
        for (i, level) in sorted.iter().enumerate().take(sorted.len() - 1) {
            below += level;
            let (count, rest) = ((i + 1) as f32, n - (i + 1) as f32);
            let gap = (total - below) / rest - below / count;
            let between = count * rest * gap * gap;
            if between > best.0 {
                best = (between, (level + sorted[i + 1]) / 2.0, gap);
            }
        }
        let (between, split, gap) = best;
        let mean = total / n;
        let variance: f32 = sorted.iter().map(|l| (l - mean) * (l - mean)).sum();
        (gap > 12.0 && between / n > 0.75 * variance).then_some((split, gap))
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let beside = (0..self.level.len()).filter(|i| i % self.cols + 1 < self.cols).map(|i| (i, i + 1));
        let under = (0..self.cols * (self.rows - 1)).map(|i| (i, i + self.cols));
        beside.chain(under)
    }
}

/// Share of pixels in squares that are dark all over.
fn filled(dark: &[bool], width: usize) -> f32 {
    let sums = Sums::of(dark, width);
    let squares = (0..=HEIGHT - SQUARE)
        .flat_map(|y| (0..=width - SQUARE).map(move |x| (x, y)))
        .filter(|&(x, y)| sums.within(x, y, SQUARE, SQUARE) as usize >= SQUARE * SQUARE - 2);
    let mut covered = vec![false; dark.len()];
    for (x, y) in squares {
        // The middle is enough: squares overlap.
        covered[(y + SQUARE / 2) * width + x + SQUARE / 2] = true;
    }
    let inner = (HEIGHT - SQUARE + 1) * (width - SQUARE + 1);
    covered.iter().filter(|&&c| c).count() as f32 / inner as f32
}

/// Share of the inked windows that are dense, and share of windows that are inked.
fn density(dark: &[bool], width: usize) -> (f32, f32) {
    let sums = Sums::of(dark, width);
    let (top, rows) = (HEIGHT / 8, HEIGHT * 3 / 4);
    let step = WINDOW / 2;
    let (mut inked, mut dense, mut all) = (0, 0, 0);
    for x in (0..width.saturating_sub(WINDOW) + 1).step_by(step) {
        // The writing's own height: the densest half of the rows.
        let cover =
            (top..=top + rows / 3).map(|y| sums.within(x, y, WINDOW.min(width), rows / 2)).max().unwrap_or(0)
                as f32
                / (WINDOW.min(width) * (rows / 2)) as f32;
        all += 1;
        inked += usize::from(cover > 0.04);
        dense += usize::from(cover > DENSE);
    }
    (dense as f32 / (inked as f32).max(1.0), inked as f32 / (all as f32).max(1.0))
}

/// Counts of dark pixels in any rectangle.
struct Sums {
    stride: usize,
    table: Vec<u32>,
}

impl Sums {
    fn of(dark: &[bool], width: usize) -> Self {
        let stride = width + 1;
        let height = dark.len() / width;
        let mut table = vec![0; stride * (height + 1)];
        for y in 0..height {
            let mut row = 0;
            for x in 0..width {
                row += u32::from(dark[y * width + x]);
                table[(y + 1) * stride + x + 1] = table[y * stride + x + 1] + row;
            }
        }
        Self { stride, table }
    }

    fn within(&self, x: usize, y: usize, w: usize, h: usize) -> u32 {
        let at = |x: usize, y: usize| self.table[y * self.stride + x];
        at(x + w, y + h) + at(x, y) - at(x + w, y) - at(x, y + h)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn paper(width: u32) -> GrayImage {
        GrayImage::from_fn(width, 80, |x, y| Luma([205 + ((x * 7 + y * 13) % 5) as u8]))
    }

    #[test]
    fn bare_paper_looks_like_nothing_even_when_light_falls_off() {
        let dim = GrayImage::from_fn(600, 80, |x, _| Luma([150 + (x / 8) as u8]));
        for line in [paper(600), dim] {
            let seen = look(&line);
            assert_eq!((seen.solid, seen.dense, seen.inked, seen.bare), (0.0, 0.0, 0.0, 0.0));
        }
    }

    #[test]
    fn strokes_are_neither_solid_nor_dense() {
        let mut line = paper(600);
        for x in (20..560).filter(|x| x % 16 < 4) {
            (25..60).for_each(|y| line.put_pixel(x, y, Luma([40])));
        }
        let seen = look(&line);
        assert!(seen.inked > 0.8 && seen.solid == 0.0 && seen.dense < 0.05, "{seen:?}");
    }

    #[test]
    fn a_scribble_is_dense_a_blot_solid_and_a_hole_no_paper() {
        let mut line = paper(600);
        for x in (20..300).filter(|x| x % 6 < 4) {
            (15..65).for_each(|y| line.put_pixel(x, y, Luma([40])));
        }
        assert!(look(&line).dense > 0.8, "{:?}", look(&line));
        let dark = GrayImage::from_fn(600, 80, |x, _| Luma([if x < 400 { 20 } else { 205 }]));
        assert!(look(&dark).solid > 0.5, "{:?}", look(&dark));
        let light = GrayImage::from_fn(600, 80, |x, _| Luma([if x < 400 { 250 } else { 205 }]));
        assert!(look(&light).bare > 0.5, "{:?}", look(&light));
    }

    #[test]
    fn any_size_is_looked_at() {
        for (w, h) in [(1, 1), (3, 200), (5_000, 2), (0, 5)] {
            let _ = look(&GrayImage::new(w, h));
        }
    }
}
