//! `sohoa doctor`: well, and each thing that can be wrong.

use super::{json, keys, path_text, sohoa, stderr, stdout};
use serde_json::Value;
use std::process::Output;

fn examine(data: &std::path::Path, arguments: &[&str]) -> Output {
    sohoa(&["doctor", "--device", "cpu", "--data", path_text(data)]).args(arguments).output().unwrap()
}

fn finding<'a>(report: &'a Value, name: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no check is called {name}"))
}

#[test]
fn a_sound_installation_is_well() {
    let data = tempfile::tempdir().unwrap();
    let output = examine(data.path(), &["--json"]);
    let report = json(&output);
    assert!(output.status.success(), "{report} {}", stderr(&output));
    assert_eq!(keys(&report), ["ok", "checks"]);
    assert_eq!(report["ok"], true);
    let names: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["clock", "folders", "disk", "database", "library", "model", "device"]);
    assert!(std::fs::read_dir(data.path()).unwrap().next().is_none(), "looking leaves nothing behind");
}

#[test]
fn each_fault_is_told_with_its_remedy_and_the_others_are_still_checked() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("sohoa.db"), "no database at all, just words ".repeat(80)).unwrap();
    let output = examine(data.path(), &["--ort-lib", "no/such/lib.so", "--model", "no/such/model", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    for (name, remedy) in
        [("database", "SOHOA_DATABASE"), ("library", "scripts/fetch_ort"), ("model", "SOHOA_MODEL")]
    {
        let found = finding(&report, name);
        assert_eq!(found["ok"], false, "{found}");
        assert!(found["message"].as_str().unwrap().contains(remedy), "{found}");
    }
    assert_eq!(finding(&report, "folders")["ok"], true);
}

#[test]
fn a_graphics_card_that_is_not_there_is_an_error_and_no_silent_fallback() {
    if std::path::Path::new("/proc/driver/nvidia/version").exists() {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let output = sohoa(&["doctor", "--device", "cuda:0", "--data", path_text(data.path())]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stdout(&output);
    let line = told.lines().find(|line| line.contains("device cuda:0")).unwrap();
    assert!(line.starts_with("WRONG") && line.contains("driver") && line.contains("--device cpu"), "{line}");
    let read = super::run(&["read", "--device", "cuda:0", path_text(&super::golden().0)]);
    assert_eq!((read.status.code(), stdout(&read).as_str()), (Some(1), ""));
    assert!(stderr(&read).contains("cuda:0"));
}
