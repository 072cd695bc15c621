//! Where a picture that a page is sought on came from.

use super::geometry::Point;
use super::mesh::Mesh;

/// What was done to the source before anything was sought on it. Places are reading pixels.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// Nothing.
    Scan,
    /// Turned back by quarters; the number the page was turned clockwise, and the source's size.
    Turned(u8, Point),
    /// Flattened.
    Photo(Mesh),
}

impl Origin {
    /// A reading pixel of `luma` to the source's.
    pub(super) fn source(&self, [x, y]: Point) -> Point {
        match self {
            Self::Scan => [x, y],
            Self::Turned(quarters, [w, h]) => match quarters % 4 {
                1 => [w - 1.0 - y, x],
                2 => [w - 1.0 - x, h - 1.0 - y],
                3 => [y, h - 1.0 - x],
                _ => [x, y],
            },
            Self::Photo(mesh) => mesh.source([x, y]),
        }
    }

    /// How far the page was turned clockwise on the source, degrees, and by how much larger it was there.
    pub(super) fn turn(&self) -> (f32, f32) {
        match self {
            Self::Scan => (0.0, 1.0),
            Self::Turned(quarters, _) => (90.0 * f32::from(*quarters), 1.0),
            Self::Photo(mesh) => mesh.middle_turn(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma, imageops};

    #[test]
    fn places_of_a_page_turned_back_are_those_of_the_source() {
        let page = GrayImage::from_fn(7, 5, |x, y| Luma([(10 * x + y) as u8]));
        let turned =
            [page.clone(), imageops::rotate90(&page), imageops::rotate180(&page), imageops::rotate270(&page)];
        for (quarters, source) in turned.iter().enumerate() {
            let origin = Origin::Turned(quarters as u8, [source.width() as f32, source.height() as f32]);
            let [x, y] = origin.source([4.0, 1.0]);
            assert_eq!(source.get_pixel(x as u32, y as u32)[0], 41, "{quarters}");
            assert_eq!(origin.turn(), (90.0 * quarters as f32, 1.0));
        }
    }
}
