//! CTC prefix beam search (Graves and Jaitly 2014, as in Hannun and others 2014): adds up all paths of a text,
//! where the best path looks at one.

use ndarray::{ArrayView1, ArrayView2};
use std::collections::HashMap;

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
    /// Natural log-probability.
    pub log_prob: f64,
}

/// The best texts of a line, best first, at most `width`. `steps` are log-probabilities `[steps, classes]`,
/// class 0 the blank. With unbounded options the log-probabilities are exact.
#[must_use]
pub fn search(steps: &ArrayView2<'_, f32>, options: &BeamOptions) -> Vec<Hypothesis> {
    let mut prefixes = Prefixes::default();
    let mut beam = vec![(Prefixes::EMPTY, Mass { blank: 0.0, letter: f64::NEG_INFINITY })];
    for step in steps.outer_iter() {
        let mut next = advance(&beam, &step, &mut prefixes, options.least_log_prob);
        // Ties fall to the older prefix, so that equal input reads equally every time.
        next.sort_by(|a, b| b.1.total().total_cmp(&a.1.total()).then(a.0.cmp(&b.0)));
        next.truncate(options.width);
        beam = next;
    }
    let hypothesis =
        |(id, mass): &(usize, Mass)| Hypothesis { classes: prefixes.classes(*id), log_prob: mass.total() };
    beam.iter().map(hypothesis).collect()
}

/// Log-probability of a prefix, by what its paths end with.
#[derive(Debug, Clone, Copy)]
struct Mass {
    blank: f64,
    letter: f64,
}

impl Mass {
    const NONE: Self = Self { blank: f64::NEG_INFINITY, letter: f64::NEG_INFINITY };

    fn total(self) -> f64 {
        log_add(self.blank, self.letter)
    }
}

/// One step for every prefix of the beam.
fn advance(
    beam: &[(usize, Mass)],
    step: &ArrayView1<'_, f32>,
    prefixes: &mut Prefixes,
    least_log_prob: f32,
) -> Vec<(usize, Mass)> {
    let candidates: Vec<(usize, f64)> = (1..step.len())
        .filter(|&class| step[class] >= least_log_prob)
        .map(|class| (class, f64::from(step[class])))
        .collect();
    let blank = f64::from(step[0]);
    let mut next = Next::default();
    for &(prefix, mass) in beam {
        let last = prefixes.last(prefix);
        let stay = next.mass(prefix);
        stay.blank = log_add(stay.blank, mass.total() + blank);
        if last != 0 {
            stay.letter = log_add(stay.letter, mass.letter + f64::from(step[last]));
        }
        for &(class, log_prob) in &candidates {
            // A letter right behind itself is a new one only across a blank.
            let before = if class == last { mass.blank } else { mass.total() };
            if before > f64::NEG_INFINITY {
                let longer = next.mass(prefixes.child(prefix, class));
                longer.letter = log_add(longer.letter, before + log_prob);
            }
        }
    }
    next.masses
}

/// The beam in the making: masses in order of first mention.
#[derive(Default)]
struct Next {
    at: HashMap<usize, usize>,
    masses: Vec<(usize, Mass)>,
}

impl Next {
    fn mass(&mut self, prefix: usize) -> &mut Mass {
        let at = *self.at.entry(prefix).or_insert_with(|| {
            self.masses.push((prefix, Mass::NONE));
            self.masses.len() - 1
        });
        &mut self.masses[at].1
    }
}

/// All prefixes met, as a tree: each is its parent and one more class.
struct Prefixes {
    nodes: Vec<(usize, usize)>,
    children: HashMap<(usize, usize), usize>,
}

impl Default for Prefixes {
    fn default() -> Self {
        Self { nodes: vec![(Self::EMPTY, 0)], children: HashMap::new() }
    }
}

impl Prefixes {
    const EMPTY: usize = 0;

    fn last(&self, id: usize) -> usize {
        self.nodes[id].1
    }

    fn child(&mut self, parent: usize, class: usize) -> usize {
        *self.children.entry((parent, class)).or_insert_with(|| {
            self.nodes.push((parent, class));
            self.nodes.len() - 1
        })
    }

    fn classes(&self, id: usize) -> Vec<usize> {
        let parents = std::iter::successors(Some(id), |id| Some(self.nodes[*id].0));
        let mut classes: Vec<usize> =
            parents.take_while(|id| *id != Self::EMPTY).map(|id| self.last(id)).collect();
        classes.reverse();
        classes
    }
}

/// `ln(eᵃ + eᵇ)`.
fn log_add(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use proptest::prelude::*;

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
            let found = search(&steps.view(), &UNBOUNDED);
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
            let found = search(&steps.view(), &BeamOptions { width, ..UNBOUNDED });
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
        let found = search(&steps.view(), &BeamOptions::default());
        assert_eq!(found[0].classes, [1]);
        assert!((found[0].log_prob.exp() - 0.64).abs() < 1e-6);
    }
}
