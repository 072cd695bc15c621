//! Single sampling plans of ISO 2859-1: code letter, sample size, acceptance number.

use crate::domain::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// How much is inspected for a lot of a given size.
    InspectionLevel, "inspection level", {
        /// Special level 1, the smallest samples.
        S1 = "s1",
        /// Special level 2.
        S2 = "s2",
        /// Special level 3.
        S3 = "s3",
        /// Special level 4.
        S4 = "s4",
        /// General level I.
        I = "i",
        /// General level II, the usual one.
        II = "ii",
        /// General level III, the largest samples.
        III = "iii",
    }
);

words!(
    /// How severely a contractor's lots are inspected now.
    Severity, "severity of inspection", {
        /// As at the start.
        Normal = "normal",
        /// After lots that were not accepted.
        Tightened = "tightened",
    }
);

/// Acceptable quality limit: percent of wrong units that is borne on average. One of the norm's steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aql(usize);

/// The norm's steps, thousandths of a percent.
const STEPS: [u32; 16] =
    [10, 15, 25, 40, 65, 100, 150, 250, 400, 650, 1_000, 1_500, 2_500, 4_000, 6_500, 10_000];

impl Aql {
    /// All steps, smallest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..STEPS.len()).map(Self)
    }

    /// The step of this many percent, if the norm has it.
    #[must_use]
    pub fn of_percent(percent: f64) -> Option<Self> {
        Self::all().find(|step| (step.percent() - percent).abs() < 1e-9)
    }

    /// Percent of wrong units.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(STEPS[self.0]) / 1_000.0
    }
}

/// How a lot is sampled and judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingPlan {
    /// Units drawn; the whole lot if it has no more.
    pub sample_size: u64,
    /// The lot is accepted with up to so many wrong units.
    pub accept: u64,
}

/// The norm has no plan for this wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// No lot.
    #[error("a lot has at least two units, not {0}")]
    TooSmall(u64),
    /// So small a limit needs samples larger than the norm's largest.
    #[error("the norm has no tightened plan for so small a quality limit and so large a lot")]
    BeyondTable,
    /// The limiting quality is no share between 0 and 1.
    #[error("the limiting quality is a share between 0 and 1")]
    LimitingQuality,
}

/// Upper ends of the ranges of lot sizes; the last range has none.
const LOT_ENDS: [u64; 14] =
    [8, 15, 25, 50, 90, 150, 280, 500, 1_200, 3_200, 10_000, 35_000, 150_000, 500_000];

/// Index of the code letter by range of lot sizes, for the levels S-1 to III in order; A is 0, the letters I and O
/// do not occur.
const LETTERS: [[u8; 7]; 15] = [
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 1, 2],
    [0, 0, 1, 1, 1, 2, 3],
    [0, 1, 1, 2, 2, 3, 4],
    [1, 1, 2, 2, 2, 4, 5],
    [1, 1, 2, 3, 3, 5, 6],
    [1, 2, 3, 4, 4, 6, 7],
    [1, 2, 3, 4, 5, 7, 8],
    [2, 2, 4, 5, 6, 8, 9],
    [2, 3, 4, 6, 7, 9, 10],
    [2, 3, 5, 6, 8, 10, 11],
    [2, 3, 5, 7, 9, 11, 12],
    [3, 4, 6, 8, 10, 12, 13],
    [3, 4, 6, 8, 11, 13, 14],
    [3, 4, 7, 9, 12, 14, 15],
];

/// Sample size by code letter.
const SIZES: [u64; 16] = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1_250, 2_000];

/// The plan for a lot of `lot_size` units; where the tables point to another letter, its sample size goes with it.
///
/// # Errors
/// [`NoPlan::TooSmall`], and [`NoPlan::BeyondTable`] under tightened inspection.
pub fn plan(
    lot_size: u64,
    level: InspectionLevel,
    aql: Aql,
    severity: Severity,
) -> Result<SamplingPlan, NoPlan> {
    if lot_size < 2 {
        return Err(NoPlan::TooSmall(lot_size));
    }
    let range = LOT_ENDS.iter().position(|&end| lot_size <= end).unwrap_or(LOT_ENDS.len());
    let letter = i32::from(LETTERS[range][level as usize]);
    let (letter, accept) = match severity {
        Severity::Normal => normal(letter, aql.0 as i32),
        Severity::Tightened => tightened(letter, aql.0 as i32).ok_or(NoPlan::BeyondTable)?,
    };
    Ok(SamplingPlan { sample_size: SIZES[letter as usize].min(lot_size), accept })
}

/// Letter and acceptance number under normal inspection. The tables run along diagonals: what stands at a place
/// depends on the sum of the indices of letter and limit alone.
fn normal(letter: i32, aql: i32) -> (i32, u64) {
    const ACCEPT: [Option<u64>; 11] =
        [Some(0), None, None, Some(1), Some(2), Some(3), Some(5), Some(7), Some(10), Some(14), Some(21)];
    let at = |letter: i32| {
        let diagonal = usize::try_from(letter + aql - 14).ok()?;
        Some((letter, (*ACCEPT.get(diagonal)?)?))
    };
    let (up, down) = ((0..letter).rev().find_map(at), (letter + 1..16).find_map(at));
    let arrow = match letter + aql - 14 {
        1 | 11.. => up.or(down),
        _ => down.or(up),
    };
    at(letter).or(arrow).expect("every limit has a normal plan for some letter")
}

fn tightened(letter: i32, aql: i32) -> Option<(i32, u64)> {
    const ACCEPT: [Option<u64>; 10] =
        [Some(0), None, None, Some(1), Some(2), Some(3), Some(5), Some(8), Some(12), Some(18)];
    let at = |letter: i32| {
        let diagonal = usize::try_from(letter + aql - 15).ok()?;
        Some((letter, (*ACCEPT.get(diagonal)?)?))
    };
    let arrow = || match letter + aql - 15 {
        10.. => (0..letter).rev().find_map(at),
        _ => (letter + 1..16).find_map(at),
    };
    at(letter).or_else(arrow)
}

#[cfg(test)]
mod tests {
    use super::super::binomial_at_most;
    use super::*;

    fn by_letter(letter: char, percent: f64, severity: Severity) -> Option<(u64, u64)> {
        let letter = "ABCDEFGHJKLMNPQR".find(letter).unwrap() as i32;
        let aql = Aql::of_percent(percent).unwrap().0 as i32;
        let found = match severity {
            Severity::Normal => Some(normal(letter, aql)),
            Severity::Tightened => tightened(letter, aql),
        };
        found.map(|(letter, accept)| (SIZES[letter as usize], accept))
    }

    #[test]
    fn plans_are_the_norms() {
        for (letter, percent, size, accept) in [
            ('G', 1.5, 32, 1),
            ('J', 0.65, 80, 1),
            ('J', 1.0, 80, 2),
            ('J', 2.5, 80, 5),
            ('L', 0.065, 200, 0),
            ('L', 1.0, 200, 5),
            ('K', 0.1, 125, 0),
            ('A', 10.0, 5, 1),
            ('R', 0.015, 800, 0),
        ] {
            assert_eq!(
                by_letter(letter, percent, Severity::Normal),
                Some((size, accept)),
                "{letter} {percent}"
            );
        }
        assert_eq!(by_letter('J', 1.0, Severity::Tightened), Some((80, 1)));
        assert_eq!(by_letter('J', 4.0, Severity::Tightened), Some((80, 5)));
        assert_eq!(by_letter('R', 0.015, Severity::Tightened), None);
    }

    #[test]
    fn lots_get_their_letters() {
        let size = |lot, level| {
            plan(lot, level, Aql::of_percent(1.0).unwrap(), Severity::Normal).unwrap().sample_size
        };
        assert_eq!(size(500, InspectionLevel::II), 50);
        assert_eq!(size(1_200, InspectionLevel::II), 80);
        assert_eq!(size(1_201, InspectionLevel::II), 125);
        assert_eq!(size(600_000, InspectionLevel::III), 1_250, "an arrow to the letter before");
    }

    #[test]
    fn a_lot_no_larger_than_its_sample_is_inspected_whole_and_no_lot_has_no_plan() {
        let aql = Aql::of_percent(0.65).unwrap();
        let of = |lot| plan(lot, InspectionLevel::II, aql, Severity::Normal);
        assert_eq!(of(12), Ok(SamplingPlan { sample_size: 12, accept: 0 }));
        assert_eq!(of(1), Err(NoPlan::TooSmall(1)));
        let finest = Aql::of_percent(0.015).unwrap();
        let beyond = plan(600_000, InspectionLevel::III, finest, Severity::Tightened);
        assert_eq!(beyond, Err(NoPlan::BeyondTable));
        assert_eq!(Aql::of_percent(0.2), None);
    }

    /// At its quality limit a plan accepts with a probability within the norm's bounds: a number typed wrongly
    /// falls outside.
    #[test]
    fn operating_characteristics_are_within_the_norms_bounds() {
        for letter in 0..16 {
            for aql in Aql::all() {
                let diagonal = letter + aql.0 as i32;
                let chance = |(at, accept): (i32, u64)| {
                    assert_eq!(at, letter);
                    binomial_at_most(accept, SIZES[at as usize], aql.percent() / 100.0)
                };
                if matches!(diagonal - 14, 0 | 3..=10) {
                    let p = chance(normal(letter, aql.0 as i32));
                    assert!((0.874..=0.9955).contains(&p), "normal {letter} {aql:?}: {p}");
                }
                if matches!(diagonal - 15, 0 | 3..=9) {
                    let p = chance(tightened(letter, aql.0 as i32).unwrap());
                    assert!((0.794..=0.9655).contains(&p), "tightened {letter} {aql:?}: {p}");
                }
            }
        }
    }
}
