//! Tables of labelled pictures: `path<TAB>text`, singly or as a folder whose `manifest.json` names the kind of
//! every table.

use crate::domain::FieldKind;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// One line of a table.
pub(super) struct Label {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// A table and what its pictures hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) path: PathBuf,
    pub(super) kind: FieldKind,
}

impl Table {
    /// File name without its ending.
    pub(super) fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

#[derive(Deserialize)]
struct Listing {
    /// Kind by file name.
    kinds: BTreeMap<String, FieldKind>,
    /// Files with pictures of nothing: blank, scribbled, torn.
    #[serde(default)]
    empty: Vec<String>,
}

/// The table at `path`, or those of a folder: its `manifest.json` is
/// `{"kinds": {"names.tsv": "person_name"}}`. `kind` is for a single table.
pub(super) fn tables(path: &Path, kind: FieldKind) -> anyhow::Result<Vec<Table>> {
    if !path.is_dir() {
        return Ok(vec![Table { path: path.to_path_buf(), kind }]);
    }
    let kinds = listing(path)?.kinds;
    if kinds.is_empty() {
        bail!("{} names no table", path.join("manifest.json").display());
    }
    Ok(kinds.into_iter().map(|(file, kind)| Table { path: path.join(file), kind }).collect())
}

/// The tables of a folder whose pictures hold nothing: `"empty": ["nothing.tsv"]` in its `manifest.json`.
pub(super) fn empty_tables(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    Ok(listing(folder)?.empty.into_iter().map(|file| folder.join(file)).collect())
}

fn listing(folder: &Path) -> anyhow::Result<Listing> {
    let manifest = folder.join("manifest.json");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("{} cannot be read", manifest.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no list of tables", manifest.display()))
}

/// A table, read as it goes.
pub(super) struct Labels {
    lines: std::io::Lines<BufReader<File>>,
    folder: PathBuf,
    number: usize,
}

impl Labels {
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(Self { lines: BufReader::new(file).lines(), folder, number: 0 })
    }

    pub(super) fn in_chunks(mut self, size: usize) -> impl Iterator<Item = anyhow::Result<Vec<Label>>> {
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

    #[test]
    fn a_folder_lists_its_tables_and_a_file_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let listing = r#"{"part": "test", "kinds": {"a.tsv": "date", "b.tsv": "sex"}, "empty": ["c.tsv"]}"#;
        std::fs::write(folder.path().join("manifest.json"), listing).unwrap();
        let found = tables(folder.path(), FieldKind::Place).unwrap();
        let kinds: Vec<(String, FieldKind)> = found.iter().map(|t| (t.name(), t.kind)).collect();
        assert_eq!(kinds, [("a".to_owned(), FieldKind::Date), ("b".to_owned(), FieldKind::Sex)]);
        assert_eq!(empty_tables(folder.path()).unwrap(), [folder.path().join("c.tsv")]);
        let single = tables(Path::new("x/c.tsv"), FieldKind::Place).unwrap();
        assert_eq!((single[0].name().as_str(), single[0].kind), ("c", FieldKind::Place));
    }

    #[test]
    fn folders_without_tables_say_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(tables(folder.path(), FieldKind::Place).unwrap_err().to_string().contains("manifest.json"));
        std::fs::write(folder.path().join("manifest.json"), r#"{"kinds": {}}"#).unwrap();
        assert!(tables(folder.path(), FieldKind::Place).unwrap_err().to_string().contains("names no table"));
    }
}
