//! The layers of `src/ARCHITECTURE.md`: a file under `src/<layer>` may name only the layers below it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::fs;
use std::path::{Path, PathBuf};

/// Layer → the layers it may use, besides itself.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("image", &["domain"]),
    ("recognise", &["domain", "image"]),
    ("store", &["domain"]),
    ("blob", &["domain"]),
    ("exchange", &["domain"]),
    ("app", &["domain", "image", "recognise", "store", "blob", "exchange"]),
    ("jobs", &["domain", "image", "recognise", "store", "blob", "exchange", "app"]),
    ("http", &["domain", "image", "recognise", "store", "blob", "exchange", "app"]),
    ("cli", &["domain", "image", "recognise", "store", "blob", "exchange", "app", "jobs", "http"]),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries
        .flat_map(|p| match p.is_dir() {
            true => rust_files(&p),
            false => vec![p],
        })
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        .collect()
}

/// The layers that a line of code names through `crate::…`, also inside `use crate::{a, b::c}`.
fn named_layers(code: &str) -> Vec<&'static str> {
    let mut named = Vec::new();
    for (_, rest) in code.match_indices("crate::").map(|(i, m)| (i, &code[i + m.len()..])) {
        for (layer, _) in MAY_USE {
            let braces = rest.strip_prefix('{').map(|r| r.split(';').next().unwrap_or(r));
            let in_braces = braces.is_some_and(|list| {
                let parts = list.split([',', '{', '}']).map(str::trim);
                let mut depth_zero = parts.filter(|p| p.split("::").next() == Some(layer));
                depth_zero.next().is_some()
            });
            let directly = rest
                .strip_prefix(layer)
                .is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
            if directly || in_braces {
                named.push(layer);
            }
        }
    }
    named
}

fn code_without_comments(text: &str) -> String {
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_file_names_a_layer_that_it_may_not() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (layer, may_use) in MAY_USE {
        for file in rust_files(&src.join(layer)) {
            seen += 1;
            let code = code_without_comments(&fs::read_to_string(&file).unwrap());
            for named in named_layers(&code) {
                if named != layer && !may_use.contains(&named) {
                    wrong.push(format!("{} uses {named}", file.strip_prefix(&src).unwrap().display()));
                }
            }
        }
    }
    assert!(seen > 30, "only {seen} files were looked at");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_folder_under_src_is_a_known_layer() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        let holds_rust = !rust_files(&entry).is_empty();
        assert!(!holds_rust || MAY_USE.iter().any(|(l, _)| *l == name), "{name} is no layer");
    }
}

#[test]
fn the_check_sees_what_it_must() {
    assert_eq!(named_layers("use crate::store::Db;"), ["store"]);
    assert_eq!(named_layers("use crate::{domain::Form, http};"), ["domain", "http"]);
    assert_eq!(named_layers("let a = crate::app::App::new();"), ["app"]);
    assert!(named_layers("use crate::application::X;").is_empty());
}
