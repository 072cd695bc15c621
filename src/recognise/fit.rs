//! Fits the logistic calibration: from readings whose truth is known to the weights of [`super::calibrate`].

use super::calibrate::{NAMES, Statistics};
use super::manifest::LogisticWeights;
use std::array;

const N: usize = NAMES.len();
/// Pull of standardised weights towards those they start from, against few lines.
const RIDGE: f64 = 1.0;
const MOST_ROUNDS: usize = 60;

/// Logistic regression by Newton's method (iteratively reweighted least squares) with a ridge on standardised
/// statistics. `outcomes` are readings and whether each was right after folding. Without a `start` a statistic
/// that never varies gets no weight, and no outcomes give the weights of a coin; with one the weights leave it as
/// far only as the outcomes show: a kind that was never wrong is not thereby infallible.
#[must_use]
pub fn fit(outcomes: &[(Statistics, bool)], start: Option<&LogisticWeights>) -> LogisticWeights {
    let rows: Vec<[f64; N]> = outcomes.iter().map(|(s, _)| s.named().map(|(_, value)| value)).collect();
    let (mean, spread) = moments(&rows);
    let scaled: Vec<[f64; N]> =
        rows.iter().map(|row| array::from_fn(|i| (row[i] - mean[i]) / spread[i])).collect();
    let start = start.map(|start| standardised(start, &mean, &spread));
    let pull = Pull { to: start.unwrap_or_default(), bias: if start.is_some() { RIDGE } else { 1e-6 } };
    let mut weights = pull.to;
    for _ in 0..MOST_ROUNDS {
        let step = newton_step(&scaled, outcomes, &weights, &pull);
        (0..N).for_each(|i| weights[i] += step[i]);
        if step.iter().all(|s| s.abs() < 1e-9) {
            break;
        }
    }
    let mut raw: [f64; N] = array::from_fn(|i| weights[i] / spread[i]);
    raw[0] = weights[0] - (1..N).map(|i| raw[i] * mean[i]).sum::<f64>();
    NAMES.iter().zip(raw).map(|(name, weight)| ((*name).to_owned(), weight)).collect()
}

/// Where weights are drawn to, and how strongly the bias is.
struct Pull {
    to: [f64; N],
    bias: f64,
}

/// Raw weights as weights of standardised statistics.
fn standardised(raw: &LogisticWeights, mean: &[f64; N], spread: &[f64; N]) -> [f64; N] {
    let raw: [f64; N] = array::from_fn(|i| raw.get(NAMES[i]).copied().unwrap_or(0.0));
    let mut weights: [f64; N] = array::from_fn(|i| raw[i] * spread[i]);
    weights[0] = raw[0] + (1..N).map(|i| raw[i] * mean[i]).sum::<f64>();
    weights
}

/// Mean and standard deviation of every statistic; 0 and 1 for the constant, and a spread that leaves what
/// never varies at 0.
fn moments(rows: &[[f64; N]]) -> ([f64; N], [f64; N]) {
    let n = rows.len().max(1) as f64;
    let mut mean: [f64; N] = array::from_fn(|i| rows.iter().map(|r| r[i]).sum::<f64>() / n);
    let mut spread: [f64; N] =
        array::from_fn(|i| (rows.iter().map(|r| (r[i] - mean[i]).powi(2)).sum::<f64>() / n).sqrt());
    (mean[0], spread[0]) = (0.0, 1.0);
    spread.iter_mut().for_each(|s| *s = if *s < 1e-9 { 1.0 } else { *s });
    (mean, spread)
}

fn newton_step(
    rows: &[[f64; N]],
    outcomes: &[(Statistics, bool)],
    weights: &[f64; N],
    pull: &Pull,
) -> [f64; N] {
    let mut slope = [0.0; N];
    let mut bend = [[0.0; N]; N];
    for (row, (_, right)) in rows.iter().zip(outcomes) {
        let evidence: f64 = row.iter().zip(weights).map(|(x, w)| x * w).sum();
        let p = 1.0 / (1.0 + (-evidence).exp());
        for i in 0..N {
            slope[i] += row[i] * (f64::from(u8::from(*right)) - p);
            for j in 0..N {
                bend[i][j] += row[i] * row[j] * p * (1.0 - p);
            }
        }
    }
    for i in 0..N {
        let ridge = if i == 0 { pull.bias } else { RIDGE };
        slope[i] -= ridge * (weights[i] - pull.to[i]);
        bend[i][i] += ridge;
    }
    solve(bend, slope)
}

/// Solves a positive definite system by Cholesky's decomposition.
fn solve(matrix: [[f64; N]; N], right: [f64; N]) -> [f64; N] {
    let mut lower = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = matrix[i][j] - known;
            lower[i][j] = if i == j { rest.max(1e-12).sqrt() } else { rest / lower[j][j] };
        }
    }
    let mut halfway = [0.0; N];
    for i in 0..N {
        let known: f64 = (0..i).map(|k| lower[i][k] * halfway[k]).sum();
        halfway[i] = (right[i] - known) / lower[i][i];
    }
    let mut solution = [0.0; N];
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|k| lower[k][i] * solution[k]).sum();
        solution[i] = (halfway[i] - known) / lower[i][i];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::super::calibrate::confidence;
    use super::*;

    /// Readings whose odds of being right are known: margin m, right with probability σ(m).
    fn known_odds() -> Vec<(Statistics, bool)> {
        let mut outcomes = Vec::new();
        for step in -20_i32..=20 {
            let margin = f64::from(step) / 5.0;
            let right = (100.0 / (1.0 + (-margin).exp())).round() as usize;
            let statistics = Statistics { margin, letters: 9, ..Statistics::default() };
            outcomes.extend((0..100).map(|n| (statistics, n < right)));
        }
        outcomes
    }

    #[test]
    fn known_odds_are_found_again() {
        let weights = fit(&known_odds(), None);
        assert!((weights["w_margin"] - 1.0).abs() < 0.02, "{weights:?}");
        assert!(weights["w_path"] == 0.0 && weights["w_same"] == 0.0, "what never varies has no weight");
        for margin in [-3.0, 0.0, 2.0_f64] {
            let sure = confidence(&Statistics { margin, letters: 9, ..Statistics::default() }, &weights);
            assert!((f64::from(sure) - 1.0 / (1.0 + (-margin).exp())).abs() < 0.01, "{margin}: {sure}");
        }
    }

    #[test]
    fn readings_that_are_all_right_stay_probabilities() {
        let outcomes: Vec<_> =
            (0..50).map(|n| (Statistics { text: -f64::from(n), ..Statistics::default() }, true)).collect();
        let weights = fit(&outcomes, None);
        assert!(weights.values().all(|w| w.is_finite()));
        let sure = confidence(&outcomes[0].0, &weights);
        assert!((0.9..=1.0).contains(&sure), "{sure}");
        assert_eq!(confidence(&outcomes[0].0, &fit(&[], None)), 0.5);
    }

    #[test]
    fn a_kind_that_was_never_wrong_keeps_the_doubts_of_all_kinds() {
        let general = fit(&known_odds(), None);
        let sure = Statistics { margin: 4.0, letters: 9, ..Statistics::default() };
        let own = fit(&vec![(sure, true); 150], Some(&general));
        let doubtful = Statistics { margin: -4.0, ..sure };
        assert!(confidence(&sure, &own) >= confidence(&sure, &general));
        assert!(confidence(&doubtful, &own) < 0.2, "{}", confidence(&doubtful, &own));
    }
}
