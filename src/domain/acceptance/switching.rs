//! When inspection of a contractor's lots is tightened, eased again, or stopped.

use super::plan::Severity;
use serde::{Deserialize, Serialize};

/// What became of a lot at its first inspection; lots inspected again do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotOutcome {
    /// Accepted.
    Accepted,
    /// Sent back.
    NotAccepted,
    /// No lot: the supplier improved the process after inspection was stopped.
    Improved,
}

/// What is done with the next lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Procedure {
    /// It is inspected.
    Inspect(Severity),
    /// It is not taken until the process was improved.
    Stopped,
}

/// The state of one contractor and kind of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switching {
    procedure: Procedure,
    /// Outcomes since the last switch, newest last, as many as a rule looks back.
    recent: Vec<bool>,
    /// Lots not accepted since inspection was tightened.
    failed: u32,
}

/// Rules look back this far.
const LOOK_BACK: usize = 5;
/// So many not accepted of the last five tighten inspection.
const TIGHTENING: usize = 2;
/// So many not accepted under tightened inspection stop it.
const STOPPING: u32 = 5;

impl Default for Switching {
    fn default() -> Self {
        Self::under(Procedure::Inspect(Severity::Normal))
    }
}

impl Switching {
    /// After these outcomes, oldest first.
    #[must_use]
    pub fn after(outcomes: impl IntoIterator<Item = LotOutcome>) -> Self {
        outcomes.into_iter().fold(Self::default(), Self::and)
    }

    /// What is done with the next lot.
    #[must_use]
    pub fn procedure(&self) -> Procedure {
        self.procedure
    }

    /// One outcome more. While inspection is stopped only an improvement counts, otherwise only lots do.
    #[must_use]
    pub fn and(mut self, outcome: LotOutcome) -> Self {
        let accepted = match (self.procedure, outcome) {
            (Procedure::Stopped, LotOutcome::Improved) => {
                return Self::under(Procedure::Inspect(Severity::Tightened));
            }
            (Procedure::Stopped, _) | (_, LotOutcome::Improved) => return self,
            (_, outcome) => outcome == LotOutcome::Accepted,
        };
        self.recent.push(accepted);
        self.recent.drain(..self.recent.len().saturating_sub(LOOK_BACK));
        self.failed += u32::from(!accepted);
        let failed = self.recent.iter().filter(|accepted| !**accepted).count();
        match self.procedure {
            Procedure::Inspect(Severity::Normal) if failed >= TIGHTENING => {
                Self::under(Procedure::Inspect(Severity::Tightened))
            }
            Procedure::Inspect(Severity::Tightened) if self.failed >= STOPPING => {
                Self::under(Procedure::Stopped)
            }
            Procedure::Inspect(Severity::Tightened) if self.recent.len() == LOOK_BACK && failed == 0 => {
                Self::default()
            }
            _ => self,
        }
    }

    fn under(procedure: Procedure) -> Self {
        Self { procedure, recent: Vec::new(), failed: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` accepted, `n` not accepted, `i` improved.
    fn after(outcomes: &str) -> Procedure {
        let outcome = |c| match c {
            'a' => LotOutcome::Accepted,
            'n' => LotOutcome::NotAccepted,
            _ => LotOutcome::Improved,
        };
        Switching::after(outcomes.chars().map(outcome)).procedure()
    }

    const NORMAL: Procedure = Procedure::Inspect(Severity::Normal);
    const TIGHTENED: Procedure = Procedure::Inspect(Severity::Tightened);

    #[test]
    fn two_failures_within_five_lots_tighten() {
        assert_eq!(after(""), NORMAL);
        assert_eq!(after("aan"), NORMAL);
        assert_eq!(after("nn"), TIGHTENED);
        assert_eq!(after("naaan"), TIGHTENED);
        assert_eq!(after("naaaan"), NORMAL, "six lots apart");
    }

    #[test]
    fn five_accepted_in_a_row_ease() {
        assert_eq!(after("nnaaaa"), TIGHTENED);
        assert_eq!(after("nnaaaaa"), NORMAL);
        assert_eq!(after("nnaaaanaaaa"), TIGHTENED);
        assert_eq!(after("nnaaaaan"), NORMAL, "what was before the switch does not count");
    }

    #[test]
    fn five_failures_under_tightened_inspection_stop_until_the_process_improved() {
        assert_eq!(after("nnnanaanaan"), TIGHTENED);
        assert_eq!(after("nnnanaanaann"), Procedure::Stopped);
        assert_eq!(after("nnnnnnnaaaaaa"), Procedure::Stopped);
        assert_eq!(after("nnnnnnni"), TIGHTENED);
        assert_eq!(after("nnnnnnninaaaaa"), NORMAL);
        assert_eq!(after("i"), NORMAL);
    }
}
