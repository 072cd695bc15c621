//! From log-probabilities to text: the seam where language models per kind of field will join. Today every
//! kind is read without one: the best path is the reading, prefix beam search finds what else the ink says.

pub mod beam;
pub mod greedy;

use super::{Manifest, calibrate};
use crate::domain::FieldKind;
use crate::domain::normalise::nfc;
use beam::BeamOptions;
use ndarray::ArrayView2;

/// One possible text with its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The text, NFC, single spaces, trimmed.
    pub text: String,
    /// Probability that it is exactly right, 0 to 1.
    pub confidence: f32,
}

/// Most alternatives that a reading carries, its own text among them.
pub const MAX_ALTERNATIVES: usize = 5;

/// How lines are decoded. [`Decoder::settings`] is part of every proposal's key.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Decoder {
    /// Search for the alternatives.
    pub beam: BeamOptions,
}

impl Decoder {
    /// The settings in one short word.
    #[must_use]
    pub fn settings(&self) -> String {
        format!("greedy-beam{}", self.beam.width)
    }

    /// Reads one line from its own time steps, log-probabilities `[steps, classes]`. The first alternative
    /// is the reading (the text of the best path, with calibrated confidence); the others follow, best
    /// first, none more probable than the first. Never empty; the first text may be.
    #[must_use]
    pub fn read(
        &self,
        steps: &ArrayView2<'_, f32>,
        kind: FieldKind,
        manifest: &Manifest,
    ) -> Vec<Alternative> {
        let path = greedy::best_path(steps);
        let text = text_of(&path.classes, manifest);
        let confidence = calibrate::confidence(&path, manifest.calibration.weights(kind));
        let found = beam::search(steps, &self.beam);
        let texts = found.iter().map(|h| (text_of(&h.classes, manifest), h.log_prob.exp()));
        rank(&Alternative { text, confidence }, texts)
    }
}

/// Puts what the beam found behind the reading. What the reading leaves of certainty is shared out in
/// proportion to the model's own probabilities, the part of unlisted texts kept back.
fn rank(reading: &Alternative, found: impl Iterator<Item = (String, f64)>) -> Vec<Alternative> {
    let mut others: Vec<(String, f64)> = Vec::new();
    let mut of_reading = 0.0;
    for (text, probability) in found {
        if text == reading.text {
            of_reading += probability;
        } else if let Some(known) = others.iter_mut().find(|(other, _)| *other == text) {
            known.1 += probability;
        } else {
            others.push((text, probability));
        }
    }
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    let certainty = f64::from(reading.confidence);
    let share = (1.0 - certainty) / (1.0 - of_reading).max(f64::EPSILON);
    let others = others.into_iter().take(MAX_ALTERNATIVES - 1).map(|(text, probability)| Alternative {
        text,
        confidence: (probability * share).min(certainty) as f32,
    });
    std::iter::once(reading.clone()).chain(others).collect()
}

/// The classes' characters as tidy text: NFC, single spaces, trimmed.
fn text_of(classes: &[usize], manifest: &Manifest) -> String {
    let raw: String = classes.iter().map(|class| manifest.alphabet[class - 1].as_str()).collect();
    nfc(&raw).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::test_model::{manifest, peaked};
    use super::*;

    #[test]
    fn a_sure_line_is_read_with_high_confidence_and_ordered_alternatives() {
        let m = manifest();
        let steps = peaked(&m, "Nguyễn Thị Hoà", 0.98);
        let read = Decoder::default().read(&steps.view(), FieldKind::PersonName, &m);
        assert_eq!(read[0].text, "Nguyễn Thị Hoà");
        assert!(read.len() > 1 && read.len() <= MAX_ALTERNATIVES);
        assert!(read.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence), "{read:?}");
        assert!(read.iter().map(|a| a.confidence).sum::<f32>() <= 1.0 + 1e-4, "{read:?}");
    }

    #[test]
    fn the_second_best_letter_leads_to_the_second_alternative() {
        let m = manifest();
        let mut steps = peaked(&m, "An", 0.97);
        let class = |c: &str| m.alphabet.iter().position(|a| a == c).unwrap() + 1;
        // The first letter could be Ă nearly as well.
        steps[[0, class("A")]] = 0.52_f32.ln();
        steps[[0, class("Ă")]] = 0.45_f32.ln();
        let read = Decoder::default().read(&steps.view(), FieldKind::PersonName, &m);
        assert_eq!((read[0].text.as_str(), read[1].text.as_str()), ("An", "Ăn"));
    }

    #[test]
    fn texts_that_look_alike_are_one_alternative() {
        let reading = Alternative { text: "a".into(), confidence: 0.6 };
        let found = [("a", 0.5), ("b", 0.1), ("c", 0.15), ("b", 0.1)].map(|(t, p)| (t.to_owned(), p));
        let ranked = rank(&reading, found.into_iter());
        let texts: Vec<&str> = ranked.iter().map(|a| a.text.as_str()).collect();
        assert_eq!(texts, ["a", "b", "c"]);
        assert!((ranked[1].confidence - 0.16).abs() < 1e-6, "0.2 of the 0.5 left, times 0.4");
    }
}
