//! Acceptance of lots by sampling: how many units are drawn, how many wrong ones are borne, which of them, when
//! inspection is tightened, and what an accepted lot states of its error rate.
//!
//! After ISO 2859-1:1999 (single sampling, normal and tightened; reduced inspection is left out, its plans
//! differ between editions) and ISO 2859-2 (limiting quality, for fewer than ten lots of one source).

mod chance;
mod characteristic;
mod draw;
mod inspection;
mod limiting;
mod plan;
mod plant;
mod rate;
mod switching;
mod terms;

pub use chance::{binomial_at_most, hypergeometric_at_most};
pub use characteristic::CurvePoint;
pub use draw::{picks, sample};
pub use inspection::{Finding, Looked, LotRefusal, LotState, look};
pub use limiting::limiting_plan;
pub use plan::{Aql, InspectionLevel, NoPlan, SamplingPlan, Severity, plan};
pub use plant::{Planted, Recorded, plant};
pub use rate::{ErrorRate, Inspected, field_rate, unit_rate};
pub use switching::{LotOutcome, Procedure, Switching};
pub use terms::{Sampling, Scheme};
