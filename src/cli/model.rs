//! `sohoa model`: what the line model's manifest says, and whether the model may be used.

use super::config::Settings;
use super::{calibrate, engine};
use crate::recognise::Manifest;
use clap::{Args as ClapArgs, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// Arguments of `sohoa model`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Describe the model: name, version, alphabet, calibration
    Show,
    /// Check the model: files, checksum, alphabet, device, golden line
    Check,
    /// Fit the confidences on labelled pictures and write them into the model's manifest
    Calibrate(calibrate::Args),
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    match &args.action {
        Action::Show => show(settings),
        Action::Check => check(settings),
        Action::Calibrate(args) => calibrate::run(args, settings),
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
