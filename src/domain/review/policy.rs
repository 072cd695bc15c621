//! How a project is worked: data, with defaults that hold for everybody who says nothing.

use super::blind::is_keyed_blind;
use crate::domain::acceptance::Sampling;
use crate::domain::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// The way in which two people come to agree.
    PolicyName, "review policy", {
        /// The submitter sees the machine's proposals, another person gives a verdict on every field.
        TypeThenVerify = "type_then_verify",
    }
);

/// A project's settings for review, as stored in `project.settings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectPolicy {
    /// The policy's name.
    pub policy: PolicyName,
    /// Confidence from which a proposal is filled in and needs no stop, 0..=1.
    pub sure_from: f32,
    /// Share of sure fields keyed blind, at least [`Self::MIN_BLIND_SHARE`], at most 1.
    pub blind_share: f64,
    /// How long a clerk holds an entry without a sign of life, seconds.
    pub lease_secs: u32,
    /// Since when the project consents to its verified work being learned from, ms; none: it does not.
    pub training_consent: Option<i64>,
    /// Whether struck-out entries are delivered, with a remark. The Ministry's workbook has no column that says
    /// so, and a struck entry taken in as a living record would be a wrong one: by default they stay behind.
    pub deliver_struck: bool,
    /// How lots are accepted by sampling; none: whole books are accepted as they are.
    pub sampling: Option<Sampling>,
}

impl Default for ProjectPolicy {
    fn default() -> Self {
        Self {
            policy: PolicyName::TypeThenVerify,
            sure_from: 0.98,
            blind_share: 0.05,
            lease_secs: 300,
            training_consent: None,
            deliver_struck: false,
            sampling: Some(Sampling::default()),
        }
    }
}

/// A setting out of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Not a probability.
    #[error("sure_from is a probability between 0 and 1, not {0}")]
    SureFrom(f32),
    /// Too small to measure the machine's error rate, or no share at all.
    #[error("blind_share lies between {min} and 1, not {0}", min = ProjectPolicy::MIN_BLIND_SHARE)]
    BlindShare(f64),
    /// Too short to type anything, or so long that a forgotten entry is lost for the day.
    #[error("lease_secs lies between 30 and 28800, not {0}")]
    LeaseSecs(u32),
    /// A setting of the acceptance by sampling.
    #[error("sampling: {0} is out of its range")]
    Sampling(&'static str),
}

/// How one field is shown to the typist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldPlan {
    /// The machine's reading is not shown.
    pub blind: bool,
    /// The typist is asked to stop here.
    pub attention: bool,
}

impl ProjectPolicy {
    /// The smallest share that keeps the machine's real error rate a measured number (design, section 4).
    pub const MIN_BLIND_SHARE: f64 = 0.05;

    /// How long somebody who was shown the machine's readings of an entry as typist does not verify it, ms.
    /// Not for ever: where two clerks both looked at an entry, nobody else may be there to verify it.
    pub const SEEN_FOR_MS: i64 = 24 * 3600 * 1_000;

    /// Checks the ranges.
    ///
    /// # Errors
    /// Names the first setting out of its range.
    pub fn checked(self) -> Result<Self, PolicyError> {
        if !(0.0..=1.0).contains(&self.sure_from) {
            return Err(PolicyError::SureFrom(self.sure_from));
        }
        if !(Self::MIN_BLIND_SHARE..=1.0).contains(&self.blind_share) {
            return Err(PolicyError::BlindShare(self.blind_share));
        }
        if !(30..=28_800).contains(&self.lease_secs) {
            return Err(PolicyError::LeaseSecs(self.lease_secs));
        }
        if let Some(name) = self.sampling.as_ref().and_then(Sampling::wrong_setting) {
            return Err(PolicyError::Sampling(name));
        }
        Ok(self)
    }

    /// Decides how a field is keyed. `confidence` is the proposal's (0..=1), `None` when there is none;
    /// `secret` is the installation's, never shown to anybody.
    #[must_use]
    pub fn plan_field(&self, secret: &[u8], entry_id: &str, key: &str, confidence: Option<f32>) -> FieldPlan {
        let sure = confidence.is_some_and(|c| c >= self.sure_from);
        let blind = sure && is_keyed_blind(secret, entry_id, key, self.blind_share);
        FieldPlan { blind, attention: !sure || blind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_the_default_and_what_is_out_of_range_is_named() {
        let policy: ProjectPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy.clone().checked(), Ok(ProjectPolicy::default()));
        let loose = ProjectPolicy { blind_share: 0.01, ..policy };
        assert_eq!(loose.checked(), Err(PolicyError::BlindShare(0.01)));
        let broken = ProjectPolicy { sure_from: f32::NAN, ..ProjectPolicy::default() };
        assert!(matches!(broken.checked(), Err(PolicyError::SureFrom(_))));
        assert!(serde_json::from_str::<ProjectPolicy>(r#"{"polizy":"x"}"#).is_err());
    }

    #[test]
    fn only_sure_fields_are_keyed_blind_and_every_other_field_wants_a_stop() {
        let policy = ProjectPolicy { blind_share: 1.0, ..ProjectPolicy::default() };
        let plan = |confidence| policy.plan_field(b"s", "e", "k", confidence);
        assert_eq!(plan(Some(0.99)), FieldPlan { blind: true, attention: true });
        assert_eq!(plan(Some(0.5)), FieldPlan { blind: false, attention: true });
        assert_eq!(plan(None), FieldPlan { blind: false, attention: true });
    }
}
