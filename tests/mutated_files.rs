//! Damaged files: a share of `scripts/mutate_files` on every run, and the fuzz targets over damaged files for as
//! long as somebody wants.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "fuzz/targets.rs"]
mod targets;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_program_survives_damaged_files_and_says_what_is_wrong() {
    let run = Command::new("python3")
        .arg(root().join("scripts/mutate_files"))
        .args(["--files", "150", "--seed", "20261122", "--sohoa", env!("CARGO_BIN_EXE_sohoa")])
        .output()
        .expect("python3 runs");
    let (table, broken) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{table}\n{broken}");
    assert!(table.lines().count() >= 7, "{table}");
}

/// A plain linear congruential generator: the same damage on every run.
struct Damage(u64);

impl Damage {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// A copy of a file with a few wounds, some of them bits of other files.
    fn wounded(&mut self, files: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = files[self.below(files.len())].clone();
        for _ in 0..1 + self.below(6) {
            if bytes.is_empty() {
                break;
            }
            let at = self.below(bytes.len());
            let end = (at + [1, 2, 4, 40, 400][self.below(5)]).min(bytes.len());
            match self.below(6) {
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = self.below(256) as u8,
                2 => bytes[at..end].fill([0, 0xFF, 0x7F, 0x80][self.below(4)]),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
                _ => {
                    let other = &files[self.below(files.len())];
                    let from = self.below(other.len());
                    let to = (from + end - at).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
            }
        }
        bytes
    }
}

fn files_in(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Runs a target over damaged files for `MINUTES` (20 where it is not set); a file that breaks it is left in the
/// temporary folder, as is one that takes long.
fn drive(name: &str, target: fn(&[u8]), files: &[Vec<u8>]) {
    std::thread::scope(|scope| {
        // PDFs nest deeper than a test's thread has stack, as in the program.
        let work = || drive_here(name, target, files);
        let thread = std::thread::Builder::new().stack_size(sohoa::app::STACK_BYTES);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap();
    });
}

#[expect(clippy::print_stdout, reason = "its figures are what it is run for")]
fn drive_here(name: &str, target: fn(&[u8]), files: &[Vec<u8>]) {
    let minutes: f64 = std::env::var("MINUTES").ok().and_then(|m| m.parse().ok()).unwrap_or(20.0);
    let folder = std::env::temp_dir().join(format!("sohoa-fuzz-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    let (start, mut damage, mut slowest) = (Instant::now(), Damage(start_value()), Duration::ZERO);
    let mut runs = 0_u64;
    while start.elapsed() < Duration::from_secs_f64(60.0 * minutes) {
        let bytes = damage.wounded(files);
        // Left there when the target brings the process down.
        std::fs::write(folder.join("current"), &bytes).unwrap();
        let began = Instant::now();
        target(&bytes);
        if began.elapsed() > slowest {
            slowest = began.elapsed();
            std::fs::write(folder.join("slowest"), &bytes).unwrap();
        }
        runs += 1;
    }
    println!("{name}: {runs} files in {minutes} minutes, slowest {slowest:?}, seed {}", start_value());
    assert!(slowest < Duration::from_secs(10), "{slowest:?}: {}", folder.join("slowest").display());
}

fn start_value() -> u64 {
    std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7)
}

#[test]
#[ignore = "runs for MINUTES"]
fn pictures_for_a_long_time() {
    drive("picture", targets::picture, &files_in(&root().join("tests/fixtures/formats")));
}

#[test]
#[ignore = "runs for MINUTES; SEEDS names a folder of PDFs and ZIPs (scripts/mutate_files --seeds FOLDER)"]
fn pages_for_a_long_time() {
    let folder =
        std::env::var_os("SEEDS").map_or_else(|| root().join("tests/fixtures/formats"), PathBuf::from);
    drive("pages", targets::pages, &files_in(&folder));
}
