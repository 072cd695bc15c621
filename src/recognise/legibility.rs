//! Is there anything to read? An empty field is blank, a scribble or a hole is not readable; neither becomes text.
//!
//! Two witnesses are heard: the picture ([`crate::image::look`]) and the line model's own best path, before any
//! language model or grammar had a say (those make names out of anything). What they say is weighed by a logistic
//! regression that `sohoa model calibrate` fits on written fields and on made blank, scribbled and torn ones.

use super::{LogisticWeights, Reading};
use crate::image::Look;
use ndarray::ArrayView2;
use serde::Serialize;

/// Why a field has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unread {
    /// Nothing is written.
    Blank,
    /// There is ink, but no writing that can be read.
    Unreadable,
    /// The paper is gone or covered.
    Hole,
}

/// What the witnesses say of a field; over several lines the means by length, the letters their sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Signs {
    /// The picture.
    pub look: Look,
    /// Time steps.
    pub steps: usize,
    /// Time steps from the first letter to the last.
    pub span: usize,
    /// Letters and figures on the best path; the dots of a rule are none.
    pub letters: usize,
    /// How many different ones at most on one line, every figure being one by itself: zigzags are read as m, n and
    /// v, loops as o and e, but 2000 is a year.
    pub distinct: usize,
    /// Mean natural log-probability of those letters at their surest step; 0 without letters.
    pub letter_log_prob: f32,
    /// Whether the kind of field has a closed list: one of its names is always found.
    pub is_closed: bool,
    /// How much worse the best name of that list explains the steps than their best path does, natural logarithm, at
    /// most 0; 0 without a list.
    pub list_gap: f32,
}

/// From which shares of the picture on nothing is called a hole, a scribble, a blot, and ink at all.
const HOLE: f32 = 0.3;
const DENSE: f32 = 0.35;
const SOLID: f32 = 0.04;
const INKED: f32 = 0.12;
/// More bare paper than this is no hole with an edge but a line on white paper.
const WHITE: f32 = 0.93;
/// Letters that count as few: a speck or the end of a rule looks like that.
const FEW: usize = 2;
/// A list that explains the steps worse than this by so much does not explain them at all.
pub(super) const LEAST_GAP: f32 = -25.0;
/// What an unreadable field's empty text is worth: a person decides.
const UNREAD_CONFIDENCE: f32 = 0.05;

impl Signs {
    /// What the best path through log-probabilities `[steps, classes]` says, class 0 being the CTC blank and the
    /// others the letters of `alphabet` in order.
    #[must_use]
    pub fn of(look: Look, steps: &ArrayView2<'_, f32>, alphabet: &[String]) -> Self {
        let is_letter = |class: usize| {
            class
                .checked_sub(1)
                .and_then(|i| alphabet.get(i))
                .is_some_and(|a| a.chars().any(char::is_alphanumeric))
        };
        let mut emitted: Vec<(usize, f32)> = Vec::new();
        let mut reach: Option<(usize, usize)> = None;
        let mut previous = 0;
        for (at, step) in steps.outer_iter().enumerate() {
            let start = (0_usize, f32::NEG_INFINITY);
            let better =
                |best: (usize, f32), (class, &p): (usize, &f32)| if p > best.1 { (class, p) } else { best };
            let (class, log_prob) = step.iter().enumerate().fold(start, better);
            match emitted.last_mut() {
                Some(last) if class == previous && class != 0 => last.1 = last.1.max(log_prob),
                _ if class != 0 => emitted.push((class, log_prob)),
                _ => {}
            }
            if is_letter(class) {
                reach = Some((reach.map_or(at, |(first, _)| first), at));
            }
            previous = class;
        }
        emitted.retain(|(class, _)| is_letter(*class));
        let is_figure = |class: &usize| alphabet[class - 1].chars().all(|c| c.is_ascii_digit());
        let (figures, mut classes): (Vec<usize>, Vec<usize>) =
            emitted.iter().map(|(class, _)| *class).partition(is_figure);
        classes.sort_unstable();
        classes.dedup();
        Self {
            look,
            steps: steps.nrows(),
            span: reach.map_or(0, |(first, last)| last + 1 - first),
            letters: emitted.len(),
            distinct: figures.len() + classes.len(),
            letter_log_prob: emitted.iter().map(|(_, p)| p).sum::<f32>() / emitted.len().max(1) as f32,
            is_closed: false,
            list_gap: 0.0,
        }
    }

    /// Takes the text from a reading where there is nothing to read, by the weights of a manifest, and says why.
    /// Its confidence is then the probability that this is so for a blank field, and hardly any for one that a
    /// person must judge.
    #[must_use]
    pub fn judge(&self, reading: Reading, weights: &LogisticWeights) -> Reading {
        let Some(unread) = self.unread(reading.confidence, weights) else { return reading };
        let confidence = match unread {
            // The more letters were guessed, and the better, the less sure is the blank.
            Unread::Blank => {
                let guess = if self.letters == 0 { 0.0 } else { 0.3 + self.letter_log_prob.exp() };
                (0.98 - 0.5 * guess).clamp(0.3, 0.98)
            }
            Unread::Unreadable | Unread::Hole => UNREAD_CONFIDENCE,
        };
        Reading { unread: Some(unread), ..Reading::blank(confidence) }
    }

    /// Two lines of one field.
    #[must_use]
    pub fn and(self, below: Self) -> Self {
        let (own, other) = (self.steps as f32, below.steps as f32);
        let mean = |a: f32, b: f32| (a * own + b * other) / (own + other).max(1.0);
        let (n, m) = (self.letters as f32, below.letters as f32);
        Self {
            look: Look {
                solid: mean(self.look.solid, below.look.solid),
                dense: mean(self.look.dense, below.look.dense),
                inked: mean(self.look.inked, below.look.inked),
                bare: mean(self.look.bare, below.look.bare),
            },
            steps: self.steps + below.steps,
            span: self.span + below.span,
            letters: self.letters + below.letters,
            distinct: self.distinct.max(below.distinct),
            letter_log_prob: (self.letter_log_prob * n + below.letter_log_prob * m) / (n + m).max(1.0),
            is_closed: self.is_closed,
            list_gap: self.list_gap.max(below.list_gap),
        }
    }

    /// Why there is nothing to read, the decoded reading having this confidence; `None` where there is.
    #[must_use]
    pub fn unread(&self, confidence: f32, weights: &LogisticWeights) -> Option<Unread> {
        // Without a picture there is no witness.
        if self.steps == 0 || (self.letters > 0 && self.text_evidence(confidence, weights) > 0.0) {
            return None;
        }
        let look = self.look;
        if look.solid > HOLE || (look.bare > HOLE && !self.is_scribbled()) {
            return Some(Unread::Hole);
        }
        let ink = self.is_scribbled() || self.letters > FEW || (self.letters > 0 && look.inked > INKED);
        Some(if ink { Unread::Unreadable } else { Unread::Blank })
    }

    fn is_scribbled(&self) -> bool {
        self.look.solid > SOLID || self.look.dense > DENSE
    }

    /// Log-odds that letters stand there, the decoded reading having this confidence. Without weights whatever has
    /// letters is text.
    #[must_use]
    pub fn text_evidence(&self, confidence: f32, weights: &LogisticWeights) -> f64 {
        if weights.is_empty() {
            return 1.0;
        }
        let values = self.named(confidence).into_iter();
        values.map(|(name, value)| weights.get(name).copied().unwrap_or(0.0) * value).sum()
    }

    /// What speaks for and against letters, by name; `bias` is 1.
    #[must_use]
    pub fn named(&self, confidence: f32) -> [(&'static str, f64); NAMES.len()] {
        let flag = |is: bool| f64::from(u8::from(is));
        let (look, letters) = (self.look, self.letters as f64);
        let prob = f64::from(self.letter_log_prob).max(-4.0);
        let (few, count) = (flag(self.letters <= FEW), letters.min(30.0).ln_1p());
        let sure = f64::from(confidence).clamp(0.02, 0.98);
        let (sure, closed) = ((sure / (1.0 - sure)).ln(), flag(self.is_closed));
        let scribbled = flag(look.dense > DENSE);
        let gap = f64::from(self.list_gap) / 10.0;
        let values = [
            1.0,
            prob,
            few,
            prob * few,
            flag(self.letters == 1),
            count,
            prob * count,
            // Six steps of room: a word's first and last letter have width, too.
            letters / (self.span as f64 + 6.0),
            (letters / self.steps.max(1) as f64).min(0.4),
            self.distinct as f64 / letters.max(1.0),
            sure,
            f64::from(look.solid).sqrt(),
            flag(look.solid > SOLID),
            f64::from(look.dense),
            scribbled,
            prob * scribbled,
            f64::from(look.inked),
            flag(look.inked == 0.0),
            flag(look.bare > HOLE && look.bare < WHITE),
            few * flag(prob > -0.15),
            closed,
            closed * sure,
            closed * few,
            gap,
            gap * few,
        ];
        std::array::from_fn(|at| (NAMES[at], values[at]))
    }
}

/// Names of what [`Signs::named`] tells, as manifests give weights to them.
pub const NAMES: [&str; 25] = [
    "bias",
    "prob",
    "few",
    "prob_few",
    "single",
    "count",
    "prob_count",
    "close",
    "per_step",
    "distinct",
    "confidence",
    "solid",
    "blot",
    "dense",
    "scribble",
    "prob_scribble",
    "inked",
    "no_ink",
    "bare",
    "sure_few",
    "closed",
    "closed_confidence",
    "closed_few",
    "list_gap",
    "list_gap_few",
];

#[cfg(test)]
mod tests {
    use super::super::decode::Alternative;
    use super::super::test_model::{manifest, peaked};
    use super::*;

    fn read(text: &str) -> Reading {
        Reading::from_alternatives(vec![Alternative { text: text.into(), confidence: 0.3 }])
    }

    fn signs(text: &str, sure: f32, look: Look) -> Signs {
        let m = manifest();
        Signs::of(look, &peaked(&m, text, sure).view(), &m.alphabet)
    }

    /// Letters that are sure, close and many speak for text; dense ink against it.
    fn weights() -> LogisticWeights {
        let of = [("bias", -1.0), ("prob", 4.0), ("count", 1.0), ("confidence", 0.7), ("scribble", -3.0)];
        of.into_iter().map(|(name, weight)| (name.to_owned(), weight)).collect()
    }

    const WRITTEN: Look = Look { solid: 0.0, dense: 0.0, inked: 0.5, bare: 0.0 };

    #[test]
    fn letters_are_counted_once_and_dots_are_none() {
        let seen = signs("Hoa...", 0.9, WRITTEN);
        assert_eq!((seen.letters, seen.distinct, seen.steps), (3, 3, 12));
        assert!((seen.letter_log_prob - 0.9_f32.ln()).abs() < 1e-5);
        assert_eq!(signs("....", 0.9, WRITTEN).letters, 0);
        assert_eq!(signs("nana 2000", 0.9, WRITTEN).distinct, 6, "every figure counts");
    }

    #[test]
    fn what_is_clearly_written_keeps_its_text() {
        let reading = read("Nguyễn Thị Hoa");
        assert_eq!(signs("Nguyễn Thị Hoa", 0.8, WRITTEN).judge(reading.clone(), &weights()), reading);
        // Doubtful letters that the decoder makes sense of.
        assert_eq!(signs("Nguyễn", 0.4, WRITTEN).unread(0.98, &weights()), None);
        assert!(signs("Nguyễn", 0.4, WRITTEN).unread(0.1, &weights()).is_some());
    }

    #[test]
    fn no_letters_are_a_blank_and_guessed_ones_a_doubtful_blank_or_unreadable() {
        let blank = signs(" ", 0.9, Look::default()).judge(read("An"), &weights());
        assert_eq!((blank.text.as_str(), blank.unread), ("", Some(Unread::Blank)));
        let speck = signs("i", 0.5, Look::default()).judge(read("i"), &weights());
        assert_eq!((speck.text.as_str(), speck.unread), ("", Some(Unread::Blank)));
        assert!(speck.confidence < blank.confidence && blank.confidence > 0.9);
        let guessed = signs("Hoang", 0.3, WRITTEN).judge(read("Hoàng"), &weights());
        assert_eq!((guessed.text.as_str(), guessed.unread), ("", Some(Unread::Unreadable)));
        assert!(guessed.confidence < 0.1 && guessed.alternatives.is_empty());
    }

    #[test]
    fn what_is_no_text_is_a_hole_a_scribble_or_a_blank_by_its_look() {
        let sort = |look: Look| signs("Hoa", 0.3, look).unread(0.1, &weights());
        assert_eq!(sort(Look { dense: 0.9, ..WRITTEN }), Some(Unread::Unreadable));
        assert_eq!(sort(Look { bare: 0.8, ..Look::default() }), Some(Unread::Hole));
        assert_eq!(sort(Look { solid: 0.8, dense: 0.9, inked: 1.0, bare: 0.0 }), Some(Unread::Hole));
        assert_eq!(signs("H", 0.3, Look::default()).unread(0.1, &weights()), Some(Unread::Blank));
    }

    #[test]
    fn without_weights_whatever_has_letters_is_text() {
        let none = LogisticWeights::new();
        assert_eq!(signs("H", 0.3, WRITTEN).unread(0.1, &none), None);
        assert_eq!(signs(" ", 0.3, WRITTEN).unread(0.1, &none), Some(Unread::Blank));
    }

    #[test]
    fn a_list_that_explains_the_steps_speaks_for_text() {
        let own = LogisticWeights::from([("bias".to_owned(), 1.0), ("list_gap".to_owned(), 2.0)]);
        let gap = |list_gap: f32| Signs { list_gap, is_closed: true, ..signs("Nu", 0.5, WRITTEN) };
        assert_eq!(gap(-1.0).unread(0.5, &own), None);
        assert!(gap(-15.0).unread(0.5, &own).is_some());
        assert_eq!(gap(-4.0).and(gap(-900.0)).list_gap, -4.0);
    }

    #[test]
    fn every_value_has_its_own_name() {
        let names: std::collections::BTreeSet<&str> = NAMES.into_iter().collect();
        assert_eq!(names.len(), NAMES.len());
        let values = signs("Hoa", 0.5, WRITTEN).named(0.5);
        let value = |name: &str| values.iter().find(|(n, _)| *n == name).unwrap().1;
        assert!((value("prob") - 0.5_f64.ln()).abs() < 1e-6 && value("confidence").abs() < 1e-6);
        assert_eq!((value("few"), value("single"), value("no_ink"), value("bare")), (0.0, 0.0, 0.0, 0.0));
        assert!((value("count") - 4.0_f64.ln()).abs() < 1e-9 && value("inked") == 0.5);
    }

    #[test]
    fn lines_are_weighed_by_their_length() {
        let both = signs("Hoa", 0.9, WRITTEN).and(signs("...", 0.9, Look::default()));
        assert_eq!((both.letters, both.span, both.look.inked), (3, 5, 0.25));
        let more = signs("Hoa", 0.9, WRITTEN).and(signs("Hoa", 0.9, Look::default()));
        assert_eq!((more.letters, more.distinct, more.look.inked), (6, 3, 0.25));
    }
}
