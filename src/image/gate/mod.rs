//! The quality gate's eyes: what can be measured on a capture within a fraction of a second.
//!
//! The page is looked at through a map from millimetres to pixels, four pixels to the millimetre, so that scans and
//! photos of any resolution show strokes of the same size.

mod fold;
mod imprint;
mod marks;
mod sharpness;
mod skin;
mod tiles;
mod view;

pub use imprint::Imprint;
pub use marks::mark_places;

use super::page::PreparedPage;
use super::page_map::PageMap;
use crate::domain::form::Form;
use crate::domain::gate::{Grid, Measured, Tile};
use image::RgbImage;
use view::View;

/// What one look at a capture gave.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The figures that it is judged by.
    pub measured: Measured,
    /// What the page is known by, where it lies on its form and enough is written on it.
    pub imprint: Option<Imprint>,
    /// The page upright and flat, small: four pixels to the millimetre.
    pub flat: RgbImage,
}

/// Looks at a capture. `laid` is the page laid on its form; before that is sought the whole picture is looked at as if
/// it were a page with this long side, mm.
#[must_use]
pub fn measure(rgb: &RgbImage, laid: Option<(&Form, &PreparedPage)>, long_side_mm: f32) -> Sight {
    let whole = laid.map(|(form, page)| (form.whole_page().form, page));
    let map = match &whole {
        Some((_, page)) => page.map.clone(),
        None => PageMap::of_picture(rgb.width(), rgb.height(), long_side_mm),
    };
    let view = View::new(rgb, &map);
    let fields: Vec<[f32; 4]> = whole.as_ref().map_or(Vec::new(), |(form, _)| field_boxes(form));
    let mut grid = tiles::lay(&view);
    tiles::mark_wanted(&mut grid, &fields);
    let paper_level = tiles::paper_level(&grid);
    let even = view.evened();
    let directions = sharpness::measure(&view, &even, &mut grid);
    skin::find(&view, &mut grid, &fields);
    let imprint = whole.as_ref().and_then(|(form, _)| Imprint::of(&view, &even, form));
    let measured = Measured {
        dpi: map.px_per_mm() * 25.4,
        form_confidence: laid.map(|(_, page)| page.form_confidence),
        paper_level,
        white_share: tiles::white_share(&grid),
        ink_depth: tiles::ink_depth(&view),
        sharpness: sharpness::median(&grid),
        shake: directions,
        ink: tiles::ranked_ink(&grid),
        field_ink: laid.map(|(_, page)| page.fields.iter().map(|f| f.ink).fold(0.0, f32::max)),
        beyond: laid.map_or([0.0; 4], |(_, page)| beyond(page, rgb.dimensions())),
        fold: whole.as_ref().and_then(|_| fold::find(&view, &grid)),
        grid,
    };
    Sight { measured, imprint, flat: view.picture() }
}

/// Zones of writing above every rule, `[x0, y0, x1, y1]` in mm.
fn field_boxes(form: &Form) -> Vec<[f32; 4]> {
    let zone = |&[x0, x1, y]: &[f32; 3]| [x0, y - form.ascent_mm.min(6.0), x1, y + 1.5];
    form.fields.iter().flat_map(|f| &f.rules).map(zone).collect()
}

/// The largest share of a field's length or height beyond each side of the picture: left, right, top, bottom.
fn beyond(page: &PreparedPage, (width, height): (u32, u32)) -> [f32; 4] {
    let (width, height) = (width as f32, height as f32);
    let mut worst = [0.0_f32; 4];
    for field in &page.fields {
        let along = |axis: usize| {
            let values = field.quad.map(|p| p[axis]);
            let least = values.into_iter().fold(f32::MAX, f32::min);
            (least, values.into_iter().fold(f32::MIN, f32::max))
        };
        let ((x0, x1), (y0, y1)) = (along(0), along(1));
        let (w, h) = ((x1 - x0).max(1.0), (y1 - y0).max(1.0));
        let shares = [-x0 / w, (x1 - width) / w, -y0 / h, (y1 - height) / h];
        for (worst, share) in worst.iter_mut().zip(shares) {
            *worst = worst.max(share.clamp(0.0, 1.0));
        }
    }
    worst
}

/// Tiles of one row after the other, with where each begins, in pixels of the view.
fn each_tile(grid: &mut Grid, mut visit: impl FnMut(&mut Tile, usize, usize)) {
    let (cols, side) = (grid.cols, (grid.tile_mm * view::PX_PER_MM) as usize);
    for (i, tile) in grid.tiles.iter_mut().enumerate() {
        visit(tile, i % cols * side, i / cols * side);
    }
}
