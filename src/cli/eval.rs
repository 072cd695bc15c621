//! `sohoa eval`: measures the reader on labelled pictures of fields.

use super::config::Settings;
use super::tables::{Label, Labels, Table, tables};
use super::{crops, engine, report};
use crate::domain::FieldKind;
use crate::recognise::eval::{Tally, reliability_svg};
use crate::recognise::{CropInput, Reader};
use anyhow::Context;
use clap::Args as ClapArgs;
use image::GrayImage;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Arguments of `sohoa eval`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Lines of `path<TAB>text`, paths relative to this file; or a folder whose `manifest.json` names several
    #[arg(value_name = "LABELS.tsv")]
    labels: PathBuf,
    /// What the fields hold, e.g. person_name, place, date
    #[arg(long, default_value_t = FieldKind::FreeText)]
    kind: FieldKind,
    /// One JSON object (a folder: with the tables' figures under `tables`, the figures of all beside it)
    #[arg(long)]
    json: bool,
    /// Folder for reliability diagrams (SVG) and every reading (TSV), per table and for all together
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

/// Pictures in memory at a time: enough for full batches, however long the list.
const AT_ONCE: usize = 256;

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let reader = engine::open_reader(settings)?;
    let (object, all_read) = evaluate(args, &reader, settings.threads)?;
    print(&object, args.json)?;
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The figures of the labels at `path` as this command prints them, and whether every picture was read.
pub(super) fn measure(
    reader: &Reader,
    (path, kind): (&Path, FieldKind),
    threads: NonZeroUsize,
) -> anyhow::Result<(Value, bool)> {
    evaluate(&Args { labels: path.to_path_buf(), kind, json: true, report: None }, reader, threads)
}

/// The figures of one table, or of all with each table's beside them; and whether every picture was read.
fn evaluate(args: &Args, reader: &Reader, threads: NonZeroUsize) -> anyhow::Result<(Value, bool)> {
    let mut all = Measured::default();
    let mut each = serde_json::Map::new();
    let tables = tables(&args.labels, args.kind)?;
    for table in &tables {
        let measured = Measured::of(table, reader)?;
        if let Some(folder) = &args.report {
            measured.write(folder, &table.name())?;
        }
        let mut figures = measured.figures(threads)?;
        figures["kind"] = json!(table.kind);
        each.insert(table.name(), figures);
        all.join(&measured);
    }
    let mut object = all.figures(threads)?;
    if args.labels.is_dir() {
        if let Some(folder) = &args.report {
            all.write(folder, "all")?;
        }
        object["tables"] = Value::Object(each);
    }
    Ok((object, all.failed == 0))
}

fn print(object: &Value, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{object}")?;
        return Ok(());
    }
    for (name, value) in object.as_object().into_iter().flatten().filter(|(name, _)| *name != "tables") {
        writeln!(out, "{name:<18}{value}")?;
    }
    for (table, figures) in object["tables"].as_object().into_iter().flatten() {
        let figure = |name: &str| figures[name].as_f64().unwrap_or_default();
        writeln!(
            out,
            "{table:<28}{:>6} lines  CER folded {:.4}  exact folded {:.4}  ECE {:.4}",
            figures["lines"],
            figure("cer_folded"),
            figure("exact_folded"),
            figure("ece")
        )?;
    }
    Ok(())
}

/// Figures so far.
#[derive(Default)]
struct Measured {
    tally: Tally,
    failed: usize,
    secs: f64,
    /// `path, truth, reading, confidence`, tab-separated.
    readings: String,
}

impl Measured {
    fn of(table: &Table, reader: &Reader) -> anyhow::Result<Self> {
        let mut measured = Self::default();
        let started = Instant::now();
        for labels in Labels::open(&table.path)?.in_chunks(AT_ONCE) {
            measured.add(&labels?, table.kind, reader)?;
        }
        measured.secs = started.elapsed().as_secs_f64();
        Ok(measured)
    }

    fn add(&mut self, labels: &[Label], kind: FieldKind, reader: &Reader) -> anyhow::Result<()> {
        let crops: Vec<anyhow::Result<Vec<Vec<GrayImage>>>> =
            labels.par_iter().map(|label| crops::layouts_of(&label.path)).collect();
        let (mut read, mut fields) = (Vec::new(), Vec::new());
        for (label, layouts) in labels.iter().zip(&crops) {
            match layouts {
                Ok(layouts) => {
                    read.push(label);
                    fields.push(CropInput { kind, layouts });
                }
                Err(error) => {
                    report(error);
                    self.failed += 1;
                }
            }
        }
        for (of_crop, label) in reader.read_crops(&fields)?.into_iter().zip(read) {
            let reading = reader.judge(of_crop);
            self.tally.add(&reading.text, reading.confidence, &label.text);
            let path = label.path.display();
            writeln!(self.readings, "{path}\t{}\t{}\t{:.4}", label.text, reading.text, reading.confidence)?;
        }
        Ok(())
    }

    fn join(&mut self, other: &Self) {
        self.tally.join(&other.tally);
        self.failed += other.failed;
        self.secs += other.secs;
        self.readings += &other.readings;
    }

    fn figures(&self, threads: NonZeroUsize) -> anyhow::Result<Value> {
        let mut object = serde_json::to_value(self.tally.figures())?;
        object["lines_per_second"] = json!(self.tally.lines() as f64 / self.secs.max(1e-9));
        object["threads"] = json!(threads);
        Ok(object)
    }

    fn write(&self, folder: &Path, name: &str) -> anyhow::Result<()> {
        let wrong = || format!("{} cannot be written", folder.display());
        std::fs::create_dir_all(folder).with_context(wrong)?;
        let title = format!("{name}: {} fields", self.tally.lines());
        let svg = reliability_svg(&title, self.tally.outcomes());
        std::fs::write(folder.join(format!("{name}.svg")), svg).with_context(wrong)?;
        let table = format!("path\ttruth\treading\tconfidence\n{}", self.readings);
        std::fs::write(folder.join(format!("{name}.tsv")), table).with_context(wrong)
    }
}
