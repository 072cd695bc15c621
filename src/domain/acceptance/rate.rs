//! What inspection says of a lot: the share of wrong units with its 95 % interval.

use super::chance::binomial_at_most;
use serde::{Deserialize, Serialize};

/// A share of wrong units with its 95 % interval, 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ErrorRate {
    /// Wrong units found.
    pub wrong: u64,
    /// Units inspected.
    pub inspected: u64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One inspected entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected {
    /// Its fields.
    pub fields: u64,
    /// Those of them that are wrong.
    pub wrong: u64,
}

/// Each end leaves out so much.
const TAIL: f64 = 0.025;
/// Draws of the bootstrap.
const DRAWS: usize = 2_000;

/// Share of wrong units with the exact interval of Clopper and Pearson (1934); the whole range where nothing was
/// inspected.
#[must_use]
pub fn unit_rate(wrong: u64, inspected: u64) -> ErrorRate {
    if inspected == 0 {
        return ErrorRate { wrong: 0, inspected: 0, low: 0.0, high: 1.0 };
    }
    // P(X ≥ wrong) grows with the share, P(X ≤ wrong) falls.
    let low = match wrong {
        0 => 0.0,
        _ => share_where(|share| 1.0 - binomial_at_most(wrong - 1, inspected, share) >= TAIL),
    };
    let high = match wrong {
        all if all >= inspected => 1.0,
        _ => share_where(|share| binomial_at_most(wrong, inspected, share) <= TAIL),
    };
    ErrorRate { wrong, inspected, low, high }
}

/// Share of wrong fields. Fields of one entry go wrong together, so entries are drawn anew, not fields (bootstrap,
/// percentile interval, Efron 1979). `pick(n)` gives a random number below n. Where no field was wrong the upper
/// end is that of wrong entries: a field cannot be wrong in an entry that is not.
pub fn field_rate(entries: &[Inspected], mut pick: impl FnMut(usize) -> usize) -> ErrorRate {
    let sums = |of: &mut dyn Iterator<Item = Inspected>| {
        of.fold((0, 0), |(wrong, fields), e| (wrong + e.wrong, fields + e.fields))
    };
    let (wrong, inspected) = sums(&mut entries.iter().copied());
    if wrong == 0 || inspected == 0 {
        let entries = unit_rate(0, entries.iter().filter(|e| e.fields > 0).count() as u64);
        return ErrorRate { wrong, inspected, ..entries };
    }
    let mut shares: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let (wrong, fields) = sums(&mut (0..entries.len()).map(|_| entries[pick(entries.len())]));
            wrong as f64 / fields.max(1) as f64
        })
        .collect();
    shares.sort_by(f64::total_cmp);
    let at = |part: f64| shares[((DRAWS as f64 * part) as usize).min(DRAWS - 1)];
    ErrorRate { wrong, inspected, low: at(TAIL), high: at(1.0 - TAIL) }
}

/// The smallest share from which on `holds` is true, to nine digits.
fn share_where(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut below, mut above) = (0.0, 1.0);
    for _ in 0..30 {
        let middle = f64::midpoint(below, above);
        if holds(middle) { above = middle } else { below = middle }
    }
    f64::midpoint(below, above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_published_one() {
        // Newcombe 1998, table I, method 5 (Clopper–Pearson).
        for (wrong, inspected, low, high) in [
            (81, 263, 0.2527, 0.3676),
            (15, 148, 0.0578, 0.1617),
            (0, 20, 0.0, 0.1684),
            (1, 29, 0.0009, 0.1776),
        ] {
            let rate = unit_rate(wrong, inspected);
            assert!((rate.low - low).abs() < 6e-5 && (rate.high - high).abs() < 6e-5, "{rate:?}");
        }
        assert!(unit_rate(5, 5).high == 1.0 && unit_rate(0, 0).high == 1.0);
    }

    #[test]
    fn fields_that_go_wrong_together_say_less() {
        let mut state = 7_u64;
        let mut pick = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        let clean = |n| vec![Inspected { fields: 20, wrong: 0 }; n];
        let together = [clean(98), vec![Inspected { fields: 20, wrong: 10 }; 2]].concat();
        let apart = [clean(80), vec![Inspected { fields: 20, wrong: 1 }; 20]].concat();
        let (together, apart) = (field_rate(&together, &mut pick), field_rate(&apart, &mut pick));
        assert_eq!((together.wrong, together.inspected), (apart.wrong, apart.inspected));
        assert!(together.high > apart.high && together.low < apart.low, "{together:?} {apart:?}");
        assert!(apart.low > 0.004 && apart.high < 0.017, "{apart:?}");
    }

    #[test]
    fn nothing_found_is_not_nothing_there() {
        let rate = field_rate(&[Inspected { fields: 20, wrong: 0 }; 50], |_| 0);
        assert!((rate.high - unit_rate(0, 50).high).abs() < 1e-12 && rate.low == 0.0);
        assert_eq!(field_rate(&[], |_| 0).high, 1.0);
    }
}
