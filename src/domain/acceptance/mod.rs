//! Acceptance of lots by sampling: how many units are drawn, how many wrong ones are borne, which of them, when
//! inspection is tightened, and what an accepted lot states of its error rate.
//!
//! After ISO 2859-1:1999 (single sampling, normal and tightened; reduced inspection is left out, its plans
//! differ between editions) and ISO 2859-2 (limiting quality, for fewer than ten lots of one source).

mod chance;
mod draw;
mod limiting;
mod plan;
mod rate;
mod switching;

pub use chance::{binomial_at_most, hypergeometric_at_most};
pub use draw::sample;
pub use limiting::limiting_plan;
pub use plan::{Aql, InspectionLevel, NoPlan, SamplingPlan, Severity, plan};
pub use rate::{ErrorRate, Inspected, field_rate, unit_rate};
pub use switching::{LotOutcome, Procedure, Switching};
