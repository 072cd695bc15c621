//! A line model that is not what it says is refused with the reason.

use super::{home, path_text, run, stderr, stdout};
use std::fs;
use std::path::Path;

/// A copy of the committed model, changed.
fn changed_model(change: impl Fn(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["manifest.toml", "model.onnx", "golden.png"] {
        fs::copy(home().join("models/line-vi").join(name), folder.path().join(name)).unwrap();
    }
    change(folder.path());
    folder
}

fn edit_manifest(folder: &Path, edit: impl Fn(&str) -> String) {
    let path = folder.join("manifest.toml");
    let text = fs::read_to_string(&path).unwrap();
    let edited = edit(&text);
    assert_ne!(edited, text, "the edit did something");
    fs::write(path, edited).unwrap();
}

fn check_refused(change: impl Fn(&Path), reason: &str) {
    let folder = changed_model(change);
    let output = run(&["model", "check", "--model", path_text(folder.path())]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains(reason), "{told}");
}

#[test]
fn the_committed_model_is_usable() {
    let output = run(&["model", "check"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("line-vi"));
    let shown = stdout(&run(&["model", "show"]));
    assert!(shown.contains("sha256") && shown.contains('ặ'), "{shown}");
}

#[test]
fn changed_bytes_are_refused() {
    let truncate = |folder: &Path| {
        let path = folder.join("model.onnx");
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
    };
    check_refused(truncate, "the checksum of model.onnx");
}

#[test]
fn an_alphabet_without_a_vietnamese_letter_is_refused() {
    check_refused(
        |folder| edit_manifest(folder, |text| text.replacen("\"ữ\"", "\"€\"", 1)),
        "it cannot write ữ",
    );
}

#[test]
fn a_golden_line_that_is_read_otherwise_is_refused() {
    let golden = super::golden().1;
    let other = |text: &str| text.replace(&format!("text = \"{golden}\""), "text = \"Sài Gòn\"");
    check_refused(|folder| edit_manifest(folder, other), "the manifest says `Sài Gòn`");
}

#[test]
fn a_missing_file_is_named() {
    check_refused(|folder| fs::remove_file(folder.join("model.onnx")).unwrap(), "model.onnx cannot be read");
    check_refused(
        |folder| fs::remove_file(folder.join("manifest.toml")).unwrap(),
        "manifest.toml cannot be read",
    );
}
