//! `sohoa model calibrate`: fits on labelled pictures the confidence of every kind of field and what tells text from
//! nothing, and writes the weights into the model's manifest.

use super::config::Settings;
use super::tables::{Labels, Table, empty_tables, tables};
use super::{crops, engine, report};
use crate::domain::FieldKind;
use crate::domain::normalise::folded;
use crate::recognise::calibrate::{Statistics, confidence};
use crate::recognise::fit::{fit, fit_legibility};
use crate::recognise::{CropInput, FieldInput, LogisticWeights, Measured, Reader};
use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use image::GrayImage;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `sohoa model calibrate`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Folder with tables of labelled pictures and a `manifest.json` that names their kinds and, under `empty`,
    /// tables of pictures with nothing to read; writers that the model never saw
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Fewer lines of a kind than this are not enough for weights of its own.
const LEAST_LINES: usize = 100;
/// Pictures in memory at a time.
const AT_ONCE: usize = 256;

/// Share of empty fields that may be taken for text.
const MADE_UP: f64 = 0.009;

/// What is known of one field: what was measured on it, and whether its reading was right.
struct Outcome {
    measured: Measured,
    right: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let reader = engine::open_reader(settings)?;
    let mut of_kind: BTreeMap<FieldKind, Vec<Outcome>> = BTreeMap::new();
    for table in tables(&args.folder, FieldKind::FreeText)? {
        of_kind.entry(table.kind).or_default().extend(outcomes(&table, &reader)?);
    }
    let all: Vec<(Statistics, bool)> = of_kind.values().flat_map(|own| statistics(own)).collect();
    if all.len() < LEAST_LINES {
        bail!("{} lines are too few to calibrate on; {LEAST_LINES} are needed", all.len());
    }
    let general = fit(&all, None);
    let mut weights = vec![("default".to_owned(), general.clone())];
    let mut out = std::io::stdout().lock();
    for (kind, outcomes) in &of_kind {
        let right = outcomes.iter().filter(|outcome| outcome.right).count();
        let own = if outcomes.len() < LEAST_LINES { "too few: default" } else { "own weights" };
        writeln!(out, "{kind:<14}{:>6} lines, {right} right: {own}", outcomes.len())?;
        if outcomes.len() >= LEAST_LINES {
            weights.push((kind.to_string(), fit(&statistics(outcomes), Some(&general))));
        }
    }
    let empty = empty_fields(&args.folder, &reader, &of_kind.keys().copied().collect::<Vec<_>>())?;
    let legibility = legibility(&of_kind, &empty, &weights);
    writeln!(
        out,
        "{:<14}{:>6} readings: {}",
        "empty",
        empty.len(),
        if empty.is_empty() { "none" } else { "own weights" }
    )?;
    let manifest = settings.model.join("manifest.toml");
    put_into(&manifest, &weights, legibility.as_ref())?;
    writeln!(out, "{} has the new weights", manifest.display())?;
    Ok(ExitCode::SUCCESS)
}

fn statistics(outcomes: &[Outcome]) -> Vec<(Statistics, bool)> {
    outcomes.iter().map(|outcome| (outcome.measured.statistics, outcome.right)).collect()
}

/// What was measured on every picture, in the likelier of its layouts, and whether its reading was right.
fn outcomes(table: &Table, reader: &Reader) -> anyhow::Result<Vec<Outcome>> {
    let mut found = Vec::new();
    for labels in Labels::open(&table.path)?.in_chunks(AT_ONCE) {
        let (crops, truths): (Vec<_>, Vec<_>) =
            labels?.iter().filter_map(|label| Some((crop(&label.path)?, folded(&label.text)))).unzip();
        let read = measured(&crops, table.kind, reader)?.into_iter().zip(truths);
        found.extend(read.filter_map(|(measured, truth)| {
            measured.map(|measured| Outcome { right: folded(&measured.text) == truth, measured })
        }));
    }
    Ok(found)
}

/// What is measured on pictures of nothing, read as fields of each kind.
fn empty_fields(
    folder: &Path,
    reader: &Reader,
    kinds: &[FieldKind],
) -> anyhow::Result<Vec<(FieldKind, Measured)>> {
    let mut found = Vec::new();
    for table in empty_tables(folder)? {
        for labels in Labels::open(&table)?.in_chunks(AT_ONCE) {
            let crops: Vec<_> = labels?.iter().filter_map(|label| crop(&label.path)).collect();
            for &kind in kinds {
                let read = measured(&crops, kind, reader)?.into_iter().flatten();
                found.extend(read.map(|measured| (kind, measured)));
            }
        }
    }
    Ok(found)
}

/// A picture's layouts; one that cannot be opened is reported and left out.
fn crop(path: &Path) -> Option<Vec<Vec<GrayImage>>> {
    crops::layouts_of(path).map_err(|error| report(&error)).ok()
}

fn measured(
    crops: &[Vec<Vec<GrayImage>>],
    kind: FieldKind,
    reader: &Reader,
) -> anyhow::Result<Vec<Option<Measured>>> {
    let fields: Vec<_> = crops.iter().map(|layouts| CropInput { kind, layouts }).collect();
    let chosen = reader.likelier_layouts(&fields)?;
    let lines = crops.iter().zip(chosen).map(|(layouts, at)| layouts[at].as_slice());
    let inputs: Vec<_> = lines.map(|lines| FieldInput { kind, lines }).collect();
    Ok(reader.measure(&inputs)?)
}

/// Weights of what tells text from nothing; `None` without pictures of nothing.
fn legibility(
    written: &BTreeMap<FieldKind, Vec<Outcome>>,
    empty: &[(FieldKind, Measured)],
    weights: &[(String, LogisticWeights)],
) -> Option<LogisticWeights> {
    let sure = |kind: FieldKind, statistics: &Statistics| {
        let own = weights.iter().find(|(name, _)| name == kind.as_str()).unwrap_or(&weights[0]);
        confidence(statistics, &own.1)
    };
    let row = |kind: FieldKind, m: &Measured, is_text: bool| (m.signs, sure(kind, &m.statistics), is_text);
    let mut rows: Vec<_> = empty.iter().map(|(kind, measured)| row(*kind, measured, false)).collect();
    if rows.is_empty() {
        return None;
    }
    let of_kind = |(kind, own): (&FieldKind, &Vec<Outcome>)| {
        own.iter().map(|outcome| row(*kind, &outcome.measured, true)).collect::<Vec<_>>()
    };
    rows.extend(written.iter().flat_map(of_kind));
    Some(fit_legibility(&rows, MADE_UP))
}

/// Replaces the manifest's calibration blocks, whatever stands around them; atomic.
fn put_into(
    manifest: &Path,
    weights: &[(String, LogisticWeights)],
    legibility: Option<&LogisticWeights>,
) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(manifest).with_context(|| manifest.display().to_string())?;
    let part = manifest.with_extension("toml.part");
    std::fs::write(&part, with_weights(&text, weights, legibility)?)?;
    std::fs::rename(&part, manifest).with_context(|| format!("{} cannot be written", manifest.display()))
}

fn with_weights(
    manifest: &str,
    weights: &[(String, LogisticWeights)],
    legibility: Option<&LogisticWeights>,
) -> anyhow::Result<String> {
    let kept = legibility.cloned().or_else(|| legibility_of(manifest));
    let mut blocks = String::from("[calibration]\nmethod = \"logistic\"\n");
    let calibrations = weights.iter().map(|(kind, weights)| (format!("calibration.{kind}"), weights));
    for (block, weights) in calibrations.chain(kept.iter().map(|weights| ("legibility".to_owned(), weights)))
    {
        write!(blocks, "\n[{block}]\n")?;
        for (name, weight) in weights.iter().filter(|(_, weight)| **weight != 0.0) {
            writeln!(blocks, "{name} = {weight:.6}")?;
        }
    }
    let start = manifest.find("[calibration]").context("the manifest has no [calibration]")?;
    let behind = manifest[start..].match_indices("\n[").map(|(at, _)| start + at + 1);
    let is_ours =
        |at: usize| ["[calibration", "[legibility"].iter().any(|name| manifest[at..].starts_with(name));
    let end = behind.into_iter().find(|at| !is_ours(*at));
    Ok(format!("{}{blocks}\n{}", &manifest[..start], &manifest[end.unwrap_or(manifest.len())..]))
}

/// The weights of `[legibility]` that a manifest has: they stay where there were no pictures of nothing.
fn legibility_of(manifest: &str) -> Option<LogisticWeights> {
    let parsed: toml::Value = toml::from_str(manifest).ok()?;
    let weights = parsed.get("legibility")?.as_table()?.iter();
    Some(weights.filter_map(|(name, weight)| Some((name.clone(), weight.as_float()?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_take_the_place_of_the_old_ones_and_leave_the_rest() {
        let old = "name = \"m\"\n\n[calibration]\nmethod = \"logistic\"\n\n[calibration.default]\nbias = 1.0\n\n[calibration.place]\nbias = 2.0\n\n[[training_data]]\nname = \"x\"\n";
        let weights =
            [("default".to_owned(), BTreeMap::from([("bias".to_owned(), -0.5), ("w_gap".to_owned(), 0.0)]))];
        let new = with_weights(old, &weights, None).unwrap();
        assert_eq!(
            new,
            "name = \"m\"\n\n[calibration]\nmethod = \"logistic\"\n\n[calibration.default]\nbias = -0.500000\n\n[[training_data]]\nname = \"x\"\n"
        );
        let legibility = BTreeMap::from([("bias".to_owned(), 2.0)]);
        let with_both = with_weights(&new, &weights, Some(&legibility)).unwrap();
        assert!(with_both.contains("\n[legibility]\nbias = 2.000000\n\n[[training_data]]"), "{with_both}");
        assert_eq!(with_weights(&with_both, &weights, Some(&legibility)).unwrap(), with_both);
        assert_eq!(
            with_weights(&with_both, &weights, None).unwrap(),
            with_both,
            "without new ones the old stay"
        );
        let last = with_weights(&new[..new.find("[[").unwrap()], &weights, None).unwrap();
        assert!(toml::from_str::<toml::Value>(&last).is_ok() && last.contains("bias = -0.5"));
    }
}
