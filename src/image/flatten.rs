//! A photo of a page becomes what a scanner would have seen of it.
//!
//! The page may lie any way up, lean, and be curved towards its spine. In turn: along which side rules run →
//! the view that makes upright lines upright → the bend that makes rows of print straight → where the form lies
//! on the flat page → one map from the page, in millimetres, to the picture.
//! Curved pages as cylinders seen by a pinhole: Cao, Ding, Liu (2003), "Rectifying the bound document image
//! captured by the camera".

use super::bend::Bend;
use super::fit::{Fit, fits};
use super::geometry::{Affine, Point};
use super::illumination::Paper;
use super::mesh::Mesh;
use super::response::thin_rows;
use super::strokes::{Marks, sharpness_of};
use super::view::{self, FOCAL, View};
use crate::domain::form::Form;
use image::{GrayImage, imageops};
use std::cell::OnceCell;

/// A page as a scanner would have seen it.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    /// Brightness, the page filling it.
    pub(super) luma: GrayImage,
    /// Pixels per millimetre of it.
    pub(super) px_per_mm: f32,
    /// From it to the photo as it was, not turned.
    pub(super) mesh: Mesh,
    /// Quarter turns clockwise that the page was turned, about.
    pub(super) quarter_turns: u8,
}

/// Resolution in which a photo's geometry is sought, at most, if its long side shows `SHOWN_MM`.
const WORK_PX_PER_MM: f32 = 4.2;
pub(super) const SHOWN_MM: f32 = 330.0;
const MARKS: usize = 40_000;

/// A picture on which a page may lie any way up, and what was measured on it so far.
#[derive(Debug)]
pub(super) struct Photo {
    /// Brightness as it came.
    pub(super) luma: GrayImage,
    ink: GrayImage,
    /// Pixels of `luma` per pixel of `ink`, and pixels of `ink` per millimetre if the picture shows [`SHOWN_MM`].
    factor: u32,
    px_per_mm: f32,
    /// Whether rules seem to run from top to bottom.
    on_side: bool,
    /// The shape of the page with the rules as they seem to run, and the other way.
    shapes: [OnceCell<Shape>; 2],
}

/// The page's shape if it stands or lies on its side.
#[derive(Debug)]
struct Shape {
    sideways: bool,
    view: View,
    bend: Bend,
    /// Thin strokes along both directions on the flat page.
    rows: Marks,
    columns: Marks,
}

impl Photo {
    /// `reduce` makes pictures smaller by whole factors.
    pub(super) fn new(luma: GrayImage, reduce: impl Fn(&GrayImage, u32) -> GrayImage) -> Self {
        let scale = luma.width().max(luma.height()) as f32 / SHOWN_MM;
        let factor = ((scale / WORK_PX_PER_MM).ceil() as u32).max(1);
        let px_per_mm = scale / factor as f32;
        let small = reduce(&luma, factor);
        let ink = Paper::estimate(&small, (4.0 * px_per_mm) as u32).ink(&small);
        let on_side = rules_run_upright(&ink, px_per_mm);
        Self { luma, ink, factor, px_per_mm, on_side, shapes: [OnceCell::new(), OnceCell::new()] }
    }

    /// How well the form's lines lie on the page, rules running as they seem to: comparable between forms, not
    /// between photos.
    pub(super) fn likeness(&self, form: &Form) -> f32 {
        self.shape(0).fits(form, self.px_per_mm).first().map_or(f32::MIN, |fit| fit.score)
    }

    /// Shows `visit` the likeliest flat pages, best first, until it returns true.
    pub(super) fn flats(&self, form: &Form, visit: &mut dyn FnMut(Flat) -> bool) {
        for way in 0..2 {
            let shape = self.shape(way);
            for fit in shape.fits(form, self.px_per_mm) {
                if visit(self.flat(shape, form, &fit)) {
                    return;
                }
            }
        }
    }

    fn shape(&self, way: usize) -> &Shape {
        let sideways = self.on_side != (way == 1);
        self.shapes[way].get_or_init(|| {
            let ink = if sideways { &imageops::rotate270(&self.ink) } else { &self.ink };
            Shape::measure(ink, sideways, self.px_per_mm)
        })
    }

    fn flat(&self, shape: &Shape, form: &Form, fit: &Fit) -> Flat {
        let px_per_mm = fit.scale * self.factor as f32;
        let size = form.page_mm.map(|mm| (mm * px_per_mm).round().max(48.0) as u32);
        let to_luma = Affine::pixel_scale(self.factor as f32);
        let right = self.luma.width() as f32 - 1.0;
        let source = |[x, y]: Point| {
            let mm = [(x + 0.5) / px_per_mm, (y + 0.5) / px_per_mm];
            let flat = fit.px(mm, form.page_mm);
            let [x, y] = to_luma.apply(shape.view.seen(shape.bend.curved(flat)));
            // What was sought on the picture turned back by a quarter is turned forward again.
            if shape.sideways { [right - y, x] } else { [x, y] }
        };
        let mesh = Mesh::new((size[0], size[1]), source);
        let luma = mesh.flatten(&self.luma, (size[0], size[1]));
        let quarter_turns = u8::from(shape.sideways) + 2 * u8::from(fit.flipped);
        Flat { luma, px_per_mm, mesh, quarter_turns }
    }
}

impl Shape {
    fn measure(ink: &GrayImage, sideways: bool, px_per_mm: f32) -> Self {
        let gap = thin_gap(px_per_mm);
        let view = view::estimate(ink, gap);
        let rows = Marks::of(&thin_rows(ink, gap), ink.width(), MARKS).map(|p| view.turned(p));
        let focal = FOCAL * ink.width().max(ink.height()) as f32;
        let bend = Bend::trace(&rows, ink.dimensions(), px_per_mm, focal);
        let mirrored = mirrored(ink);
        let columns = Marks::of(&thin_rows(&mirrored, gap), mirrored.width(), MARKS / 2);
        let columns = columns.map(|[y, x]| bend.flat(view.turned([x, y])));
        let rows = rows.map(|p| bend.flat(p));
        Self { sideways, view, bend, rows, columns }
    }

    fn fits(&self, form: &Form, px_per_mm: f32) -> Vec<Fit> {
        fits(form, &self.rows, &self.columns, px_per_mm)
    }
}

fn thin_gap(px_per_mm: f32) -> usize {
    ((0.5 * px_per_mm).round() as usize).max(1)
}

/// The picture mirrored at its diagonal: columns become rows.
pub(super) fn mirrored(ink: &GrayImage) -> GrayImage {
    imageops::flip_horizontal(&imageops::rotate90(ink))
}

/// Whether rules run from top to bottom: then strokes that are thin across fall into sharper lines, tile by tile.
fn rules_run_upright(ink: &GrayImage, px_per_mm: f32) -> bool {
    let gap = thin_gap(px_per_mm);
    let rows = Marks::of(&thin_rows(ink, gap), ink.width(), 16_000);
    let mirrored = mirrored(ink);
    let columns = Marks::of(&thin_rows(&mirrored, gap), mirrored.width(), 16_000);
    tiled_sharpness(&columns, px_per_mm) > tiled_sharpness(&rows, px_per_mm)
}

/// Strokes of a tile, from its middle, with their weights.
type Tile = Vec<(Point, f32)>;

/// How much sharper than evenly spread the strokes of each tile fall into lines of some direction.
fn tiled_sharpness(marks: &Marks, px_per_mm: f32) -> f32 {
    let side = 60.0 * px_per_mm;
    let mut tiles: Vec<((i32, i32), Tile)> = Vec::new();
    for &(p, weight) in marks.iter() {
        let key = ((p[0] / side) as i32, (p[1] / side) as i32);
        let local = ([p[0] - (key.0 as f32 + 0.5) * side, p[1] - (key.1 as f32 + 0.5) * side], weight);
        match tiles.iter_mut().find(|(k, _)| *k == key) {
            Some((_, own)) => own.push(local),
            None => tiles.push((key, vec![local])),
        }
    }
    let best = |own: &[(Point, f32)]| {
        let angles = (-10..=10).map(|a| (a as f32 * 2.0).to_radians().sin_cos());
        let sharp = |(sin, cos): (f32, f32)| {
            sharpness_of(own.iter().map(|&([x, y], weight)| (y * cos - x * sin, weight)), 2.0)
        };
        angles.map(sharp).fold(0.0, f32::max)
    };
    let total: f32 = marks.iter().map(|m| m.1).sum();
    tiles.iter().map(|(_, own)| best(own)).sum::<f32>() / total.max(1.0)
}
