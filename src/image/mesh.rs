//! A smooth map from a flattened picture to the one it was taken from, kept at equally spaced nodes.

use super::crops::bilinear;
use super::geometry::Point;
use image::GrayImage;

/// Pixels between nodes.
const STEP: u32 = 24;
/// Brightness beyond the picture: of paper, so that no line runs there.
const UNSEEN: u8 = 235;

/// Where each pixel of a flattened picture was in the picture before.
#[derive(Debug, Clone)]
pub(super) struct Mesh {
    cols: usize,
    rows: usize,
    nodes: Vec<Point>,
}

impl Mesh {
    /// The map of a flattened picture of this size; `source` is asked at the nodes.
    pub(super) fn new((width, height): (u32, u32), source: impl Fn(Point) -> Point) -> Self {
        let (cols, rows) = ((width.div_ceil(STEP) + 1) as usize, (height.div_ceil(STEP) + 1) as usize);
        let step = STEP as f32;
        let nodes = (0..rows)
            .flat_map(|r| (0..cols).map(move |c| [c as f32 * step, r as f32 * step]))
            .map(source)
            .collect();
        Self { cols, rows, nodes }
    }

    /// A pixel of the flattened picture to the one before; beyond the nodes the last cell goes on.
    pub(super) fn source(&self, [x, y]: Point) -> Point {
        let (u, v) = (x / STEP as f32, y / STEP as f32);
        let c = (u.max(0.0) as usize).min(self.cols - 2);
        let r = (v.max(0.0) as usize).min(self.rows - 2);
        let (left, right) = self.edges(c, v - r as f32, r);
        mix(left, right, u - c as f32)
    }

    /// The left and right side of a column of cells at a share of row `r`.
    fn edges(&self, c: usize, share: f32, r: usize) -> (Point, Point) {
        let node = |r: usize, c: usize| self.nodes[r * self.cols + c];
        (mix(node(r, c), node(r + 1, c), share), mix(node(r, c + 1), node(r + 1, c + 1), share))
    }

    /// The flattened picture; what the picture before does not show is [`UNSEEN`].
    pub(super) fn flatten(&self, picture: &GrayImage, (width, height): (u32, u32)) -> GrayImage {
        let mut out = GrayImage::new(width, height);
        let step = STEP as usize;
        let (right, low) = (picture.width() as f32 - 0.5, picture.height() as f32 - 0.5);
        for (y, row) in out.chunks_exact_mut(width as usize).enumerate() {
            let share = (y % step) as f32 / step as f32;
            for (c, cell) in row.chunks_mut(step).enumerate() {
                let (from, to_edge) = self.edges(c, share, y / step);
                let per_px = [0, 1].map(|k| (to_edge[k] - from[k]) / step as f32);
                let mut at = from;
                for to in cell {
                    let inside = at[0] > -0.5 && at[1] > -0.5 && at[0] < right && at[1] < low;
                    *to = if inside { bilinear(picture, at).round() as u8 } else { UNSEEN };
                    at = [at[0] + per_px[0], at[1] + per_px[1]];
                }
            }
        }
        out
    }

    /// How far the middle of the picture was turned clockwise, degrees, and by how much it was larger.
    pub(super) fn middle_turn(&self) -> (f32, f32) {
        let at = [(self.cols - 1) as f32, (self.rows - 1) as f32].map(|n| n / 2.0 * STEP as f32);
        let (a, b) = (self.source([at[0] - 40.0, at[1]]), self.source([at[0] + 40.0, at[1]]));
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        (dy.atan2(dx).to_degrees(), dx.hypot(dy) / 80.0)
    }
}

fn mix(a: Point, b: Point, share: f32) -> Point {
    [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_linear_map_is_kept_exactly() {
        let map = |[x, y]: Point| [3.0 + 0.9 * x - 0.2 * y, 5.0 + 0.2 * x + 0.9 * y];
        let mesh = Mesh::new((130, 90), map);
        for p in [[0.0, 0.0], [65.5, 44.0], [129.0, 89.0], [140.0, -8.0]] {
            let (found, wanted) = (mesh.source(p), map(p));
            assert!((found[0] - wanted[0]).abs() < 1e-3 && (found[1] - wanted[1]).abs() < 1e-3, "{p:?}");
        }
        let (turn, larger) = mesh.middle_turn();
        assert!((turn - 12.53).abs() < 0.05 && (larger - 0.922).abs() < 0.01, "{turn} {larger}");
    }

    #[test]
    fn flattening_shows_at_each_pixel_what_the_map_says() {
        let picture = GrayImage::from_fn(200, 150, |x, y| Luma([(x + y / 2) as u8]));
        let mesh = Mesh::new((100, 70), |[x, y]| [2.0 * x, 150.0 - 2.0 * y]);
        let flat = mesh.flatten(&picture, (100, 70));
        assert!(flat.get_pixel(40, 30)[0].abs_diff(80 + 45) <= 1);
        assert!(flat.get_pixel(99, 69)[0].abs_diff(198 + 6) <= 1);
    }
}
