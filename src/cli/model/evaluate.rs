//! A model's figures on labelled pictures, side by side with those of the active one.

use super::super::config::Settings;
use super::super::{engine, eval};
use super::with_app;
use crate::app::ModelSource;
use crate::domain::{FieldKind, ModelVersion, Scope};
use clap::Args as ClapArgs;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The model, as listed
    #[arg(value_name = "NAME@VERSION")]
    which: ModelVersion,
    /// Lines of `path<TAB>text`, paths relative to this file; or a folder whose `manifest.json` names several
    #[arg(value_name = "LABELS.tsv")]
    labels: PathBuf,
    /// What the fields hold, e.g. person_name, place, date
    #[arg(long, default_value_t = FieldKind::FreeText)]
    kind: FieldKind,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let active = with_app(settings, async |app| {
        let active = app.active_models().await?;
        let of_kind = Scope { project_id: None, kind: Some(args.kind) };
        Ok(ModelSource::from(active.of(&of_kind).or(active.of(&Scope::default()))))
    })?;
    let mut all_read = true;
    let mut measure = |source: &ModelSource| -> anyhow::Result<Value> {
        let reader = engine::open_model(settings, source)?;
        let id = reader.model_id();
        let (mut figures, whole) = eval::measure(&reader, (&args.labels, args.kind), settings.threads)?;
        all_read &= whole;
        figures["model"] = json!(format!("{}@{}", id.name, id.version));
        Ok(figures)
    };
    let figures = json!({
        "kind": args.kind,
        "model": measure(&ModelSource::Named(args.which.clone()))?,
        "active": measure(&active)?,
    });
    print(&figures, args.json)?;
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(figures: &Value, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{figures}")?;
        return Ok(());
    }
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.4}", number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    };
    let (model, active) = (&figures["model"], &figures["active"]);
    writeln!(out, "{:<18}{:<28}{} (active)", "", text(&model["model"]), text(&active["model"]))?;
    let shown = |name: &str| !["model", "tables"].contains(&name);
    for (name, value) in model.as_object().into_iter().flatten().filter(|(name, _)| shown(name)) {
        writeln!(out, "{name:<18}{:<28}{}", text(value), text(&active[name]))?;
    }
    Ok(())
}
