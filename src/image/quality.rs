//! Figures on a scan's quality, for reports and for sending bad scans back.

use image::GrayImage;
use serde::{Deserialize, Serialize};

/// How good a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Resolution, estimated from the size of the print on the page.
    pub dpi: f32,
    /// Steepness of strokes' edges: the share of a stroke's whole contrast that lies between neighbouring
    /// pixels at 300 dpi. About 0.3 and more is sharp, below 0.1 is blurred.
    pub sharpness: f32,
    /// Contrast of ink against paper, 0..=1.
    pub contrast: f32,
    /// Share of the picture that is ink or otherwise dark.
    pub dark_share: f32,
    /// Share of the picture so bright that faint ink is lost in it.
    pub burnt_share: f32,
}

impl Quality {
    /// Measures a luma picture (at reading scale) and its ink picture (at work scale).
    pub(super) fn measure(luma: &GrayImage, ink: &GrayImage, px_per_mm: f32, dpi: f32) -> Self {
        let contrast = high_quantile(ink.as_raw(), 0.4, 40);
        Self {
            dpi,
            sharpness: sharpness(luma, px_per_mm),
            contrast: f32::from(contrast) / 255.0,
            dark_share: share(ink.as_raw(), |v| v > 90),
            burnt_share: share(luma.as_raw(), |v| v >= 254),
        }
    }
}

fn share(values: &[u8], wanted: impl Fn(u8) -> bool) -> f32 {
    let stride = (values.len() / 1_000_000).max(1);
    let looked_at = values.iter().step_by(stride);
    let count = looked_at.len().max(1);
    looked_at.filter(|&&v| wanted(v)).count() as f32 / count as f32
}

/// The value that `1 − q` of all values above `floor` exceed.
fn high_quantile(values: &[u8], q: f32, floor: u8) -> u8 {
    let mut counts = [0_usize; 256];
    for &v in values.iter().filter(|&&v| v > floor) {
        counts[usize::from(v)] += 1;
    }
    let total: usize = counts.iter().sum();
    let wanted = (total as f32 * q) as usize;
    let mut seen = 0;
    let value = (0..=255_u8).find(|&v| {
        seen += counts[usize::from(v)];
        total > 0 && seen > wanted
    });
    value.unwrap_or(0)
}

/// Median over edges of (steepest step between neighbours) / (whole rise within half a millimetre).
fn sharpness(luma: &GrayImage, px_per_mm: f32) -> f32 {
    let reach = ((0.35 * px_per_mm).round() as usize).max(2);
    let width = luma.width() as usize;
    let mut ratios = [0_usize; 101];
    let mut total = 0;
    for row in luma.as_raw().chunks_exact(width.max(1)).step_by(7) {
        let mut x = reach;
        while x + reach < width {
            let rise = i32::from(row[x + reach]) - i32::from(row[x - reach]);
            if rise.abs() > 70 {
                let step = |i: usize| (i32::from(row[i + 1]) - i32::from(row[i])) * rise.signum();
                let steepest = (x - reach..x + reach).map(step).max().unwrap_or(0);
                let ratio = (100 * steepest / rise.abs()).clamp(0, 100);
                ratios[usize::try_from(ratio).unwrap_or(0)] += 1;
                total += 1;
                x += 2 * reach;
            }
            x += 1;
        }
    }
    let mut seen = 0;
    let median = (0..ratios.len()).find(|&i| {
        seen += ratios[i];
        total > 0 && seen * 2 > total
    });
    // A step spreads over more pixels where there are more of them.
    median.unwrap_or(0) as f32 / 100.0 * (px_per_mm / 11.8).clamp(0.5, 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn bars() -> GrayImage {
        GrayImage::from_fn(600, 300, |x, _| Luma([if x % 40 < 8 { 40 } else { 235 }]))
    }

    #[test]
    fn blur_lowers_sharpness() {
        let sharp = Quality::measure(&bars(), &bars(), 11.8, 300.0);
        let blurred = imageproc::filter::gaussian_blur_f32(&bars(), 5.0);
        let soft = Quality::measure(&blurred, &bars(), 11.8, 300.0);
        assert!(sharp.sharpness > 0.5, "{sharp:?}");
        assert!(soft.sharpness < 0.3, "{soft:?}");
    }

    #[test]
    fn an_empty_picture_has_no_edges() {
        let white = GrayImage::from_pixel(300, 300, Luma([255]));
        let black = GrayImage::new(300, 300);
        let quality = Quality::measure(&white, &black, 11.8, 300.0);
        assert_eq!((quality.sharpness, quality.contrast, quality.burnt_share), (0.0, 0.0, 1.0));
    }
}
