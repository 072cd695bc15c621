//! Pixels of thin strokes as weighted points, and how sharply they fall into lines.

use super::geometry::Point;

/// Thin-stroke pixels with weights 0..=1.
#[derive(Debug, Clone)]
pub(super) struct Marks(Vec<(Point, f32)>);

impl Marks {
    /// Up to `most` of the pixels that stand out in `thin` (as of `thin_rows`), evenly thinned out.
    pub(super) fn of(thin: &[u8], width: u32, most: usize) -> Self {
        let width = width as usize;
        let strong: Vec<usize> = (0..thin.len()).filter(|&i| thin[i] > 24).collect();
        // A step that shares no factor with the width takes from all columns.
        let stride = strong.len().div_ceil(most).max(1) | 1;
        let point =
            |&i: &usize| ([(i % width) as f32, (i / width) as f32], f32::from(thin[i].min(96)) / 96.0);
        Self(strong.iter().step_by(stride).map(point).collect())
    }

    pub(super) fn map(&self, to: impl Fn(Point) -> Point) -> Self {
        Self(self.0.iter().map(|&(p, weight)| (to(p), weight)).collect())
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, (Point, f32)> {
        self.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Sum of squared bins of the values' weighted histogram; the larger, the fewer lines they fall on.
pub(super) fn sharpness_of(values: impl Iterator<Item = (f32, f32)>, bin_px: f32) -> f32 {
    const BINS: usize = 4096;
    let mut bins = vec![0.0_f32; BINS];
    for (value, weight) in values {
        let at = value / bin_px + BINS as f32 / 2.0;
        let low = at as usize;
        if low + 1 < BINS {
            let share = at - low as f32;
            bins[low] += weight * (1.0 - share);
            bins[low + 1] += weight * share;
        }
    }
    bins.iter().map(|b| b * b).sum()
}
