//! A line model that is not what it says is refused with the reason.

use super::{home, path_text, run, stderr, stdout};
use std::fs;
use std::path::Path;

/// A copy of the committed model, changed.
fn changed_model(change: impl Fn(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("language")).unwrap();
    let language = ["person_name", "place", "free_text"].map(|kind| format!("language/{kind}.ngram"));
    let files = ["manifest.toml", "model.onnx", "golden.png"].map(String::from);
    for name in files.iter().chain(&language) {
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

/// Runs `sohoa model …` on a data folder of its own and gives what it printed, after it went well.
pub fn on(data: &Path, arguments: &[&str]) -> String {
    let output = try_on(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

pub fn try_on(data: &Path, arguments: &[&str]) -> std::process::Output {
    let mut all = vec!["model"];
    all.extend(arguments);
    all.extend(["--data", path_text(data), "--device", "cpu"]);
    run(&all)
}

/// The committed model as another version.
fn version(version: &str) -> tempfile::TempDir {
    changed_model(|folder| {
        edit_manifest(folder, |text| {
            let line = text.lines().find(|line| line.starts_with("version = ")).unwrap();
            text.replacen(line, &format!("version = \"{version}\""), 1)
        });
    })
}

fn files_under(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn a_model_is_added_once_and_listed_beside_the_shipped_one() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let shipped = on(data, &["list"]);
    assert!(shipped.contains("line-vi@") && shipped.contains("shipped"), "{shipped}");
    let next = version("next");
    let from = path_text(next.path());
    assert!(on(data, &["add", from]).contains("line-vi@next added; it reads in the shadow"));
    assert_eq!(on(data, &["add", from]), "line-vi@next is already there\n");
    let listed = on(data, &["list"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains("line-vi@next") && listed.contains("reads in the shadow"), "{listed}");
    assert!(on(data, &["shadow", "line-vi@next", "--off"]).contains("now off"));
    assert!(!on(data, &["list"]).contains("in the shadow"));

    fs::write(next.path().join("notes.txt"), "other files").unwrap();
    let differs = try_on(data, &["add", from]);
    assert_eq!(differs.status.code(), Some(1));
    assert!(
        stderr(&differs).contains("line-vi@next was added before with other files"),
        "{}",
        stderr(&differs)
    );
    assert_eq!(files_under(&data.join("models")), 1, "nothing is left lying about");

    fs::remove_file(next.path().join("notes.txt")).unwrap();
    fs::remove_file(data.join("models/line-vi-next/model.onnx")).unwrap();
    assert!(on(data, &["add", from]).contains("copied again"));
    assert!(data.join("models/line-vi-next/model.onnx").exists());
}

#[test]
fn a_broken_model_and_one_that_takes_the_shipped_ones_name_are_not_added() {
    let data = tempfile::tempdir().unwrap();
    let cut = changed_model(|folder| fs::write(folder.join("model.onnx"), "cut").unwrap());
    let refused = try_on(data.path(), &["add", path_text(cut.path())]);
    assert!(stderr(&refused).contains("the checksum of model.onnx"), "{}", stderr(&refused));
    let same_name = changed_model(|folder| fs::write(folder.join("notes.txt"), "other").unwrap());
    let refused = try_on(data.path(), &["add", path_text(same_name.path())]);
    assert!(stderr(&refused).contains("give this one another version"), "{}", stderr(&refused));
    assert_eq!(files_under(&data.path().join("models")), 0);
}

#[test]
fn a_model_is_activated_measured_and_taken_back() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let unknown = try_on(data, &["activate", "line-vi@next"]);
    assert!(stderr(&unknown).contains("line-vi@next was never added"), "{}", stderr(&unknown));
    assert_eq!(try_on(data, &["activate", "next"]).status.code(), Some(2));
    let next = version("next");
    on(data, &["add", path_text(next.path()), "--no-shadow"]);
    assert!(on(data, &["activate", "line-vi@next"]).contains("active for everything"));
    let names = ["--kind", "person_name"];
    let shipped = sohoa::recognise::Manifest::read(&home().join("models/line-vi")).unwrap();
    let shipped = format!("line-vi@{}", shipped.version);
    on(data, &["activate", &shipped, names[0], names[1]]);
    let listed = on(data, &["list"]);
    let line = |model: &str| listed.lines().find(|l| l.starts_with(model)).unwrap().to_owned();
    assert!(line("line-vi@next").contains("active for everything"), "{listed}");
    assert!(line(&shipped).contains("active for kind person_name"), "{listed}");

    let labels = tempfile::tempdir().unwrap();
    let (picture, text) = super::golden();
    fs::copy(picture, labels.path().join("golden.png")).unwrap();
    fs::write(labels.path().join("labels.tsv"), format!("golden.png\t{text}\n")).unwrap();
    let list = labels.path().join("labels.tsv");
    let measured = try_on(data, &["evaluate", &shipped, path_text(&list), "--kind", "choice", "--json"]);
    let figures = super::json(&measured);
    assert_eq!(figures["model"]["model"], shipped.as_str(), "{figures}");
    assert_eq!(figures["active"]["model"], "line-vi@next");
    assert_eq!((&figures["model"]["exact"], &figures["active"]["lines"]), (&1.0.into(), &1.into()));

    let back = on(data, &["rollback"]);
    assert!(back.contains("no model of its own is active again for everything"), "{back}");
    let nothing = try_on(data, &["rollback"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(stderr(&nothing).contains("nothing to take back for everything"), "{}", stderr(&nothing));
    assert!(on(data, &["rollback", names[0], names[1]]).contains(&shipped));
    let audit = run(&["audit", "verify", "--data", path_text(data)]);
    assert!(audit.status.success(), "{}", stderr(&audit));
}
