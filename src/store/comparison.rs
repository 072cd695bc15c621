//! What a model read in the shadow, beside what was shown and what people decided.

use super::arm::{Db, Row, binds};
use super::entries::opt_value;
use super::error::Result;
use crate::domain::{FieldKind, FieldState, FieldValue, ModelVersion};

/// One field that two models read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTwice {
    /// Where to go on from: entry, field, settings of the shadow's decoder.
    pub place: [String; 3],
    /// What it holds.
    pub kind: FieldKind,
    /// Keyed without seeing any reading.
    pub blind: bool,
    /// What two people agreed on, or a third settled.
    pub decided: Option<FieldValue>,
    /// The shadow's reading and its confidence.
    pub shadow: (FieldValue, f64),
    /// The reading that clerks see and its confidence.
    pub shown: (FieldValue, f64),
}

/// The reading that clerks see is the newest not read in the shadow.
const READ_TWICE: &str = "SELECT s.entry_id, s.key, s.settings, f.kind, f.blind, f.settled, f.state, f.text,
      s.state AS shadow_state, s.text AS shadow_text, s.confidence AS shadow_confidence,
      a.state AS shown_state, a.text AS shown_text, a.confidence AS shown_confidence
    FROM proposal s
    JOIN proposal a ON a.entry_id = s.entry_id AND a.key = s.key AND a.shadow = 0
      AND NOT EXISTS (SELECT 1 FROM proposal b WHERE b.entry_id = a.entry_id AND b.key = a.key
                        AND b.shadow = 0 AND b.created_at > a.created_at)
    JOIN field f ON f.entry_id = s.entry_id AND f.key = s.key
    WHERE s.shadow = 1 AND s.model = $1 AND s.model_version = $2
      AND (s.entry_id, s.key, s.settings) > ($3, $4, $5)
    ORDER BY s.entry_id, s.key, s.settings LIMIT $6";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[READ_TWICE];

impl ReadTwice {
    fn from_row(row: &Row) -> Result<Self> {
        let reading = |state, text, confidence| -> Result<(FieldValue, f64)> {
            Ok((
                FieldValue { state: row.word::<FieldState>(state)?, text: row.text(text)? },
                row.real(confidence)?,
            ))
        };
        Ok(Self {
            place: [row.text("entry_id")?, row.text("key")?, row.text("settings")?],
            kind: row.word("kind")?,
            blind: row.truth("blind")?,
            decided: if row.truth("settled")? { opt_value(row)? } else { None },
            shadow: reading("shadow_state", "shadow_text", "shadow_confidence")?,
            shown: reading("shown_state", "shown_text", "shown_confidence")?,
        })
    }
}

impl Db {
    /// Fields that a model read in the shadow and another one in earnest, in order of their places, `limit`
    /// at most, from behind `after` (three empty texts to begin).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read_twice(
        &self,
        shadow: &ModelVersion,
        after: &[String; 3],
        limit: u32,
    ) -> Result<Vec<ReadTwice>> {
        let [entry, key, settings] = after;
        let binds = binds![&shadow.name, &shadow.version, entry, key, settings, limit];
        self.rows(READ_TWICE, binds).await?.iter().map(ReadTwice::from_row).collect()
    }
}
