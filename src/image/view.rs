//! How a camera looked at a page: the turn and the lean that make the page's upright lines upright again.
//!
//! The upright lines of a page that is curved like a cylinder along its spine stay straight and parallel in space,
//! so in the picture they meet in one vanishing point. Turning the camera in thought until that point lies at
//! infinity below needs two numbers: a turn about the optical axis and a lean.

use super::flatten::mirrored;
use super::geometry::Point;
use super::response::thin_rows;
use super::strokes::{Marks, sharpness_of};
use image::GrayImage;

/// Focal length of a phone's main camera, as a share of the picture's long side (24 to 28 mm on 36 mm of film).
pub(super) const FOCAL: f32 = 0.75;
/// The largest turn and lean that are looked for. A lean of 25° is 0.31.
const MAX_TURN_DEG: f32 = 14.0;
const MAX_LEAN: f32 = 0.36;

/// From the picture to the plane of a camera that was turned until upright lines are upright.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    middle: Point,
    sin: f32,
    cos: f32,
    /// How much nearer the vanishing point comes per pixel downwards.
    lean: f32,
    /// One over the cosine of the lean.
    stretch: f32,
}

impl View {
    pub(super) fn new(size: (u32, u32), turn_deg: f32, lean: f32) -> Self {
        let (sin, cos) = turn_deg.to_radians().sin_cos();
        let (w, h) = (size.0 as f32, size.1 as f32);
        let per_px = lean / (h / 2.0);
        let stretch = (1.0 + (per_px * FOCAL * w.max(h)).powi(2)).sqrt();
        Self { middle: [w / 2.0, h / 2.0], sin, cos, lean: per_px, stretch }
    }

    /// A pixel of the picture to the turned camera's plane, from its middle.
    pub(super) fn turned(&self, [x, y]: Point) -> Point {
        let (dx, dy) = (x - self.middle[0], y - self.middle[1]);
        let (across, down) = (self.cos * dx + self.sin * dy, self.cos * dy - self.sin * dx);
        let near = (1.0 + self.lean * down).max(0.2);
        [across / near * self.stretch, down / near * self.stretch * self.stretch]
    }

    /// The way back.
    pub(super) fn seen(&self, [u, w]: Point) -> Point {
        let flat = w / (self.stretch * self.stretch);
        let down = flat / (1.0 - self.lean * flat).max(0.2);
        let across = u / self.stretch * (1.0 + self.lean * down);
        [
            self.middle[0] + self.cos * across - self.sin * down,
            self.middle[1] + self.sin * across + self.cos * down,
        ]
    }
}

/// Finds the view under which the picture's upright thin lines are upright.
pub(super) fn estimate(ink: &GrayImage, gap: usize) -> View {
    let size = ink.dimensions();
    let mirrored = mirrored(ink);
    let marks = Marks::of(&thin_rows(&mirrored, gap), mirrored.width(), 9_000);
    let marks = marks.map(|[y, x]| [x, y]);
    let score = |turn: f32, lean: f32, (bin_px, stride): (f32, usize)| {
        let view = View::new(size, turn, lean);
        sharpness_of(marks.iter().step_by(stride).map(|&(p, weight)| (view.turned(p)[0], weight)), bin_px)
    };
    let coarse = (-28..=28).flat_map(|t| (-18..=18).map(move |l| (t as f32, l as f32)));
    let coarse = coarse.map(|(t, l)| (t * MAX_TURN_DEG / 28.0, l * MAX_LEAN / 18.0));
    let mut best = best_of(coarse, |t, l| score(t, l, (5.0, 3)));
    for (turn_step, lean_step, bin_px) in [(0.2, 0.006, 2.5), (0.07, 0.002, 1.5), (0.025, 0.000_8, 1.0)] {
        let around = (-4..=4).flat_map(|t| (-4..=4).map(move |l| (t as f32, l as f32)));
        let (turn, lean) = best;
        let near = around.map(|(t, l)| (turn + t * turn_step, lean + l * lean_step));
        best = best_of(near, |t, l| score(t, l, (bin_px, 1)));
    }
    View::new(size, best.0, best.1)
}

fn best_of(candidates: impl Iterator<Item = (f32, f32)>, score: impl Fn(f32, f32) -> f32) -> (f32, f32) {
    let start = (score(0.0, 0.0), (0.0, 0.0));
    let scored = candidates.map(|(a, b)| (score(a, b), (a, b)));
    // Where nothing tells, the picture stays as it is.
    scored.fold(start, |best, next| if next.0 > best.0 { next } else { best }).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn turning_the_camera_and_back_is_one() {
        let view = View::new((1000, 1300), 7.0, -0.25);
        for p in [[10.0, 20.0], [500.0, 650.0], [980.0, 1200.0], [100.0, 1250.0]] {
            let [x, y] = view.seen(view.turned(p));
            assert!((x - p[0]).abs() < 0.01 && (y - p[1]).abs() < 0.01, "{p:?} {x} {y}");
        }
    }

    #[test]
    fn lines_that_meet_far_below_become_upright() {
        let truth = View::new((700, 900), -4.0, 0.18);
        let ink = GrayImage::from_fn(700, 900, |x, y| {
            let [u, _] = truth.turned([x as f32, y as f32]);
            Luma([if [-220.0, -40.0, 160.0].iter().any(|line| (u - line).abs() < 1.0) { 200 } else { 0 }])
        });
        let found = estimate(&ink, 2);
        for line in [-220.0, 160.0] {
            let ends = [-350.0, 350.0].map(|w| found.turned(truth.seen([line, w]))[0]);
            assert!((ends[0] - ends[1]).abs() < 2.0, "{ends:?}");
        }
    }
}
