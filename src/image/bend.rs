//! A curved page made flat: where each upright line of the page lies, and how far from the camera.
//!
//! Seen by a camera whose picture plane is parallel to the spine, a page curved like a cylinder has upright lines
//! on which heights are only shifted and stretched. Both change smoothly across the page and are traced strip by
//! strip: a strip's rows of print must continue those of the strips before. The stretch is the distance from the
//! camera, which also tells how long the paper is between two upright lines.

use super::geometry::Point;
use super::strokes::Marks;
use super::trace::Tracer;

/// Shift and stretch of heights along upright lines at equal steps across, and the way along the paper.
#[derive(Debug, Clone)]
pub(super) struct Bend {
    first: f32,
    step: f32,
    strips: Vec<Strip>,
    /// Way along the paper from the middle of the picture, px.
    way: Vec<f32>,
}

/// `flat height = height · stretch − shift` on one upright line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Strip {
    pub(super) shift: f32,
    pub(super) stretch: f32,
}

impl Bend {
    /// Traces the rows of print. `marks` are thin strokes along rows in the turned camera's plane (see `View`),
    /// `size` of the picture they come from; `focal` its focal length, px.
    pub(super) fn trace(marks: &Marks, size: (u32, u32), px_per_mm: f32, focal: f32) -> Self {
        let tracer = Tracer::new(marks, size, px_per_mm);
        let (first, step) = (tracer.first, tracer.step);
        let mut found = tracer.grow();
        for _ in 0..2 {
            smooth(&mut found, 3);
            found = tracer.refine(&found);
        }
        smooth(&mut found, 3);
        let way = way_along(first, step, &found, focal);
        Self { first, step, strips: found, way }
    }

    /// From the turned camera's plane to the flat page.
    pub(super) fn flat(&self, [u, w]: Point) -> Point {
        let (strip, way) = self.at(u);
        [way, w * strip.stretch - strip.shift]
    }

    /// The way back.
    pub(super) fn curved(&self, [way, height]: Point) -> Point {
        let last = self.way.len() - 2;
        let i = self.way.partition_point(|&s| s < way).saturating_sub(1).min(last);
        let share = (way - self.way[i]) / (self.way[i + 1] - self.way[i]).max(1e-3);
        let u = self.first + (i as f32 + share) * self.step;
        let (strip, _) = self.at(u);
        [u, (height + strip.shift) / strip.stretch]
    }

    fn at(&self, u: f32) -> (Strip, f32) {
        let x = (u - self.first) / self.step;
        let i = (x.max(0.0) as usize).min(self.strips.len() - 2);
        let share = x - i as f32;
        let (a, b) = (self.strips[i], self.strips[i + 1]);
        let way = self.way[i] + (self.way[i + 1] - self.way[i]) * share;
        // Beyond the last strip the paper goes on as it was there.
        let share = share.clamp(-2.0, 3.0);
        let strip = Strip {
            shift: a.shift + (b.shift - a.shift) * share,
            stretch: (a.stretch + (b.stretch - a.stretch) * share).clamp(0.4, 2.5),
        };
        (strip, way)
    }
}

/// Replaces each strip by a parabola through itself and `reach` neighbours on both sides (Savitzky and Golay,
/// 1964); fewer near the ends.
fn smooth(found: &mut [Strip], reach: usize) {
    let old = found.to_vec();
    for (i, strip) in found.iter_mut().enumerate() {
        let r = reach.min(i).min(old.len() - 1 - i);
        let weights = parabola_weights(r);
        let sum = |value: fn(&Strip) -> f32| -> f32 {
            old[i - r..=i + r].iter().zip(&weights).map(|(s, w)| value(s) * w).sum()
        };
        *strip = Strip { shift: sum(|s| s.shift), stretch: sum(|s| s.stretch) };
    }
}

/// Weights whose sum with 2r + 1 values is the middle of their best parabola.
fn parabola_weights(r: usize) -> Vec<f32> {
    let r_ = r as f32;
    if r == 0 {
        return vec![1.0];
    }
    let scale = (2.0 * r_ + 3.0) * (2.0 * r_ + 1.0) * (2.0 * r_ - 1.0);
    let weight = |k: f32| (3.0 * (3.0 * r_ * r_ + 3.0 * r_ - 1.0) - 15.0 * k * k) / scale;
    (0..=2 * r).map(|i| weight(i as f32 - r_)).collect()
}

/// The way along the paper at each strip, from the middle of the picture: upright lines at `u` and distance
/// `focal · stretch` stand in space at `(u · stretch, focal · stretch)`.
fn way_along(first: f32, step: f32, found: &[Strip], focal: f32) -> Vec<f32> {
    let mut soft = found.to_vec();
    smooth(&mut soft, 5);
    let spot = |i: usize| [(first + i as f32 * step) * soft[i].stretch, focal * soft[i].stretch];
    let mut way = vec![0.0];
    for i in 1..soft.len() {
        let ([x0, z0], [x1, z1]) = (spot(i - 1), spot(i));
        // Never less than half a step: the way back must be one way.
        way.push(way[i - 1] + (x1 - x0).hypot(z1 - z0).max(0.5 * step));
    }
    let middle = way[way.len() / 2];
    way.iter_mut().for_each(|s| *s -= middle);
    way
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Point;
    use super::super::response::thin_rows;
    use super::*;
    use image::{GrayImage, Luma};

    const SIZE: (u32, u32) = (900, 1200);
    const FOCAL: f32 = 900.0;

    /// What a page that falls away on the left does to heights.
    fn curve(u: f32) -> Strip {
        let fall = (-(u + 450.0) / 90.0).exp();
        Strip { shift: 0.03 * u + 9.0 * fall, stretch: 1.0 + 0.000_1 * u + 0.07 * fall }
    }

    fn traced() -> Bend {
        let rows = [
            -460.0, -400.0, -371.0, -322.0, -250.0, -215.0, -120.0, -90.0, 0.0, 55.0, 140.0, 210.0, 300.0,
            420.0,
        ];
        let ink = GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let (u, w) = (x as f32 - 450.0, y as f32 - 600.0);
            let height = w * curve(u).stretch - curve(u).shift;
            Luma([if x % 3 > 0 && rows.iter().any(|r: &f32| (height - r).abs() < 1.0) { 180 } else { 0 }])
        });
        let marks = Marks::of(&thin_rows(&ink, 2), SIZE.0, 40_000).map(|[x, y]| [x - 450.0, y - 600.0]);
        Bend::trace(&marks, SIZE, 4.0, FOCAL)
    }

    #[test]
    fn rows_become_straight() {
        let bend = traced();
        for row in [-400.0, 0.0, 300.0] {
            let on_page = |u: f32| {
                let strip = curve(u);
                bend.flat([u, (row + strip.shift) / strip.stretch])[1]
            };
            let middle = on_page(0.0);
            for u in [-370.0, -330.0, -200.0, 200.0, 400.0] {
                assert!((on_page(u) - middle).abs() < 5.0, "row {row} at {u}: {} not {middle}", on_page(u));
            }
        }
    }

    #[test]
    fn there_and_back_is_one_and_paper_that_leans_away_is_longer_than_it_looks() {
        let bend = traced();
        for p in [[-380.0, -500.0], [-10.0, 3.0], [390.0, 480.0]] {
            let [u, w]: Point = bend.curved(bend.flat(p));
            assert!((u - p[0]).abs() < 0.5 && (w - p[1]).abs() < 0.5, "{p:?} {u} {w}");
        }
        let way = |from: f32, to: f32| bend.flat([to, 0.0])[0] - bend.flat([from, 0.0])[0];
        assert!(way(-420.0, -320.0) > 1.02 * way(200.0, 300.0));
    }

    #[test]
    fn parabolas_pass_smoothing_unchanged() {
        let strip =
            |i: usize| Strip { shift: (i * i) as f32 * 0.3 - 2.0 * i as f32, stretch: 1.0 + 0.01 * i as f32 };
        let mut found: Vec<Strip> = (0..12).map(strip).collect();
        smooth(&mut found, 3);
        for (i, s) in found.iter().enumerate() {
            assert!((s.shift - strip(i).shift).abs() < 1e-3 && (s.stretch - strip(i).stretch).abs() < 1e-4);
        }
    }

    #[test]
    fn a_page_without_rows_stays_as_it_is() {
        let bend = Bend::trace(&Marks::of(&[0; 100], 10, 50), SIZE, 4.0, FOCAL);
        let [x, y] = bend.flat([200.0, 100.0]);
        assert!(x.is_finite() && y.is_finite() && bend.curved([x, y]).iter().all(|v| v.is_finite()));
    }
}
