//! Evidence on what was read: the fields of an entry against each other, and against the book around them.

use super::page_reader::{FieldReading, PageReading, TextAlternative};
use super::read_page::{ENTRIES_PER_PAGE, entry_ordinal};
use super::{App, Result};
use crate::domain::evidence::{
    BookContext, Candidate, FieldBelief, Known, Neighbour, hints, weigh_entry, weigh_in_book,
};
use crate::domain::form::Form;
use crate::domain::relations::BookRole;
use crate::domain::{FieldState, FieldValue, Hint, HintCode};
use crate::store::{Book, Nearby, Page};
use std::collections::BTreeMap;

/// What the decoder's settings say of this, in every proposal's key: another reading of the same ink.
pub(super) const SETTING: &str = "evidence2";

/// Pages looked at before and after one.
const PAGES_AROUND: i64 = 6;
/// From here on what was read of an entry around counts as what stands there.
const SURE: f64 = 0.9;

/// Weighs the fields of an entry against each other and notes what contradicts what.
pub(super) fn weigh_fields(form: &Form, fields: &mut [FieldReading]) {
    change(fields, |beliefs| weigh_entry(form, beliefs));
    note(form, fields, None);
}

fn change(fields: &mut [FieldReading], weigh: impl FnOnce(&mut [FieldBelief])) {
    let mut beliefs: Vec<FieldBelief> = fields.iter().map(belief).collect();
    let before = beliefs.clone();
    weigh(&mut beliefs);
    for ((field, old), new) in fields.iter_mut().zip(before).zip(beliefs) {
        if old != new {
            take(field, new.alternatives);
        }
    }
}

/// Only what was read as writing may be moved.
fn belief(field: &FieldReading) -> FieldBelief {
    let alternative = |a: &TextAlternative| Candidate { text: a.text.clone(), confidence: a.confidence };
    let alternatives = match field.state {
        FieldState::Written => field.alternatives.iter().map(alternative).collect(),
        _ => Vec::new(),
    };
    FieldBelief { key: field.key.clone(), alternatives }
}

fn take(field: &mut FieldReading, alternatives: Vec<Candidate>) {
    let alternative = |a: Candidate| TextAlternative { text: a.text, confidence: a.confidence };
    field.alternatives = alternatives.into_iter().map(alternative).collect();
    if let Some(best) = field.alternatives.first() {
        (field.text, field.confidence) = (best.text.clone(), best.confidence);
    }
}

/// Notes the contradictions among the readings as they now are; what could not be read stays told.
fn note(form: &Form, fields: &mut [FieldReading], book: Option<&BookContext>) {
    let written = fields.iter().filter(|f| f.state == FieldState::Written);
    let known: Known<'_> = written.map(|f| (f.key.as_str(), f.text.as_str())).collect();
    let mut found = hints(form, &known, book);
    for field in fields {
        let unread =
            field.hint.as_ref().is_some_and(|h| matches!(h.code, HintCode::Unreadable | HintCode::Hole));
        if !unread {
            field.hint = found.remove(&field.key);
        }
    }
}

/// The contradictions among values that people gave: nothing of what the machine read is in them.
pub(super) fn contradictions<'a>(
    form: &Form,
    values: impl Iterator<Item = (&'a str, &'a FieldValue)>,
    book: &Book,
) -> BTreeMap<String, Hint> {
    let written = values.filter(|(_, value)| value.state == FieldState::Written);
    let known: Known<'_> = written.map(|(key, value)| (key, value.text.as_str())).collect();
    hints(form, &known, Some(&context(book, Vec::new())))
}

fn context(book: &Book, around: Vec<Neighbour>) -> BookContext {
    BookContext {
        office: book.office.clone(),
        year_opened: book.year_opened,
        number: book.number.clone(),
        around,
    }
}

impl App {
    /// Holds a page's readings against its book and the entries around it, as far as they are read or typed.
    pub(super) async fn weigh_in_book(
        &self,
        book: &Book,
        page: &Page,
        reading: &mut PageReading,
    ) -> Result<()> {
        let form = self.form(&reading.form)?;
        let roles = [BookRole::Number, BookRole::Date, BookRole::Page];
        let keys = roles.map(|role| form.field_in_book(role).map_or("", |field| field.key.as_str()));
        let pages = (page.ordinal - PAGES_AROUND, page.ordinal + PAGES_AROUND);
        let nearby = self.store.nearby(&book.id, pages, keys).await?;
        let role_of = |key: &str| keys.iter().position(|known| *known == key).map(|at| roles[at]);
        for entry in reading.places_mut() {
            let own = (page.ordinal, entry_ordinal(page, entry.place));
            let around = neighbours(&nearby, own, i64::from(form.entries_per_page), role_of);
            let book = context(book, around);
            change(&mut entry.fields, |beliefs| weigh_in_book(form, beliefs, &book));
            note(form, &mut entry.fields, Some(&book));
        }
        Ok(())
    }
}

/// The entries around the one at `own` (ordinals of page and entry) with what is known of them.
fn neighbours(
    nearby: &[Nearby],
    own: (i64, i64),
    per_page: i64,
    role_of: impl Fn(&str) -> Option<BookRole>,
) -> Vec<Neighbour> {
    let mut around: BTreeMap<i64, Neighbour> = BTreeMap::new();
    for near in nearby.iter().filter(|near| near.ordinal != own.1) {
        let (Some(role), Some(text)) = (role_of(&near.key), known_text(near)) else { continue };
        let pages = near.page_ordinal - own.0;
        let within = near.ordinal % ENTRIES_PER_PAGE - own.1 % ENTRIES_PER_PAGE;
        let distance = pages * per_page + within;
        let new = || Neighbour { distance, pages, said: Vec::new() };
        around.entry(near.ordinal).or_insert_with(new).said.push((role, text.to_owned()));
    }
    around.into_values().collect()
}

/// What a person gave, else what was surely read.
fn known_text(near: &Nearby) -> Option<&str> {
    match (&near.value, &near.read) {
        (Some(value), _) => (value.state == FieldState::Written).then_some(value.text.as_str()),
        (None, Some((text, confidence))) if *confidence >= SURE => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FieldKind;

    fn field(key: &str, state: FieldState, text: &str, hint: Option<Hint>) -> FieldReading {
        let alternative = TextAlternative { text: text.to_owned(), confidence: 0.8 };
        FieldReading {
            key: key.into(),
            kind: FieldKind::Date,
            state,
            quad: [[0.0; 2]; 4],
            text: text.to_owned(),
            confidence: 0.8,
            alternatives: if text.is_empty() { Vec::new() } else { vec![alternative] },
            hint,
        }
    }

    #[test]
    fn evidence_moves_what_was_read_and_leaves_blank_and_unread_fields_alone() {
        let form = Form::embedded().remove(0);
        let unread = Some(Hint::alone(HintCode::Unreadable));
        let mut fields = vec![
            field("nks_ngay_sinh", FieldState::Written, "12/3/2017", None),
            field(
                "nks_ngay_sinh_bang_chu",
                FieldState::Written,
                "Ngày mười ba tháng ba năm hai nghìn không trăm mười bảy",
                None,
            ),
            field("ngay_dang_ky", FieldState::Blank, "", None),
            field("nks_ho_ten", FieldState::Blank, "", unread.clone()),
        ];
        let before = fields.clone();
        weigh_fields(&form, &mut fields);
        assert!(fields[0].confidence < 0.8 && fields[0].confidence == fields[0].alternatives[0].confidence);
        assert_eq!(fields[0].hint, Some(Hint::with(HintCode::DateDiffers, "nks_ngay_sinh_bang_chu")));
        assert_eq!(fields[2..], before[2..]);
    }

    #[test]
    fn entries_around_are_known_by_what_people_gave_or_by_sure_readings() {
        let near = |page: i64, key: &str, value: Option<FieldValue>, read: Option<(&str, f64)>| Nearby {
            page_ordinal: page,
            ordinal: page * ENTRIES_PER_PAGE,
            key: key.into(),
            value,
            read: read.map(|(text, p)| (text.to_owned(), p)),
        };
        let nearby = [
            near(3, "so", FieldValue::written("7").ok(), Some(("1", 0.99))),
            near(3, "ngay", None, Some(("1/2/2017", 0.95))),
            near(4, "so", None, Some(("8", 0.99))),
            near(5, "so", None, Some(("9", 0.5))),
            near(6, "so", Some(FieldValue::blank()), Some(("10", 0.99))),
        ];
        let role = |key: &str| Some(if key == "so" { BookRole::Number } else { BookRole::Date });
        let around = neighbours(&nearby, (4, 400), 1, role);
        assert_eq!(around.len(), 1, "itself, the doubtful and the blank are left out: {around:?}");
        assert_eq!((around[0].distance, around[0].text(BookRole::Number)), (-1, Some("7")));
        assert_eq!(around[0].text(BookRole::Date), Some("1/2/2017"));
    }
}
