//! `sohoa files`: what files hold; and what a page that kills its decoder costs.

use super::pdf::{self, Page};
use super::{home, path_text, run, stdout};
use serde_json::Value;
use std::fs;

fn report(bytes: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tệp");
    fs::write(&path, bytes).unwrap();
    let output = run(&["files", path_text(&path)]);
    serde_json::from_str(stdout(&output).trim()).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn codes(report: &Value) -> Vec<String> {
    let code = |page: &Value| page["refused"]["code"].as_str().unwrap_or_default().to_owned();
    report["pages"].as_array().unwrap().iter().map(code).collect()
}

fn scan() -> Page<'static> {
    let jpeg = fs::read(home().join("tests/fixtures/formats/progressive.jpg")).unwrap();
    Page::scan((120, 104), pdf::jpeg((240, 208), &jpeg))
}

#[test]
fn a_page_that_eats_memory_costs_that_page_only() {
    // Its own coding claims sixteen million columns: four gigabytes, whatever the image says of its size.
    let entries = "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode \
        /DecodeParms << /K -1 /Columns 16000000 /Rows 208 >>";
    let bomb = Page::scan((120, 104), pdf::image((240, 208), entries, &[0; 64]));
    let report = report(&pdf::file(vec![scan(), bomb, scan()], ""));
    assert_eq!(codes(&report), ["", "page_too_hard", ""]);
    assert_eq!((&report["pages"][2]["width"], report.get("refused")), (&Value::from(240), None));
}

#[test]
fn single_pictures_and_refusals_are_told() {
    let picture = report(&fs::read(home().join("tests/fixtures/formats/turned.tif")).unwrap());
    assert_eq!((&picture["pages"][0]["width"], &picture["pages"][0]["height"]), (&208.into(), &240.into()));
    let text = report("Số 17".as_bytes());
    assert_eq!(text["refused"]["code"], "image_unknown_type");
    assert!(text["refused"]["message"].as_str().unwrap().ends_with('.'));
    assert!(report(b"%PDF-1.7")["refused"]["message"].as_str().unwrap().ends_with('.'));
}
