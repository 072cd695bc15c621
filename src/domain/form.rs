//! Forms: printed layouts as data. Units are millimetres from the top left corner of the printed page.

use super::kind::{FieldKind, RegisterKind};
use super::relations::{Person, Relations};
use super::whole_page::EntryPlace;
use serde::{Deserialize, Serialize};

/// A printed layout: where the frame stands and where each field's value is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Stable identifier, e.g. `birth_2016`.
    pub id: String,
    /// Raised with every change of geometry or fields.
    pub version: u32,
    /// Name for people, in Vietnamese.
    pub title: String,
    /// The register it belongs to.
    pub register_kind: RegisterKind,
    /// First day of its use, ISO 8601.
    pub valid_from: String,
    /// Width and height of the page, mm.
    pub page_mm: [f32; 2],
    /// How many entries one page holds.
    pub entries_per_page: u32,
    /// Where they stand, in the order of the book; empty for one entry a page.
    #[serde(default, rename = "entry")]
    pub entries: Vec<EntryPlace>,
    /// Room for ink above a rule, mm.
    pub ascent_mm: f32,
    /// Room for ink below a rule, mm.
    pub descent_mm: f32,
    /// Printed lines.
    pub frame: Vec<FrameLine>,
    /// Printed words outside fields.
    #[serde(default)]
    pub print: Vec<PrintedText>,
    /// The fields in reading order.
    #[serde(rename = "field")]
    pub fields: Vec<FormField>,
    /// Headings for groups of fields, in order.
    #[serde(rename = "group")]
    pub groups: Vec<FieldGroup>,
    /// Who the fields are about.
    #[serde(default, rename = "person")]
    pub people: Vec<Person>,
}

/// One printed line of the frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameLine {
    /// Identifier within the form.
    pub id: String,
    /// `[x0, y0, x1, y1]`, horizontal or vertical.
    pub line: [f32; 4],
}

/// Printed words that belong to no field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintedText {
    /// Identifier within the form.
    pub id: String,
    /// The words.
    pub text: String,
    /// Left end on the baseline.
    pub at: Option<[f32; 2]>,
    /// Middle on the baseline (instead of `at`).
    pub centre: Option<[f32; 2]>,
    /// Cap height in mm; the form's usual size when absent.
    pub size_mm: Option<f32>,
    /// Bold type.
    #[serde(default)]
    pub bold: bool,
    /// Italic type.
    #[serde(default)]
    pub italic: bool,
    /// It stands once on the page, not once in every entry.
    #[serde(default)]
    pub of_page: bool,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// Stable key within the form.
    pub key: String,
    /// What it holds.
    pub kind: FieldKind,
    /// The group it is shown in.
    pub group: String,
    /// The label as printed (may be empty).
    pub label: String,
    /// The label for screens where the printed one does not suffice.
    pub label_full: Option<String>,
    /// Left end of the label on the first rule's height.
    pub label_at: Option<[f32; 2]>,
    /// Bold label.
    #[serde(default)]
    pub label_bold: bool,
    /// Dotted rules `[x0, x1, y]` that the value is written on, top to bottom; empty for a choice.
    #[serde(default)]
    pub rules: Vec<[f32; 3]>,
    /// It stands once on the page and holds for all its entries.
    #[serde(default)]
    pub of_page: bool,
    /// Printed options of a choice.
    #[serde(default)]
    pub options: Vec<ChoiceOption>,
    /// The columns of the Ministry's 158 workbook that it feeds.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What it has to do with other fields and with the book.
    #[serde(default)]
    pub relations: Relations,
}

/// One printed option with its tick box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Its words, also its value.
    pub value: String,
    /// Tick box `[x, y, w, h]`.
    pub tick: [f32; 4],
}

/// A heading over fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldGroup {
    /// Identifier that fields name.
    pub id: String,
    /// Heading in Vietnamese.
    pub title: String,
}

/// Why a form cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// Not the right TOML.
    #[error("the form is not readable")]
    Syntax(#[from] toml::de::Error),
    /// Readable, but contradicts itself.
    #[error("form {form}: {reason}")]
    Inconsistent {
        /// Its id.
        form: String,
        /// What contradicts what.
        reason: String,
    },
}

impl FormField {
    /// The label for screens: the full one, else the printed one.
    #[must_use]
    pub fn screen_label(&self) -> &str {
        self.label_full.as_deref().unwrap_or(&self.label)
    }
}

impl Form {
    /// Reads and checks a form.
    ///
    /// # Errors
    /// When the TOML is malformed, keys repeat, a group is missing, a field has no place on the page, or relations
    /// lead nowhere.
    pub fn from_toml(text: &str) -> Result<Self, FormError> {
        let form: Self = toml::from_str(text)?;
        form.check()?;
        Ok(form)
    }

    /// The field with this key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&FormField> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// Box `[x, y, w, h]` of a field in mm: its rules with the room above and below, or all its tick boxes.
    #[must_use]
    pub fn field_box(&self, field: &FormField) -> [f32; 4] {
        let rules = field.rules.iter().map(|r| [r[0], r[2] - self.ascent_mm, r[1], r[2] + self.descent_mm]);
        let ticks = field.options.iter().map(|o| {
            let [x, y, w, h] = o.tick;
            [x, y, x + w, y + h]
        });
        let [x0, y0, x1, y1] = rules
            .chain(ticks)
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
            .unwrap_or_default();
        [x0, y0, x1 - x0, y1 - y0]
    }

    fn check(&self) -> Result<(), FormError> {
        let fail = |reason: String| Err(FormError::Inconsistent { form: self.id.clone(), reason });
        let mut keys = std::collections::HashSet::new();
        for field in &self.fields {
            if !keys.insert(&field.key) {
                return fail(format!("field {} stands twice", field.key));
            }
            if !self.groups.iter().any(|g| g.id == field.group) {
                return fail(format!("field {} names the unknown group {}", field.key, field.group));
            }
            if (field.kind == FieldKind::Choice) == field.options.is_empty() {
                return fail(format!("field {}: a choice, and only a choice, has options", field.key));
            }
        }
        self.entries_problem().or_else(|| self.relations_problem()).map_or(Ok(()), fail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_outside_the_page_is_refused() {
        let text = include_str!("data/forms/birth_2016.toml")
            .replace("[[50.0, 142.0, 51.0]]", "[[50.0, 242.0, 51.0]]");
        let error = Form::from_toml(&text).unwrap_err().to_string();
        assert!(error.contains("nks_ho_ten has no place"), "{error}");
    }
}
