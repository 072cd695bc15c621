//! Commands of the `sohoa` program: parses, wires the layers together, prints.
//!
//! Exit codes: 0 on success, 2 for wrong usage (clap), 1 with one clear line on standard error otherwise.

mod audit;
mod calibrate;
pub mod config;
mod crops;
mod demo;
mod doctor;
mod engine;
mod eval;
mod files;
mod jobs;
mod model;
mod page;
mod read;
mod serve;
mod service;
mod tables;
mod unpack;
mod user;
mod worker;

pub use unpack::{MostCost, OwnProcess};

use clap::{Parser, Subcommand};
use config::{Overrides, Settings};
use std::io::Write;
use std::process::ExitCode;

/// Reads scanned pages of Vietnamese civil-status registers into records that two people agreed on.
#[derive(Debug, Parser)]
#[command(name = "sohoa", version, propagate_version = true)]
pub struct Cli {
    /// Settings that go before environment and file.
    #[command(flatten)]
    pub overrides: Overrides,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the web pages and the API, and read pages
    Serve(serve::Args),
    /// Read pages for a server that runs elsewhere on the same database and blobs
    Worker,
    /// Add and list users, set passwords
    User(user::Args),
    /// Check, sign and export the audit log
    Audit(audit::Args),
    /// List and retry work that was given up
    Jobs(jobs::Args),
    /// Create the demonstration users and load the demonstration book
    Demo(demo::Args),
    /// Read pictures of single fields
    Read(read::Args),
    /// Read whole pages
    Page(page::Args),
    /// Show the pages of image, PDF and ZIP files, or why they are refused
    Files(files::Args),
    /// Measure the reader on labelled pictures of fields
    Eval(eval::Args),
    /// Check what the program stands on: library, device, model, database, disk, folders, clock
    Doctor(doctor::Args),
    /// Check or describe the line model
    Model(model::Args),
    /// Take a file of many pages apart (the server calls this)
    #[command(hide = true)]
    UnpackPages(unpack::Args),
}

impl Command {
    /// Log level where `RUST_LOG` says nothing: servers tell what they do, other commands only what goes wrong.
    fn log_level(&self) -> &'static str {
        match self {
            Self::Serve(_) | Self::Worker => "info",
            _ => "warn",
        }
    }

    fn run(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        match self {
            Self::Serve(args) => serve::run(args, settings),
            Self::Worker => worker::run(settings),
            Self::User(args) => user::run(args, settings),
            Self::Audit(args) => audit::run(args, settings),
            Self::Jobs(args) => jobs::run(args, settings),
            Self::Demo(args) => demo::run(args, settings),
            Self::Read(args) => read::run(args, settings),
            Self::Page(args) => page::run(args, settings),
            Self::Files(args) => files::run(args),
            Self::Eval(args) => eval::run(args, settings),
            Self::Doctor(args) => doctor::run(args, settings),
            Self::Model(args) => model::run(args, settings),
            Self::UnpackPages(args) => unpack::run(args),
        }
    }
}

/// Parses the command line and runs it; what goes wrong is one line on standard error.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    init_logging(cli.command.log_level());
    let outcome = Settings::resolve(&cli.overrides).and_then(|settings| cli.command.run(&settings));
    outcome.unwrap_or_else(|error| {
        if is_closed_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        report(&error);
        ExitCode::FAILURE
    })
}

/// Prints an error with its causes as one line on standard error.
pub(crate) fn report(error: &anyhow::Error) {
    let line = format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ");
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "sohoa: {line}");
}

/// Whether the reader of our output went away (`sohoa … | head`), which is no failure of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

fn init_logging(level: &str) {
    use tracing_subscriber::EnvFilter;
    // ONNX Runtime tells every graph optimisation at `info`.
    let default = format!("{level},ort=warn");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_tree_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_may_stand_before_or_behind_the_command() {
        let before = Cli::try_parse_from(["sohoa", "--threads", "3", "model", "show"]).unwrap();
        let behind = Cli::try_parse_from(["sohoa", "model", "show", "--threads", "3"]).unwrap();
        assert_eq!(before.overrides.threads, behind.overrides.threads);
    }
}
