//! Plans by limiting quality for sources of fewer than ten lots, as ISO 2859-2 asks: computed, not tabled.

use super::chance::hypergeometric_at_most;
use super::plan::{NoPlan, SamplingPlan};

/// A lot as bad as its limiting quality is accepted with this probability at most (consumer's risk).
const RISK: f64 = 0.10;

/// The smallest sample of a lot of `lot_size` units that, accepted with up to `accept` wrong units, lets a lot of
/// the share `limit` (0..=1) of wrong units pass in one case of ten at most. The whole lot where no smaller sample
/// does.
///
/// # Errors
/// [`NoPlan::TooSmall`], [`NoPlan::LimitingQuality`].
pub fn limiting_plan(lot_size: u64, limit: f64, accept: u64) -> Result<SamplingPlan, NoPlan> {
    if lot_size < 2 {
        return Err(NoPlan::TooSmall(lot_size));
    }
    if !(limit > 0.0 && limit < 1.0) {
        return Err(NoPlan::LimitingQuality);
    }
    let wrong = ((lot_size as f64 * limit).ceil() as u64).min(lot_size);
    let passes = |drawn: u64| hypergeometric_at_most(accept, (drawn, lot_size, wrong)) > RISK;
    // The chance falls with the sample: halve the range.
    let (mut few, mut enough) = (0, lot_size);
    while enough - few > 1 {
        let middle = u64::midpoint(few, enough);
        if passes(middle) { few = middle } else { enough = middle }
    }
    Ok(SamplingPlan { sample_size: enough, accept })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_lot_passes_once_in_ten_times_and_one_unit_less_is_too_few() {
        for (size, limit, accept) in [(500, 0.05, 0), (500, 0.05, 1), (3_000, 0.02, 3), (60, 0.2, 0)] {
            let plan = limiting_plan(size, limit, accept).unwrap();
            let wrong = (size as f64 * limit).ceil() as u64;
            let chance = |drawn| hypergeometric_at_most(accept, (drawn, size, wrong));
            assert!(chance(plan.sample_size) <= 0.1 && chance(plan.sample_size - 1) > 0.1, "{plan:?}");
        }
    }

    #[test]
    fn known_plans() {
        // Binomial 0.95^n ≤ 0.1 needs 45; without replacement out of 500 a few less.
        let plan = limiting_plan(500, 0.05, 0).unwrap();
        assert!((42..=45).contains(&plan.sample_size), "{plan:?}");
        // One wrong unit of ten: nine drawn still miss it once in ten times.
        assert_eq!(limiting_plan(10, 0.1, 0), Ok(SamplingPlan { sample_size: 9, accept: 0 }));
        assert_eq!(limiting_plan(10, 0.1, 3), Ok(SamplingPlan { sample_size: 10, accept: 3 }));
    }

    #[test]
    fn what_is_no_lot_or_no_share_is_refused() {
        assert_eq!(limiting_plan(1, 0.1, 0), Err(NoPlan::TooSmall(1)));
        for limit in [0.0, 1.0, f64::NAN, -0.5] {
            assert_eq!(limiting_plan(100, limit, 0), Err(NoPlan::LimitingQuality));
        }
    }
}
