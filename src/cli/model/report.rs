//! The shadow beside what clerks see: counts, shares, and how far they may be trusted.

use crate::app::{App, Comparison, Decided, ModelReport, Share};
use clap::Args;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Report {
    /// One JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn report(app: &App, args: &Report) -> anyhow::Result<ExitCode> {
    let reports = app.model_reports().await?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", json!({ "models": reports }))?;
        return Ok(ExitCode::SUCCESS);
    }
    if reports.is_empty() {
        writeln!(out, "no model has read anything in the shadow yet")?;
    }
    for report in &reports {
        print(report, &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &ModelReport, out: &mut impl Write) -> std::io::Result<()> {
    let off = if report.shadow { "" } else { " (no longer in the shadow)" };
    writeln!(out, "{}{off}, beside what clerks see", report.model)?;
    let (all, blind) = ("right, of all decided", "right, of those typed blind");
    writeln!(out, "{:<16}{:>8}{:>15}{:>16}  {all:<44}{blind}", "kind", "fields", "read alike", "confidence")?;
    let (all, blind) = ("shown | shadow | only one of them", "shown | shadow | only one");
    writeln!(out, "{:<55}  {all:<44}{blind}", "")?;
    for (kind, figures) in &report.kinds {
        line(kind.as_str(), figures, out)?;
    }
    line("all", &report.all, out)
}

fn line(name: &str, c: &Comparison, out: &mut impl Write) -> std::io::Result<()> {
    let alike = format!("{} ({:.1} %)", c.alike, 100.0 * c.alike_share);
    let confidence = format!("{:.3} | {:.3}", c.shown_confidence, c.shadow_confidence);
    let (all, blind) = (decided(&c.decided), decided(&c.decided_blind));
    writeln!(out, "{name:<16}{:>8}{alike:>15}{confidence:>16}  {all:<44}{blind}", c.fields)
}

fn decided(d: &Decided) -> String {
    if d.fields == 0 {
        return "none decided".to_owned();
    }
    let share = |s: &Share| {
        let [low, high] = s.interval_95.map(|end| 100.0 * end);
        format!("{:.1} % [{low:.0}–{high:.0}]", 100.0 * s.share)
    };
    let (shown, shadow) = (share(&d.shown_right), share(&d.shadow_right));
    format!("{}: {shown} | {shadow} | {}:{}", d.fields, d.only_shown_right, d.only_shadow_right)
}
