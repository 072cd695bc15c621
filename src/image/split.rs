//! Text lines in a field crop of unknown layout.
//!
//! Pictures alone do not tell a line over a dotted rule from two lines, one of them short: [`layouts`] proposes, and
//! who reads both ways knows.
//!
//! Printed rules tell most: a line of writing stands on each. Without rules a crop is cut in two only where the
//! profile has a clear valley between two bodies of text that are alike: Vietnamese stacks marks above its letters
//! and sets dots below them, and a single line must never be cut there.

use super::illumination::Paper;
use super::response::thin_rows;
use image::{GrayImage, imageops};

/// Crops lower or narrower than this are one line.
const LEAST_PX: u32 = 24;

/// The ways in which a field crop may fall into lines of writing, top to bottom: whole first and, where something
/// speaks for it, cut.
#[must_use]
pub fn layouts(gray: &GrayImage) -> Vec<Vec<GrayImage>> {
    let cut = split_lines(gray);
    let whole = vec![gray.clone()];
    if cut == whole { vec![whole] } else { vec![whole, cut] }
}

/// Cuts a field crop into its text lines, top to bottom; a crop of one line comes back whole. Lines without ink
/// are left out, unless all are.
fn split_lines(gray: &GrayImage) -> Vec<GrayImage> {
    if gray.width() < LEAST_PX || gray.height() < LEAST_PX {
        return vec![gray.clone()];
    }
    let marks = Marks::of(gray);
    let bands =
        marks.bands_on_rules().or_else(|| marks.bands_at_valley()).or_else(|| marks.band_above_empty_rule());
    let Some(bands) = bands else { return vec![gray.clone()] };
    let inks: Vec<f32> = bands.iter().map(|band| marks.ink_between(*band)).collect();
    let most = inks.iter().copied().fold(0.0, f32::max);
    let written = bands.iter().zip(&inks).filter(|(_, ink)| **ink > 0.03 * most && **ink > 0.0);
    let lines: Vec<GrayImage> = written.map(|(band, _)| rows_of(gray, *band)).collect();
    if lines.is_empty() { vec![gray.clone()] } else { lines }
}

fn rows_of(gray: &GrayImage, (top, bottom): (usize, usize)) -> GrayImage {
    imageops::crop_imm(gray, 0, top as u32, gray.width(), (bottom - top) as u32).to_image()
}

/// Ink of a crop without its rules, row by row.
struct Marks {
    height: usize,
    /// Ink pixels per row, rules left out.
    profile: Vec<f32>,
    /// Heights of printed rules that cross most of the crop.
    rules: Vec<usize>,
}

impl Marks {
    fn of(gray: &GrayImage) -> Self {
        let (w, h) = (gray.width() as usize, gray.height() as usize);
        let ink = Paper::estimate(gray, (gray.height() / 2).max(16)).ink(gray);
        let threshold = ink_threshold(&ink);
        let ruled = ruled_pixels(&ink, threshold);
        let mut profile = Vec::with_capacity(h);
        let mut crossing = Vec::with_capacity(h);
        for y in 0..h {
            let (from, to) = (y.saturating_sub(1) * w, (y + 2).min(h) * w);
            let near_rule = |x: usize| (from..to).step_by(w).any(|row| ruled[row + x]);
            let dark = |x: usize| ink.as_raw()[y * w + x] > threshold;
            profile.push((0..w).filter(|&x| dark(x) && !near_rule(x)).count() as f32);
            crossing.push(ruled[y * w..][..w].iter().filter(|&&r| r).count() * 5 > w * 2);
        }
        Self { height: h, profile, rules: middles_of_runs(&crossing, h / 25 + 2) }
    }

    fn ink_between(&self, (top, bottom): (usize, usize)) -> f32 {
        self.profile[top..bottom].iter().sum()
    }

    /// One band for each of two or more evenly spaced rules that have room for writing above them.
    fn bands_on_rules(&self) -> Option<Vec<(usize, usize)>> {
        let gaps: Vec<usize> = self.rules.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let gap = *gaps.iter().min()?;
        let widest = *gaps.iter().max()?;
        // Table rules at both edges of a single line have a gap as high as the crop.
        if widest * 10 > gap * 14 || gap * 10 > self.height * 7 || gap < 12 {
            return None;
        }
        let with_room = self.rules.iter().filter(|&&rule| rule * 2 > gap);
        let (above, below) = (gap * 4 / 5, gap / 5);
        let mut bands: Vec<(usize, usize)> =
            with_room.map(|&rule| (rule.saturating_sub(above), (rule + below).min(self.height))).collect();
        // The first and last lines keep all that the crop has above and below them.
        bands.first_mut()?.0 = 0;
        let last = bands.last_mut()?;
        if self.height - last.1 < gap / 2 {
            last.1 = self.height;
        }
        (bands.len() > 1).then_some(bands)
    }

    /// Two bands, when the profile has a deep valley between two like bodies of text.
    fn bands_at_valley(&self) -> Option<Vec<(usize, usize)>> {
        let h = self.height as f32;
        let smooth = smoothed(&self.profile, (h * 0.03).round().max(1.0) as usize);
        let total: f32 = self.profile.iter().sum();
        let valley = |y: usize| {
            let (up, low) = (peak(&smooth[..y]), peak(&smooth[y + 1..]));
            let share = self.ink_between((0, y)) / total.max(1.0);
            (smooth[y] / up.min(low).max(1e-6) - 0.02 * share.min(1.0 - share), y)
        };
        let candidates = (0.38 * h) as usize..(0.70 * h) as usize;
        let (depth, y) = candidates.map(valley).min_by(|a, b| a.0.total_cmp(&b.0))?;
        let (up, low) = (&smooth[..y], &smooth[y + 1..]);
        let (up_peak, low_peak) = (peak(up), peak(low));
        let apart = (y + 1 + position(low, low_peak) - position(up, up_peak)) as f32 / h;
        let body = |part: &[f32], top: f32| part.iter().filter(|&&v| v > 0.4 * top).count() as f32 / h;
        let bodies = [body(up, up_peak), body(low, low_peak)];
        let share = self.ink_between((0, y)) / total.max(1.0);
        let two = depth < 0.25
            && share.min(1.0 - share) > 0.10
            && (0.38..0.64).contains(&apart)
            && bodies.iter().all(|b| (0.07..0.42).contains(b));
        two.then(|| vec![(0, y), (y, self.height)])
    }

    /// The upper band alone, when the last rule stands under bare paper: writing hid the rule before it.
    fn band_above_empty_rule(&self) -> Option<Vec<(usize, usize)>> {
        let h = self.height;
        let last = *self.rules.last()?;
        let bare = h * 3 / 10;
        if last < h / 2 + bare || h - last > h / 4 {
            return None;
        }
        let total = self.ink_between((0, h));
        // Up from the rule, the first row that is written on.
        let usual = total / h as f32;
        let written = (0..last.saturating_sub(h / 25 + 2)).rev().find(|&y| self.profile[y] > 0.15 * usual)?;
        let empty = last.saturating_sub(written) >= bare && self.ink_between((written + 1, h)) < 0.02 * total;
        empty.then(|| vec![(0, (written + h / 16).min(last))])
    }
}

/// Ink above this is a stroke: two fifths of the darkest strokes' ink.
fn ink_threshold(ink: &GrayImage) -> u8 {
    let mut marks: Vec<u8> = ink.as_raw().iter().copied().filter(|&v| v > 20).collect();
    if marks.is_empty() {
        return 50;
    }
    let at = marks.len() * 9 / 10;
    let (_, &mut dark, _) = marks.select_nth_unstable(at);
    (f32::from(dark) * 0.4).max(30.0) as u8
}

/// Pixels of long straight thin lines along rows: dots, dashes or lines.
fn ruled_pixels(ink: &GrayImage, threshold: u8) -> Vec<bool> {
    let (w, h) = (ink.width() as usize, ink.height() as usize);
    let thin = thin_rows(ink, ((h as f32 * 0.04).round() as usize).clamp(2, 8));
    let reach = ((h.min(w) as f32 * 0.06).round() as usize).clamp(2, 14);
    let least = ((h as f32 * 1.2) as usize).min(w * 55 / 100).max(8);
    let mut ruled = vec![false; w * h];
    let mut near = vec![false; w];
    for y in 0..h {
        near.fill(false);
        for row in y.saturating_sub(1)..(y + 2).min(h) {
            for x in (0..w).filter(|&x| thin[row * w + x] > threshold / 2) {
                near[x.saturating_sub(reach)..(x + reach + 1).min(w)].fill(true);
            }
        }
        let mut x = 0;
        while x < w {
            let run = near[x..].iter().take_while(|&&n| n).count();
            if run >= least {
                ruled[y * w + x..][..run].fill(true);
            }
            x += run + 1;
        }
    }
    ruled
}

/// Middles of runs of `true`; runs less than `join` apart are one.
fn middles_of_runs(rows: &[bool], join: usize) -> Vec<usize> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for y in (0..rows.len()).filter(|&y| rows[y]) {
        match runs.last_mut() {
            Some(run) if y - run.1 <= join => run.1 = y,
            _ => runs.push((y, y)),
        }
    }
    runs.into_iter().map(|(from, to)| (from + to) / 2).collect()
}

fn smoothed(values: &[f32], reach: usize) -> Vec<f32> {
    let window = |y: usize| y.saturating_sub(reach)..(y + reach + 1).min(values.len());
    (0..values.len())
        .map(|y| {
            let near = &values[window(y)];
            near.iter().sum::<f32>() / near.len() as f32
        })
        .collect()
}

fn peak(values: &[f32]) -> f32 {
    values.iter().copied().fold(0.0, f32::max)
}

fn position(values: &[f32], wanted: f32) -> usize {
    values.iter().position(|&v| v >= wanted).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Upright strokes with a mark above and a dot below each: a caricature of Vietnamese writing.
    fn write(picture: &mut GrayImage, baseline: u32, x_height: u32, (from, to): (u32, u32)) {
        for x in (from..to).filter(|x| (x / 3) % 4 == 0) {
            for y in baseline - x_height..baseline {
                picture.put_pixel(x, y, Luma([40]));
            }
            if (x / 12) % 3 == 0 {
                for y in baseline - 2 * x_height..baseline - x_height * 3 / 2 {
                    picture.put_pixel(x, y, Luma([40]));
                }
                picture.put_pixel(x, baseline + x_height / 3, Luma([40]));
            }
        }
    }

    fn dotted_rule(picture: &mut GrayImage, y: u32) {
        for x in (0..picture.width()).filter(|x| x % 10 < 3) {
            picture.put_pixel(x, y, Luma([70]));
            picture.put_pixel(x, y + 1, Luma([70]));
        }
    }

    fn paper(width: u32, height: u32) -> GrayImage {
        GrayImage::from_pixel(width, height, Luma([235]))
    }

    #[test]
    fn what_may_be_cut_is_proposed_both_ways() {
        let mut crop = paper(900, 190);
        write(&mut crop, 75, 28, (20, 880));
        assert_eq!(layouts(&crop).len(), 1);
        write(&mut crop, 168, 28, (20, 400));
        let counts: Vec<usize> = layouts(&crop).iter().map(Vec::len).collect();
        assert_eq!(counts, [1, 2]);
    }

    #[test]
    fn a_line_with_stacked_marks_stays_whole() {
        let mut crop = paper(700, 64);
        write(&mut crop, 46, 18, (20, 650));
        let lines = split_lines(&crop);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].dimensions(), (700, 64));
    }

    #[test]
    fn two_lines_without_rules_are_parted_between_them() {
        let mut crop = paper(900, 190);
        write(&mut crop, 75, 28, (20, 880));
        write(&mut crop, 168, 28, (20, 400));
        let lines = split_lines(&crop);
        assert_eq!(lines.len(), 2);
        let cut = lines[0].height();
        assert!((86..112).contains(&cut), "{cut}");
    }

    #[test]
    fn rules_part_lines_and_empty_lines_are_left_out() {
        let mut crop = paper(540, 600);
        for line in 0..6 {
            dotted_rule(&mut crop, 78 + 100 * line);
        }
        write(&mut crop, 74, 28, (20, 500));
        write(&mut crop, 174, 28, (20, 500));
        write(&mut crop, 374, 28, (20, 200));
        assert_eq!(split_lines(&crop).len(), 3);
    }

    #[test]
    fn an_empty_last_line_is_cut_off_even_when_writing_hides_the_rule_before_it() {
        let mut crop = paper(1400, 197);
        dotted_rule(&mut crop, 178);
        write(&mut crop, 76, 28, (20, 1380));
        let lines = split_lines(&crop);
        assert_eq!(lines.len(), 1);
        assert!((80..130).contains(&lines[0].height()), "{}", lines[0].height());
    }

    #[test]
    fn table_rules_at_the_edges_part_nothing() {
        let mut crop = paper(700, 64);
        write(&mut crop, 46, 18, (20, 650));
        for x in 0..700 {
            for y in [2, 3, 61, 62] {
                crop.put_pixel(x, y, Luma([90]));
            }
        }
        assert_eq!(split_lines(&crop).len(), 1);
    }

    #[test]
    fn tiny_and_empty_crops_come_back_whole() {
        assert_eq!(split_lines(&paper(10, 10)).len(), 1);
        assert_eq!(split_lines(&paper(400, 120)).len(), 1);
    }
}
