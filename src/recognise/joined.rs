//! The lines of one field as one sequence of time steps, so that they are decoded as one text.

use super::Manifest;
use super::legibility::Signs;
use ndarray::{Array2, ArrayView2, Axis, concatenate};

/// Logarithm of how rarely a word goes on in the next line without a space.
const WORD_GOES_ON: f32 = -2.3;

/// The steps of a field's lines one behind the other, and between two of them one step that is a space or nothing.
/// Lines on which no letter is seen are left out where others have some.
pub(super) fn joined(lines: &[ArrayView2<'_, f32>], signs: &[Signs], manifest: &Manifest) -> Array2<f32> {
    let any = signs.iter().any(|signs| signs.letters > 0);
    let written: Vec<ArrayView2<'_, f32>> = lines
        .iter()
        .zip(signs)
        .filter(|(_, signs)| !any || signs.letters > 0)
        .map(|(line, _)| *line)
        .collect();
    let between = line_break(manifest);
    let mut parts: Vec<ArrayView2<'_, f32>> = Vec::with_capacity(2 * written.len());
    for line in written {
        if !parts.is_empty() {
            parts.push(between.view());
        }
        parts.push(line);
    }
    concatenate(Axis(0), &parts).expect("all lines have the model's classes")
}

/// One step `[1, classes]`: a space at no cost, or nothing where the text wants that much more.
fn line_break(manifest: &Manifest) -> Array2<f32> {
    let mut step = Array2::from_elem((1, manifest.classes()), f32::NEG_INFINITY);
    step[[0, 0]] = WORD_GOES_ON;
    if let Some(space) = manifest.alphabet.iter().position(|letter| letter == " ") {
        step[[0, space + 1]] = 0.0;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::super::decode::Decoder;
    use super::super::test_model::{manifest, peaked};
    use super::*;
    use crate::domain::FieldKind;
    use crate::image::Look;

    #[test]
    fn what_goes_on_in_the_next_line_is_decoded_with_it() {
        let manifest = manifest();
        let above = peaked(&manifest, "Ngày ba tháng tư năm hai nghìn không trăm mười", 0.9);
        let mut below = peaked(&manifest, "bảy", 0.9);
        // By itself more probably "cảy", which no date ends with.
        let class = |c: &str| manifest.alphabet.iter().position(|a| a == c).unwrap() + 1;
        below[[0, class("b")]] = 0.01_f32.ln();
        below[[0, class("c")]] = 0.9_f32.ln();
        let dots = peaked(&manifest, "...", 0.9);
        let views = [above.view(), below.view(), dots.view()];
        let signs = views.map(|line| Signs::of(Look::default(), &line, &manifest.alphabet));
        let steps = joined(&views, &signs, &manifest);
        assert_eq!(steps.nrows(), above.nrows() + 1 + below.nrows(), "the dotted line is left out");
        let read = Decoder::default().read(&steps.view(), FieldKind::DateInWords, &manifest);
        assert_eq!(read[0].text, "Ngày ba tháng tư năm hai nghìn không trăm mười bảy");
    }
}
