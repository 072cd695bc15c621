//! `sohoa read`: crops of fields, one reading each.

use super::config::Settings;
use super::{crops, engine, report};
use crate::domain::FieldKind;
use crate::recognise::legibility::Signs;
use crate::recognise::{CropInput, Reader, Reading};
use clap::Args as ClapArgs;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `sohoa read`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Pictures of one field each (JPEG or PNG, one or several lines of writing)
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
    /// What the fields hold, e.g. person_name, place, date
    #[arg(long, default_value_t = FieldKind::FreeText)]
    kind: FieldKind,
    /// One JSON object per picture
    #[arg(long)]
    json: bool,
    /// With --json: also why there is no text, and what speaks for and against there being any
    #[arg(long, requires = "json")]
    signs: bool,
}

/// Pictures that run together.
const AT_ONCE: usize = 64;

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let reader = engine::open_reader(settings)?;
    let mut all_read = true;
    for paths in args.images.chunks(AT_ONCE) {
        let (paths, crops): (Vec<&Path>, Vec<_>) = paths
            .iter()
            .filter_map(|path| match crops::layouts_of(path) {
                Ok(layouts) => Some((path.as_path(), layouts)),
                Err(error) => {
                    report(&error);
                    all_read = false;
                    None
                }
            })
            .unzip();
        let fields: Vec<CropInput> =
            crops.iter().map(|layouts| CropInput { kind: args.kind, layouts }).collect();
        let readings = reader.read_crops(&fields)?;
        print(&paths, readings, &reader, args)?;
    }
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(
    paths: &[&Path],
    readings: Vec<(Reading, Signs)>,
    reader: &Reader,
    args: &Args,
) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for (path, (reading, signs)) in paths.iter().zip(readings) {
        let unjudged = args.signs.then(|| (reading.text.clone(), reading.confidence));
        let reading = reader.judge((reading, signs));
        if args.json {
            let mut object = json_of(path, &reading, &reader.model_id().to_string());
            if let Some((text, confidence)) = unjudged {
                object["unread"] = json!(reading.unread);
                object["signs"] = json!(signs);
                object["signs"]["text"] = json!(text);
                object["signs"]["confidence"] = json!(confidence);
            }
            writeln!(out, "{object}")?;
        } else {
            writeln!(out, "{}\t{:.3}\t{}", path.display(), reading.confidence, reading.text)?;
        }
    }
    Ok(out.flush()?)
}

/// The object of the command contract (design, section 6).
fn json_of(path: &Path, reading: &Reading, model: &str) -> serde_json::Value {
    let alternatives: Vec<_> =
        reading.alternatives.iter().map(|a| json!({"text": a.text, "confidence": a.confidence})).collect();
    json!({
        "path": path.to_string_lossy(),
        "text": reading.text,
        "confidence": reading.confidence,
        "alternatives": alternatives,
        "model": model,
    })
}
