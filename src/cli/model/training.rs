//! Learning from verified work: consent, and the export that rests on it.

use super::ByWhom;
use super::activation::project_id;
use super::folder::Passing;
use crate::app::{App, Error, TrainingExport, TrainingLine, TrainingWish};
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::fs::{self, DirBuilder, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Consent {
    /// Whether the project's verified work may be learned from
    #[arg(value_enum)]
    answer: Answer,
    /// The project, by name or id [default: the only one there is]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    #[command(flatten)]
    by: ByWhom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Answer {
    /// It may, from now on
    Give,
    /// It may not any more
    Withdraw,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// Folder to be made: labels.tsv, manifest.json, lines/
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Only this project, by name or id
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Only entries whose state changed on this day (UTC) or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Date>,
    #[command(flatten)]
    by: ByWhom,
}

pub(super) async fn consent(app: &App, args: &Consent) -> anyhow::Result<ExitCode> {
    let by = args.by.operator(app).await?;
    let project = match (&args.project, app.projects().await?.as_slice()) {
        (Some(called), _) => project_id(app, called).await?,
        (None, [only]) => only.id.clone(),
        (None, several) => bail!("there are {} projects; name one with --project", several.len()),
    };
    let given = args.answer == Answer::Give;
    let changed = app.set_training_consent(&by, &project, given).await?;
    let (still, word) = (if changed { "now" } else { "already" }, if given { "given" } else { "not given" });
    writeln!(std::io::stdout(), "consent to training is {still} {word}")?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn export(app: &App, args: &Export) -> anyhow::Result<ExitCode> {
    let by = args.by.operator(app).await?;
    let project = match &args.project {
        Some(called) => Some(project_id(app, called).await?),
        None => None,
    };
    let midnight =
        |day: Date| Ok::<_, jiff::Error>(day.to_zoned(TimeZone::UTC)?.timestamp().as_millisecond());
    let since = args.since.map(midnight).transpose()?;
    let mut folder = Folder::begin(&args.out)?;
    let wish = TrainingWish { project_id: project.as_deref(), since };
    let exported = app.export_training(&by, wish, &mut |line| folder.keep(&line)).await;
    let exported = exported.map_err(explained)?;
    folder.finish(&args.out, (&exported, app.clock.now_ms()))?;
    let mut out = std::io::stdout();
    writeln!(out, "{} lines in {}", exported.lines, args.out.display())?;
    for (reason, number) in &exported.left_out {
        writeln!(out, "left out: {number} {}", reason.replace('_', " "))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn explained(error: Error) -> anyhow::Error {
    match error {
        Error::NoConsent => anyhow::anyhow!(
            "nothing may be exported: no project meant consents to training (sohoa model consent give)"
        ),
        other => other.into(),
    }
}

/// The export on its way: under a passing name until it is whole, readable by its owner only.
struct Folder {
    passing: Passing,
    labels: BufWriter<File>,
    pictures: Vec<Value>,
}

impl Folder {
    fn begin(out: &Path) -> anyhow::Result<Self> {
        if out.exists() {
            bail!("{} is there already; name a folder that is not", out.display());
        }
        let name = out.file_name().context("--out names no folder")?.to_string_lossy().into_owned();
        let passing = Passing(out.with_file_name(format!(".{name}.part")));
        let make = |folder: &Path| DirBuilder::new().mode(0o700).recursive(true).create(folder);
        if passing.0.exists() {
            fs::remove_dir_all(&passing.0)?;
        }
        make(&passing.0.join("lines")).with_context(|| format!("{} cannot be made", out.display()))?;
        let labels = BufWriter::new(File::create(passing.0.join("labels.tsv"))?);
        Ok(Self { passing, labels, pictures: Vec::new() })
    }

    fn keep(&mut self, line: &TrainingLine) -> std::io::Result<()> {
        let path = format!("lines/{}-{}.png", line.page, line.key);
        let mut file = File::create(self.passing.0.join(&path))?;
        file.write_all(&line.png)?;
        file.sync_all()?;
        writeln!(self.labels, "{path}\t{}", line.text)?;
        let kind = line.kind.as_str();
        self.pictures.push(json!({ "path": path, "kind": kind, "book": line.book, "page": line.page }));
        Ok(())
    }

    fn finish(mut self, out: &Path, (export, now_ms): (&TrainingExport, i64)) -> anyhow::Result<()> {
        self.labels.flush()?;
        self.labels.get_ref().sync_all()?;
        let time = |ms: i64| Ok::<_, jiff::Error>(Timestamp::from_millisecond(ms)?.to_string());
        let consent = export.consent.iter().map(|(project, since)| {
            Ok::<_, jiff::Error>(json!({ "project": project, "given": time(*since)? }))
        });
        let manifest = json!({
            "format": "sohoa-training-1",
            "exported": time(now_ms)?,
            "lines": export.lines,
            "consent": consent.collect::<Result<Vec<Value>, _>>()?,
            "left_out": export.left_out,
            "pictures": self.pictures,
        });
        let mut file = File::create(self.passing.0.join("manifest.json"))?;
        writeln!(file, "{}", serde_json::to_string_pretty(&manifest)?)?;
        file.sync_all()?;
        File::open(self.passing.0.join("lines"))?.sync_all()?;
        File::open(&self.passing.0)?.sync_all()?;
        fs::rename(&self.passing.0, out).with_context(|| format!("{} cannot be made", out.display()))?;
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
        Ok(File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?)
    }
}
