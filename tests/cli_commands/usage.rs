//! Wrong usage is exit code 2, wrong settings are exit code 1; both say what is wrong.

use super::{golden, path_text, run, sohoa, stderr};

#[test]
fn wrong_usage_exits_with_two() {
    let wrong: [&[&str]; 8] = [
        &[],
        &["read"],
        &["raed", "x.png"],
        &["read", "x.png", "--kind", "poem"],
        &["read", "x.png", "--device", "gpu"],
        &["read", "x.png", "--threads", "0"],
        &["eval"],
        &["page", "x.png", "--bind", "nowhere"],
    ];
    for arguments in wrong {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
    assert!(run(&["--help"]).status.success());
}

#[test]
fn the_file_counts_below_the_environment_and_that_below_flags() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sohoa.toml"), "model = \"from-the-file\"\n").unwrap();
    let message = |variable: Option<&str>, flag: Option<&str>| {
        let mut command = sohoa(&["model", "show"]);
        command.current_dir(folder.path());
        variable.map(|value| command.env("SOHOA_MODEL", value));
        flag.map(|value| command.args(["--model", value]));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        stderr(&output)
    };
    assert!(message(None, None).contains("from-the-file"));
    assert!(message(Some("from-the-environment"), None).contains("from-the-environment"));
    assert!(message(Some("from-the-environment"), Some("from-a-flag")).contains("from-a-flag"));
}

#[test]
fn a_settings_file_with_an_unknown_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sohoa.toml"), "modle = \"x\"\n").unwrap();
    let output = sohoa(&["model", "show"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(told.contains("sohoa.toml") && told.contains("modle") && told.lines().count() == 1, "{told}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::Stdio;
    let mut child = sohoa(&["read", path_text(&golden().0)]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
