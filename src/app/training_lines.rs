//! The pictures of verified lines, cut from their page exactly as they are cut for reading.

use crate::domain::{FieldKind, Form};
use crate::image::{FieldRegion, ImageError, Limits, decode, prepare};
use image::{GrayImage, ImageFormat};
use std::io::Cursor;

/// A field whose line is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) key: String,
    pub(super) kind: FieldKind,
    pub(super) text: String,
}

/// A line as PNG, or why there is none.
pub(super) type Cut = Result<Vec<u8>, &'static str>;

/// Each field wanted of the entry at a place of the page with its line as PNG, or why it has none: `ticked`, `several_lines`, `not_found`.
pub(super) fn cut_lines(
    original: &[u8],
    limits: &Limits,
    (form, place, wanted): (&Form, usize, Vec<Wanted>),
) -> Result<Vec<(Wanted, Cut)>, ImageError> {
    let page = prepare(&decode(original, limits)?, form)?;
    let line = |field: Wanted| {
        let is_wanted = |region: &&FieldRegion| {
            region.key == field.key && region.entry.is_none_or(|entry| entry == place)
        };
        let region = page.fields.iter().find(is_wanted);
        let picture = only_line(field.kind, region).and_then(png);
        (field, picture)
    };
    Ok(wanted.into_iter().map(line).collect())
}

/// The line of a field that has just one: which part of a text stands on which of several is not known.
fn only_line(kind: FieldKind, region: Option<&FieldRegion>) -> Result<&GrayImage, &'static str> {
    match (kind, region.map(|region| region.lines.as_slice())) {
        (FieldKind::Choice, _) => Err("ticked"),
        (_, Some([line])) => Ok(line),
        (_, Some([_, ..])) => Err("several_lines"),
        _ => Err("not_found"),
    }
}

fn png(line: &GrayImage) -> Cut {
    let mut bytes = Cursor::new(Vec::new());
    line.write_to(&mut bytes, ImageFormat::Png).map_err(|_| "not_found")?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(lines: usize) -> FieldRegion {
        let lines = vec![GrayImage::new(30, 20); lines];
        FieldRegion {
            key: "k".into(),
            entry: Some(0),
            quad: [[0.0; 2]; 4],
            lines,
            ink: 0.1,
            ticks: Vec::new(),
        }
    }

    #[test]
    fn only_a_text_on_one_line_can_be_learned_from() {
        let place = FieldKind::Place;
        assert_eq!(only_line(place, Some(&region(1))).unwrap().width(), 30);
        assert_eq!(only_line(place, Some(&region(2))), Err("several_lines"));
        assert_eq!(only_line(place, Some(&region(0))), Err("not_found"));
        assert_eq!(only_line(place, None), Err("not_found"));
        assert_eq!(only_line(FieldKind::Choice, Some(&region(0))), Err("ticked"));
    }

    #[test]
    fn a_picture_survives_its_png() {
        let line = GrayImage::from_fn(7, 5, |x, y| image::Luma([(x * 30 + y) as u8]));
        let back = image::load_from_memory(&png(&line).unwrap()).unwrap();
        assert_eq!(back.to_luma8(), line);
    }
}
