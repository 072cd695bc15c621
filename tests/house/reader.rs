//! A reader that makes up what it reads: fast, the same every time, and failing when told to.

use sohoa::app::page_reader::{
    EntryReading, FieldReading, ModelId, PageError, PageReader, PageReading, ReadOptions, TextAlternative,
};
use sohoa::domain::{FieldKind, FieldState, Form, Hint, HintCode};
use sohoa::image::Limits;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Default)]
pub struct MadeUpReader {
    /// How many of the next readings fail as if the machine were to blame.
    pub failures: AtomicU32,
    /// How many pages were asked for.
    pub asked: AtomicU32,
    /// Pages are refused as blurred unless somebody insists.
    pub blurred: std::sync::atomic::AtomicBool,
    /// The note in the margin cannot be read.
    pub scribbled: std::sync::atomic::AtomicBool,
    /// A second place of the page looks empty.
    pub faint_beside: std::sync::atomic::AtomicBool,
}

impl PageReader for MadeUpReader {
    fn model(&self) -> ModelId {
        ModelId { name: "made-up".into(), version: "1".into(), settings: "none".into() }
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions<'_>) -> Result<PageReading, PageError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let failing = |n: u32| n.checked_sub(1);
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, failing).is_ok() {
            return Err(PageError::Failed("the machine is out of sorts".into()));
        }
        if let Err(error) = sohoa::image::decode(bytes, &Limits::default()) {
            return Err(PageError::Bad { code: error.code().into(), source: Some(error.into()) });
        }
        if self.blurred.load(Ordering::SeqCst) && !options.insist {
            return Err(PageError::Bad { code: "too_blurred".into(), source: None });
        }
        let forms = Form::embedded();
        let in_use = options.register.zip(options.year);
        let in_use = in_use.and_then(|(kind, year)| Form::in_use(&forms, kind, year));
        let mut page = reading_on(in_use.unwrap_or(&forms[0]));
        if self.scribbled.load(Ordering::SeqCst) {
            let fields = &mut page.entries[0].fields;
            *fields = std::mem::take(fields).into_iter().map(unread_note).collect();
        }
        if self.faint_beside.load(Ordering::SeqCst) {
            let EntryReading { fields, .. } = page.entries[0].clone();
            page.empty = vec![EntryReading { place: 1, fields: fields.into_iter().map(faint).collect() }];
        }
        Ok(page)
    }
}

/// Nothing was seen there.
fn faint(field: FieldReading) -> FieldReading {
    FieldReading {
        state: FieldState::Blank,
        text: String::new(),
        confidence: 0.9,
        alternatives: Vec::new(),
        ..field
    }
}

/// A model that was added: says its version behind everything, and may find every page bad.
pub struct OtherReader {
    pub version: String,
    pub finds_bad: std::sync::atomic::AtomicBool,
    pub asked: AtomicU32,
}

impl OtherReader {
    pub fn new(version: &str) -> Self {
        Self { version: version.into(), finds_bad: false.into(), asked: AtomicU32::new(0) }
    }
}

impl PageReader for OtherReader {
    fn model(&self) -> ModelId {
        ModelId { name: "other".into(), version: self.version.clone(), settings: "none".into() }
    }

    fn read(&self, _bytes: &[u8], _options: &ReadOptions<'_>) -> Result<PageReading, PageError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.finds_bad.load(Ordering::SeqCst) {
            return Err(PageError::Bad { code: "too_blurred".into(), source: None });
        }
        let mut page = reading();
        for field in page.entries.iter_mut().flat_map(|entry| &mut entry.fields) {
            field.text = self.says(field.kind);
            field.alternatives.truncate(1);
            field.alternatives[0].text = field.text.clone();
        }
        Ok(page)
    }
}

impl OtherReader {
    /// Years and sexes as the first model reads them, everything else with the version behind it.
    pub fn says(&self, kind: FieldKind) -> String {
        match kind {
            FieldKind::YearOrAge | FieldKind::Sex => made_up(kind).to_owned(),
            _ => format!("{} {}", made_up(kind), self.version),
        }
    }
}

/// Every field of the birth form, every third one unsure.
pub fn reading() -> PageReading {
    reading_on(&Form::embedded()[0])
}

fn reading_on(form: &Form) -> PageReading {
    let fields = form.fields.iter().enumerate().map(|(i, field)| {
        let [x, y, w, h] = form.field_box(field);
        let text = made_up(field.kind);
        let confidence = if i % 3 == 0 { 0.4 } else { 0.99 };
        FieldReading {
            key: field.key.clone(),
            kind: field.kind,
            state: FieldState::Written,
            quad: [[x, y], [x + w, y], [x + w, y + h], [x, y + h]],
            text: text.to_owned(),
            confidence,
            alternatives: vec![
                TextAlternative { text: text.to_owned(), confidence },
                TextAlternative { text: format!("{text} khác"), confidence: 0.01 },
            ],
            hint: None,
        }
    });
    PageReading {
        form: form.id.clone(),
        form_confidence: 0.9,
        angle_deg: 0.5,
        quality: serde_json::json!({ "sharpness": 0.8 }),
        entries: vec![EntryReading { place: 0, fields: fields.collect() }],
        empty: Vec::new(),
    }
}

/// The note in the margin is a scribble.
fn unread_note(field: FieldReading) -> FieldReading {
    if field.key != "ghi_chu" {
        return field;
    }
    let hint = Some(Hint::alone(HintCode::Unreadable));
    let (text, alternatives) = (String::new(), Vec::new());
    FieldReading { state: FieldState::Blank, text, confidence: 0.05, alternatives, hint, ..field }
}

/// What the reader says for a kind of field.
pub fn made_up(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::PersonName => "Nguyễn Thị Hoà",
        FieldKind::Date => "12/03/2016",
        FieldKind::Number => "57",
        FieldKind::Sex => "Nữ",
        FieldKind::Ethnicity => "Kinh",
        FieldKind::Nationality => "Việt Nam",
        FieldKind::YearOrAge => "1990",
        FieldKind::Choice => "Đúng hạn",
        _ => "xã An Nhơn, huyện Đạ Tẻh",
    }
}
