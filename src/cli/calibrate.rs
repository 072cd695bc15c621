//! `sohoa model calibrate`: fits the confidence of every kind of field on labelled pictures and writes the
//! weights into the model's manifest.

use super::config::Settings;
use super::tables::{Labels, Table, tables};
use super::{crops, engine, report};
use crate::domain::FieldKind;
use crate::domain::normalise::folded;
use crate::recognise::calibrate::Statistics;
use crate::recognise::fit::fit;
use crate::recognise::{CropInput, FieldInput, LogisticWeights, Reader};
use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `sohoa model calibrate`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Folder with tables of labelled pictures and a `manifest.json` that names their kinds; writers that the
    /// model never saw
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Fewer lines of a kind than this are not enough for weights of its own.
const LEAST_LINES: usize = 100;
/// Pictures in memory at a time.
const AT_ONCE: usize = 256;

type Outcomes = Vec<(Statistics, bool)>;

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let reader = engine::open_reader(settings)?;
    let mut of_kind: BTreeMap<FieldKind, Outcomes> = BTreeMap::new();
    for table in tables(&args.folder, FieldKind::FreeText)? {
        of_kind.entry(table.kind).or_default().extend(outcomes(&table, &reader)?);
    }
    let all: Outcomes = of_kind.values().flatten().copied().collect();
    if all.len() < LEAST_LINES {
        bail!("{} lines are too few to calibrate on; {LEAST_LINES} are needed", all.len());
    }
    let general = fit(&all, None);
    let mut weights = vec![("default".to_owned(), general.clone())];
    let mut out = std::io::stdout().lock();
    for (kind, outcomes) in &of_kind {
        let right = outcomes.iter().filter(|(_, right)| *right).count();
        let own = if outcomes.len() < LEAST_LINES { "too few: default" } else { "own weights" };
        writeln!(out, "{kind:<14}{:>6} lines, {right} right: {own}", outcomes.len())?;
        if outcomes.len() >= LEAST_LINES {
            weights.push((kind.to_string(), fit(outcomes, Some(&general))));
        }
    }
    let manifest = settings.model.join("manifest.toml");
    put_into(&manifest, &weights)?;
    writeln!(out, "{} has the new weights", manifest.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Statistics of every picture, and whether its reading was right.
fn outcomes(table: &Table, reader: &Reader) -> anyhow::Result<Outcomes> {
    let mut found = Vec::new();
    for labels in Labels::open(&table.path)?.in_chunks(AT_ONCE) {
        let (mut crops, mut truths) = (Vec::new(), Vec::new());
        for label in labels? {
            match crops::layouts_of(&label.path) {
                Ok(layouts) => {
                    crops.push(layouts);
                    truths.push(folded(&label.text));
                }
                Err(error) => report(&error),
            }
        }
        let fields: Vec<_> = crops.iter().map(|layouts| CropInput { kind: table.kind, layouts }).collect();
        let chosen = reader.likelier_layouts(&fields)?;
        let inputs = crops.iter().zip(chosen).map(|(layouts, at)| layouts[at].as_slice());
        let inputs: Vec<_> = inputs.map(|lines| FieldInput { kind: table.kind, lines }).collect();
        let read = reader.statistics(&inputs)?.into_iter().zip(truths);
        found.extend(read.filter_map(|(read, truth)| read.map(|(text, s)| (s, folded(&text) == truth))));
    }
    Ok(found)
}

/// Replaces the manifest's calibration blocks, whatever stands around them; atomic.
fn put_into(manifest: &Path, weights: &[(String, LogisticWeights)]) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(manifest).with_context(|| manifest.display().to_string())?;
    let part = manifest.with_extension("toml.part");
    std::fs::write(&part, with_weights(&text, weights)?)?;
    std::fs::rename(&part, manifest).with_context(|| format!("{} cannot be written", manifest.display()))
}

fn with_weights(manifest: &str, weights: &[(String, LogisticWeights)]) -> anyhow::Result<String> {
    let mut blocks = String::from("[calibration]\nmethod = \"logistic\"\n");
    for (kind, weights) in weights {
        write!(blocks, "\n[calibration.{kind}]\n")?;
        for (name, weight) in weights.iter().filter(|(_, weight)| **weight != 0.0) {
            writeln!(blocks, "{name} = {weight:.6}")?;
        }
    }
    let start = manifest.find("[calibration]").context("the manifest has no [calibration]")?;
    let behind = manifest[start..].match_indices("\n[").map(|(at, _)| start + at + 1);
    let end = behind.into_iter().find(|at| !manifest[*at..].starts_with("[calibration"));
    Ok(format!("{}{blocks}\n{}", &manifest[..start], &manifest[end.unwrap_or(manifest.len())..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_take_the_place_of_the_old_ones_and_leave_the_rest() {
        let old = "name = \"m\"\n\n[calibration]\nmethod = \"logistic\"\n\n[calibration.default]\nbias = 1.0\n\n[calibration.place]\nbias = 2.0\n\n[[training_data]]\nname = \"x\"\n";
        let weights =
            [("default".to_owned(), BTreeMap::from([("bias".to_owned(), -0.5), ("w_gap".to_owned(), 0.0)]))];
        let new = with_weights(old, &weights).unwrap();
        assert_eq!(
            new,
            "name = \"m\"\n\n[calibration]\nmethod = \"logistic\"\n\n[calibration.default]\nbias = -0.500000\n\n[[training_data]]\nname = \"x\"\n"
        );
        let last = with_weights(&new[..new.find("[[").unwrap()], &weights).unwrap();
        assert!(toml::from_str::<toml::Value>(&last).is_ok() && last.contains("bias = -0.5"));
    }
}
