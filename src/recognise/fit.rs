//! Logistic regression: from outcomes that are known to the weights of [`super::calibrate`] and
//! [`super::legibility`].

use super::calibrate::Statistics;
use super::legibility::Signs;
use super::manifest::LogisticWeights;
use std::array;

/// Pull of standardised weights towards those they start from, against few lines.
const RIDGE: f64 = 1.0;
const MOST_ROUNDS: usize = 60;

/// A named value of one outcome.
type Named = (&'static str, f64);

/// Weights of the confidence. `outcomes` are readings and whether each was right after folding. Without a `start`
/// a statistic that never varies gets no weight, and no outcomes give the weights of a coin; with one the weights
/// leave it as far only as the outcomes show: a kind that was never wrong is not thereby infallible.
#[must_use]
pub fn fit(outcomes: &[(Statistics, bool)], start: Option<&LogisticWeights>) -> LogisticWeights {
    let rows: Vec<_> = outcomes.iter().map(|(s, _)| s.named()).collect();
    let truths: Vec<bool> = outcomes.iter().map(|(_, right)| *right).collect();
    logistic(&rows, &truths, start)
}

/// Weights of what tells text from nothing. `outcomes` are fields with the confidence of their decoded reading and
/// whether anything is written in them. The bias is such that at most `made_up` (a share, 0 to 1) of the empty
/// ones are taken for text.
#[must_use]
pub fn fit_legibility(outcomes: &[(Signs, f32, bool)], made_up: f64) -> LogisticWeights {
    let rows: Vec<_> = outcomes.iter().map(|(signs, sure, _)| signs.named(*sure)).collect();
    let truths: Vec<bool> = outcomes.iter().map(|(_, _, written)| *written).collect();
    // What has no letters is no text whatever its weights.
    let lettered: Vec<usize> = (0..outcomes.len()).filter(|&i| outcomes[i].0.letters > 0).collect();
    let own_rows: Vec<_> = lettered.iter().map(|&i| rows[i]).collect();
    let own_truths: Vec<bool> = lettered.iter().map(|&i| truths[i]).collect();
    let mut weights = logistic(&own_rows, &own_truths, None);
    let empty = truths.iter().filter(|written| !**written).count();
    let evidence = |row: &[Named]| row.iter().map(|(name, value)| weights[*name] * value).sum::<f64>();
    let mut mistaken: Vec<f64> = own_rows
        .iter()
        .zip(&own_truths)
        .filter(|(_, written)| !**written)
        .map(|(row, _)| evidence(row))
        .collect();
    mistaken.sort_by(|a, b| b.total_cmp(a));
    let allowed = (empty as f64 * made_up) as usize;
    if let Some(&next) = mistaken.get(allowed).filter(|next| **next > 0.0) {
        *weights.get_mut("bias").expect("every fit has a bias") -= next + 1e-9;
    }
    weights
}

/// Logistic regression by Newton's method (iteratively reweighted least squares) with a ridge on standardised
/// values; the first value of a row is the bias's 1.
fn logistic<const N: usize>(
    named: &[[Named; N]],
    truths: &[bool],
    start: Option<&LogisticWeights>,
) -> LogisticWeights {
    let rows: Vec<[f64; N]> = named.iter().map(|row| row.map(|(_, value)| value)).collect();
    let names: Vec<&str> =
        named.first().map(|row| row.iter().map(|(name, _)| *name).collect()).unwrap_or_default();
    let (mean, spread) = moments(&rows);
    let scaled: Vec<[f64; N]> =
        rows.iter().map(|row| array::from_fn(|i| (row[i] - mean[i]) / spread[i])).collect();
    let start = start.map(|start| standardised(start, &names, &mean, &spread));
    let bias = if start.is_some() { RIDGE } else { 1e-6 };
    let pull = Pull { to: start.unwrap_or([0.0; N]), bias };
    let mut weights = pull.to;
    for _ in 0..MOST_ROUNDS {
        let step = newton_step(&scaled, truths, &weights, &pull);
        (0..N).for_each(|i| weights[i] += step[i]);
        if step.iter().all(|s| s.abs() < 1e-9) {
            break;
        }
    }
    let mut raw: [f64; N] = array::from_fn(|i| weights[i] / spread[i]);
    raw[0] = weights[0] - (1..N).map(|i| raw[i] * mean[i]).sum::<f64>();
    names.iter().zip(raw).map(|(name, weight)| ((*name).to_owned(), weight)).collect()
}

/// Where weights are drawn to, and how strongly the bias is.
struct Pull<const N: usize> {
    to: [f64; N],
    bias: f64,
}

/// Raw weights as weights of standardised statistics.
fn standardised<const N: usize>(
    raw: &LogisticWeights,
    names: &[&str],
    mean: &[f64; N],
    spread: &[f64; N],
) -> [f64; N] {
    let weight = |i: usize| names.get(i).and_then(|name| raw.get(*name)).copied().unwrap_or(0.0);
    let raw: [f64; N] = array::from_fn(weight);
    let mut weights: [f64; N] = array::from_fn(|i| raw[i] * spread[i]);
    weights[0] = raw[0] + (1..N).map(|i| raw[i] * mean[i]).sum::<f64>();
    weights
}

/// Mean and standard deviation of every statistic; 0 and 1 for the constant, and a spread that leaves what
/// never varies at 0.
fn moments<const N: usize>(rows: &[[f64; N]]) -> ([f64; N], [f64; N]) {
    let n = rows.len().max(1) as f64;
    let mut mean: [f64; N] = array::from_fn(|i| rows.iter().map(|r| r[i]).sum::<f64>() / n);
    let mut spread: [f64; N] =
        array::from_fn(|i| (rows.iter().map(|r| (r[i] - mean[i]).powi(2)).sum::<f64>() / n).sqrt());
    (mean[0], spread[0]) = (0.0, 1.0);
    spread.iter_mut().for_each(|s| *s = if *s < 1e-9 { 1.0 } else { *s });
    (mean, spread)
}

fn newton_step<const N: usize>(
    rows: &[[f64; N]],
    truths: &[bool],
    weights: &[f64; N],
    pull: &Pull<N>,
) -> [f64; N] {
    let mut slope = [0.0; N];
    let mut bend = [[0.0; N]; N];
    for (row, right) in rows.iter().zip(truths) {
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
fn solve<const N: usize>(matrix: [[f64; N]; N], right: [f64; N]) -> [f64; N] {
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
    fn few_of_the_empty_fields_are_taken_for_text() {
        // Letters of every probability in both sorts, surer ones where something is written.
        let signs = |prob: f32| Signs { steps: 20, letters: 6, letter_log_prob: prob, ..Signs::default() };
        let share = |i: usize| i as f32 / 400.0;
        let mut outcomes: Vec<(Signs, f32, bool)> =
            (0..400).map(|i| (signs(-0.8 * share(i)), 0.5, true)).collect();
        outcomes.extend((0..400).map(|i| (signs(-0.5 - 1.5 * share(i)), 0.5, false)));
        let weights = fit_legibility(&outcomes, 0.01);
        let text = |(signs, sure, _): &&(Signs, f32, bool)| signs.text_evidence(*sure, &weights) > 0.0;
        let count = |written: bool| outcomes.iter().filter(|o| o.2 == written).filter(text).count();
        assert_eq!(count(false), 4);
        assert!((230..280).contains(&count(true)), "{}", count(true));
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
