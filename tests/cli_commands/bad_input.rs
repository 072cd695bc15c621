//! Every bad file gets one line that names it; its neighbours are read.

use super::{golden, json, path_text, run, stderr, stdout};
use std::fs;
use std::path::{Path, PathBuf};

/// A PNG that is nothing but a header.
fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

fn jpeg() -> Vec<u8> {
    fs::read(super::home().join("tests/fixtures/pages/page_0001.jpg")).unwrap()
}

/// The files, and a word that the message about each must hold.
fn bad_files(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let whole = jpeg();
    let files: [(&str, Vec<u8>, &str); 6] = [
        ("truncated.jpg", whole[..whole.len() / 2].to_vec(), "ends before"),
        ("text.jpg", "Số 17, quyển 01/2017\n".as_bytes().to_vec(), "no image of a known format"),
        ("dot.png", one_pixel(), "1×1"),
        ("huge.png", png_claiming(30_000, 30_000), "30000×30000"),
        ("strip.png", png_claiming(60_000, 300), "60000×300"),
        ("empty.png", Vec::new(), "empty"),
    ];
    let mut bad = vec![(folder.join("missing.jpg"), "No such file")];
    for (name, bytes, says) in files {
        fs::write(folder.join(name), bytes).unwrap();
        bad.push((folder.join(name), says));
    }
    bad
}

fn one_pixel() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::new(1, 1).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn check(command: &str, good: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let bad = bad_files(folder.path());
    let mut arguments = vec![command, "--json"];
    let (before, behind) = bad.split_at(bad.len() / 2);
    arguments.extend(before.iter().map(|(path, _)| path_text(path)));
    arguments.push(path_text(good));
    arguments.extend(behind.iter().map(|(path, _)| path_text(path)));
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output).lines().count(), 1, "the good file is read");
    json(&output);
    let told = stderr(&output);
    assert_eq!(told.lines().count(), bad.len(), "one line each: {told}");
    for ((path, says), line) in bad.iter().zip(told.lines()) {
        assert!(line.contains(path_text(path)) && line.contains(says), "{line}");
    }
}

#[test]
fn read_names_each_bad_file_and_reads_its_neighbours() {
    check("read", &golden().0);
}

#[test]
fn page_names_each_bad_file_and_reads_its_neighbours() {
    check("page", &super::home().join("tests/fixtures/pages/page_0001.jpg"));
}
