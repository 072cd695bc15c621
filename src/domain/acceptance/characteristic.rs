//! The operating characteristic of a plan: how likely it accepts a lot of a given quality.

use super::chance::binomial_at_most;
use super::plan::SamplingPlan;
use serde::Serialize;

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Share of wrong entries in the lot, 0..=1.
    pub wrong: f64,
    /// Probability that the lot is accepted, 0..=1.
    pub accepted: f64,
}

/// Points of the curve.
const POINTS: u32 = 40;
/// The curve ends where a lot passes this seldom.
const SELDOM: f64 = 0.01;

impl SamplingPlan {
    /// The curve from no wrong entry to where a lot hardly ever passes, or all entries are wrong. Binomial, as the
    /// norm's own curves are: close where the lot is some ten times the sample, on the safe side where it is not.
    #[must_use]
    pub fn operating_characteristic(self) -> Vec<CurvePoint> {
        let passes = |wrong| binomial_at_most(self.accept, self.sample_size, wrong);
        let end = (1..=100).map(|percent| f64::from(percent) / 100.0).find(|p| passes(*p) <= SELDOM);
        let end = end.unwrap_or(1.0);
        let point = |wrong| CurvePoint { wrong, accepted: passes(wrong) };
        (0..=POINTS).map(|i| point(end * f64::from(i) / f64::from(POINTS))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_falls_from_certainty_to_hardly_ever() {
        for (sample_size, accept) in [(50, 1), (13, 0), (1, 0), (125, 3)] {
            let curve = SamplingPlan { sample_size, accept }.operating_characteristic();
            assert!((curve[0].accepted - 1.0).abs() < 1e-12 && curve.len() == 41);
            assert!(curve.windows(2).all(|w| w[1].accepted <= w[0].accepted + 1e-12));
            assert!(curve[40].accepted <= SELDOM, "{sample_size} {accept}");
        }
    }
}
