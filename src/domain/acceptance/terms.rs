//! What a project sets of its acceptance by sampling.

use super::limiting::limiting_plan;
use super::plan::{Aql, InspectionLevel, NoPlan, SamplingPlan, Severity, plan};
use crate::domain::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// How many entries of a lot are drawn, and how many wrong ones are borne.
    Scheme, "sampling scheme", {
        /// By acceptable quality limit, for a continuing series of lots.
        Aql = "aql",
        /// By limiting quality, for fewer than ten lots of one source.
        LimitingQuality = "limiting_quality",
    }
);

/// Terms of acceptance; the unit is the entry, and an entry with one wrong field is a wrong entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sampling {
    /// The plan that is used unless the supervisor says otherwise for a lot.
    pub scheme: Scheme,
    /// Inspection level.
    pub level: InspectionLevel,
    /// Acceptable quality limit, percent of wrong entries; one of the norm's steps. 1.0 is three wrong fields in
    /// 10,000 at 29 fields an entry: what two people who work carefully leave.
    pub aql_percent: f64,
    /// Limiting quality, percent of wrong entries: a lot as bad as this passes once in ten times at most.
    pub limit_percent: f64,
    /// Wrong entries borne under limiting quality, 0..=3.
    pub limit_accept: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            scheme: Scheme::Aql,
            level: InspectionLevel::II,
            aql_percent: 1.0,
            limit_percent: 5.0,
            limit_accept: 0,
        }
    }
}

impl Sampling {
    /// Fewer lots of one source than these are no series: limiting quality is advised.
    pub const SERIES: u64 = 10;

    /// The name of the first setting that is out of its range.
    #[must_use]
    pub fn wrong_setting(&self) -> Option<&'static str> {
        let percent_ok = self.limit_percent >= 0.1 && self.limit_percent <= 50.0;
        [
            (Aql::of_percent(self.aql_percent).is_some(), "aql_percent"),
            (percent_ok, "limit_percent"),
            (self.limit_accept <= 3, "limit_accept"),
        ]
        .into_iter()
        .find_map(|(is_right, name)| (!is_right).then_some(name))
    }

    /// The plan for a lot of `lot_size` entries. A single entry is no lot by the norm: it is inspected, and must
    /// be right.
    ///
    /// # Errors
    /// [`NoPlan`].
    pub fn plan(&self, lot_size: u64, severity: Severity) -> Result<SamplingPlan, NoPlan> {
        match self.scheme {
            _ if lot_size == 1 => Ok(SamplingPlan { sample_size: 1, accept: 0 }),
            Scheme::LimitingQuality => limiting_plan(lot_size, self.limit_percent / 100.0, self.limit_accept),
            Scheme::Aql => {
                let aql = Aql::of_percent(self.aql_percent).ok_or(NoPlan::BeyondTable)?;
                plan(lot_size, self.level, aql, severity)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range_and_what_is_not_is_named() {
        let terms: Sampling = serde_json::from_str("{}").unwrap();
        assert_eq!((terms.clone(), terms.wrong_setting()), (Sampling::default(), None));
        assert_eq!(Sampling { aql_percent: 1.1, ..terms.clone() }.wrong_setting(), Some("aql_percent"));
        let without_limit = Sampling { limit_percent: f64::NAN, ..terms.clone() };
        assert_eq!(without_limit.wrong_setting(), Some("limit_percent"));
        assert_eq!(Sampling { limit_accept: 4, ..terms }.wrong_setting(), Some("limit_accept"));
    }

    #[test]
    fn one_entry_is_inspected_and_the_scheme_chooses_the_plan() {
        let aql = Sampling::default();
        let limiting = Sampling { scheme: Scheme::LimitingQuality, ..Sampling::default() };
        assert_eq!(aql.plan(1, Severity::Normal), Ok(SamplingPlan { sample_size: 1, accept: 0 }));
        assert_eq!(aql.plan(500, Severity::Normal), Ok(SamplingPlan { sample_size: 50, accept: 1 }));
        let plan = limiting.plan(500, Severity::Normal).unwrap();
        assert!(plan.accept == 0 && (42..=45).contains(&plan.sample_size), "{plan:?}");
        assert!(aql.plan(0, Severity::Normal).is_err());
    }
}
