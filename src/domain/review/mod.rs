//! Four eyes: an entry is submitted by one person, verified by another, and what they do not agree on is
//! settled by a third. Pure rules; `store` repeats the heart of them as database constraints.

mod aside;
mod blind;
mod case;
mod policy;
mod refusal;
mod steps;

pub use aside::{Aside, Note};
pub use blind::is_keyed_blind;
pub use case::{
    Adjudication, Decision, FieldCase, PersonValue, ReviewCase, Settled, Submission, Verification, answers_to,
};
pub use policy::{FieldPlan, PolicyError, PolicyName, ProjectPolicy};
pub use refusal::{FieldProblem, FieldProblemKind, Refusal};
pub use steps::{BookCounts, BookStep, ENTRY_STEPS, EntryStep};
