//! What contradicts what among the values that people give: told while they type and to who verifies, never in the
//! way. Nothing of what the machine read is in it.

use super::evidence;
use super::tasks::{Draft, ShownHint};
use super::{App, Result};
use crate::domain::date::PartialDate;
use crate::domain::relations::BookRole;
use crate::domain::{FieldState, FieldValue, Form, Hint, HintCode, TaskRole};
use crate::store::{Book, Entry};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is told of a draft that was kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DraftKept {
    /// The contradictions among its values, by key of the field (typist).
    pub hints: BTreeMap<String, ShownHint>,
}

/// An entry's values by key.
pub(super) type Values<'a> = BTreeMap<&'a str, FieldValue>;

/// Other entries with the same number are looked for no further.
const SAME_NUMBER: u32 = 16;

impl App {
    /// What contradicts what in a typist's draft.
    pub(super) async fn draft_kept(&self, entry_id: &str, draft: &Draft) -> Result<DraftKept> {
        if draft.role != TaskRole::Typist {
            return Ok(DraftKept::default());
        }
        let Some(entry) = self.store.entry(entry_id).await? else { return Ok(DraftKept::default()) };
        let book = self.book_row(&entry.book_id).await?;
        let of_page = match (&entry.form_id, &entry.page_id) {
            (None, Some(page)) => self.page_row(page).await?.form_id,
            (form, _) => form.clone(),
        };
        let form = self.form(of_page.as_deref().unwrap_or_default())?;
        let told = self.contradictions((&entry, &book), form, &values(draft)).await?;
        let shown = told.iter().filter_map(|(key, hint)| Some((key.clone(), ShownHint::new(hint, form)?)));
        Ok(DraftKept { hints: shown.collect() })
    }

    /// The contradictions among an entry's values, and between them and the registers.
    pub(super) async fn contradictions(
        &self,
        (entry, book): (&Entry, &Book),
        form: &Form,
        values: &Values<'_>,
    ) -> Result<BTreeMap<String, Hint>> {
        let mut told = evidence::contradictions(form, values.iter().map(|(key, value)| (*key, value)), book);
        let [number, date] = [BookRole::Number, BookRole::Date].map(|role| form.field_in_book(role));
        let written = |key: &str| values.get(key).filter(|v| v.state == FieldState::Written);
        if let (Some(number), Some(date)) = (number, date)
            && let (Some(said), Some(on)) = (written(&number.key), written(&date.key))
            && let Some(on) = PartialDate::parse(&on.text)
            && self.is_number_used((entry, book), i64::from(on.year), &said.text).await?
        {
            told.entry(number.key.clone()).or_insert(Hint::alone(HintCode::NumberUsed));
        }
        Ok(told)
    }

    /// Whether another entry of the same office, kind and year has this number.
    async fn is_number_used(&self, (entry, book): (&Entry, &Book), year: i64, number: &str) -> Result<bool> {
        let register = (book.kind, book.office.as_str());
        let same = self.store.entries_by_registration(register, year, number, SAME_NUMBER).await?;
        Ok(same.iter().any(|other| other.id != entry.id))
    }
}

/// The values of a draft; what is none is left out.
fn values(draft: &Draft) -> Values<'_> {
    let Some(Value::Object(fields)) = draft.body.get("fields") else { return Values::new() };
    let value = |given: &Value| {
        let state: FieldState = given.get("state")?.as_str()?.parse().ok()?;
        let text = given.get("text").and_then(Value::as_str).unwrap_or_default();
        match state {
            FieldState::Written => FieldValue::written(text).ok(),
            state => Some(FieldValue { state, text: String::new() }),
        }
    };
    fields.iter().filter_map(|(key, given)| Some((key.as_str(), value(given)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_draft_is_read_as_far_as_it_goes() {
        let body = json!({
            "fields": {
                "so": { "state": "written", "text": " 12 ", "seen": true },
                "me_ho_ten": { "state": "blank", "text": "" },
                "cha_ho_ten": { "state": "written", "text": "" },
                "nks_ho_ten": { "state": "nonsense", "text": "An" },
                "nyc_ho_ten": 7,
            },
            "cursor": "so",
        });
        let draft = Draft { role: TaskRole::Typist, body: body.as_object().unwrap().clone() };
        let values = values(&draft);
        assert_eq!(values.keys().copied().collect::<Vec<_>>(), ["me_ho_ten", "so"]);
        assert_eq!(values["so"].text, "12");
        let empty = Draft { role: TaskRole::Typist, body: serde_json::Map::new() };
        assert!(super::values(&empty).is_empty());
    }
}
