//! `sohoa read` and `sohoa page`: what they print.

use super::{golden, home, json, keys, path_text, run, stderr, stdout};

#[test]
fn read_prints_one_object_per_picture_with_the_keys_of_the_contract() {
    let (picture, text) = golden();
    let path = path_text(&picture);
    let output = run(&["read", path, path, "--kind", "choice", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let told = stdout(&output);
    assert_eq!(told.lines().count(), 2);
    for line in told.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(keys(&object), ["path", "text", "confidence", "alternatives", "model"]);
        assert_eq!(object["path"], path);
        assert_eq!(object["text"], text);
        let confidence = object["confidence"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&confidence));
        let alternatives = object["alternatives"].as_array().unwrap();
        assert!((1..=5).contains(&alternatives.len()));
        assert_eq!(keys(&alternatives[0]), ["text", "confidence"]);
        assert_eq!(
            (&alternatives[0]["text"], &alternatives[0]["confidence"]),
            (&object["text"], &object["confidence"])
        );
    }
}

#[test]
fn read_without_json_prints_path_confidence_and_text() {
    let (picture, text) = golden();
    // A kind without language model: the golden line is a name and a date, which is no kind of field.
    let output = run(&["read", path_text(&picture), "--kind", "choice"]);
    let told = stdout(&output);
    let parts: Vec<&str> = told.trim_end().split('\t').collect();
    assert_eq!((parts[0], parts[2]), (path_text(&picture), text.as_str()));
}

#[test]
fn page_prints_every_field_of_the_form_with_the_keys_of_the_contract() {
    let page = home().join("tests/fixtures/pages/page_0001.jpg");
    for form in ["birth_2016", "auto"] {
        let output = run(&["page", path_text(&page), "--form", form, "--json"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let object = json(&output);
        assert_eq!(keys(&object), ["form", "form_confidence", "angle_deg", "quality", "entries"]);
        assert_eq!(object["form"], "birth_2016");
        let fields = object["entries"][0]["fields"].as_array().unwrap();
        let form = sohoa::domain::Form::embedded().remove(0);
        let expected: Vec<&str> = form.fields.iter().map(|f| f.key.as_str()).collect();
        let found: Vec<&str> = fields.iter().map(|f| f["key"].as_str().unwrap()).collect();
        assert_eq!(found, expected);
        fields.iter().for_each(check_field);
    }
}

fn check_field(field: &serde_json::Value) {
    let expected = ["key", "kind", "state", "quad", "box", "text", "confidence", "alternatives"];
    assert_eq!(keys(field), expected);
    assert_eq!(field["quad"].as_array().unwrap().len(), 4);
    let [x, y, w, h]: [f64; 4] = serde_json::from_value(field["box"].clone()).unwrap();
    for corner in field["quad"].as_array().unwrap() {
        let [cx, cy]: [f64; 2] = serde_json::from_value(corner.clone()).unwrap();
        assert!(cx >= x - 0.01 && cx <= x + w + 0.01 && cy >= y - 0.01 && cy <= y + h + 0.01, "{field}");
    }
    let is_written = field["state"] == "written";
    assert!(is_written || field["state"] == "blank", "{field}");
    assert_eq!(is_written, !field["text"].as_str().unwrap().is_empty(), "{field}");
}

#[test]
fn page_refuses_a_form_that_it_does_not_know() {
    let page = home().join("tests/fixtures/pages/page_0001.jpg");
    let output = run(&["page", path_text(&page), "--form", "marriage_1877"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("marriage_1877") && stderr(&output).contains("birth_2016"));
}

#[test]
fn a_blank_field_reads_as_no_text_and_the_signs_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("blank.png");
    let dotted =
        |x: u32, y: u32| if (60..63).contains(&y) && x % 12 < 4 { 70 } else { 226 + (x * 7 + y * 5) % 6 };
    image::GrayImage::from_fn(700, 80, |x, y| image::Luma([dotted(x, y) as u8])).save(&picture).unwrap();
    for kind in ["person_name", "date", "ethnicity"] {
        let output = run(&["read", path_text(&picture), "--kind", kind, "--json", "--signs"]);
        let object = json(&output);
        assert_eq!((&object["text"], &object["unread"]), (&"".into(), &"blank".into()), "{object}");
        assert_eq!(object["alternatives"], serde_json::json!([]));
        assert!(object["confidence"].as_f64().unwrap() > 0.3, "{object}");
    }
}
