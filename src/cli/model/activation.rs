//! Which model reads what.

use super::super::config::Settings;
use super::super::engine;
use super::{ByWhom, registry};
use crate::app::{App, Error};
use crate::domain::{FieldKind, ModelVersion, Scope};
use crate::store::Project;
use anyhow::Context;
use clap::Args;
use std::io::Write;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Activate {
    /// The model, as listed
    #[arg(value_name = "NAME@VERSION")]
    which: ModelVersion,
    #[command(flatten)]
    over: Over,
    #[command(flatten)]
    by: ByWhom,
}

#[derive(Debug, Args)]
pub(super) struct Rollback {
    #[command(flatten)]
    over: Over,
    #[command(flatten)]
    by: ByWhom,
}

/// What it holds for; a project and kind go before a project, that before a kind, that before everything.
#[derive(Debug, Args)]
struct Over {
    /// Only this project, by name or id
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Only this kind of field, e.g. person_name
    #[arg(long)]
    kind: Option<FieldKind>,
}

impl Over {
    async fn scope(&self, app: &App) -> anyhow::Result<Scope> {
        let project_id = match &self.project {
            Some(called) => Some(project_id(app, called).await?),
            None => None,
        };
        Ok(Scope { project_id, kind: self.kind })
    }
}

/// The id of a project by its id or name.
pub(super) async fn project_id(app: &App, called: &str) -> anyhow::Result<String> {
    let found = app.project_called(called).await;
    Ok(found.with_context(|| format!("there is no project `{called}`"))?.id)
}

pub(super) async fn activate(app: &App, args: &Activate, settings: &Settings) -> anyhow::Result<ExitCode> {
    let by = args.by.operator(app).await?;
    let scope = args.over.scope(app).await?;
    // The shipped model is kept as well: the next version of the program brings another one.
    if engine::shipped(settings).as_ref() == Some(&args.which) {
        registry::keep(app, &by, (&settings.model, false), settings).await?;
    }
    let switched = app.activate_model(&by, &args.which, &scope).await;
    let switched = switched.map_err(|error| explained(error, &args.which))?;
    let label = label(&scope, &app.projects().await?);
    let mut out = std::io::stdout();
    match &switched.before {
        Some(before) if *before == args.which => writeln!(out, "{before} is active already for {label}")?,
        before => writeln!(out, "{} is active for {label}; before: {}", args.which, named(before.as_ref()))?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn roll_back(app: &App, args: &Rollback) -> anyhow::Result<ExitCode> {
    let by = args.by.operator(app).await?;
    let scope = args.over.scope(app).await?;
    let label = label(&scope, &app.projects().await?);
    let switched = app.roll_back_model(&by, &scope).await;
    let switched = switched.with_context(|| format!("nothing to take back for {label}"))?;
    let (after, before) = (named(switched.after.as_ref()), named(switched.before.as_ref()));
    writeln!(std::io::stdout(), "{after} is active again for {label}; before: {before}")?;
    Ok(ExitCode::SUCCESS)
}

fn named(model: Option<&ModelVersion>) -> String {
    model.map_or_else(|| "no model of its own".to_owned(), ToString::to_string)
}

/// A scope in words.
pub(super) fn label(scope: &Scope, projects: &[Project]) -> String {
    let project = scope.project_id.as_ref().map(|id| {
        let name = projects.iter().find(|p| p.id == *id).map_or(id, |p| &p.name);
        format!("project «{name}»")
    });
    let kind = scope.kind.map(|kind| format!("kind {kind}"));
    let parts: Vec<String> = project.into_iter().chain(kind).collect();
    if parts.is_empty() { "everything".to_owned() } else { parts.join(", ") }
}

/// The refusal in words for whoever sits at the command line.
pub(super) fn explained(error: Error, model: &ModelVersion) -> anyhow::Error {
    match error {
        Error::NotFound("model") => {
            anyhow::anyhow!("{model} was never added; see `sohoa model list` and `sohoa model add`")
        }
        other => other.into(),
    }
}
