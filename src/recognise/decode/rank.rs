//! Puts free and informed hypotheses into one order.

use super::beam::log_add;
use super::{Alternative, MAX_ALTERNATIVES};
use crate::domain::normalise::folded;

/// A text with its two scores, natural logarithms.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The text, tidy.
    pub text: String,
    /// By the line model alone.
    pub log_prob: f64,
    /// What language model, grammar or list adds.
    pub prior: f64,
}

impl Candidate {
    fn score(&self) -> f64 {
        self.log_prob + self.prior
    }
}

/// Texts that are the same after folding: spellings of one reading.
struct Group {
    folded: String,
    /// Every spelling once, the best first.
    spellings: Vec<Candidate>,
    /// All spellings together.
    score: f64,
}

impl Group {
    fn best(&self) -> &Candidate {
        &self.spellings[0]
    }

    fn add(&mut self, candidate: Candidate) {
        match self.spellings.iter_mut().find(|known| known.text == candidate.text) {
            // Both searches found it: the fuller sum counts, once.
            Some(known) if known.score() >= candidate.score() => {}
            Some(known) => *known = candidate,
            None => self.spellings.push(candidate),
        }
    }

    fn settle(&mut self) {
        self.spellings.sort_by(|a, b| b.score().total_cmp(&a.score()));
        self.score = self.spellings.iter().map(Candidate::score).fold(f64::NEG_INFINITY, log_add);
    }
}

/// All hypotheses of a line, best reading first.
pub struct Ranked {
    groups: Vec<Group>,
    best_free: f64,
}

/// Bounds of [`Ranked::margin`].
const MARGIN: (f64, f64) = (-10.0, 15.0);

impl Ranked {
    /// Orders by score. The best free text goes first where the line model alone holds it for likelier than
    /// the best of all by more than `patience`.
    ///
    /// # Panics
    /// When `free` is empty: a free search always finds something.
    pub fn new(free: Vec<Candidate>, known: Vec<Candidate>, patience: f64) -> Self {
        let most =
            free.iter().max_by(|a, b| a.log_prob.total_cmp(&b.log_prob)).expect("a search finds something");
        let (best_free, free_text) = (most.log_prob, folded(&most.text));
        let mut groups: Vec<Group> = Vec::new();
        for candidate in free.into_iter().chain(known) {
            add(&mut groups, candidate);
        }
        groups.iter_mut().for_each(Group::settle);
        groups.sort_by(|a, b| b.score.total_cmp(&a.score));
        if groups[0].best().log_prob < best_free - patience {
            let at = groups.iter().position(|group| group.folded == free_text).unwrap_or(0);
            groups[..=at].rotate_right(1);
        }
        Self { groups, best_free }
    }

    /// The reading.
    pub fn best(&self) -> &Candidate {
        self.groups[0].best()
    }

    /// Log-probability of the reading less that of the best free text, at most 0, at least -40.
    pub fn gap(&self) -> f64 {
        (self.best().log_prob - self.best_free).clamp(-40.0, 0.0)
    }

    /// Score of the reading less that of the next, in [`MARGIN`].
    pub fn margin(&self) -> f64 {
        let next = self.groups.get(1).map_or(f64::NEG_INFINITY, |group| group.score);
        let margin = self.groups[0].score - next;
        if margin.is_nan() { 0.0 } else { margin.clamp(MARGIN.0, MARGIN.1) }
    }

    /// The reading with its confidence, and behind it the others: what it leaves of certainty is shared out
    /// in proportion to their scores, the part of unlisted texts kept back.
    pub fn alternatives(&self, confidence: f32) -> Vec<Alternative> {
        let top = self.groups.iter().map(|group| group.score).fold(f64::NEG_INFINITY, f64::max);
        let mass = |group: &Group| (group.score - top).exp();
        // One more text like the weakest listed stands for all that are not listed.
        let others = &self.groups[1..self.groups.len().min(MAX_ALTERNATIVES)];
        let unlisted = others.last().map_or(0.0, mass);
        let all: f64 = others.iter().map(mass).sum::<f64>() + unlisted;
        let certainty = f64::from(confidence);
        let share = |group: &Group| {
            let part = if all > 0.0 { (1.0 - certainty) * mass(group) / all } else { 0.0 };
            part.min(certainty) as f32
        };
        let first = Alternative { text: self.best().text.clone(), confidence };
        let rest = others
            .iter()
            .filter(|group| group.score > f64::NEG_INFINITY)
            .map(|group| Alternative { text: group.best().text.clone(), confidence: share(group) });
        std::iter::once(first).chain(rest).collect()
    }
}

fn add(groups: &mut Vec<Group>, candidate: Candidate) {
    let key = folded(&candidate.text);
    match groups.iter_mut().find(|group| group.folded == key) {
        Some(group) => group.add(candidate),
        None => groups.push(Group { folded: key, spellings: vec![candidate], score: f64::NEG_INFINITY }),
    }
}

/// Whether two texts are one reading.
pub fn is_same(a: &str, b: &str) -> bool {
    folded(a) == folded(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(text: &str, log_prob: f64, prior: f64) -> Candidate {
        Candidate { text: text.to_owned(), log_prob, prior }
    }

    fn texts(ranked: &Ranked) -> Vec<String> {
        ranked.alternatives(0.6).into_iter().map(|a| a.text).collect()
    }

    #[test]
    fn spellings_of_one_reading_stand_together_under_the_best() {
        let free =
            vec![candidate("hoà", -1.2, 0.0), candidate("Hòa", -1.0, 0.0), candidate("hoa", -0.9, 0.0)];
        let ranked = Ranked::new(free, Vec::new(), f64::INFINITY);
        assert_eq!(texts(&ranked), ["Hòa", "hoa"]);
        let together = f64::ln(f64::exp(-1.2) + f64::exp(-1.0));
        assert!((ranked.margin() - (together + 0.9)).abs() < 1e-9);
    }

    #[test]
    fn the_prior_decides_unless_the_ink_is_clear() {
        let free = || vec![candidate("Xyz", -0.1, -12.0), candidate("Anh", -4.0, -2.0)];
        let informed = Ranked::new(free(), vec![candidate("Anh", -3.9, -2.0)], 5.0);
        assert_eq!(texts(&informed), ["Anh", "Xyz"]);
        assert!((informed.gap() + 3.8).abs() < 1e-9);
        let clear = Ranked::new(free(), vec![candidate("Anh", -6.0, -2.0)], 3.0);
        assert_eq!(texts(&clear), ["Xyz", "Anh"]);
        assert_eq!(clear.gap(), 0.0);
    }

    #[test]
    fn certainty_is_shared_out_and_never_exceeded() {
        let free = (0..9).map(|n| candidate(&format!("text {n}"), -f64::from(n), 0.0)).collect();
        let shared = Ranked::new(free, Vec::new(), 1.0).alternatives(0.7);
        assert_eq!((shared.len(), shared[0].confidence), (MAX_ALTERNATIVES, 0.7));
        assert!(shared.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence));
        let sum: f32 = shared.iter().map(|a| a.confidence).sum();
        assert!(sum > 0.9 && sum < 1.0, "{sum}");
    }
}
