//! The best path: the most probable class of every step, repeats and blanks taken out.

use ndarray::ArrayView2;

/// The best path through a line, with what calibration looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct BestPath {
    /// Classes emitted, in order; 1 and up.
    pub classes: Vec<usize>,
    /// Natural log-probability of the path: the sum over its steps.
    pub log_prob: f64,
    /// The least log-probability of one of its steps.
    pub least_sure: f64,
}

/// Walks log-probabilities `[steps, classes]`; class 0 is the CTC blank.
#[must_use]
pub fn best_path(steps: &ArrayView2<'_, f32>) -> BestPath {
    let mut path = BestPath { classes: Vec::new(), log_prob: 0.0, least_sure: 0.0 };
    let mut previous = 0;
    for step in steps.outer_iter() {
        let (class, log_prob) = most_probable(step.iter().copied());
        path.log_prob += log_prob;
        path.least_sure = path.least_sure.min(log_prob);
        if class != 0 && class != previous {
            path.classes.push(class);
        }
        previous = class;
    }
    path
}

/// The first of the most probable classes.
fn most_probable(step: impl Iterator<Item = f32>) -> (usize, f64) {
    let best = step.enumerate().fold((0, f32::NEG_INFINITY), |best, (class, log_prob)| {
        if log_prob > best.1 { (class, log_prob) } else { best }
    });
    (best.0, f64::from(best.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, arr2};

    #[test]
    fn repeats_collapse_blanks_part_them_and_statistics_add_up() {
        let probabilities = arr2(&[
            [0.1_f32, 0.7, 0.2],
            [0.2, 0.6, 0.2],
            [0.9, 0.05, 0.05],
            [0.1, 0.8, 0.1],
            [0.3, 0.3, 0.4],
        ]);
        let path = best_path(&probabilities.ln().view());
        assert_eq!(path.classes, [1, 1, 2]);
        let expected = (0.7_f64 * 0.6 * 0.9 * 0.8 * 0.4).ln();
        assert!((path.log_prob - expected).abs() < 1e-5);
        assert!((path.least_sure - 0.4_f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn no_steps_read_as_nothing() {
        let path = best_path(&Array2::zeros((0, 3)).view());
        assert_eq!((path.classes.len(), path.log_prob), (0, 0.0));
    }
}
