//! The runner: takes jobs from the queue, keeps their leases alive while they run, tries again what failed,
//! and never lets one take effect twice.

mod runner;
mod shelf;

pub use runner::{Runner, RunnerOptions};
pub use shelf::{OpenReader, Shelf};
