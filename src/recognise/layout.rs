//! Fields whose layout is not known: read in every way that the picture allows, and the likelier reading kept.

use super::legibility::Signs;
use super::{FieldInput, Reader, Reading, RecogniseError};
use crate::domain::FieldKind;
use image::GrayImage;

/// A picture of one field and the ways in which it may fall into lines.
#[derive(Debug, Clone, Copy)]
pub struct CropInput<'a> {
    /// What it holds.
    pub kind: FieldKind,
    /// Lines of writing, top to bottom, upright, grey, ink dark; the layout that is kept in doubt stands first.
    pub layouts: &'a [Vec<GrayImage>],
}

/// A reading and what speaks for and against there being anything to read.
pub type Read = (Reading, Signs);

impl Reader {
    /// Reads fields of unknown layout; one reading each, in their order, with its signs, not yet judged.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn read_crops(&self, crops: &[CropInput<'_>]) -> Result<Vec<Read>, RecogniseError> {
        Ok(self.chosen(crops)?.into_iter().map(|(_, read)| read).collect())
    }

    /// Which of its layouts each field is read in, in their order; 0 for a field without layouts.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn likelier_layouts(&self, crops: &[CropInput<'_>]) -> Result<Vec<usize>, RecogniseError> {
        Ok(self.chosen(crops)?.into_iter().map(|(at, _)| at).collect())
    }

    fn chosen(&self, crops: &[CropInput<'_>]) -> Result<Vec<(usize, Read)>, RecogniseError> {
        let fields: Vec<FieldInput<'_>> = crops
            .iter()
            .flat_map(|crop| crop.layouts.iter().map(|lines| FieldInput { kind: crop.kind, lines }))
            .collect();
        let mut read = self.read_with_signs(&fields)?.into_iter();
        let of_crop = |crop: &CropInput<'_>| {
            let readings = read.by_ref().take(crop.layouts.len()).enumerate();
            let better = |best: (usize, Read), other: (usize, Read)| {
                if likelihood(&other.1) > likelihood(&best.1) { other } else { best }
            };
            readings.reduce(better).unwrap_or((0, (Reading::blank(0.0), Signs::default())))
        };
        Ok(crops.iter().map(of_crop).collect())
    }
}

/// How well a reading explains the picture: per letter, the log-probability of the line model's best path and of
/// the decoded field. Lines squeezed together and letters cut through make both fall.
fn likelihood((reading, signs): &Read) -> f32 {
    if signs.letters == 0 {
        return f32::NEG_INFINITY;
    }
    signs.letter_log_prob + reading.confidence.max(f32::MIN_POSITIVE).ln() / signs.letters as f32
}

#[cfg(test)]
mod tests {
    use super::super::test_model::WidthModel;
    use super::*;
    use image::Luma;

    fn line(width: u32) -> GrayImage {
        GrayImage::from_fn(width, 40, |x, _| Luma([if x % 2 == 0 { 0 } else { 255 }]))
    }

    fn read(confidence: f32, letters: usize, letter_log_prob: f32) -> Read {
        (Reading::blank(confidence), Signs { letters, letter_log_prob, ..Signs::default() })
    }

    #[test]
    fn sure_letters_speak_for_a_layout_and_a_layout_without_letters_loses() {
        let whole = likelihood(&read(0.4, 40, -0.1));
        assert!(whole > likelihood(&read(1e-9, 30, -0.7)), "squeezed lines");
        assert!(whole > likelihood(&read(0.9, 0, 0.0)), "no letters");
        let cut_figures = likelihood(&read(1e-8, 6, -0.09));
        assert!(likelihood(&read(0.06, 6, -0.2)) > cut_figures, "the decoder makes no sense of it");
    }

    #[test]
    fn the_first_layout_is_kept_in_doubt_and_fields_keep_their_order() {
        let reader = Reader::with_model(Box::new(WidthModel::default()));
        let both = [vec![line(300)], vec![line(300)]];
        let split = [vec![line(120), line(200)]];
        let crops =
            [&both[..], &split[..], &[]].map(|layouts| CropInput { kind: FieldKind::Number, layouts });
        assert_eq!(reader.likelier_layouts(&crops).unwrap(), [0, 0, 0]);
        let texts: Vec<String> =
            reader.read_crops(&crops).unwrap().into_iter().map(|(r, _)| r.text).collect();
        assert_eq!(texts, ["300", "120 200", ""]);
    }
}
