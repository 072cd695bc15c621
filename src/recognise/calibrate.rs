//! From statistics of the best path to the probability that the whole line is right.

use super::decode::greedy::BestPath;
use super::manifest::LogisticWeights;

/// Logistic calibration (Platt 1999) fitted on held-out writers by the training scripts. 0 to 1.
#[must_use]
pub fn confidence(path: &BestPath, weights: LogisticWeights) -> f32 {
    let length = (1.0 + path.classes.len() as f64).ln();
    let evidence = weights.bias
        + weights.w_path * path.log_prob
        + weights.w_min * path.least_sure
        + weights.w_len * length;
    (1.0 / (1.0 + (-evidence).exp())) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logistic_function_of_the_weighted_statistics() {
        let path = BestPath { classes: vec![1, 2, 3], log_prob: -0.5, least_sure: -0.25 };
        let weights = LogisticWeights { bias: 1.0, w_path: 2.0, w_min: 4.0, w_len: 0.5 };
        // 1 + 2 · (−0.5) + 4 · (−0.25) + 0.5 · ln 4 = −0.306853
        assert!((confidence(&path, weights) - 0.423_883).abs() < 1e-5);
    }

    #[test]
    fn the_extremes_stay_probabilities() {
        let path = BestPath { classes: vec![], log_prob: -1e4, least_sure: -1e3 };
        let weights = LogisticWeights { bias: 0.0, w_path: 1.0, w_min: 1.0, w_len: 0.0 };
        assert_eq!(confidence(&path, weights), 0.0);
    }
}
