//! From millimetres of a page to pixels of the picture it was captured in.

use super::geometry::Point;

/// A grid of places on the page, and where each stands in the picture; between them it is interpolated, beyond them
/// continued.
#[derive(Debug, Clone, PartialEq)]
pub struct PageMap {
    /// Width and height of the page, mm.
    page_mm: [f32; 2],
    cols: usize,
    rows: usize,
    step: Point,
    /// Pixels of the picture after EXIF orientation, row by row.
    nodes: Vec<Point>,
}

/// Millimetres between two places of the grid, about.
const STEP_MM: f32 = 12.0;
/// How much longer than the page's long side a picture usually shows.
const SHOWN: f32 = 1.05;

impl PageMap {
    /// The map that `px` describes: from mm of the page to pixels.
    pub(super) fn new(page_mm: [f32; 2], px: impl Fn(Point) -> Point) -> Self {
        let [cols, rows] = page_mm.map(|mm| ((mm / STEP_MM).ceil() as usize).max(1));
        let step = [page_mm[0] / cols as f32, page_mm[1] / rows as f32];
        let at = |i: usize| [(i % (cols + 1)) as f32 * step[0], (i / (cols + 1)) as f32 * step[1]];
        let nodes = (0..(cols + 1) * (rows + 1)).map(|i| px(at(i))).collect();
        Self { page_mm, cols, rows, step, nodes }
    }

    /// A picture of which nothing is known but its size, as if it showed a page with this long side.
    #[must_use]
    pub fn of_picture(width: u32, height: u32, long_side_mm: f32) -> Self {
        let px_per_mm = (width.max(height) as f32 / (long_side_mm * SHOWN)).max(0.1);
        let page_mm = [width as f32 / px_per_mm, height as f32 / px_per_mm];
        Self::new(page_mm, |[x, y]| [x * px_per_mm - 0.5, y * px_per_mm - 0.5])
    }

    /// Width and height of the page, mm.
    #[must_use]
    pub fn page_mm(&self) -> [f32; 2] {
        self.page_mm
    }

    /// The pixel at which a place of the page is seen.
    #[must_use]
    pub fn px(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (u, v) = (x / self.step[0], y / self.step[1]);
        let (c, r) = ((u.max(0.0) as usize).min(self.cols - 1), (v.max(0.0) as usize).min(self.rows - 1));
        let (fu, fv) = (u - c as f32, v - r as f32);
        let node = |r: usize, c: usize| self.nodes[r * (self.cols + 1) + c];
        let (a, b, d, e) = (node(r, c), node(r, c + 1), node(r + 1, c), node(r + 1, c + 1));
        [0, 1].map(|k| {
            let top = a[k] + (b[k] - a[k]) * fu;
            let bottom = d[k] + (e[k] - d[k]) * fu;
            top + (bottom - top) * fv
        })
    }

    /// The corners of a box `[x0, y0, x1, y1]` of the page, clockwise from its own top left, in pixels.
    #[must_use]
    pub fn quad(&self, [x0, y0, x1, y1]: [f32; 4]) -> [[f32; 2]; 4] {
        [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(|p| self.px(p))
    }

    /// Pixels per millimetre in the middle of the page.
    #[must_use]
    pub fn px_per_mm(&self) -> f32 {
        let [x, y] = self.page_mm.map(|mm| mm / 2.0);
        let [a, b, c] = [[x, y], [x + 5.0, y], [x, y + 5.0]].map(|p| self.px(p));
        let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
        (area.abs() / 25.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_between_and_beyond_the_grid_are_continued() {
        let map = PageMap::new([210.0, 297.0], |[x, y]| [3.0 * x + y, 4.0 * y - 7.0]);
        for at in [[0.0, 0.0], [101.3, 150.2], [209.0, 296.0], [-8.0, 300.0]] {
            let [x, y] = map.px(at);
            assert!((x - 3.0 * at[0] - at[1]).abs() < 0.01 && (y - 4.0 * at[1] + 7.0).abs() < 0.01, "{at:?}");
        }
        assert!((map.px_per_mm() - 12.0_f32.sqrt()).abs() < 0.01);
    }

    #[test]
    fn a_picture_alone_is_taken_for_a_page_of_its_shape() {
        let map = PageMap::of_picture(2480, 3508, 297.0);
        assert!((map.px_per_mm() - 11.25).abs() < 0.1);
        let [x, y] = map.px(map.page_mm());
        assert!((x - 2479.5).abs() < 0.5 && (y - 3507.5).abs() < 0.5);
    }
}
