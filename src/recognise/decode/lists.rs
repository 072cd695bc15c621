//! Closed lists: every entry is held against the line as a whole, with the exact CTC probability (Graves and
//! others 2006, forward algorithm) over classes that differ in case only.

use super::symbols::{characters, lower};
use crate::domain::FieldKind;
use crate::recognise::Manifest;
use ndarray::ArrayView2;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Logarithm of how much rarer one by-name is than a name.
const BY_NAME: f64 = -1.5;

/// What may stand in fields of one kind: names with their by-names, as they are written.
#[derive(Debug, PartialEq)]
pub struct ClosedList {
    /// Every spelling once, with how much likelier it is than a name without a number (natural logarithm).
    pub entries: Vec<(String, f64)>,
}

static LISTS: LazyLock<HashMap<FieldKind, ClosedList>> = LazyLock::new(|| {
    let files = [
        (FieldKind::Sex, include_str!("data/sex.txt")),
        (FieldKind::Ethnicity, include_str!("data/ethnicity.txt")),
        (FieldKind::Nationality, include_str!("data/nationality.txt")),
        (FieldKind::Relation, include_str!("data/relation.txt")),
    ];
    files.into_iter().map(|(kind, text)| (kind, ClosedList::parse(text))).collect()
});

impl ClosedList {
    /// The list of a kind of field; `None` where there is none.
    #[must_use]
    pub fn of(kind: FieldKind) -> Option<&'static Self> {
        LISTS.get(&kind)
    }

    /// One name a line, by-names behind it after semicolons, and behind `|` by how much (natural logarithm) the
    /// line is likelier than one without a number; `#` begins a comment line.
    fn parse(text: &str) -> Self {
        let mut entries: Vec<(String, f64)> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (names, likelier) = line.split_once('|').unwrap_or((line, "0"));
            let likelier: f64 = likelier.trim().parse().expect("a number stands behind | in lists");
            for (place, spelling) in names.split(';').map(str::trim).enumerate() {
                if !spelling.is_empty() && !entries.iter().any(|(known, _)| known == spelling) {
                    let prior = likelier + if place == 0 { 0.0 } else { BY_NAME };
                    entries.push((spelling.to_owned(), prior));
                }
            }
        }
        Self { entries }
    }

    /// Every entry that the alphabet can spell with `ln p(entry | line)`, case ignored, and its prior. `steps`
    /// are log-probabilities `[steps, classes]`, class 0 the blank.
    #[must_use]
    pub fn log_probs(&self, steps: &ArrayView2<'_, f32>, manifest: &Manifest) -> Vec<(&str, f64, f64)> {
        let folded = Folded::new(steps, manifest);
        let scored = |(entry, prior): &'_ (String, f64)| (folded.letters(entry), *prior);
        let spelled = self.entries.iter().filter_map(|entry| {
            let (letters, prior) = scored(entry);
            Some((entry.0.as_str(), folded.forward(&letters?), prior))
        });
        spelled.collect()
    }
}

/// A line's probabilities with upper and lower case put together: `[steps][groups]`, group 0 the blank.
struct Folded {
    groups: HashMap<char, usize>,
    probabilities: Vec<Vec<f64>>,
}

impl Folded {
    fn new(steps: &ArrayView2<'_, f32>, manifest: &Manifest) -> Self {
        let mut groups: HashMap<char, usize> = HashMap::new();
        let mut group_of = |c: char| {
            let next = groups.len() + 1;
            *groups.entry(lower(c)).or_insert(next)
        };
        let of_class: Vec<usize> = characters(manifest).iter().map(|c| c.map_or(0, &mut group_of)).collect();
        let count = groups.len() + 1;
        let fold = |step: ndarray::ArrayView1<'_, f32>| {
            let mut sums = vec![0.0; count];
            for (class, log_prob) in step.iter().enumerate() {
                // Entries of several characters have no group of their own and no list names them.
                if class == 0 || of_class[class] != 0 {
                    sums[of_class[class]] += f64::from(*log_prob).exp();
                }
            }
            sums
        };
        Self { probabilities: steps.outer_iter().map(fold).collect(), groups }
    }

    fn letters(&self, text: &str) -> Option<Vec<usize>> {
        text.chars().map(|c| self.groups.get(&lower(c)).copied()).collect()
    }

    /// The probability of all paths of a text, in plain numbers rescaled at every step.
    fn forward(&self, letters: &[usize]) -> f64 {
        let states = 2 * letters.len() + 1;
        let group = |state: usize| if state.is_multiple_of(2) { 0 } else { letters[state / 2] };
        let mut mass = vec![0.0; states];
        let mut next = vec![0.0; states];
        mass[0] = 1.0;
        let mut log_scale = 0.0;
        let mut is_first = true;
        for step in &self.probabilities {
            for state in 0..states {
                let may_skip = state >= 2
                    && !state.is_multiple_of(2)
                    && (state < 3 || letters[state / 2] != letters[state / 2 - 1]);
                let mut sum = mass[state];
                if state >= 1 {
                    sum += mass[state - 1];
                }
                if may_skip {
                    sum += mass[state - 2];
                }
                // Before the first step stands nothing: only the first blank and the first letter can follow.
                if is_first && state > 1 {
                    sum = 0.0;
                }
                next[state] = sum * step[group(state)];
            }
            is_first = false;
            let most = next.iter().copied().fold(0.0, f64::max);
            if most <= 0.0 {
                return f64::NEG_INFINITY;
            }
            log_scale += most.ln();
            next.iter_mut().for_each(|m| *m /= most);
            std::mem::swap(&mut mass, &mut next);
        }
        let end = mass[states - 1] + if states >= 2 { mass[states - 2] } else { 0.0 };
        log_scale + end.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::test_model::{manifest, peaked};
    use super::super::beam::{BeamOptions, search};
    use super::super::prior::Free;
    use super::*;

    #[test]
    fn lists_name_what_registers_say() {
        let holds = |kind, text: &str| ClosedList::of(kind).unwrap().entries.iter().any(|(e, _)| e == text);
        assert!(holds(FieldKind::Sex, "Nam") && holds(FieldKind::Sex, "Nữ"));
        assert!(holds(FieldKind::Ethnicity, "Kinh") && holds(FieldKind::Ethnicity, "Ê Đê"));
        assert!(holds(FieldKind::Nationality, "Việt Nam") && holds(FieldKind::Relation, "Cha đẻ"));
        assert!(ClosedList::of(FieldKind::PersonName).is_none());
        let prior = |text: &str| {
            ClosedList::of(FieldKind::Ethnicity).unwrap().entries.iter().find(|(e, _)| e == text).unwrap().1
        };
        assert!(prior("Kinh") > prior("Tày") && prior("Tày") > prior("Ngạn") && prior("Ngái") == 0.0);
    }

    #[test]
    fn the_forward_algorithm_agrees_with_the_search_where_case_is_clear() {
        let m = manifest();
        for text in ["ba", "aa", "a", "Nữ"] {
            let steps = peaked(&m, text, 0.9);
            let list = ClosedList { entries: vec![(text.to_owned(), 0.0)] };
            let exact = list.log_probs(&steps.view(), &m)[0].1;
            let options = BeamOptions { width: 200, least_log_prob: f32::NEG_INFINITY };
            let found = search(&steps.view(), &Free, &options);
            let cased: f64 = found
                .iter()
                .filter(|h| {
                    let read: String = h.classes.iter().map(|c| m.alphabet[c - 1].as_str()).collect();
                    read.to_lowercase() == text.to_lowercase()
                })
                .map(|h| h.log_prob.exp())
                .sum();
            assert!((exact.exp() - cased).abs() < 2e-3, "{text}: {} {cased}", exact.exp());
        }
    }

    #[test]
    fn the_written_entry_is_the_most_probable_whatever_its_case() {
        let m = manifest();
        let list = ClosedList::of(FieldKind::Ethnicity).unwrap();
        for written in ["MƯỜNG", "kinh", "Ê Đê"] {
            let scored = list.log_probs(&peaked(&m, written, 0.7).view(), &m);
            let best = scored.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            assert_eq!(best.0.to_lowercase(), written.to_lowercase());
        }
    }

    #[test]
    fn a_text_longer_than_the_line_is_impossible() {
        let m = manifest();
        let list = ClosedList { entries: vec![("Nam Nam".to_owned(), 0.0)] };
        assert_eq!(list.log_probs(&peaked(&m, "N", 0.9).view(), &m)[0].1, f64::NEG_INFINITY);
    }
}
