//! Is there anything to read? An empty field is blank, a scribble or a hole is not readable; neither becomes text.
//!
//! Two witnesses are heard: the picture ([`crate::image::look`]) and the line model's own best path, before any
//! language model or grammar had a say (those make names out of anything).

use super::Reading;
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
}

/// The thresholds, all in one place: those on the line model's probabilities move with the model, and
/// `scripts/measure_blanks` says whether they still hold. Probabilities are means of natural logarithms.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Several letters per time step between the first and the last from which they stand as close as writing
    /// does: writing has 0.2 and more, what the model finds in scribbles and stains mostly less than 0.12.
    close: f32,
    /// Letters per time step of the whole line from which a few are that close.
    close_few: f32,
    /// Several close letters are read from here, and where the picture looks like a scribble.
    several: f32,
    several_scribbled: f32,
    /// A few close letters, and where the picture looks like a scribble or a hole.
    few: f32,
    few_doubtful: f32,
    /// Letters far apart, or a repetition of three or fewer, and where the picture looks like a scribble.
    scattered: f32,
    scattered_scribbled: f32,
    /// Confidence from which a decoded reading is believed in spite of guessed letters: language models and
    /// grammars know what a hand left out.
    believed: f32,
    /// Solid or bare share from which it is a hole rather than ink.
    hole: f32,
    /// Dense share from which ink is a scribble.
    dense: f32,
    /// Solid share from which ink is a blot.
    solid: f32,
    /// Inked share from which guessed letters are ink that cannot be read, rather than nothing.
    inked: f32,
}

/// Set on made fields of a development seed and on lines of the calibration part.
const LIMITS: Limits = Limits {
    close: 0.14,
    close_few: 0.12,
    several: -0.9,
    several_scribbled: -0.75,
    few: -0.6,
    few_doubtful: -0.1,
    scattered: -0.3,
    scattered_scribbled: -0.03,
    believed: 0.5,
    hole: 0.3,
    dense: 0.35,
    solid: 0.04,
    inked: 0.12,
};

/// Letters that count as few, and as so many that they are no speck or rule.
const FEW: usize = 2;
const SEVERAL: usize = 5;
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
        }
    }

    /// Takes the text from a reading where there is nothing to read, and says why. Its confidence is then the
    /// probability that this is so for a blank field, and hardly any for one that a person must judge.
    #[must_use]
    pub fn judge(&self, reading: Reading) -> Reading {
        let Some(unread) = self.unread(reading.confidence) else { return reading };
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
        }
    }

    /// Why there is nothing to read, the decoded reading having this confidence; `None` where there is.
    #[must_use]
    pub fn unread(&self, confidence: f32) -> Option<Unread> {
        // Without a picture there is no witness.
        if self.steps == 0 || self.is_text(confidence) {
            return None;
        }
        let look = self.look;
        if look.solid > LIMITS.hole || (look.bare > LIMITS.hole && !self.is_scribbled()) {
            return Some(Unread::Hole);
        }
        let ink =
            self.is_scribbled() || self.letters > FEW || (self.letters > 0 && look.inked > LIMITS.inked);
        Some(if ink { Unread::Unreadable } else { Unread::Blank })
    }

    fn is_scribbled(&self) -> bool {
        self.look.solid > LIMITS.solid || self.look.dense > LIMITS.dense
    }

    /// Whether letters stand there, by their number, distance and probability and by what the picture looks like.
    fn is_text(&self, confidence: f32) -> bool {
        let (l, letters) = (LIMITS, self.letters as f32);
        let scribbled = self.is_scribbled();
        let least = if self.letters >= SEVERAL {
            // Six steps of room: a word's first and last letter have width, too.
            let close = letters >= l.close * (self.span + 6) as f32 && self.distinct > 3;
            match (close, scribbled) {
                (true, false) => l.several,
                (true, true) => l.several_scribbled,
                (false, false) => l.scattered,
                (false, true) => l.scattered_scribbled,
            }
        } else {
            let close = letters >= l.close_few * self.steps as f32;
            match (close, scribbled || self.look.bare > l.hole) {
                (true, false) => l.few,
                (true, true) => l.few_doubtful,
                (false, _) if scribbled => l.scattered_scribbled,
                (false, _) => l.scattered,
            }
        };
        let seen = self.letters > FEW || self.look.inked > 0.0;
        let believed = seen && !scribbled && confidence >= l.believed;
        self.letters > 0 && (believed || self.letter_log_prob >= least)
    }
}

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
        assert_eq!(signs("Nguyễn Thị Hoa", 0.8, WRITTEN).judge(reading.clone()), reading);
        // Doubtful letters that the decoder makes sense of.
        assert_eq!(signs("Nguyễn", 0.4, WRITTEN).unread(0.9), None);
    }

    #[test]
    fn no_letters_are_a_blank_and_guessed_ones_a_doubtful_blank_or_unreadable() {
        let blank = signs(" ", 0.9, Look::default()).judge(read("An"));
        assert_eq!((blank.text.as_str(), blank.unread), ("", Some(Unread::Blank)));
        let speck = signs("i", 0.5, Look::default()).judge(read("i"));
        assert_eq!((speck.text.as_str(), speck.unread), ("", Some(Unread::Blank)));
        assert!(speck.confidence < blank.confidence && blank.confidence > 0.9);
        let guessed = signs("Hoang", 0.3, WRITTEN).judge(read("Hoàng"));
        assert_eq!((guessed.text.as_str(), guessed.unread), ("", Some(Unread::Unreadable)));
        assert!(guessed.confidence < 0.1 && guessed.alternatives.is_empty());
    }

    #[test]
    fn a_bare_part_is_no_hole_where_letters_are_read_well() {
        let bare = Look { bare: 0.8, ..WRITTEN };
        assert_eq!(signs("Hoang Nam", 0.8, bare).unread(0.2), None);
        assert_eq!(signs("Hoang Nam", 0.35, bare).unread(0.2), Some(Unread::Hole));
    }

    #[test]
    fn scribbles_and_holes_are_unread_whatever_a_decoder_makes_of_them() {
        let dense = Look { dense: 0.9, ..WRITTEN };
        assert_eq!(signs("Hoa", 0.6, dense).unread(0.9), Some(Unread::Unreadable));
        let torn = Look { bare: 0.8, ..Look::default() };
        assert_eq!(signs("Ng", 0.6, torn).unread(0.9), Some(Unread::Hole));
        let burnt = Look { solid: 0.8, dense: 0.9, inked: 1.0, bare: 0.0 };
        assert_eq!(signs(" ", 0.6, burnt).unread(0.0), Some(Unread::Hole));
        assert_eq!(signs("nananana", 0.65, WRITTEN).unread(0.1), Some(Unread::Unreadable));
        assert_eq!(signs("Hoang Nam", 0.98, dense).unread(0.1), None, "the model is sure");
    }

    #[test]
    fn lines_are_weighed_by_their_length() {
        let both = signs("Hoa", 0.9, WRITTEN).and(signs("...", 0.9, Look::default()));
        assert_eq!((both.letters, both.span, both.look.inked), (3, 5, 0.25));
        let more = signs("Hoa", 0.9, WRITTEN).and(signs("Hoa", 0.9, Look::default()));
        assert_eq!((more.letters, more.distinct, more.look.inked), (6, 3, 0.25));
    }
}
