//! `sohoa page`: whole pages, every field of theirs.

use super::config::Settings;
use super::{engine, report};
use crate::app::page_gate::Look;
use crate::app::page_reader::{FieldReading, ReadOptions};
use crate::app::reading::EnginePageReader;
use crate::app::{GateAnswer, MeasuringGate, PageReader, PageReading};
use crate::domain::gate::Thresholds;
use crate::domain::{Form, RegisterKind};
use crate::image::{Imprint, Limits, decode, prepare};
use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `sohoa page`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Scanned pages (JPEG or PNG)
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
    /// The printed form, e.g. birth_2016; `auto` takes the one that fits best
    #[arg(long, default_value = "auto", value_name = "ID|auto")]
    form: String,
    /// One JSON object per page
    #[arg(long)]
    json: bool,
    /// With --json: also what a clerk would be told about a field
    #[arg(long, requires = "json")]
    hints: bool,
    /// Only the verdict on the scan, as one JSON object per page; nothing is read, no model is opened
    #[arg(long, conflicts_with_all = ["hints", "crops"])]
    gate: bool,
    /// With --gate: the register of the book that the pages should belong to, e.g. KS
    #[arg(long, requires = "gate", conflicts_with = "form", value_name = "KIND")]
    register: Option<RegisterKind>,
    /// With --register: the year in which the book was opened
    #[arg(long, requires = "register", default_value_t = 2016)]
    year: i64,
    /// With --gate: judge by these thresholds, a file like src/domain/data/gate.toml
    #[arg(long, requires = "gate", value_name = "FILE")]
    thresholds: Option<PathBuf>,
    /// Folder for the pictures that are read, `PAGE.FIELD.LINE.png`: what a model is calibrated on
    #[arg(long, value_name = "DIR")]
    crops: Option<PathBuf>,
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let forms = Form::embedded();
    let form = Some(args.form.as_str()).filter(|id| *id != "auto");
    if let Some(id) = form.filter(|id| !forms.iter().any(|known| known.id == *id)) {
        let known: Vec<&str> = forms.iter().map(|f| f.id.as_str()).collect();
        bail!("no form is called `{id}`; known are auto, {}", known.join(", "));
    }
    if args.gate {
        return gate(args, form, forms);
    }
    let reader = EnginePageReader::new(Arc::new(engine::open_reader(settings)?), forms);
    // Whoever calls this command wants to see what comes out, however bad the scan.
    let options = ReadOptions { form, register: None, year: None, insist: true };
    let mut all_read = true;
    for path in &args.images {
        match read(path, &reader, &options) {
            Ok(page) => {
                if let Some(folder) = &args.crops {
                    write_lines(path, &page.form, folder)?;
                }
                print(path, &page, args)?;
            }
            Err(error) => {
                report(&error);
                all_read = false;
            }
        }
    }
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &Path, reader: &impl PageReader, options: &ReadOptions<'_>) -> anyhow::Result<PageReading> {
    let named = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(named)?;
    reader.read(&bytes, options).with_context(named)
}

/// Prints the verdict on every scan.
fn gate(args: &Args, form: Option<&str>, forms: Vec<Form>) -> anyhow::Result<ExitCode> {
    let usual = args.register.and_then(|kind| Form::in_use(&forms, kind, args.year).cloned());
    let mut gate = MeasuringGate::new(forms);
    if let Some(file) = &args.thresholds {
        let named = || file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(named)?;
        gate = gate.with_thresholds(Thresholds::parse(&text).with_context(named)?);
    }
    let fits = |known: &Form| {
        form.is_none_or(|id| known.id == id) && args.register.is_none_or(|kind| known.register_kind == kind)
    };
    let mut out = std::io::stdout().lock();
    let mut all_seen = true;
    for path in &args.images {
        let named = || path.display().to_string();
        let bytes = std::fs::read(path).with_context(named)?;
        match gate.look_at(&bytes, fits, usual.as_ref()).with_context(named) {
            Ok(look) => writeln!(out, "{}", verdict_json(&look))?,
            Err(error) => {
                report(&error);
                all_seen = false;
            }
        }
    }
    Ok(if all_seen { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verdict_json(look: &Look<'_>) -> Value {
    let GateAnswer { findings, imprint } = &look.answer;
    let mut quality = json!(look.measured);
    quality["verdict"] = json!(if findings.is_empty() { "good" } else { "refused" });
    quality["reasons"] = json!(findings);
    json!({
        "form": look.form.map(|form| &form.id),
        "quality": quality,
        "imprint": imprint.as_ref().map(Imprint::encode),
    })
}

/// Writes every line of every field as it is given to the line model; from a page's second entry on, names carry the
/// entry's place.
fn write_lines(path: &Path, form: &str, folder: &Path) -> anyhow::Result<()> {
    let forms = Form::embedded();
    let form = forms.iter().find(|known| known.id == form).context("pages are read by known forms")?;
    let rgb = decode(&std::fs::read(path)?, &Limits::default())?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be written", folder.display()))?;
    for field in prepare(&rgb, form)?.fields {
        for (number, line) in field.lines.iter().enumerate() {
            let place =
                field.entry.filter(|place| *place > 0).map_or_else(String::new, |at| format!("-{at}"));
            let picture = folder.join(format!("{stem}.{}{place}.{number}.png", field.key));
            line.save(&picture).with_context(|| format!("{} cannot be written", picture.display()))?;
        }
    }
    Ok(())
}

fn print(path: &Path, page: &PageReading, args: &Args) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", page_json(page, args.hints))?;
        return Ok(());
    }
    writeln!(
        out,
        "{}: form {} ({:.2}), turned {:.2}°",
        path.display(),
        page.form,
        page.form_confidence,
        page.angle_deg
    )?;
    for field in page.entries.iter().flat_map(|entry| &entry.fields) {
        writeln!(out, "  {:<28}{:<9}{:.3}  {}", field.key, field.state, field.confidence, field.text)?;
    }
    Ok(())
}

/// The object of the command contract (design, section 6).
fn page_json(page: &PageReading, with_hints: bool) -> Value {
    let entry = |fields: &[FieldReading]| json!({"fields": fields.iter().map(|f| field_json(f, with_hints)).collect::<Vec<_>>()});
    json!({
        "form": page.form,
        "form_confidence": page.form_confidence,
        "angle_deg": page.angle_deg,
        "quality": page.quality,
        "entries": page.entries.iter().map(|e| entry(&e.fields)).collect::<Vec<_>>(),
    })
}

fn field_json(field: &FieldReading, with_hints: bool) -> Value {
    let mut object = json!({
        "key": field.key,
        "kind": field.kind,
        "state": field.state,
        "quad": field.quad,
        "box": bounding_box(&field.quad),
        "text": field.text,
        "confidence": field.confidence,
        "alternatives": field.alternatives,
    });
    if with_hints {
        object["hint"] = json!(field.hint);
    }
    object
}

/// `[x, y, width, height]` around a quad, px.
fn bounding_box(quad: &[[f32; 2]; 4]) -> [f32; 4] {
    let bound = |axis: usize, pick: fn(f32, f32) -> f32, from: f32| {
        quad.iter().map(|corner| corner[axis]).fold(from, pick)
    };
    let (x0, y0) = (bound(0, f32::min, f32::INFINITY), bound(1, f32::min, f32::INFINITY));
    let (x1, y1) = (bound(0, f32::max, f32::NEG_INFINITY), bound(1, f32::max, f32::NEG_INFINITY));
    [x0, y0, x1 - x0, y1 - y0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_is_around_all_corners() {
        let quad = [[10.0, 5.0], [110.0, 8.0], [109.0, 38.0], [9.0, 35.0]];
        assert_eq!(bounding_box(&quad), [9.0, 5.0, 101.0, 33.0]);
    }
}
