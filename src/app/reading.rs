//! A page's road from bytes to readings: decode → prepare → read → one result per field. Pure: the same bytes
//! give the same reading, nothing is kept.

use super::form_choice::choose;
use super::page_entries::{by_place, written_places};
use super::page_reader::{EntryReading, FieldReading, ModelId, ReadOptions, TextAlternative};
use super::{PageError, PageReader, PageReading, evidence};
use crate::domain::{FieldKind, FieldState, Form, FormField, Hint, HintCode};
use crate::image::{FieldRegion, ImageError, Limits, PreparedPage, decode};
use crate::recognise::legibility::Unread;
use crate::recognise::{FieldInput, Reader, Reading, read_choice};
use std::sync::Arc;

/// Below this share of its printed lines a page is not on the form (see [`PreparedPage::form_confidence`]).
const LEAST_FORM_CONFIDENCE: f32 = 0.3;
/// Share of ink at which a field is as probably written as blank (see [`FieldRegion::ink`]).
const BLANK_INK: f32 = 0.004_5;
/// Ink that may be there though none was seen: about one field in seventy that looks empty is written with a
/// very faint pen.
const UNSEEN_INK: f32 = 0.001_1;
/// What a sure reading is worth where hardly any ink was seen.
const WORTH_WITHOUT_INK: f32 = 0.5;
/// How many times likelier a written field is to have its letters read, better than guessed, than a blank one:
/// one blank field in twenty shows the line model a letter or two.
const LETTERS_READ: f32 = 20.0;
/// How surely a field is blank in which letters were guessed where hardly any ink was seen.
const GUESSED_WITHOUT_INK: f32 = 0.9;
/// How fast that probability turns with the ink: doubling it makes the odds 2³ times as good.
const BLANK_STEEPNESS: f32 = 3.0;

/// Reads pages with the line model and the known forms.
pub struct EnginePageReader {
    reader: Arc<Reader>,
    forms: Vec<Form>,
    limits: Limits,
}

impl EnginePageReader {
    /// A page reader over these forms, with the limits for whole pages.
    #[must_use]
    pub fn new(reader: Arc<Reader>, forms: Vec<Form>) -> Self {
        Self { reader, forms, limits: Limits::default() }
    }

    /// Lays the page on the form asked for, or on the one that fits best.
    fn lay_out(&self, bytes: &[u8], options: &ReadOptions<'_>) -> Result<(&Form, PreparedPage), PageError> {
        let fits = |known: &&Form| {
            options.form.is_none_or(|id| known.id == id)
                && options.register.is_none_or(|kind| known.register_kind == kind)
        };
        let candidates: Vec<&Form> = self.forms.iter().filter(fits).collect();
        if candidates.is_empty() {
            let form = options.form.unwrap_or("any");
            return Err(PageError::Failed(format!("no form of this register is called `{form}`").into()));
        }
        let rgb = decode(bytes, &self.limits.for_kept()).map_err(bad_image)?;
        let usual = options.register.zip(options.year);
        let usual = usual.and_then(|(kind, year)| Form::in_use(&self.forms, kind, year));
        let chosen = choose(&rgb, candidates, usual).map_err(bad_image)?;
        Ok(chosen.expect("there is at least one candidate"))
    }

    /// What stands at every place of the page: those with an entry, and those that look empty.
    fn read_entries(
        &self,
        form: &Form,
        page: &PreparedPage,
    ) -> Result<(Vec<EntryReading>, Vec<EntryReading>), PageError> {
        let count = form.entry_count();
        let written = written_places(count, &page.fields, |ink| written_probability(ink) >= 0.5);
        let places: Vec<usize> = (0..count).collect();
        let pairs: Vec<(&FormField, &FieldRegion)> =
            page.fields.iter().filter_map(|region| Some((form.field(&region.key)?, region))).collect();
        let inputs: Vec<FieldInput> = pairs
            .iter()
            .map(|(field, region)| FieldInput { kind: field.kind, lines: &region.lines })
            .collect();
        let readings = self.reader.read_fields(&inputs).map_err(|e| PageError::Failed(e.into()))?;
        let results = pairs.iter().zip(readings);
        let results = results.map(|((field, region), read)| (region.entry, result(field, region, read)));
        let mut entries = by_place(&places, &results.collect::<Vec<_>>());
        for entry in &mut entries {
            evidence::weigh_fields(form, &mut entry.fields);
        }
        Ok(entries.into_iter().partition(|entry| written.contains(&entry.place)))
    }
}

impl PageReader for EnginePageReader {
    fn model(&self) -> ModelId {
        let id = self.reader.model_id();
        let settings = format!("{}-{}", id.settings, evidence::SETTING);
        ModelId { name: id.name, version: id.version, settings }
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions<'_>) -> Result<PageReading, PageError> {
        let (form, page) = self.lay_out(bytes, options)?;
        // Everything else that may be wrong with a capture the quality gate has told before.
        if !options.insist && page.form_confidence < LEAST_FORM_CONFIDENCE {
            return Err(PageError::Bad { code: "form_not_found".to_owned(), source: None });
        }
        let quality = serde_json::to_value(page.quality).map_err(|e| PageError::Failed(e.into()))?;
        let (entries, empty) = self.read_entries(form, &page)?;
        Ok(PageReading {
            form: form.id.clone(),
            form_confidence: page.form_confidence,
            angle_deg: page.angle_deg,
            quality,
            entries,
            empty,
        })
    }
}

fn bad_image(error: ImageError) -> PageError {
    PageError::Bad { code: error.code().to_owned(), source: Some(Box::new(error)) }
}

fn written_odds(ink: f32) -> f32 {
    ((ink.max(0.0) + UNSEEN_INK) / BLANK_INK).powf(BLANK_STEEPNESS)
}

/// Probability, by its ink alone, that something is written in a field.
fn written_probability(ink: f32) -> f32 {
    let odds = written_odds(ink);
    odds / (1.0 + odds)
}

/// One field's result: a choice by its ticks, others by ink and reading.
fn result(field: &FormField, region: &FieldRegion, read: Reading) -> FieldReading {
    let reading = if field.kind == FieldKind::Choice {
        let words: Vec<&str> = field.options.iter().map(|option| option.value.as_str()).collect();
        read_choice(&words, &region.ticks)
    } else {
        with_ink(read, region.ink)
    };
    let state = if reading.text.is_empty() { FieldState::Blank } else { FieldState::Written };
    let alternative =
        |a: crate::recognise::Alternative| TextAlternative { text: a.text, confidence: a.confidence };
    FieldReading {
        key: field.key.clone(),
        kind: field.kind,
        state,
        quad: region.quad,
        text: reading.text,
        confidence: reading.confidence,
        alternatives: reading.alternatives.into_iter().map(alternative).collect(),
        hint: reading.unread.and_then(unread_hint),
    }
}

/// What the clerk is told of a field that could not be read; that it is blank stands there already.
fn unread_hint(unread: Unread) -> Option<Hint> {
    match unread {
        Unread::Blank => None,
        Unread::Unreadable => Some(Hint::alone(HintCode::Unreadable)),
        Unread::Hole => Some(Hint::alone(HintCode::Hole)),
    }
}

/// Holds a reading against the ink. A reading is right only if there is writing; where hardly any ink was seen
/// a sure reading still goes before blank (the pen may be faint), as one that a person should look at.
fn with_ink(mut reading: Reading, ink: f32) -> Reading {
    let written = written_probability(ink);
    match reading.unread {
        Some(Unread::Hole) => return reading,
        Some(Unread::Unreadable) if written >= 0.5 => return reading,
        _ => {}
    }
    let is_sure = reading.confidence >= 0.5;
    let odds = written_odds(ink) * LETTERS_READ;
    let has_letters = !reading.text.is_empty() && (odds >= 1.0 || is_sure);
    if !has_letters {
        let nothing_read = match reading.unread {
            Some(Unread::Blank) => reading.confidence,
            Some(Unread::Unreadable | Unread::Hole) => GUESSED_WITHOUT_INK,
            None if reading.text.is_empty() => 1.0,
            None => 1.0 - reading.confidence,
        };
        return Reading::blank((1.0 - written) * nothing_read);
    }
    let worth = (odds / (1.0 + odds)).max(WORTH_WITHOUT_INK);
    reading.confidence *= worth;
    reading.alternatives.iter_mut().for_each(|a| a.confidence *= worth);
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise::Alternative;

    #[test]
    fn ink_decides_between_written_and_blank() {
        assert!(written_probability(0.0) < 0.02);
        assert!(written_probability(0.001) < 0.12);
        assert!(written_probability(0.02) > 0.98);
    }

    #[test]
    fn writing_that_reads_as_nothing_is_a_blank_nobody_believes() {
        let reading = with_ink(Reading::blank(0.9), 0.03);
        assert!(reading.text.is_empty() && reading.confidence < 0.01);
    }

    #[test]
    fn ink_that_cannot_be_read_is_told_and_guesses_without_ink_are_blank() {
        let unread = |unread| Reading { unread: Some(unread), ..Reading::blank(0.05) };
        let scribble = with_ink(unread(Unread::Unreadable), 0.05);
        assert_eq!((scribble.confidence, scribble.unread), (0.05, Some(Unread::Unreadable)));
        let specks = with_ink(unread(Unread::Unreadable), 0.0);
        assert!(specks.unread.is_none() && (0.8..0.95).contains(&specks.confidence));
        assert_eq!(with_ink(unread(Unread::Hole), 0.0).unread, Some(Unread::Hole));
        assert_eq!(unread_hint(Unread::Hole), Some(Hint::alone(HintCode::Hole)));
        assert_eq!(unread_hint(Unread::Blank), None);
    }

    fn read_as(text: &str, confidence: f32) -> Reading {
        Reading::from_alternatives(vec![Alternative { text: text.into(), confidence }])
    }

    #[test]
    fn what_was_read_on_ink_keeps_its_confidence() {
        let reading = with_ink(read_as("Hà", 0.8), 0.03);
        assert!((reading.confidence - 0.8).abs() < 1e-3);
        assert!((reading.alternatives[0].confidence - reading.confidence).abs() < 1e-6);
    }

    #[test]
    fn without_ink_only_a_sure_reading_goes_before_blank_and_is_then_doubted() {
        let faint = with_ink(read_as("Hà", 0.8), 0.0);
        assert_eq!(faint.text, "Hà");
        assert!((faint.confidence - 0.4).abs() < 1e-6);
        let noise = with_ink(read_as("i", 0.1), 0.0);
        assert!(noise.text.is_empty() && (0.85..0.9).contains(&noise.confidence), "{noise:?}");
    }

    #[test]
    fn a_choice_is_read_from_its_ticks() {
        let form = Form::embedded().remove(0);
        let field = form.fields.iter().find(|f| f.kind == FieldKind::Choice).unwrap();
        let mut ticks = vec![0.0; field.options.len()];
        ticks[0] = 1.0;
        let (key, quad) = (field.key.clone(), [[0.0; 2]; 4]);
        let region = FieldRegion { key, entry: Some(0), quad, lines: Vec::new(), ink: 0.2, ticks };
        let read = result(field, &region, Reading::blank(0.0));
        assert_eq!((read.state, read.text.as_str()), (FieldState::Written, field.options[0].value.as_str()));
        assert!(read.confidence > 0.99);
    }
}
