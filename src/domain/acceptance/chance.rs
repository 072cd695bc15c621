//! Probabilities of counting wrong units in a sample.

/// P(X ≤ `most`) for X wrong units among `trials`, each wrong with probability `share` (0..=1).
#[must_use]
pub fn binomial_at_most(most: u64, trials: u64, share: f64) -> f64 {
    if most >= trials || share <= 0.0 {
        return 1.0;
    }
    if share >= 1.0 {
        return 0.0;
    }
    let logs = LogFactorials::up_to(trials);
    let of = |k: u64| logs.choose(trials, k) + k as f64 * share.ln() + (trials - k) as f64 * (-share).ln_1p();
    (0..=most).map(|k| of(k).exp()).sum::<f64>().min(1.0)
}

/// P(X ≤ `most`) for X wrong units in a sample of `drawn` without replacement out of `size` units of which
/// `wrong` are wrong; `drawn` and `wrong` are no larger than `size`.
#[must_use]
pub fn hypergeometric_at_most(most: u64, (drawn, size, wrong): (u64, u64, u64)) -> f64 {
    let (drawn, wrong) = (drawn.min(size), wrong.min(size));
    let logs = LogFactorials::up_to(size);
    let (least, greatest) = ((drawn + wrong).saturating_sub(size), drawn.min(wrong));
    let of = |k: u64| logs.choose(wrong, k) + logs.choose(size - wrong, drawn - k) - logs.choose(size, drawn);
    (least..=most.min(greatest)).map(|k| of(k).exp()).sum::<f64>().min(1.0)
}

/// ln 0!, ln 1!, …
struct LogFactorials(Vec<f64>);

impl LogFactorials {
    fn up_to(n: u64) -> Self {
        let mut sum = 0.0;
        let steps = (1..=n).map(|k| {
            sum += (k as f64).ln();
            sum
        });
        Self(std::iter::once(0.0).chain(steps).collect())
    }

    /// ln of the number of ways to choose `k` out of `n`, `k` ≤ `n`.
    fn choose(&self, n: u64, k: u64) -> f64 {
        let ln = |i: u64| self.0[i as usize];
        ln(n) - ln(k) - ln(n - k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn counts_of_a_few_tosses_are_those_of_paper_and_pencil() {
        assert!(is_near(binomial_at_most(1, 3, 0.5), 0.5));
        assert!(is_near(binomial_at_most(0, 2, 0.1), 0.81));
        assert!(is_near(binomial_at_most(3, 3, 0.9), 1.0) && is_near(binomial_at_most(0, 3, 0.0), 1.0));
        assert!(is_near(binomial_at_most(2, 3, 1.0), 0.0));
    }

    #[test]
    fn draws_without_replacement_are_those_of_paper_and_pencil() {
        // Two of five are wrong, two are drawn: 3/10 without a wrong one, 6/10 with one.
        assert!(is_near(hypergeometric_at_most(0, (2, 5, 2)), 0.3));
        assert!(is_near(hypergeometric_at_most(1, (2, 5, 2)), 0.9));
        assert!(is_near(hypergeometric_at_most(0, (5, 5, 1)), 0.0));
        assert!(is_near(hypergeometric_at_most(0, (3, 5, 0)), 1.0));
    }
}
