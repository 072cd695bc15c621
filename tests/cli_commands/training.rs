//! `sohoa model consent` and `sohoa model export-training`.

use super::models::{on, try_on};
use super::{path_text, stderr};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn nothing_is_exported_without_consent_and_a_folder_is_whole_or_not_there() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let out = data.join("lines");
    let export = ["export-training", "--out", path_text(&out)];
    let refused = try_on(data, &export);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("sohoa model consent give"), "{}", stderr(&refused));
    assert!(!out.exists());

    assert_eq!(on(data, &["consent", "give"]), "consent to training is now given\n");
    assert_eq!(on(data, &["consent", "give"]), "consent to training is already given\n");
    assert!(on(data, &[&export[..], &["--since", "2026-01-31"]].concat()).starts_with("0 lines in"));
    assert_eq!(fs::read_to_string(out.join("labels.tsv")).unwrap(), "");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["format"], &manifest["lines"]), (&"sohoa-training-1".into(), &0.into()));
    assert!(manifest["consent"][0]["given"].as_str().unwrap().ends_with('Z'), "{manifest}");
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o077, 0, "only its owner may look in");
    let again = try_on(data, &export);
    assert!(stderr(&again).contains("is there already"), "{}", stderr(&again));

    on(data, &["consent", "withdraw"]);
    let other = data.join("other");
    assert_eq!(try_on(data, &["export-training", "--out", path_text(&other)]).status.code(), Some(1));
    let left: Vec<_> = fs::read_dir(data).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("part")), "{left:?}");
    assert_eq!(try_on(data, &[&export[..], &["--since", "yesterday"]].concat()).status.code(), Some(2));
}

#[test]
fn the_report_says_so_when_there_is_nothing_to_compare() {
    let data = tempfile::tempdir().unwrap();
    assert!(on(data.path(), &["report"]).contains("no model has read anything in the shadow yet"));
    assert_eq!(on(data.path(), &["report", "--json"]), "{\"models\":[]}\n");
}
