//! The machine's readings. A reading by another model, version or setting stands beside the earlier ones.

use super::arm::{Db, Row, Tx, binds, json_text};
use super::entries::value;
use super::error::Result;
use crate::domain::{FieldValue, Hint};
use std::collections::BTreeMap;

/// One reading of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The field.
    pub key: String,
    /// Who read and how.
    pub reader: ReaderId,
    /// What it read.
    pub value: FieldValue,
    /// Probability that the whole field is exactly right, 0..=1.
    pub confidence: f64,
    /// Other readings, best first.
    pub alternatives: Vec<Alternative>,
    /// What the clerk is told about it.
    pub hint: Option<Hint>,
    /// When, ms.
    pub created_at: i64,
    /// Read in the shadow of the active model: compared, never shown to a clerk.
    pub shadow: bool,
}

/// What makes a reading repeatable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderId {
    /// The model's name.
    pub model: String,
    /// Its version.
    pub version: String,
    /// The decoder's settings, in one canonical spelling.
    pub settings: String,
}

/// Another reading of the same ink.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Alternative {
    /// What it reads.
    pub text: String,
    /// Its probability, 0..=1.
    pub confidence: f64,
}

const ADD: &str = "INSERT INTO proposal
    (entry_id, key, model, model_version, settings, state, text, confidence, alternatives, hint, hint_field,
     created_at, shadow)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (entry_id, key, model, model_version, settings) DO NOTHING";
const OF_ENTRY: &str = "SELECT key, model, model_version, settings, state, text, confidence, alternatives,
    hint, hint_field, created_at, shadow FROM proposal
    WHERE entry_id = $1 ORDER BY created_at, model, model_version, settings, key";
const SHOWN_OF_ENTRY: &str = "SELECT key, model, model_version, settings, state, text, confidence,
    alternatives, hint, hint_field, created_at, shadow FROM proposal
    WHERE entry_id = $1 AND shadow = 0 ORDER BY created_at, model, model_version, settings, key";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[ADD, OF_ENTRY, SHOWN_OF_ENTRY];

impl Proposal {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            key: row.text("key")?,
            reader: ReaderId {
                model: row.text("model")?,
                version: row.text("model_version")?,
                settings: row.text("settings")?,
            },
            value: value(row)?,
            confidence: row.real("confidence")?,
            alternatives: row.json("alternatives")?,
            hint: hint(row)?,
            created_at: row.int("created_at")?,
            shadow: row.truth("shadow")?,
        })
    }
}

/// A word that this program does not know was a newer one's: nothing is told.
fn hint(row: &Row) -> Result<Option<Hint>> {
    let code = row.opt_text("hint")?.and_then(|word| word.parse().ok());
    let other = row.opt_text("hint_field")?;
    Ok(code.map(|code| Hint { code, other }))
}

impl Db {
    /// Every proposal for an entry, those read in the shadow included, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn proposals(&self, entry_id: &str) -> Result<Vec<Proposal>> {
        self.rows(OF_ENTRY, binds![entry_id]).await?.iter().map(Proposal::from_row).collect()
    }

    /// The proposal that clerks see for each field of an entry, by key: the newest by a model that was active
    /// for the field when it read the page. What was read in the shadow is never among them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shown_proposals(&self, entry_id: &str) -> Result<BTreeMap<String, Proposal>> {
        let shown = self.rows(SHOWN_OF_ENTRY, binds![entry_id]).await?;
        let by_key = |row: &Row| Proposal::from_row(row).map(|p| (p.key.clone(), p));
        shown.iter().map(by_key).collect()
    }
}

impl Tx {
    /// Stores readings of an entry's fields. One that is there already (same field and reader) stays as it
    /// is, so that a repeated job leaves exactly one set. Gives the number of new ones.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] when there is no such field.
    pub async fn add_proposals(&mut self, entry_id: &str, proposals: &[Proposal]) -> Result<u64> {
        let mut added = 0;
        for p in proposals {
            let alternatives = json_text(&p.alternatives)?;
            let binds = binds![
                entry_id,
                &p.key,
                &p.reader.model,
                &p.reader.version,
                &p.reader.settings,
                p.value.state.as_str(),
                &p.value.text,
                p.confidence,
                alternatives,
                p.hint.as_ref().map(|hint| hint.code.as_str()),
                p.hint.as_ref().and_then(|hint| hint.other.as_deref()),
                p.created_at,
                p.shadow,
            ];
            added += self.write(ADD, binds).await?;
        }
        Ok(added)
    }
}
