//! The built server under SIGKILL, a few times; `scripts/kill_test` does it fifty times.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The library that `scripts/fetch_ort` (or the environment) provides.
fn ort_lib() -> PathBuf {
    let data = std::env::var_os("SOHOA_DATA").map_or_else(|| home().join("data"), PathBuf::from);
    let named = std::env::var_os("SOHOA_ORT_LIB").map(PathBuf::from);
    named.unwrap_or_else(|| sohoa::recognise::find_library(None, &data).expect("run scripts/fetch_ort"))
}

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_killed_server_loses_nothing_and_repeats_nothing() {
    let output = Command::new("python3")
        .arg(home().join("scripts/kill_test"))
        .args(["--kills", "4", "--count", "3", "--patience", "400"])
        .args(["--binary", env!("CARGO_BIN_EXE_sohoa")])
        .env("SOHOA_ORT_LIB", ort_lib())
        .output()
        .expect("python3 is installed");
    let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{wrong}");
    let report: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&report["kills"], &report["pages"], &report["findings"]), (&4.into(), &3.into(), &0.into()));
}
