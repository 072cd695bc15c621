//! The runner: takes jobs from the queue, keeps their leases alive while they run, tries again what failed,
//! and never lets one take effect twice.

mod runner;

pub use runner::{OpenReader, Runner, RunnerOptions};
