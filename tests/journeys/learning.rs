//! What the shadow is worth, and what may be learned from: only what people decided.

use crate::house::acts::{EVERY_ROLE, as_proposed};
use crate::house::{Client, House, Json};
use crate::models::at_the_machine;
use axum::http::StatusCode;
use serde_json::{Value, json};
use sohoa::app::{Error, TrainingExport, TrainingLine, TrainingWish};
use sohoa::domain::{FieldKind, Form};
use std::collections::BTreeSet;

/// Types the next entry as the first model read it, but for these fields; another person confirms it.
async fn decide(an: &Client, binh: &Client, otherwise: &[(&str, Value)]) -> String {
    let task = an.take("typist").await;
    let entry = task["entry"].text("id");
    let mut typed = as_proposed(&task);
    for (key, value) in otherwise {
        typed[*key] = value.clone();
    }
    an.key(&entry, &typed).await.expect(StatusCode::OK);
    assert_eq!(binh.confirm_next().await.0, entry);
    entry
}

fn fields_of(kinds: &[FieldKind]) -> u64 {
    let form = &Form::embedded()[0];
    form.fields.iter().filter(|f| kinds.contains(&f.kind)).count() as u64
}

#[tokio::test]
async fn the_report_counts_who_was_right_where_people_have_decided() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    assert_eq!(house.app.model_reports().await.unwrap(), []);
    house.add_other("2", true).await;
    let (book, entry) = house.one_entry(&an, 1).await;
    let shadow_was_right = json!({ "state": "written", "text": "nguyễn thị hòa 2" });
    let both_were_wrong = json!({ "state": "illegible", "text": "" });
    decide(&an, &binh, &[("nks_ho_ten", shadow_was_right), ("so", both_were_wrong)]).await;
    let undecided = house.another_entry(&an, &book, 2).await;

    let reports = house.app.model_reports().await.unwrap();
    let [report] = reports.as_slice() else { panic!("one model read in the shadow: {reports:?}") };
    assert_eq!((report.model.as_str(), report.shadow), ("other@2", true));
    let alike = fields_of(&[FieldKind::YearOrAge, FieldKind::Sex]);
    assert_eq!((report.all.fields, report.all.alike), (58, 2 * alike));
    let decided = &report.all.decided;
    assert_eq!((decided.fields, decided.both_right), (29, alike));
    assert_eq!((decided.only_shadow_right, decided.both_wrong), (1, 1));
    assert_eq!(decided.only_shown_right, 29 - alike - 2);
    let [low, high] = decided.shadow_right.interval_95;
    assert!(low < decided.shadow_right.share && decided.shadow_right.share < high);

    let names = &report.kinds[&FieldKind::PersonName];
    assert_eq!((names.fields, names.alike), (2 * fields_of(&[FieldKind::PersonName]), 0));
    assert_eq!(names.decided.only_shadow_right, 1);
    assert!((report.kinds[&FieldKind::Sex].alike_share - 1.0).abs() < 1e-9);
    let mut read = house.app.store.proposals(&entry).await.unwrap();
    read.extend(house.app.store.proposals(&undecided).await.unwrap());
    let mean = |shadow| read.iter().filter(|p| p.shadow == shadow).map(|p| p.confidence).sum::<f64>() / 58.0;
    assert!((report.all.shadow_confidence - mean(true)).abs() < 1e-9);
    assert!((report.all.shown_confidence - mean(false)).abs() < 1e-9);
    let fields = house.app.store.fields(&entry).await.unwrap();
    assert_eq!(report.all.decided_blind.fields, fields.iter().filter(|f| f.blind).count() as u64);
}

/// A page as the scanner gives it: the committed one with this number.
fn scan(number: u32) -> Vec<u8> {
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages");
    std::fs::read(pages.join(format!("page_{number:04}.jpg"))).unwrap()
}

async fn export(house: &House, since: Option<i64>) -> Result<(TrainingExport, Vec<TrainingLine>), Error> {
    let mut lines = Vec::new();
    let wish = TrainingWish { project_id: None, since };
    let mut keep = |line| {
        lines.push(line);
        Ok(())
    };
    let exported = house.app.export_training(&at_the_machine(), wish, &mut keep).await?;
    Ok((exported, lines))
}

#[tokio::test]
async fn only_what_two_people_agreed_on_is_learned_from_and_only_with_consent() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let book = an.book("1").await;
    for number in [1, 2] {
        an.upload(&book, "1.jpg", scan(number)).await.expect(StatusCode::CREATED);
    }
    house.work().await;
    let verified = decide(&an, &binh, &[("so", json!({ "state": "blank", "text": "" }))]).await;
    an.type_next().await;
    assert!(matches!(export(&house, None).await, Err(Error::NoConsent)));

    let project = house.app.ensure_project().await.unwrap().id;
    let consent =
        async |given| house.app.set_training_consent(&at_the_machine(), &project, given).await.unwrap();
    assert!(consent(true).await && !consent(true).await);
    let (exported, lines) = export(&house, None).await.unwrap();
    let left = |reason: &str| exported.left_out.get(reason).copied().unwrap_or(0);
    assert_eq!((left("blank"), left("unsettled_entries")), (1, 1), "{exported:?}");
    assert_eq!(left("ticked"), fields_of(&[FieldKind::Choice]));
    let form = &Form::embedded()[0];
    let on_one_rule = form.fields.iter().filter(|f| f.kind != FieldKind::Choice && f.rules.len() == 1);
    assert_eq!((exported.lines, lines.len() as u64), (on_one_rule.count() as u64 - 1, exported.lines));
    assert_eq!(exported.lines + left("several_lines") + left("ticked") + 1, 29);

    let fields = house.app.store.fields(&verified).await.unwrap();
    for line in &lines {
        let field = fields.iter().find(|f| f.key == line.key).unwrap();
        assert_eq!((field.kind, &field.value.as_ref().unwrap().text), (line.kind, &line.text));
        let picture = image::load_from_memory(&line.png).unwrap();
        assert!(picture.height() > 20 && picture.width() > picture.height(), "{}", line.key);
        assert!(!line.book.contains(&book) && line.book.len() == 16);
    }
    assert_eq!(lines.iter().map(|l| (&l.book, &l.page)).collect::<BTreeSet<_>>().len(), 1);
    let again = export(&house, None).await.unwrap().1;
    assert_eq!(lines, again, "the same work gives the same lines under the same names");

    let (later, none) = export(&house, Some(house.clock.now_ms() + 1)).await.unwrap();
    assert_eq!((none.len(), later.left_out["older_entries"]), (0, 1));
    consent(false).await;
    assert!(matches!(export(&house, None).await, Err(Error::NoConsent)));
    let records = house.app.store.audit_of_subject(&project, 20).await.unwrap();
    let actions: Vec<&str> = records.iter().map(|r| r.event.action.as_str()).collect();
    let exports = ["training.export"; 3];
    assert_eq!(actions, [&["training.consent"][..], &exports, &["training.consent"]].concat());
}
