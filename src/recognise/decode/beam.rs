//! CTC prefix beam search (Graves and Jaitly 2014, as in Hannun and others 2014): adds up all paths of a text,
//! where the best path looks at one. A [`Prior`] joins in at every letter ("shallow fusion").

use super::prior::Prior;
use ndarray::{ArrayView1, ArrayView2};

/// Bounds of the search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamOptions {
    /// Prefixes kept after each step.
    pub width: usize,
    /// Classes below this log-probability are not tried at a step (the blank always is).
    pub least_log_prob: f32,
}

impl Default for BeamOptions {
    /// Eight prefixes; classes of less than e⁻⁹ (one in eight thousand) lead to no alternative that is shown.
    fn default() -> Self {
        Self { width: 8, least_log_prob: -9.0 }
    }
}

/// One text as classes, with the log-probability of all its paths that the search saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// Classes in order; 1 and up.
    pub classes: Vec<usize>,
    /// Natural log-probability by the line model alone.
    pub log_prob: f64,
    /// What the prior adds.
    pub prior: f64,
}

impl Hypothesis {
    /// Line model and prior together.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.log_prob + self.prior
    }
}

/// The best texts of a line that the prior lets end, best first, at most `width`. `steps` are
/// log-probabilities `[steps, classes]`, class 0 the blank. With unbounded options the log-probabilities are
/// exact.
#[must_use]
pub fn search<P: Prior>(steps: &ArrayView2<'_, f32>, prior: &P, options: &BeamOptions) -> Vec<Hypothesis> {
    let mut search = Search::new(prior, steps.nrows());
    for step in steps.outer_iter() {
        search.advance(&step, options.least_log_prob);
        search.keep(options.width);
    }
    search.finish()
}

/// Log-probability of a prefix, by what its paths end with.
#[derive(Debug, Clone, Copy)]
struct Mass {
    prefix: u32,
    blank: f64,
    letter: f64,
}

impl Mass {
    fn total(self) -> f64 {
        log_add(self.blank, self.letter)
    }
}

/// A prefix met: its parent and one more class. Children hang together as a list, so that no step allocates.
struct Node<S> {
    parent: u32,
    class: u32,
    first_child: u32,
    next_sibling: u32,
    state: S,
    prior: f64,
    /// Where its mass stands in the beam of the step `seen`.
    slot: u32,
    seen: u32,
}

const ROOT: u32 = 0;
/// No child, no sibling: the root is nobody's.
const NOBODY: u32 = 0;

struct Search<'a, P: Prior> {
    prior: &'a P,
    nodes: Vec<Node<P::State>>,
    beam: Vec<Mass>,
    next: Vec<Mass>,
    candidates: Vec<(usize, f64)>,
    step: u32,
}

impl<'a, P: Prior> Search<'a, P> {
    fn new(prior: &'a P, steps: usize) -> Self {
        let mut nodes = Vec::with_capacity(16 * steps + 64);
        nodes.push(Node {
            parent: ROOT,
            class: 0,
            first_child: NOBODY,
            next_sibling: NOBODY,
            state: prior.start(),
            prior: 0.0,
            slot: 0,
            seen: 0,
        });
        let beam = vec![Mass { prefix: ROOT, blank: 0.0, letter: f64::NEG_INFINITY }];
        Self {
            prior,
            nodes,
            beam,
            next: Vec::with_capacity(256),
            candidates: Vec::with_capacity(64),
            step: 0,
        }
    }

    /// One step for every prefix of the beam.
    fn advance(&mut self, step: &ArrayView1<'_, f32>, least_log_prob: f32) {
        self.step += 1;
        self.next.clear();
        self.candidates.clear();
        let tried = step.iter().enumerate().skip(1).filter(|(_, p)| **p >= least_log_prob);
        self.candidates.extend(tried.map(|(class, p)| (class, f64::from(*p))));
        let blank = f64::from(step[0]);
        for at in 0..self.beam.len() {
            let mass = self.beam[at];
            let total = mass.total();
            let last = self.nodes[mass.prefix as usize].class as usize;
            let stay = self.mass(mass.prefix);
            stay.blank = log_add(stay.blank, total + blank);
            if last != 0 {
                stay.letter = log_add(stay.letter, mass.letter + f64::from(step[last]));
            }
            // A letter right behind itself is a new one only across a blank.
            let before = |class: usize| if class == last { mass.blank } else { total };
            let prior = self.prior;
            if let Some(allowed) = prior.allowed(self.nodes[mass.prefix as usize].state) {
                for &class in allowed {
                    self.lengthen(mass.prefix, class, before(class) + f64::from(step[class]));
                }
                continue;
            }
            for number in 0..self.candidates.len() {
                let (class, log_prob) = self.candidates[number];
                self.lengthen(mass.prefix, class, before(class) + log_prob);
            }
        }
    }

    /// Adds the mass of paths that go on from a prefix with one more class.
    fn lengthen(&mut self, prefix: u32, class: usize, log_prob: f64) {
        if log_prob == f64::NEG_INFINITY {
            return;
        }
        if let Some(child) = self.child(prefix, class) {
            let longer = self.mass(child);
            longer.letter = log_add(longer.letter, log_prob);
        }
    }

    /// Keeps the best prefixes. Ties fall to the older prefix, so that equal input reads equally every time.
    fn keep(&mut self, width: usize) {
        let nodes = &self.nodes;
        let score = |mass: &Mass| mass.total() + nodes[mass.prefix as usize].prior;
        let order = |a: &Mass, b: &Mass| score(b).total_cmp(&score(a)).then(a.prefix.cmp(&b.prefix));
        if self.next.len() > width {
            self.next.select_nth_unstable_by(width - 1, order);
            self.next.truncate(width);
        }
        std::mem::swap(&mut self.beam, &mut self.next);
    }

    fn mass(&mut self, prefix: u32) -> &mut Mass {
        let node = &mut self.nodes[prefix as usize];
        if node.seen != self.step {
            (node.seen, node.slot) = (self.step, self.next.len() as u32);
            self.next.push(Mass { prefix, blank: f64::NEG_INFINITY, letter: f64::NEG_INFINITY });
        }
        &mut self.next[node.slot as usize]
    }

    /// The prefix and one more class, unless the prior forbids it.
    fn child(&mut self, parent: u32, class: usize) -> Option<u32> {
        let mut child = self.nodes[parent as usize].first_child;
        while child != NOBODY {
            if self.nodes[child as usize].class as usize == class {
                return Some(child);
            }
            child = self.nodes[child as usize].next_sibling;
        }
        let of = &self.nodes[parent as usize];
        let (state, added) = self.prior.extend(of.state, class)?;
        let (prior, next_sibling) = (of.prior + added, of.first_child);
        let id = self.nodes.len() as u32;
        self.nodes.push(Node {
            parent,
            class: class as u32,
            first_child: NOBODY,
            next_sibling,
            state,
            prior,
            slot: 0,
            seen: 0,
        });
        self.nodes[parent as usize].first_child = id;
        Some(id)
    }

    fn finish(self) -> Vec<Hypothesis> {
        let hypothesis = |mass: &Mass| {
            let node = &self.nodes[mass.prefix as usize];
            let prior = node.prior + self.prior.finish(node.state)?;
            if mass.total() == f64::NEG_INFINITY {
                return None;
            }
            Some(Hypothesis { classes: self.classes(mass.prefix), log_prob: mass.total(), prior })
        };
        let mut found: Vec<Hypothesis> = self.beam.iter().filter_map(hypothesis).collect();
        found.sort_by(|a, b| b.score().total_cmp(&a.score()).then_with(|| a.classes.cmp(&b.classes)));
        found
    }

    fn classes(&self, prefix: u32) -> Vec<usize> {
        let parents = std::iter::successors(Some(prefix), |id| Some(self.nodes[*id as usize].parent));
        let mut classes: Vec<usize> =
            parents.take_while(|id| *id != ROOT).map(|id| self.nodes[id as usize].class as usize).collect();
        classes.reverse();
        classes
    }
}

/// `ln(eᵃ + eᵇ)`.
pub(super) fn log_add(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::super::prior::Free;
    use super::*;
    use ndarray::Array2;
    use proptest::prelude::*;
    use std::collections::HashMap;

    const UNBOUNDED: BeamOptions = BeamOptions { width: usize::MAX, least_log_prob: f32::NEG_INFINITY };

    /// Every path one by one: the law that beam search must keep.
    fn brute_force(steps: &Array2<f32>) -> HashMap<Vec<usize>, f64> {
        let (length, classes) = steps.dim();
        let mut texts: HashMap<Vec<usize>, f64> = HashMap::new();
        for number in 0..classes.pow(u32::try_from(length).unwrap()) {
            let path: Vec<usize> = (0..length).map(|t| number / classes.pow(t as u32) % classes).collect();
            let probability: f64 =
                path.iter().enumerate().map(|(t, c)| f64::from(steps[[t, *c]].exp())).product();
            let mut collapsed = path;
            collapsed.dedup();
            collapsed.retain(|c| *c != 0);
            *texts.entry(collapsed).or_default() += probability;
        }
        texts
    }

    fn tiny_lines() -> impl Strategy<Value = Array2<f32>> {
        (1_usize..=5, 2_usize..=4).prop_flat_map(|(length, classes)| {
            proptest::collection::vec(0.01_f32..1.0, length * classes).prop_map(move |values| {
                let mut steps = Array2::from_shape_vec((length, classes), values).unwrap();
                for mut step in steps.outer_iter_mut() {
                    let sum = step.sum();
                    step.mapv_inplace(|p| (p / sum).ln());
                }
                steps
            })
        })
    }

    proptest! {
        #[test]
        fn unbounded_search_is_brute_force_over_all_paths(steps in tiny_lines()) {
            let expected = brute_force(&steps);
            let found = search(&steps.view(), &Free, &UNBOUNDED);
            prop_assert_eq!(found.len(), expected.len());
            for hypothesis in &found {
                let probability = expected[&hypothesis.classes];
                prop_assert!((hypothesis.log_prob.exp() - probability).abs() < 1e-5);
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].log_prob >= pair[1].log_prob));
        }

        #[test]
        fn a_narrow_search_never_claims_more_than_is_there(steps in tiny_lines(), width in 1_usize..4) {
            let expected = brute_force(&steps);
            let found = search(&steps.view(), &Free, &BeamOptions { width, ..UNBOUNDED });
            prop_assert!(found.len() <= width);
            for hypothesis in found {
                prop_assert!(hypothesis.log_prob.exp() <= expected[&hypothesis.classes] + 1e-5);
            }
        }
    }

    #[test]
    fn many_weak_paths_beat_one_strong_path() {
        // Best path: blank, blank (0.36). Text "1" has three paths: 0.16 + 0.24 + 0.24.
        let steps = ndarray::arr2(&[[0.6_f32, 0.4], [0.6, 0.4]]).ln();
        let found = search(&steps.view(), &Free, &BeamOptions::default());
        assert_eq!(found[0].classes, [1]);
        assert!((found[0].log_prob.exp() - 0.64).abs() < 1e-6);
    }

    /// Lets texts of one letter only pass, and likes class 2.
    struct OneLetter;

    impl Prior for OneLetter {
        type State = usize;

        fn start(&self) -> usize {
            0
        }

        fn extend(&self, length: usize, class: usize) -> Option<(usize, f64)> {
            (length == 0).then_some((1, if class == 2 { 1.0 } else { 0.0 }))
        }

        fn finish(&self, length: usize) -> Option<f64> {
            (length == 1).then_some(0.0)
        }
    }

    #[test]
    fn a_prior_forbids_texts_and_moves_the_order_but_not_the_probability() {
        let steps = ndarray::arr2(&[[0.2_f32, 0.5, 0.3], [0.2, 0.5, 0.3]]).ln();
        let found = search(&steps.view(), &OneLetter, &UNBOUNDED);
        let texts: Vec<&[usize]> = found.iter().map(|h| h.classes.as_slice()).collect();
        assert_eq!(texts, [&[2][..], &[1]]);
        let of_two: f64 = 0.3 * 0.3 + 2.0 * 0.3 * 0.2;
        assert!((found[0].log_prob.exp() - of_two).abs() < 1e-6 && found[0].prior == 1.0);
    }

    #[test]
    fn a_prior_that_lets_nothing_end_leaves_nothing() {
        let steps = ndarray::arr2(&[[1.0_f32, 0.0]]).ln();
        assert!(search(&steps.view(), &OneLetter, &UNBOUNDED).is_empty());
    }
}
