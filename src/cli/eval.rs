//! `sohoa eval`: measures the reader on labelled pictures of fields.

use super::config::Settings;
use super::{crops, engine, report};
use crate::domain::FieldKind;
use crate::recognise::eval::Tally;
use crate::recognise::{FieldInput, Reader};
use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use image::GrayImage;
use rayon::prelude::*;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Arguments of `sohoa eval`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Lines of `path<TAB>text`; paths are relative to this file
    #[arg(value_name = "LABELS.tsv")]
    labels: PathBuf,
    /// What the fields hold, e.g. person_name, place, date
    #[arg(long, default_value_t = FieldKind::FreeText)]
    kind: FieldKind,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Pictures in memory at a time: enough for full batches, however long the list.
const AT_ONCE: usize = 256;

/// One line of the list.
struct Label {
    path: PathBuf,
    text: String,
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let reader = engine::open_reader(settings)?;
    let started = Instant::now();
    let mut measured = Measured::default();
    for labels in Labels::open(&args.labels)?.in_chunks(AT_ONCE) {
        measured.add(&labels?, args.kind, &reader)?;
    }
    let lines_per_second = measured.tally.lines() as f64 / started.elapsed().as_secs_f64();
    let figures = measured.tally.figures();
    let mut object = serde_json::to_value(&figures)?;
    object["lines_per_second"] = json!(lines_per_second);
    object["threads"] = json!(settings.threads);
    print(&object, args.json)?;
    Ok(if measured.all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(object: &serde_json::Value, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{object}")?;
    } else {
        for (name, value) in object.as_object().into_iter().flatten() {
            writeln!(out, "{name:<18}{value}")?;
        }
    }
    Ok(())
}

/// Figures so far.
struct Measured {
    tally: Tally,
    all_read: bool,
}

impl Default for Measured {
    fn default() -> Self {
        Self { tally: Tally::default(), all_read: true }
    }
}

impl Measured {
    fn add(&mut self, labels: &[Label], kind: FieldKind, reader: &Reader) -> anyhow::Result<()> {
        let crops: Vec<anyhow::Result<Vec<GrayImage>>> =
            labels.par_iter().map(|label| crops::lines_of(&label.path)).collect();
        let (mut truths, mut fields) = (Vec::new(), Vec::new());
        for (label, lines) in labels.iter().zip(&crops) {
            match lines {
                Ok(lines) => {
                    truths.push(&label.text);
                    fields.push(FieldInput { kind, lines });
                }
                Err(error) => {
                    report(error);
                    self.all_read = false;
                }
            }
        }
        for (reading, truth) in reader.read_fields(&fields)?.iter().zip(truths) {
            self.tally.add(&reading.text, reading.confidence, truth);
        }
        Ok(())
    }
}

/// The list, read as it goes.
struct Labels {
    lines: std::io::Lines<BufReader<File>>,
    folder: PathBuf,
    number: usize,
}

impl Labels {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(Self { lines: BufReader::new(file).lines(), folder, number: 0 })
    }

    fn in_chunks(mut self, size: usize) -> impl Iterator<Item = anyhow::Result<Vec<Label>>> {
        std::iter::from_fn(move || {
            let chunk: anyhow::Result<Vec<Label>> = self.by_ref().take(size).collect();
            if chunk.as_ref().is_ok_and(Vec::is_empty) { None } else { Some(chunk) }
        })
    }

    fn label(&self, line: &str) -> anyhow::Result<Label> {
        let Some((path, text)) = line.split_once('\t') else {
            bail!("line {} of the labels is not path<TAB>text", self.number);
        };
        Ok(Label { path: self.folder.join(path), text: text.trim_end_matches('\r').to_owned() })
    }
}

impl Iterator for Labels {
    type Item = anyhow::Result<Label>;

    /// The next label; empty lines are skipped.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.lines.next()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error.into())),
            };
            self.number += 1;
            if !line.trim().is_empty() {
                return Some(self.label(&line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> (tempfile::TempDir, Labels) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.tsv");
        std::fs::write(&path, text).unwrap();
        let labels = Labels::open(&path).unwrap();
        (folder, labels)
    }

    #[test]
    fn labels_come_in_chunks_with_paths_beside_the_list() {
        let (folder, labels) = labels("a.png\tHà Nội\r\n\nsub/b.png\tHuế\nc.png\t\n");
        let chunks: Vec<Vec<Label>> = labels.in_chunks(2).map(Result::unwrap).collect();
        let texts: Vec<Vec<&str>> =
            chunks.iter().map(|c| c.iter().map(|l| l.text.as_str()).collect()).collect();
        assert_eq!(texts, [vec!["Hà Nội", "Huế"], vec![""]]);
        assert_eq!(chunks[0][1].path, folder.path().join("sub/b.png"));
    }

    #[test]
    fn a_line_without_tab_is_named_by_its_number() {
        let (_folder, labels) = labels("a.png\tx\n\nb.png x\n");
        let error = labels.in_chunks(10).next().unwrap().err().unwrap().to_string();
        assert_eq!(error, "line 3 of the labels is not path<TAB>text");
    }
}
