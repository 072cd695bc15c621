//! `sohoa eval`.

use super::{golden, json, keys, path_text, run, stderr};
use std::fs;

const KEYS: [&str; 12] = [
    "lines",
    "cer",
    "cer_folded",
    "wer",
    "exact",
    "exact_folded",
    "ece",
    "coverage_at_95",
    "coverage_at_98",
    "coverage_at_995",
    "lines_per_second",
    "threads",
];

/// A label file beside copies of the golden line.
fn labels(lines: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lines")).unwrap();
    fs::copy(golden().0, folder.path().join("lines/golden.png")).unwrap();
    let text: String = lines.iter().map(|(path, text)| format!("{path}\t{text}\n")).collect();
    fs::write(folder.path().join("labels.tsv"), text).unwrap();
    let path = path_text(&folder.path().join("labels.tsv")).to_owned();
    (folder, path)
}

#[test]
fn eval_prints_the_figures_of_the_contract() {
    let text = golden().1;
    let wrong = text.replacen(|_: char| true, "X", 1);
    let right = ("lines/golden.png", text.as_str());
    let (_folder, path) = labels(&[right, right, right, ("lines/golden.png", &wrong)]);
    let output = run(&["eval", &path, "--kind", "choice", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let figures = json(&output);
    assert_eq!(keys(&figures), KEYS);
    assert_eq!((&figures["lines"], &figures["threads"]), (&4.into(), &1.into()));
    let rate = 1.0 / (4 * text.chars().count()) as f64;
    assert!((figures["cer"].as_f64().unwrap() - rate).abs() < 1e-9, "{figures}");
    assert_eq!((&figures["exact"], &figures["exact_folded"]), (&0.75.into(), &0.75.into()));
    assert_eq!(figures["coverage_at_95"], 0.0, "four lines of one confidence, one of them wrong");
    assert!(figures["lines_per_second"].as_f64().unwrap() > 0.0);
}

#[test]
fn eval_measures_the_rest_when_a_picture_is_missing() {
    let text = golden().1;
    let (_folder, path) = labels(&[("lines/none.png", &text), ("lines/golden.png", &text)]);
    let output = run(&["eval", &path, "--kind", "choice", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("lines/none.png"));
    let figures = json(&output);
    assert_eq!((&figures["lines"], &figures["exact"]), (&1.into(), &1.0.into()));
}

#[test]
fn eval_names_the_line_that_is_no_label() {
    let (folder, path) = labels(&[]);
    fs::write(folder.path().join("labels.tsv"), "lines/golden.png Ha Noi\n").unwrap();
    let output = run(&["eval", &path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("line 1 of the labels"), "{}", stderr(&output));
}
