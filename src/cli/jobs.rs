//! `sohoa jobs`: work that was given up, and giving it another try.

use super::config::Settings;
use super::service;
use anyhow::bail;
use clap::{Args as ClapArgs, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// Arguments of `sohoa jobs`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the jobs that were given up, with the reason
    List,
    /// Put jobs that were given up back into the queue
    Retry {
        /// Their ids, as listed
        #[arg(value_name = "ID", required_unless_present = "all")]
        ids: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    service::block_on(async {
        let app = service::open_app(settings).await?;
        let dead = app.dead_jobs().await?;
        let mut out = std::io::stdout();
        match &args.action {
            Action::List => {
                for job in &dead {
                    let reason = job.last_error.as_deref().unwrap_or("no reason was kept");
                    writeln!(out, "{}  {}  {}  {reason}", job.id, job.kind, job.payload)?;
                }
                writeln!(out, "{} jobs were given up", dead.len())?;
            }
            Action::Retry { ids, all } => {
                let chosen: Vec<String> =
                    if *all { dead.into_iter().map(|job| job.id).collect() } else { ids.clone() };
                for id in &chosen {
                    if !app.retry_job(id).await? {
                        bail!("{id} is not among the jobs that were given up; see `sohoa jobs list`");
                    }
                }
                writeln!(out, "{} jobs are queued again", chosen.len())?;
            }
        }
        app.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}
