//! The built binary: output, exit codes, what it says about bad input.
//!
//! Needs ONNX Runtime (`scripts/fetch_ort`) and the committed model.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod admin;
mod bad_input;
mod doctor;
mod files;
mod measuring;
mod models;
#[path = "../support/pdf.rs"]
mod pdf;
mod reading;
mod training;
mod usage;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The package's folder, where `models` and `data` are.
fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The library that `scripts/fetch_ort` (or the environment) provides.
fn ort_lib() -> PathBuf {
    let data = std::env::var_os("SOHOA_DATA").map_or_else(|| home().join("data"), PathBuf::from);
    let named = std::env::var_os("SOHOA_ORT_LIB").map(PathBuf::from);
    named.unwrap_or_else(|| sohoa::recognise::find_library(None, &data).expect("run scripts/fetch_ort"))
}

/// `sohoa` with one thread and nothing from the caller's environment but the library.
fn sohoa(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SOHOA_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command.env("SOHOA_ORT_LIB", ort_lib()).env("SOHOA_THREADS", "1").current_dir(home()).args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    sohoa(arguments).output().expect("the binary starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("messages are UTF-8")
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

/// The one JSON object that a command printed.
fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(output)))
}

fn keys(object: &serde_json::Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The golden line of the committed model, and what it says.
fn golden() -> (PathBuf, String) {
    let folder = home().join("models/line-vi");
    let manifest = sohoa::recognise::Manifest::read(&folder).expect("the committed manifest is sound");
    (folder.join(manifest.golden.image), manifest.golden.text)
}
