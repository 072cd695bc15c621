//! Measures of reading (design, section 6): error rates, calibration, coverage.

mod diagram;

pub use diagram::{Bin, bins, reliability_svg};

use crate::domain::normalise::{folded, nfc};
use serde::Serialize;

/// Bins of the calibration error, of equal mass.
const ECE_BINS: usize = 10;

/// The figures of one evaluation. Rates are fractions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Lines read.
    pub lines: usize,
    /// Character error rate: edits over all reference code points, both NFC.
    pub cer: f64,
    /// The same on folded texts.
    pub cer_folded: f64,
    /// Word error rate: edits over all reference words, both NFC.
    pub wer: f64,
    /// Share of lines exactly right, NFC.
    pub exact: f64,
    /// Share of lines exactly right after folding.
    pub exact_folded: f64,
    /// Expected calibration error of the confidence against `exact_folded`, ten bins of equal mass.
    pub ece: f64,
    /// Share of lines above the lowest threshold at which 95 % are right (folded).
    pub coverage_at_95: f64,
    /// The same at 98 %.
    pub coverage_at_98: f64,
    /// The same at 99.5 %.
    pub coverage_at_995: f64,
}

/// Edits and what they count against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct ErrorRate {
    edits: usize,
    of: usize,
}

impl std::ops::AddAssign for ErrorRate {
    fn add_assign(&mut self, other: Self) {
        self.edits += other.edits;
        self.of += other.of;
    }
}

impl ErrorRate {
    fn add<T: PartialEq>(&mut self, read: &[T], truth: &[T]) {
        self.edits += edit_distance(read, truth);
        self.of += truth.len();
    }

    /// Micro-averaged rate; readings where nothing stood count in full against nothing.
    fn rate(self) -> f64 {
        if self.of == 0 {
            if self.edits == 0 { 0.0 } else { 1.0 }
        } else {
            self.edits as f64 / self.of as f64
        }
    }
}

/// Adds lines up one by one; holds five bytes per line and no text.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    characters: ErrorRate,
    characters_folded: ErrorRate,
    words: ErrorRate,
    exact: usize,
    outcomes: Vec<(f32, bool)>,
}

impl Tally {
    /// Counts one line: what was read with which confidence, and what stands there.
    pub fn add(&mut self, read: &str, confidence: f32, truth: &str) {
        let (read, truth) = (nfc(read), nfc(truth));
        let (read_folded, truth_folded) = (folded(&read), folded(&truth));
        self.characters.add(&code_points(&read), &code_points(&truth));
        self.characters_folded.add(&code_points(&read_folded), &code_points(&truth_folded));
        self.words.add(&words(&read), &words(&truth));
        self.exact += usize::from(read == truth);
        self.outcomes.push((confidence, read_folded == truth_folded));
    }

    /// Counts all that another tally counted.
    pub fn join(&mut self, other: &Self) {
        self.characters += other.characters;
        self.characters_folded += other.characters_folded;
        self.words += other.words;
        self.exact += other.exact;
        self.outcomes.extend_from_slice(&other.outcomes);
    }

    /// Confidence of every line and whether it was right after folding.
    #[must_use]
    pub fn outcomes(&self) -> &[(f32, bool)] {
        &self.outcomes
    }

    /// Lines counted so far.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.outcomes.len()
    }

    /// The figures of all lines so far; zeros where there are none.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let lines = self.lines();
        let share = |count: usize| if lines == 0 { 0.0 } else { count as f64 / lines as f64 };
        Figures {
            lines,
            cer: self.characters.rate(),
            cer_folded: self.characters_folded.rate(),
            wer: self.words.rate(),
            exact: share(self.exact),
            exact_folded: share(self.outcomes.iter().filter(|(_, right)| *right).count()),
            ece: expected_calibration_error(&self.outcomes),
            coverage_at_95: coverage(&self.outcomes, 0.95),
            coverage_at_98: coverage(&self.outcomes, 0.98),
            coverage_at_995: coverage(&self.outcomes, 0.995),
        }
    }
}

fn code_points(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Levenshtein distance: insertions, deletions and substitutions count one each.
#[must_use]
pub fn edit_distance<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Expected calibration error (Naeini and others 2015) over ten bins of equal mass: the mean distance of
/// confidence and accuracy.
#[must_use]
pub fn expected_calibration_error(outcomes: &[(f32, bool)]) -> f64 {
    let sorted = by_confidence(outcomes);
    let n = sorted.len();
    let bins = (0..ECE_BINS).map(|bin| &sorted[bin * n / ECE_BINS..(bin + 1) * n / ECE_BINS]);
    let distance = |bin: &[(f32, bool)]| {
        let confidence: f64 = bin.iter().map(|(confidence, _)| f64::from(*confidence)).sum();
        let right = bin.iter().filter(|(_, right)| *right).count() as f64;
        (confidence - right).abs()
    };
    if n == 0 { 0.0 } else { bins.map(distance).sum::<f64>() / n as f64 }
}

/// Share of lines at or above the lowest threshold of confidence at which at least `precision` of them are
/// right. Lines of equal confidence stay together.
#[must_use]
pub fn coverage(outcomes: &[(f32, bool)], precision: f64) -> f64 {
    let mut sorted = by_confidence(outcomes);
    sorted.reverse();
    let (mut right, mut covered) = (0_usize, 0_usize);
    for (at, (confidence, is_right)) in sorted.iter().enumerate() {
        right += usize::from(*is_right);
        let count = at + 1;
        let is_last_of_its_confidence = sorted.get(count).is_none_or(|next| next.0 < *confidence);
        if is_last_of_its_confidence && right as f64 >= precision * count as f64 {
            covered = count;
        }
    }
    if sorted.is_empty() { 0.0 } else { covered as f64 / sorted.len() as f64 }
}

fn by_confidence(outcomes: &[(f32, bool)]) -> Vec<(f32, bool)> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn rates_are_micro_averaged_over_code_points_and_words() {
        let mut tally = Tally::default();
        // 1 edit in 8 code points (folded: none), 1 word of 2; decomposed input counts as NFC.
        tally.add("Hoa\u{300} Thu", 0.9, "Hòa Thu,");
        // "Hoà" for "Hòa": 2 edits as written, none folded, 1 word of 1.
        tally.add("Hoà", 0.8, "Hòa");
        // Right.
        tally.add("1984", 0.95, "1984");
        // 4 deletions, 2 words.
        tally.add("", 0.1, "a bc");
        let figures = tally.figures();
        assert_eq!(figures.lines, 4);
        let edits = 3.0 + 2.0 + 0.0 + 4.0;
        assert!(close(figures.cer, edits / (8.0 + 3.0 + 4.0 + 4.0)), "{}", figures.cer);
        assert!(close(figures.cer_folded, 4.0 / (7.0 + 3.0 + 4.0 + 4.0)), "{}", figures.cer_folded);
        assert!(close(figures.wer, (2.0 + 1.0 + 0.0 + 2.0) / 6.0), "{}", figures.wer);
        assert!(close(figures.exact, 0.25) && close(figures.exact_folded, 0.75));
    }

    #[test]
    fn tallies_join_as_if_counted_together() {
        let lines = [("Hoà", 0.8, "Hòa"), ("a b", 0.3, "a c"), ("1984", 0.95, "1984")];
        let (mut one, mut other, mut all) = (Tally::default(), Tally::default(), Tally::default());
        for (n, (read, confidence, truth)) in lines.into_iter().enumerate() {
            if n == 0 { &mut one } else { &mut other }.add(read, confidence, truth);
            all.add(read, confidence, truth);
        }
        one.join(&other);
        assert_eq!(one.figures(), all.figures());
    }

    #[test]
    fn calibration_error_of_ten_equal_bins_by_hand() {
        // Twenty lines, two a bin: confidence 0.05, 0.15, …; the even bins both right, the odd ones both wrong.
        let outcomes: Vec<(f32, bool)> =
            (0..20).map(|i| (0.05 + 0.1 * (i / 2) as f32, (i / 2) % 2 == 0)).collect();
        let expected: f64 =
            (0..10).map(|b| ((0.05 + 0.1 * f64::from(b)) - f64::from((b + 1) % 2)).abs()).sum::<f64>() / 10.0;
        assert!(close(expected_calibration_error(&outcomes), expected));
        assert!(
            close(expected_calibration_error(&[(0.75, true), (0.75, false)]), 0.5),
            "bins of one line each"
        );
    }

    #[test]
    fn coverage_by_hand() {
        let outcomes = [(0.99, true), (0.9, true), (0.8, false), (0.7, true), (0.6, true), (0.5, false)];
        assert!(close(coverage(&outcomes, 0.95), 2.0 / 6.0));
        assert!(close(coverage(&outcomes, 0.80), 5.0 / 6.0));
        assert!(close(coverage(&outcomes, 0.60), 1.0));
        assert!(close(coverage(&[(0.9, false)], 0.95), 0.0));
    }

    #[test]
    fn lines_of_equal_confidence_are_covered_together_or_not_at_all() {
        let outcomes = [(0.9, true), (0.9, false), (0.5, true)];
        assert!(close(coverage(&outcomes, 0.95), 0.0));
        assert!(close(coverage(&outcomes, 0.5), 1.0));
    }

    #[test]
    fn nothing_counted_gives_zeros() {
        let figures = Tally::default().figures();
        assert_eq!((figures.lines, figures.cer, figures.ece, figures.coverage_at_95), (0, 0.0, 0.0, 0.0));
    }

    /// The law by definition, exponential.
    fn naive_distance(a: &[u8], b: &[u8]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([x, a_rest @ ..], [y, b_rest @ ..]) => {
                let substituted = naive_distance(a_rest, b_rest) + usize::from(x != y);
                substituted.min(naive_distance(a_rest, b) + 1).min(naive_distance(a, b_rest) + 1)
            }
        }
    }

    proptest! {
        #[test]
        fn edit_distance_is_its_definition(
            a in proptest::collection::vec(0_u8..3, 0..6),
            b in proptest::collection::vec(0_u8..3, 0..6),
        ) {
            prop_assert_eq!(edit_distance(&a, &b), naive_distance(&a, &b));
        }
    }
}
