//! One entry of a sample under inspection, and what becomes of the lot.

use super::plan::{NoPlan, SamplingPlan};
use super::plant::{Planted, Recorded};
use crate::domain::FieldValue;
use crate::domain::kind::{UnknownWord, words};
use crate::domain::review::{Decision, Refusal, answers_to};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::{fmt, str::FromStr};

words!(
    /// Where a lot stands.
    LotState, "lot state", {
        /// Its sample is being inspected.
        Inspection = "inspection",
        /// Accepted.
        Accepted = "accepted",
        /// Sent back whole.
        NotAccepted = "not_accepted",
    }
);

impl SamplingPlan {
    /// What becomes of a lot in whose sample so many entries are wrong.
    #[must_use]
    pub fn verdict(self, wrong_entries: u64) -> LotState {
        if wrong_entries <= self.accept { LotState::Accepted } else { LotState::NotAccepted }
    }
}

/// Why a lot is not made, or an inspection not taken. Nothing has changed, except that an overlooked mistake is
/// counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LotRefusal {
    /// Entries are accepted by lots, not book by book.
    #[error("this project accepts by lots")]
    NeedsLot,
    /// The project accepts whole books without sampling.
    #[error("this project accepts whole books")]
    NoSampling,
    /// Books of several projects, kinds or contractors.
    #[error("the books of a lot are of one project, kind and contractor")]
    Mixed,
    /// Books that were sent back and books that were not.
    #[error("books that were sent back are no lot together with others")]
    AgainAndFirst,
    /// Inspection of this contractor is stopped until the process was improved.
    #[error("inspection of this contractor is stopped")]
    Stopped,
    /// Inspection of this contractor is not stopped.
    #[error("inspection of this contractor is not stopped")]
    NotStopped,
    /// The norm has no plan.
    #[error(transparent)]
    NoPlan(#[from] NoPlan),
    /// The lot is decided, or the entry was not drawn.
    #[error("this entry is not under inspection")]
    NotUnderInspection,
    /// A wrong value shown on purpose was taken for right.
    #[error("a wrong value was overlooked")]
    Overlooked,
}

impl LotRefusal {
    /// A stable word for interfaces and logs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NeedsLot => "needs_lot",
            Self::NoSampling => "no_sampling",
            Self::Mixed => "lot_mixed",
            Self::AgainAndFirst => "lot_again_and_first",
            Self::Stopped => "inspection_stopped",
            Self::NotStopped => "inspection_not_stopped",
            Self::NoPlan(_) => "no_sampling_plan",
            Self::NotUnderInspection => "not_under_inspection",
            Self::Overlooked => "overlooked",
        }
    }
}

/// A field of which an inspector reads something else than is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The field.
    pub key: String,
    /// What was recorded.
    pub recorded: FieldValue,
    /// What the inspector reads.
    pub found: FieldValue,
}

/// What an inspector's answers come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// The planted value was taken for right: the whole entry is to be looked at again.
    Overlooked,
    /// Taken, with what is wrong.
    Taken(Vec<Finding>),
}

/// Holds an inspector's answers against the record. Every field needs one: right, or what stands there. A value
/// that only spells the recorded one otherwise is no finding.
///
/// # Errors
/// [`Refusal::Fields`] with every field that has no answer, or an answer that cannot be.
pub fn look(
    fields: &[Recorded<'_>],
    planted: Option<&Planted>,
    given: &BTreeMap<String, Decision>,
) -> Result<Looked, Refusal> {
    let answers = answers_to(fields.iter().map(|f| f.key), given)?;
    let mut findings = Vec::new();
    for (field, (key, answer)) in fields.iter().zip(answers) {
        match answer {
            Some(found) if !found.agrees_with(field.value) => {
                findings.push(Finding { key, recorded: field.value.clone(), found });
            }
            Some(_) => {}
            None if planted.is_some_and(|p| p.key == key) => return Ok(Looked::Overlooked),
            None => {}
        }
    }
    Ok(Looked::Taken(findings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FieldKind;

    fn written(text: &str) -> FieldValue {
        FieldValue::written(text).unwrap()
    }

    fn looked(name: Decision, planted: Option<&str>) -> Result<Looked, Refusal> {
        let (name_recorded, date) = (written("Lê Thị Hoà"), written("01/02/2016"));
        let fields = [
            Recorded { key: "ho_ten", kind: FieldKind::PersonName, value: &name_recorded },
            Recorded { key: "ngay", kind: FieldKind::Date, value: &date },
        ];
        let planted = planted.map(|text| Planted { key: "ho_ten".into(), value: written(text) });
        let given = BTreeMap::from([("ho_ten".into(), name), ("ngay".into(), Decision::Confirm)]);
        look(&fields, planted.as_ref(), &given)
    }

    #[test]
    fn what_differs_from_the_record_is_found_and_another_spelling_is_not() {
        assert_eq!(looked(Decision::Confirm, None), Ok(Looked::Taken(vec![])));
        assert_eq!(looked(Decision::Replace(written("lê thị hòa")), None), Ok(Looked::Taken(vec![])));
        let Ok(Looked::Taken(findings)) = looked(Decision::Replace(written(" Lê Thị  Huệ")), None)
        else {
            panic!("not taken")
        };
        assert_eq!(
            (findings.len(), &findings[0].found, &findings[0].key[..]),
            (1, &written("Lê Thị Huệ"), "ho_ten")
        );
        assert!(
            matches!(looked(Decision::Reject, None), Err(Refusal::Fields(_))),
            "a wrong field needs a value"
        );
    }

    #[test]
    fn a_planted_value_is_found_or_overlooked_and_the_record_is_judged_all_the_same() {
        let planted = Some("Lê Thị Hoả");
        assert_eq!(looked(Decision::Confirm, planted), Ok(Looked::Overlooked));
        assert_eq!(looked(Decision::Replace(written("Lê Thị Hoà")), planted), Ok(Looked::Taken(vec![])));
        let Ok(Looked::Taken(findings)) = looked(Decision::Replace(written("Lê Thị Huệ")), planted)
        else {
            panic!("not taken")
        };
        assert_eq!(findings[0].recorded, written("Lê Thị Hoà"), "never what was planted");
    }

    #[test]
    fn as_many_wrong_entries_as_the_plan_bears_are_accepted_and_no_more() {
        let plan = SamplingPlan { sample_size: 50, accept: 1 };
        assert_eq!((plan.verdict(1), plan.verdict(2)), (LotState::Accepted, LotState::NotAccepted));
    }
}
