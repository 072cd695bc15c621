//! Upright pieces of a page: lines for reading, fields for looking at.

use super::extents::FoundRule;
use super::geometry::{Affine, Point};
use super::illumination::Paper;
use image::{GrayImage, Luma, Rgb, RgbImage};

/// The brightness picture that lines are sampled from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// Luma with red faded, at reading scale.
    pub(super) luma: &'a GrayImage,
    /// Paper level, estimated on the work picture.
    pub(super) paper: &'a Paper,
    /// Reading pixels per work pixel.
    pub(super) factor: f32,
    /// Upright work pixels → reading pixels.
    pub(super) from_upright: Affine,
}

/// Room around a rule that goes into its line, work px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Room {
    pub(super) above: f32,
    pub(super) below: f32,
    pub(super) left: f32,
    pub(super) right: f32,
}

/// The tallest line that is made, px; finer scans are reduced to it.
const MAX_LINE_PX: f32 = 120.0;

/// Cuts the line over a rule: upright, paper white, at the source's own resolution up to [`MAX_LINE_PX`].
pub(super) fn line(source: &Source<'_>, rule: &FoundRule, room: Room) -> GrayImage {
    let (x0, y0) = (rule.x0 - room.left, rule.y - room.above);
    let (w, h) = (rule.x1 + room.right - x0, room.above + room.below);
    let zoom = source.factor.min(MAX_LINE_PX / h);
    let width = (w * zoom).round().max(1.0) as u32;
    let height = (h * zoom).round().max(1.0) as u32;
    let start = source.from_upright.apply([x0 + 0.5 / zoom - 0.5, y0 + 0.5 / zoom - 0.5]);
    let across = source.from_upright.linear([1.0 / zoom, 0.0]);
    let down = source.from_upright.linear([0.0, 1.0 / zoom]);
    let mut out = GrayImage::new(width, height);
    for (y, row) in out.chunks_exact_mut(width as usize).enumerate() {
        let y = y as f32;
        let mut at = [start[0] + down[0] * y, start[1] + down[1] * y];
        let mut white = 1.0;
        for (x, to) in row.iter_mut().enumerate() {
            if x % 16 == 0 {
                let to_work = |v: f32| (v + 0.5) / source.factor - 0.5;
                white = 255.0 / source.paper.level_at(to_work(at[0]), to_work(at[1]));
            }
            *to = (bilinear(source.luma, at) * white).min(255.0) as u8;
            at = [at[0] + across[0], at[1] + across[1]];
        }
    }
    out
}

/// Brightness between pixel centres; beyond the picture it is that of its edge.
pub(super) fn bilinear(picture: &GrayImage, [x, y]: Point) -> f32 {
    let (w, h) = (picture.width() as usize, picture.height() as usize);
    let (x, y) = (x.clamp(0.0, (w - 1) as f32), y.clamp(0.0, (h - 1) as f32));
    let (c, r) = (x as usize, y as usize);
    let (fx, fy) = (x - c as f32, y - r as f32);
    let (c1, r1) = ((c + 1).min(w - 1), (r + 1).min(h - 1));
    let data = picture.as_raw();
    let at = |r: usize, c: usize| f32::from(data[r * w + c]);
    let top = at(r, c) + (at(r, c1) - at(r, c)) * fx;
    let bottom = at(r1, c) + (at(r1, c1) - at(r1, c)) * fx;
    top + (bottom - top) * fy
}

/// Resamples `picture` so that pixel `p` of the result shows `map(p)`; outside is `fill`.
pub(super) fn warp(picture: &GrayImage, map: &Affine, (width, height): (u32, u32), fill: u8) -> GrayImage {
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let step = map.linear([1.0, 0.0]);
    let mut out = GrayImage::from_pixel(width, height, Luma([fill]));
    for (y, row) in out.chunks_exact_mut(width as usize).enumerate() {
        let start = map.apply([0.0, y as f32]);
        for (x, to) in row.iter_mut().enumerate() {
            let at = [start[0] + step[0] * x as f32, start[1] + step[1] * x as f32];
            if at[0] > -0.5 && at[1] > -0.5 && at[0] < w - 0.5 && at[1] < h - 0.5 {
                *to = bilinear(picture, at).round() as u8;
            }
        }
    }
    out
}

/// How a field is cut out for the eye.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScreenCrop {
    /// Room around the field, as a share of its height.
    pub margin: f32,
    /// Height of the result in pixels, margins included.
    pub height_px: u32,
    /// The result is never wider than this; it then becomes lower too.
    pub max_width_px: u32,
}

impl Default for ScreenCrop {
    fn default() -> Self {
        Self { margin: 0.25, height_px: 140, max_width_px: 2400 }
    }
}

/// Upright colour picture of a field with some surroundings, from the whole page in colour.
///
/// `quad` is in pixels of `rgb`, clockwise from the field's own top left. What lies beyond the page is white.
#[must_use]
pub fn crop_for_screen(rgb: &RgbImage, quad: &[[f32; 2]; 4], options: ScreenCrop) -> RgbImage {
    let [tl, tr, _, bl] = *quad;
    let across = [tr[0] - tl[0], tr[1] - tl[1]];
    let down = [bl[0] - tl[0], bl[1] - tl[1]];
    let (w, h) = (across[0].hypot(across[1]).max(1.0), down[0].hypot(down[1]).max(1.0));
    let margin = options.margin.clamp(0.0, 4.0) * h;
    let (full_w, full_h) = (w + 2.0 * margin, h + 2.0 * margin);
    let zoom = (options.height_px.max(1) as f32 / full_h).min(options.max_width_px.max(1) as f32 / full_w);
    let (width, height) = ((full_w * zoom).round().max(1.0) as u32, (full_h * zoom).round().max(1.0) as u32);
    let (ux, uy) = ([across[0] / w, across[1] / w], [down[0] / h, down[1] / h]);
    // Several samples a pixel when the page is reduced, so that thin strokes do not break.
    let samples = (1.0 / zoom).ceil().clamp(1.0, 4.0) as u32;
    RgbImage::from_fn(width, height, |x, y| {
        let mut sum = [0.0_f32; 3];
        for i in 0..samples * samples {
            let part = |k: u32| (k as f32 + 0.5) / samples as f32;
            let a = (x as f32 + part(i % samples)) / zoom - margin;
            let b = (y as f32 + part(i / samples)) / zoom - margin;
            let at = [tl[0] + ux[0] * a + uy[0] * b - 0.5, tl[1] + ux[1] * a + uy[1] * b - 0.5];
            let colour = bilinear_rgb(rgb, at);
            for c in 0..3 {
                sum[c] += colour[c];
            }
        }
        Rgb(sum.map(|v| (v / (samples * samples) as f32).round() as u8))
    })
}

fn bilinear_rgb(rgb: &RgbImage, [x, y]: Point) -> [f32; 3] {
    let (w, h) = (rgb.width() as f32, rgb.height() as f32);
    if !(x > -1.0 && y > -1.0 && x < w && y < h) {
        return [255.0; 3];
    }
    let (x, y) = (x.clamp(0.0, w - 1.0), y.clamp(0.0, h - 1.0));
    let (c, r) = (x as u32, y as u32);
    let (c1, r1) = ((c + 1).min(rgb.width() - 1), (r + 1).min(rgb.height() - 1));
    let (fx, fy) = (x - c as f32, y - r as f32);
    let at = |c: u32, r: u32, k: usize| f32::from(rgb.get_pixel(c, r)[k]);
    std::array::from_fn(|k| {
        let top = at(c, r, k) + (at(c1, r, k) - at(c, r, k)) * fx;
        let bottom = at(c, r1, k) + (at(c1, r1, k) - at(c, r1, k)) * fx;
        top + (bottom - top) * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page with a blue field of 200×40 pixels around its middle, turned clockwise.
    fn turned_field(angle_deg: f32) -> (RgbImage, [[f32; 2]; 4]) {
        let turn = Affine::rotation(angle_deg, [0.0, 0.0], [250.0, 200.0]);
        let back = Affine::rotation(-angle_deg, [250.0, 200.0], [0.0, 0.0]);
        let page = RgbImage::from_fn(500, 400, |x, y| {
            let [u, v] = back.apply([x as f32 + 0.5, y as f32 + 0.5]);
            let inside = u.abs() < 100.0 && v.abs() < 20.0;
            Rgb(if inside { [20, 30, if u < 0.0 { 200 } else { 100 }] } else { [250, 250, 250] })
        });
        let corners = [[-100.0, -20.0], [100.0, -20.0], [100.0, 20.0], [-100.0, 20.0]];
        (page, corners.map(|c| turn.apply(c)))
    }

    #[test]
    fn screen_crops_are_upright_with_their_margins() {
        for angle in [0.0, 2.5, -4.0, 90.0] {
            let (page, quad) = turned_field(angle);
            let options = ScreenCrop { margin: 0.5, height_px: 160, max_width_px: 2000 };
            let crop = crop_for_screen(&page, &quad, options);
            assert_eq!(crop.dimensions(), (480, 160), "{angle}");
            assert_eq!(crop.get_pixel(240, 20).0, [250; 3], "{angle}");
            assert_eq!(crop.get_pixel(60, 80)[2], 200, "{angle}");
            assert_eq!(crop.get_pixel(420, 80)[2], 100, "{angle}");
            assert!(crop.get_pixel(50, 45)[0] < 60 && crop.get_pixel(30, 45)[0] > 240, "{angle}");
        }
    }

    #[test]
    fn a_crop_beyond_the_page_is_white_and_never_wider_than_allowed() {
        let (page, _) = turned_field(0.0);
        let outside = [[400.0, 10.0], [900.0, 10.0], [900.0, 30.0], [400.0, 30.0]];
        let options = ScreenCrop { max_width_px: 300, ..ScreenCrop::default() };
        let crop = crop_for_screen(&page, &outside, options);
        assert_eq!(crop.width(), 300);
        assert_eq!(crop.get_pixel(290, crop.height() / 2).0, [255; 3]);
    }

    #[test]
    fn degenerate_quads_do_not_panic() {
        let (page, _) = turned_field(0.0);
        for quad in [[[5.0, 5.0]; 4], [[f32::NAN, 0.0]; 4], [[-1e9, 1e9]; 4]] {
            let crop = crop_for_screen(&page, &quad, ScreenCrop::default());
            assert!(crop.width() > 0 && crop.width() <= 2400);
        }
    }

    #[test]
    fn a_warp_there_and_back_keeps_the_picture() {
        let picture = GrayImage::from_fn(200, 160, |x, y| Luma([((x / 20 + y / 20) % 2 * 150 + 50) as u8]));
        let turn = Affine::rotation(3.0, [100.0, 80.0], [100.0, 80.0]);
        let back = Affine::rotation(-3.0, [100.0, 80.0], [100.0, 80.0]);
        let again = warp(&warp(&picture, &turn, (200, 160), 0), &back, (200, 160), 0);
        for (x, y) in [(30, 30), (110, 70), (150, 90), (70, 130)] {
            let (a, b) = (picture.get_pixel(x, y)[0], again.get_pixel(x, y)[0]);
            assert!(a.abs_diff(b) < 12, "{x},{y}: {a} {b}");
        }
    }
}
