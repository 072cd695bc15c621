//! Column lists of the Ministry's 158 import workbooks, as data.

use super::ExchangeError;
use crate::domain::RegisterKind;
use serde::Deserialize;

/// The layout of one 158 workbook.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnList {
    /// Identifier, e.g. `births_158_70`.
    pub id: String,
    /// Raised with every change.
    pub version: u32,
    /// The register it is for.
    pub register_kind: RegisterKind,
    /// Name of the sheet with the data.
    pub data_sheet: String,
    /// Name of the sheet that explains the codes.
    pub note_sheet: String,
    /// The columns, left to right.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
    /// The cells of the note sheet.
    #[serde(rename = "note")]
    pub notes: Vec<NoteCell>,
}

/// One column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in code and forms.
    pub key: String,
    /// Its header to the letter.
    pub header: String,
    /// Width in characters.
    pub width: f64,
}

/// One cell of the note sheet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteCell {
    /// A1-style address.
    pub cell: String,
    /// Text; whole numbers are written as numbers.
    pub text: String,
}

impl ColumnList {
    /// Reads a column list.
    ///
    /// # Errors
    /// When it is not the right TOML or a column stands twice.
    pub fn from_toml(text: &str) -> Result<Self, ExchangeError> {
        let fail = |list: &str, reason: String| ExchangeError::ColumnList { list: list.to_owned(), reason };
        let list: Self = toml::from_str(text).map_err(|e| fail("?", e.to_string()))?;
        for (i, column) in list.columns.iter().enumerate() {
            if list.columns[..i].iter().any(|c| c.key == column.key) {
                return Err(fail(&list.id, format!("column {} stands twice", column.key)));
            }
        }
        Ok(list)
    }

    /// The births list compiled into the program.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn births() -> Self {
        let list = Self::from_toml(include_str!("data/births_158_70.toml"));
        list.expect("the embedded list is read by a test")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Form;

    #[test]
    fn the_births_list_has_its_seventy_columns_and_the_form_feeds_only_those() {
        let list = ColumnList::births();
        assert_eq!(list.columns.len(), 70);
        for form in Form::embedded().iter().filter(|f| f.register_kind == list.register_kind) {
            for column in form.fields.iter().flat_map(|f| &f.columns) {
                assert!(list.columns.iter().any(|c| &c.key == column), "{column}");
            }
        }
    }
}
