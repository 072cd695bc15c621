//! Models that are known: listed, added, tried out in the shadow.

use super::super::config::Settings;
use super::super::engine;
use super::folder::{Staged, checksum};
use super::{ByWhom, activation};
use crate::app::{App, NewModel, Operator};
use crate::domain::ModelVersion;
use crate::recognise::Manifest;
use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct List {
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The model's folder: manifest.toml, model.onnx, the golden line's picture
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Do not have it read in the shadow yet
    #[arg(long)]
    no_shadow: bool,
    #[command(flatten)]
    by: ByWhom,
}

#[derive(Debug, Args)]
pub(super) struct Shadow {
    /// The model, as listed
    #[arg(value_name = "NAME@VERSION")]
    which: ModelVersion,
    /// It reads no further pages in the shadow; what it read is kept
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    by: ByWhom,
}

pub(super) async fn list(app: &App, args: &List, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (added, active) = (app.models().await?, app.active_models().await?);
    let shipped = engine::shipped(settings);
    let projects = app.projects().await?;
    let mut models: Vec<Value> = Vec::new();
    let scopes_of = |id: &ModelVersion| -> Vec<String> {
        let own = active.iter().filter(|(_, model)| model == id);
        own.map(|(scope, _)| activation::label(scope, &projects)).collect()
    };
    if let Some(id) = shipped.as_ref().filter(|id| !added.iter().any(|m| m.id == **id)) {
        models.push(json!({ "model": id.to_string(), "shipped": true, "shadow": false, "active_for": [] }));
    }
    for model in &added {
        let is_shipped = shipped.as_ref() == Some(&model.id);
        models.push(json!({
            "model": model.id.to_string(), "shipped": is_shipped, "shadow": model.shadow,
            "active_for": scopes_of(&model.id), "checksum": model.checksum,
        }));
    }
    print_list(&models, args.json)?;
    Ok(ExitCode::SUCCESS)
}

fn print_list(models: &[Value], as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", json!({ "models": models }))?;
        return Ok(());
    }
    for model in models {
        let mut notes: Vec<String> = Vec::new();
        if model["shipped"] == true {
            notes.push("shipped: reads what no other was activated for".to_owned());
        }
        if model["shadow"] == true {
            notes.push("reads in the shadow".to_owned());
        }
        let scopes = model["active_for"].as_array().into_iter().flatten().filter_map(Value::as_str);
        notes.extend(scopes.map(|scope| format!("active for {scope}")));
        writeln!(out, "{:<28} {}", model["model"].as_str().unwrap_or_default(), notes.join("; "))?;
    }
    Ok(())
}

pub(super) async fn add(app: &App, args: &Add, settings: &Settings) -> anyhow::Result<ExitCode> {
    let by = args.by.operator(app).await?;
    let (id, kept) = keep(app, &by, (&args.folder, !args.no_shadow), settings).await?;
    let told = match kept {
        Kept::Already => "is already there",
        Kept::Mended => "is already there; its files were gone or damaged and are copied again",
        Kept::New { shadow: false } => "added",
        Kept::New { shadow: true } => "added; it reads in the shadow from the next page on",
    };
    writeln!(std::io::stdout(), "{id} {told}")?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn shadow(app: &App, args: &Shadow) -> anyhow::Result<ExitCode> {
    let by = args.by.operator(app).await?;
    let changed = app.set_shadow(&by, &args.which, !args.off).await;
    let changed = changed.map_err(|error| activation::explained(error, &args.which))?;
    let (word, still) = (if args.off { "off" } else { "on" }, if changed { "now" } else { "already" });
    writeln!(std::io::stdout(), "{}: reading in the shadow is {still} {word}", args.which)?;
    Ok(ExitCode::SUCCESS)
}

/// What became of a model that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It was not known; whether it reads in the shadow now.
    New { shadow: bool },
    /// It was known and whole.
    Already,
    /// It was known, but not whole.
    Mended,
}

/// Checks a model, copies it into the data folder and records it; a copy that is gone or damaged is made again.
pub(super) async fn keep(
    app: &App,
    by: &Operator,
    (folder, shadow): (&Path, bool),
    settings: &Settings,
) -> anyhow::Result<(ModelVersion, Kept)> {
    engine::open_reader(&Settings { model: folder.to_path_buf(), ..settings.clone() })?;
    let manifest = Manifest::read(folder)?;
    let id = ModelVersion::new(&manifest.name, &manifest.version)?;
    let sum = checksum(folder)?;
    let is_shipped = engine::shipped(settings).as_ref() == Some(&id);
    if is_shipped && checksum(&settings.model)? != sum {
        bail!("the shipped model is called {id} as well, with other files; give this one another version");
    }
    let models = engine::models_folder(settings);
    let place = models.join(id.folder());
    let is_whole = place.exists() && checksum(&place).is_ok_and(|found| found == sum);
    fs::create_dir_all(&models)?;
    let staged = match is_whole {
        true => None,
        false => Some(Staged::copy(folder, &models, (&id.folder(), &sum))?),
    };
    let new = NewModel { id: id.clone(), checksum: sum, shadow: shadow && !is_shipped };
    let kept = match (app.add_model(by, &new).await?, &staged) {
        (true, _) => Kept::New { shadow: new.shadow },
        (false, Some(_)) => Kept::Mended,
        (false, None) => Kept::Already,
    };
    if let Some(staged) = staged {
        staged.put(&place)?;
    }
    Ok((id, kept))
}
