//! `sohoa doctor`: checks what the program stands on; says in a sentence what is wrong and how to mend it.

mod engine;
mod machine;

use super::config::Settings;
use clap::Args as ClapArgs;
use serde::Serialize;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Arguments of `sohoa doctor`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    name: &'static str,
    ok: bool,
    message: String,
}

impl Finding {
    /// `Ok` says what was found, `Err` what is wrong and how to mend it.
    fn new(name: &'static str, outcome: Result<String, String>) -> Self {
        let ok = outcome.is_ok();
        Self { name, ok, message: outcome.unwrap_or_else(|wrong| wrong) }
    }
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let findings = [
        Finding::new("clock", machine::clock(&settings.model)),
        Finding::new("folders", machine::folders(&settings.data)),
        Finding::new("disk", machine::disk_space(&settings.data)),
        Finding::new("database", machine::database(settings)),
        Finding::new("library", engine::library(settings)),
        Finding::new("model", engine::model(settings)),
        Finding::new("device", engine::device(settings)),
    ];
    let all_well = findings.iter().all(|finding| finding.ok);
    print(&findings, all_well, args.json)?;
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(findings: &[Finding], all_well: bool, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", json!({"ok": all_well, "checks": findings}))?;
        return Ok(());
    }
    for finding in findings {
        let mark = if finding.ok { "ok   " } else { "WRONG" };
        writeln!(out, "{mark} {:<9} {}", finding.name, finding.message)?;
    }
    Ok(())
}
