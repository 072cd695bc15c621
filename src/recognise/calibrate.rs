//! From statistics of a reading to the probability that the whole line is right.

use super::manifest::LogisticWeights;

/// What calibration looks at. Logarithms are natural; none is infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Statistics {
    /// Log-probability of the best path: the sum over its steps.
    pub path: f64,
    /// The least log-probability of one of its steps.
    pub least: f64,
    /// Letters of the reading.
    pub letters: usize,
    /// Log-probability of the reading by the line model alone.
    pub text: f64,
    /// The same, less that of the best text without language model or grammar; 0 where both are one.
    pub gap: f64,
    /// Score of the reading less that of the next one that differs after folding, -10 to 15.
    pub margin: f64,
    /// What language model or grammar adds per letter.
    pub prior: f64,
    /// Whether the best path reads the same after folding.
    pub is_best_path: bool,
}

/// Names of the statistics in manifests, and `bias`.
pub(super) const NAMES: [&str; 9] =
    ["bias", "w_path", "w_min", "w_len", "w_text", "w_gap", "w_margin", "w_prior", "w_same"];

/// Whether a manifest may give a weight to this name.
#[must_use]
pub fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

impl Statistics {
    /// The statistics by name; `bias` is 1.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); 9] {
        let values = [
            1.0,
            self.path,
            self.least,
            (1.0 + self.letters as f64).ln(),
            self.text,
            self.gap,
            self.margin,
            self.prior,
            f64::from(u8::from(self.is_best_path)),
        ];
        std::array::from_fn(|at| (NAMES[at], values[at]))
    }
}

/// Logistic calibration (Platt 1999) fitted on held-out writers by `sohoa model calibrate`. 0 to 1.
#[must_use]
pub fn confidence(statistics: &Statistics, weights: &LogisticWeights) -> f32 {
    let term = |(name, value): (&str, f64)| weights.get(name).copied().unwrap_or(0.0) * value;
    let evidence: f64 = statistics.named().into_iter().map(term).sum();
    (1.0 / (1.0 + (-evidence).exp())) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(of: &[(&str, f64)]) -> LogisticWeights {
        of.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect()
    }

    #[test]
    fn the_logistic_function_of_the_weighted_statistics() {
        let statistics = Statistics { letters: 3, path: -0.5, least: -0.25, ..Statistics::default() };
        let weights = weights(&[("bias", 1.0), ("w_path", 2.0), ("w_min", 4.0), ("w_len", 0.5)]);
        // 1 + 2 · (−0.5) + 4 · (−0.25) + 0.5 · ln 4 = −0.306853
        assert!((confidence(&statistics, &weights) - 0.423_883).abs() < 1e-5);
    }

    #[test]
    fn the_extremes_stay_probabilities() {
        let statistics = Statistics { path: -1e4, least: -1e3, ..Statistics::default() };
        assert_eq!(confidence(&statistics, &weights(&[("w_path", 1.0), ("w_min", 1.0)])), 0.0);
    }

    #[test]
    fn every_statistic_has_its_own_name() {
        let statistics = Statistics {
            letters: 1,
            text: 4.0,
            gap: 5.0,
            margin: 6.0,
            prior: 7.0,
            is_best_path: true,
            ..Statistics::default()
        };
        for (name, value) in
            [("w_text", 4.0), ("w_gap", 5.0), ("w_margin", 6.0), ("w_prior", 7.0), ("w_same", 1.0)]
        {
            assert!(is_known(name));
            let expected = 1.0 / (1.0 + f64::exp(-0.1 * value));
            assert!(
                (f64::from(confidence(&statistics, &weights(&[(name, 0.1)]))) - expected).abs() < 1e-6,
                "{name}"
            );
        }
        assert!(!is_known("w_colour"));
    }
}
