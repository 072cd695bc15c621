//! `sohoa model`: line models, from the first look to the last word: shown, checked, added, tried out in the
//! shadow, compared, activated, taken back, learned from.

mod activation;
mod evaluate;
mod folder;
mod registry;
mod report;
mod training;

use super::config::Settings;
use super::{calibrate, engine, service};
use crate::app::{App, Operator};
use crate::recognise::Manifest;
use anyhow::Context;
use clap::{Args as ClapArgs, Subcommand};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `sohoa model`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Describe the shipped model (SOHOA_MODEL): name, version, alphabet, calibration
    Show,
    /// Check the shipped model: files, checksum, alphabet, device, golden line
    Check,
    /// Fit the confidences on labelled pictures and write them into the model's manifest
    Calibrate(calibrate::Args),
    /// List every model that is known, what each reads, and which read in the shadow
    List(registry::List),
    /// Check a model, copy it into the data folder and have it read in the shadow of the active one
    Add(registry::Add),
    /// Switch a model's reading in the shadow on or off
    Shadow(registry::Shadow),
    /// Compare the models in the shadow with what clerks see, and with what people decided
    Report(report::Report),
    /// Make a model the active one: for everything, a project, a kind of field, or both
    Activate(activation::Activate),
    /// Go back to what was active before
    Rollback(activation::Rollback),
    /// Measure a model on labelled pictures of fields, side by side with the active one
    Evaluate(evaluate::Args),
    /// Give or withdraw a project's consent to its verified work being learned from
    Consent(training::Consent),
    /// Write lines that two people agreed on, with their pictures, for scripts/train finetune
    ExportTraining(training::Export),
}

/// Who does it, for the audit log.
#[derive(Debug, ClapArgs)]
struct ByWhom {
    /// The administrator's account that does this [default: whoever sits at the command line]
    #[arg(long, value_name = "USERNAME")]
    by: Option<String>,
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    match &args.action {
        Action::Show => show(settings),
        Action::Check => check(settings),
        Action::Calibrate(args) => calibrate::run(args, settings),
        Action::List(args) => with_app(settings, async |app| registry::list(&app, args, settings).await),
        Action::Add(args) => with_app(settings, async |app| registry::add(&app, args, settings).await),
        Action::Shadow(args) => with_app(settings, async |app| registry::shadow(&app, args).await),
        Action::Activate(args) => {
            with_app(settings, async |app| activation::activate(&app, args, settings).await)
        }
        Action::Rollback(args) => with_app(settings, async |app| activation::roll_back(&app, args).await),
        Action::Report(args) => with_app(settings, async |app| report::report(&app, args).await),
        Action::Consent(args) => with_app(settings, async |app| training::consent(&app, args).await),
        Action::ExportTraining(args) => with_app(settings, async |app| training::export(&app, args).await),
        Action::Evaluate(args) => evaluate::run(args, settings),
    }
}

/// Runs a command that needs the database.
fn with_app<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(Arc<App>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    service::block_on(async {
        let app = service::open_app(settings).await?;
        let outcome = work(Arc::clone(&app)).await;
        app.store.close().await;
        outcome
    })
}

impl ByWhom {
    async fn operator(&self, app: &App) -> anyhow::Result<Operator> {
        let me = match &self.by {
            Some(username) => {
                let found = app.at_command_line(username).await;
                Some(found.with_context(|| format!("there is no account `{username}`"))?)
            }
            None => None,
        };
        // Owned by whoever runs the process; unlike an environment variable it cannot be made up.
        let seat = match std::fs::metadata("/proc/self") {
            Ok(own) => format!("uid {}", own.uid()),
            Err(_) => "command line".to_owned(),
        };
        Ok(Operator { me, seat })
    }
}

fn show(settings: &Settings) -> anyhow::Result<ExitCode> {
    let manifest = Manifest::read(&settings.model)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} {} ({})", manifest.name, manifest.version, manifest.date)?;
    writeln!(out, "folder        {}", settings.model.display())?;
    writeln!(out, "architecture  {}", manifest.architecture)?;
    writeln!(out, "sha256        {}", manifest.sha256)?;
    writeln!(out, "input         height {} px, one step per {} px", manifest.height, manifest.stride)?;
    writeln!(out, "alphabet      {} characters: {}", manifest.alphabet.len(), manifest.alphabet.concat())?;
    Ok(ExitCode::SUCCESS)
}

fn check(settings: &Settings) -> anyhow::Result<ExitCode> {
    let reader = engine::open_reader(settings)?;
    let golden = &reader.model().manifest().golden.text;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} is usable on {}: it reads its golden line as `{golden}`",
        reader.model_id(),
        reader.device()
    )?;
    Ok(ExitCode::SUCCESS)
}
