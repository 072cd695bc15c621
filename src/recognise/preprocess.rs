//! From the picture of a line to the network's input, exactly as `scripts/training/preprocess.py` does it.

use super::resample::resize;
use super::{Manifest, Preprocess};
use image::{GrayImage, RgbImage};
use ndarray::{Array2, Array4, Axis, Slice};

/// Widest input, px: what is longer in proportion is no line of writing, and is squeezed.
pub const MAX_WIDTH_PX: usize = 4096;

/// Luma after ITU-R BT.601 in the fixed-point arithmetic of Pillow's `convert("L")`.
#[must_use]
pub fn luma(rgb: &RgbImage) -> GrayImage {
    let mut grey = GrayImage::new(rgb.width(), rgb.height());
    for (to, from) in grey.pixels_mut().zip(rgb.pixels()) {
        let [r, g, b] = from.0.map(u32::from);
        to.0 = [((r * 19_595 + g * 38_470 + b * 7_471 + 0x8000) >> 16) as u8];
    }
    grey
}

/// A line as `[height, width]` float32 in −0.5 (ink) to 0.5 (paper): resized to the model's height with an
/// antialiased triangle filter, its paper evened out, then stretched between its own quantiles of grey.
///
/// # Panics
/// When the picture is empty.
#[must_use]
pub fn prepare_line(line: &GrayImage, manifest: &Manifest) -> Array2<f32> {
    let width = scaled_width(line, manifest);
    let small = resize(line, width, manifest.height);
    let even = even_paper(&small, width, &manifest.preprocess);
    let (low, high) = ink_and_paper(&even, &manifest.preprocess);
    let stretched = even.iter().map(|grey| ((grey - low) / (high - low)).clamp(0.0, 1.0) - 0.5);
    Array2::from_shape_vec((manifest.height, width), stretched.collect())
        .expect("resize gives height × width values")
}

/// Takes the paper away: its grey is a quantile of every block of columns, in the upper and in the lower half;
/// straight lines lead from block to block and from half to half. Paper is about 0 then, ink below.
fn even_paper(grey: &[u8], width: usize, preprocess: &Preprocess) -> Vec<f32> {
    let block = preprocess.paper_block;
    if block == 0 {
        return grey.iter().map(|&value| f32::from(value)).collect();
    }
    let height = grey.len() / width;
    let starts: Vec<usize> = (0..width).step_by(block).map(|x| x.min(width.saturating_sub(block))).collect();
    let middles: Vec<f64> = starts.iter().map(|x| *x as f64 + (width - x).min(block) as f64 / 2.0).collect();
    let half = |rows: std::ops::Range<usize>| -> Vec<f64> {
        let papers: Vec<f64> = starts
            .iter()
            .map(|x| {
                let columns = *x..(x + block).min(width);
                let row = |y: usize| &grey[y * width + columns.start..y * width + columns.end];
                let values = rows.clone().flat_map(row);
                f64::from(quantile(&histogram(values), preprocess.paper_quantile))
            })
            .collect();
        (0..width).map(|x| interpolate(x as f64 + 0.5, &middles, &papers)).collect()
    };
    let upper = half(0..height / 2);
    let lower = half(height / 2..height);
    let (all, quarter) = (height as f64 / 2.0, height as f64 / 4.0);
    let at = |(place, &value): (usize, &u8)| {
        let (x, y) = (place % width, place / width);
        let down = ((y as f64 + 0.5) - quarter) / all;
        (f64::from(value) - (upper[x] + down * (lower[x] - upper[x]))) as f32
    };
    grey.iter().enumerate().map(at).collect()
}

/// Straight lines through points of rising `xs`; level before the first and behind the last.
fn interpolate(x: f64, xs: &[f64], ys: &[f64]) -> f64 {
    let right = xs.partition_point(|known| *known <= x);
    if right == 0 || right == xs.len() {
        return ys[right.saturating_sub(1)];
    }
    let share = (x - xs[right - 1]) / (xs[right] - xs[right - 1]);
    ys[right - 1] + share * (ys[right] - ys[right - 1])
}

fn histogram<'a>(values: impl Iterator<Item = &'a u8>) -> [usize; 256] {
    let mut counts = [0; 256];
    values.for_each(|value| counts[usize::from(*value)] += 1);
    counts
}

/// The value at sorted index `⌊q · (n − 1)⌋`.
fn quantile(counts: &[usize; 256], q: f64) -> u8 {
    let mut left = (q * (counts.iter().sum::<usize>() - 1) as f64) as usize;
    let found = counts.iter().position(|&count| {
        let here = left < count;
        left = left.saturating_sub(count);
        here
    });
    found.unwrap_or(255) as u8
}

/// Width after the resize; halves round up.
fn scaled_width(line: &GrayImage, manifest: &Manifest) -> usize {
    let (w, h) = (f64::from(line.width()), f64::from(line.height()));
    let scaled = (w * manifest.height as f64 / h + 0.5).floor() as usize;
    scaled.clamp(manifest.preprocess.min_width, MAX_WIDTH_PX)
}

/// Grey of ink and of paper: the values at the two quantiles, at least `min_contrast` apart.
fn ink_and_paper(grey: &[f32], preprocess: &Preprocess) -> (f32, f32) {
    let mut values = grey.to_vec();
    let mut value_at = |quantile: f64| {
        let at = (quantile * (grey.len() - 1) as f64) as usize;
        *values.select_nth_unstable_by(at, f32::total_cmp).1
    };
    let high = value_at(preprocess.high_quantile);
    (value_at(preprocess.low_quantile).min(high - preprocess.min_contrast), high)
}

/// Time steps that belong to a line of this width.
#[must_use]
pub fn steps(width: usize, manifest: &Manifest) -> usize {
    width.div_ceil(manifest.stride)
}

/// Lines as one batch `[lines, 1, height, width]`, padded on the right to `least_width` or, where one is wider,
/// to the widest; the width is a multiple of the stride.
#[must_use]
pub fn batch(lines: &[&Array2<f32>], least_width: usize, manifest: &Manifest) -> Array4<f32> {
    let widest = lines.iter().map(|line| line.ncols()).fold(least_width.max(1), usize::max);
    let width = steps(widest, manifest) * manifest.stride;
    let shape = (lines.len(), 1, manifest.height, width);
    let mut batch = Array4::from_elem(shape, manifest.preprocess.padding);
    for (row, line) in lines.iter().enumerate() {
        let mut image = batch.index_axis_mut(Axis(0), row);
        let mut image = image.index_axis_mut(Axis(0), 0);
        image.slice_axis_mut(Axis(1), Slice::from(..line.ncols())).assign(line);
    }
    batch
}

#[cfg(test)]
mod tests {
    use super::super::test_model::manifest;
    use super::*;
    use image::{Luma, Rgb};

    #[test]
    fn luma_is_pillows() {
        let mut rgb = RgbImage::new(4, 1);
        let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 120, 40]];
        for (pixel, colour) in rgb.pixels_mut().zip(colours) {
            *pixel = Rgb(colour);
        }
        // Pillow 11: Image.convert("L") of the same four pixels.
        assert_eq!(luma(&rgb).as_raw(), &[76, 150, 29, 135]);
    }

    #[test]
    fn width_keeps_the_proportion_within_its_bounds() {
        let m = manifest();
        for (w, h, expected) in [(300, 60, 200), (100, 80, 50), (5, 80, 16), (101, 80, 51), (99_999, 3, 4096)]
        {
            assert_eq!(prepare_line(&GrayImage::new(w, h), &m).dim(), (40, expected));
        }
    }

    #[test]
    fn ink_becomes_minus_a_half_and_paper_plus_a_half() {
        let mut line = GrayImage::from_pixel(80, 40, Luma([210]));
        for x in 20..24 {
            (0..40).for_each(|y| line.put_pixel(x, y, Luma([60])));
        }
        let prepared = prepare_line(&line, &manifest());
        assert_eq!(prepared[[10, 22]], -0.5);
        assert_eq!(prepared[[10, 60]], 0.5);
    }

    #[test]
    fn an_empty_line_stays_paper_and_faint_noise_is_not_blown_up() {
        let mut line = GrayImage::from_pixel(80, 40, Luma([210]));
        line.put_pixel(40, 20, Luma([204]));
        let prepared = prepare_line(&line, &manifest());
        assert!(prepared.iter().all(|v| *v >= 0.24), "six grey levels of twenty-four are a quarter");
    }

    #[test]
    fn a_slope_of_the_paper_goes_and_faint_ink_stays() {
        let mut m = manifest();
        (m.preprocess.paper_block, m.preprocess.min_contrast) = (32, 12.0);
        let line = GrayImage::from_fn(320, 40, |x, y| {
            let paper = 230 - x / 4 - y / 2;
            Luma([(paper - if (x / 4) % 8 == 0 { 24 } else { 0 }) as u8])
        });
        let prepared = prepare_line(&line, &m);
        for x in (8..312).step_by(8) {
            let is_ink = (x / 4) % 8 == 0;
            let value = prepared[[20, x + 1]];
            assert!(if is_ink { value < -0.2 } else { value > 0.2 }, "column {x}: {value}");
        }
    }

    #[test]
    fn lines_lead_from_point_to_point() {
        let (xs, ys) = ([2.0, 4.0, 8.0], [10.0, 20.0, 0.0]);
        let values = [0.0, 2.0, 3.0, 6.0, 9.0].map(|x| interpolate(x, &xs, &ys));
        assert_eq!(values, [10.0, 10.0, 15.0, 10.0, 0.0]);
    }

    #[test]
    fn shorter_lines_are_padded_with_paper() {
        let m = manifest();
        let (short, long) = (Array2::from_elem((40, 17), -0.5), Array2::from_elem((40, 30), -0.5));
        let batch = batch(&[&short, &long], 0, &m);
        assert_eq!(batch.dim(), (2, 1, 40, 32));
        assert_eq!((batch[[0, 0, 5, 16]], batch[[0, 0, 5, 17]], batch[[1, 0, 5, 29]]), (-0.5, 0.5, -0.5));
        assert_eq!(batch[[1, 0, 5, 30]], 0.5);
        assert_eq!(super::batch(&[&short], 64, &m).dim(), (1, 1, 40, 64));
        assert_eq!((steps(17, &m), steps(30, &m), steps(32, &m)), (5, 8, 8));
    }
}
