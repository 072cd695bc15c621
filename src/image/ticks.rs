//! Tick boxes: where the printed squares stand, and how much was written into them.

use super::align::{Evidence, Placement};
use super::geometry::index;
use crate::domain::form::FormField;
use image::GrayImage;

/// A printed square on the upright page: left, top and side, px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Square {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) w: f32,
    pub(super) h: f32,
}

/// The squares of one field are printed together: they are sought with one shift and one size.
const SHIFT_MM: f32 = 2.6;
const GROWTH_MM: f32 = 0.8;
/// How far one square may stand from where all of them together would have it.
const NEAR_MM: f32 = 1.0;
/// Share of ink inside a square that counts as a full tick.
const FULL_TICK: f32 = 0.10;

/// Finds the squares of a choice field; also the share of their outline with line evidence.
pub(super) fn locate(field: &FormField, evidence: &Evidence, at: &Placement) -> (Vec<Square>, f32) {
    let scale = (at.x.scale + at.y.scale) / 2.0;
    let steps = (SHIFT_MM * scale) as i32;
    let growths = (GROWTH_MM * scale / 2.0).ceil() as i32;
    let mut best = (f32::MIN, 0, 0, 0);
    for grow in -growths..=growths {
        for dy in -steps..=steps {
            for dx in -steps..=steps {
                let squares = squares(field, at, [dx, dy, grow]);
                let count = squares.len().max(1) as f32;
                let seen: f32 = squares.map(|s| outline(evidence, &s)).sum();
                let off = (dx * dx + dy * dy) as f32 / (scale * scale);
                let value = seen / count - 0.01 * off;
                if value > best.0 {
                    best = (value, dx, dy, grow);
                }
            }
        }
    }
    let (value, dx, dy, grow) = best;
    if value < 0.3 {
        return (squares(field, at, [0, 0, 0]).collect(), value.max(0.0));
    }
    let near = (NEAR_MM * scale).ceil() as i32;
    (squares(field, at, [dx, dy, grow]).map(|s| settle(evidence, s, near)).collect(), value)
}

/// The square's own best place within `near` px of where all of them stand together: options of two printed
/// lines, and what skew is left, move each a little.
fn settle(evidence: &Evidence, square: Square, near: i32) -> Square {
    let shifts = (-near..=near).flat_map(|dy| (-near..=near).map(move |dx| (dx, dy)));
    let moved = shifts.map(|(dx, dy)| {
        let there = Square { x: square.x + dx as f32, y: square.y + dy as f32, ..square };
        let off = (dx * dx + dy * dy) as f32 / (near * near).max(1) as f32;
        (outline(evidence, &there) - 0.02 * off, there)
    });
    moved.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(square, |(_, there)| there)
}

fn squares<'a>(
    field: &'a FormField,
    at: &'a Placement,
    [dx, dy, grow]: [i32; 3],
) -> impl ExactSizeIterator<Item = Square> + use<'a> {
    field.options.iter().map(move |option| {
        let [x, y, w, h] = option.tick;
        let (dx, dy, grow) = (dx as f32, dy as f32, grow as f32);
        Square {
            x: at.x.px(x) + dx - grow,
            y: at.y.px(y) + dy - grow,
            w: w * at.x.scale + 2.0 * grow,
            h: h * at.y.scale + 2.0 * grow,
        }
    })
}

/// Share of a square's outline with line evidence.
fn outline(evidence: &Evidence, s: &Square) -> f32 {
    let along = |line: f32| evidence.rows.coverage(line.round() as i32, s.x, s.x + s.w);
    let down = |line: f32| evidence.columns.coverage(line.round() as i32, s.y, s.y + s.h);
    (along(s.y) + along(s.y + s.h) + down(s.x) + down(s.x + s.w)) / 4.0
}

/// How much a square is ticked, 0..=1, from the ink inside it (its outline left out). `strength` is the ink of a
/// usual mark on this page, 0..=255.
pub(super) fn tick(ink: &GrayImage, square: &Square, strength: u8) -> f32 {
    let strength = f32::from(strength.max(1));
    let inset = 0.17 * (square.w + square.h) / 2.0;
    let (w, h) = (ink.width() as usize, ink.height() as usize);
    let (x0, x1) = (index(square.x + inset, w), index(square.x + square.w - inset, w));
    let (y0, y1) = (index(square.y + inset, h), index(square.y + square.h - inset, h));
    let mut dark = 0.0;
    for y in y0..=y1 {
        for x in x0..=x1 {
            let ink = f32::from(ink.get_pixel(x as u32, y as u32)[0]);
            dark += ((ink / strength - 0.5) / 0.8).clamp(0.0, 1.0);
        }
    }
    let area = ((x1 - x0 + 1) * (y1 - y0 + 1)) as f32;
    (dark / area / FULL_TICK).min(1.0)
}
