//! `sohoa audit`: is the log what it was, and who can prove it.

use super::config::Settings;
use super::service;
use crate::app::{App, export_line, parse_export};
use crate::domain::audit::HeadPublicKey;
use anyhow::Context;
use clap::{Args as ClapArgs, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `sohoa audit`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check every chain against its hashes and signed heads
    Verify {
        /// Heads exported earlier and kept elsewhere, to be checked against as well
        #[arg(long, value_name = "FILE")]
        heads: Vec<PathBuf>,
        /// Public keys (64 hexadecimal digits) that signed heads earlier, besides this installation's own
        #[arg(long, value_name = "HEX")]
        key: Vec<String>,
    },
    /// Sign the heads of all chains now (the server does it every day)
    Sign,
    /// Print all signed heads, one JSON object per line, to be kept by somebody else
    Export,
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    service::block_on(async {
        let app = service::open_app(settings).await?;
        match &args.action {
            Action::Verify { heads, key } => verify(&app, heads, key).await?,
            Action::Sign => {
                let signed = app.sign_audit_heads().await?;
                writeln!(
                    std::io::stdout(),
                    "{signed} heads signed with key {}",
                    app.keys.audit.public().id()
                )?;
            }
            Action::Export => {
                let mut out = std::io::stdout().lock();
                for head in app.export_audit_heads().await? {
                    writeln!(out, "{}", export_line(&head))?;
                }
            }
        }
        app.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}

async fn verify(app: &App, files: &[PathBuf], keys: &[String]) -> anyhow::Result<()> {
    let mut exported = Vec::new();
    for file in files {
        let named = || format!("the heads in {}", file.display());
        let text = std::fs::read_to_string(file).with_context(named)?;
        exported.extend(parse_export(&text).with_context(named)?);
    }
    let keys: Vec<HeadPublicKey> =
        keys.iter().map(|hex| HeadPublicKey::from_hex(hex)).collect::<Result<_, _>>()?;
    let report = app.verify_audit(&exported, &keys).await?;
    writeln!(
        std::io::stdout(),
        "{} chains, {} events: nothing changed, removed or cut off; {} events under signed heads",
        report.chains,
        report.events,
        report.covered
    )?;
    Ok(())
}
