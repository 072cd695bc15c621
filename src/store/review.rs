//! The steps of review as they are stored: the entry, its fields, and what each person said. The rules
//! are in `domain::review`; the constraints of the tables repeat the heart of them.
//!
//! A step is one transaction: [`Tx::review_case`] locks the entry, [`Tx::hold_lease`] makes sure that nobody
//! else took it meanwhile, a method of [`ReviewCase`] decides, `save_…` stores, [`Tx::append_event`] records.

use super::arm::{Db, Row, Tx, binds};
use super::entries::{FIELDS, Field, opt_value, value};
use super::error::{Result, StoreError};
use crate::domain::review::{
    Adjudication, Decision, FieldCase, PersonValue, ReviewCase, Submission, Verification,
};
use crate::domain::{EntryState, FieldValue};

/// Who takes a step, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// UUIDv7 of the step; the rows it writes carry it.
    pub id: &'a str,
    /// The identity.
    pub person_id: &'a str,
    /// The account used.
    pub account_id: &'a str,
    /// When, ms.
    pub at: i64,
}

/// What somebody keyed for one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keying {
    /// The field.
    pub key: String,
    /// Who.
    pub person_id: String,
    /// Whether without seeing the machine's reading.
    pub blind: bool,
    /// What.
    pub value: FieldValue,
    /// When, ms.
    pub created_at: i64,
}

/// A verifier's answer on one field, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The field.
    pub key: String,
    /// Who.
    pub person_id: String,
    /// What.
    pub decision: Decision,
    /// When, ms.
    pub created_at: i64,
}

const LOCK: &str = "UPDATE entry SET state = state WHERE id = $1
    RETURNING state, submitted_by, verified_by, adjudicated_by";
const BLIND_KEYINGS: &str = "SELECT key, person_id, state, text FROM keying
    WHERE entry_id = $1 AND blind = 1 ORDER BY created_at, id";
const INSPECTORS: &str = "SELECT DISTINCT inspected_by FROM lot_sample
    WHERE entry_id = $1 AND inspected_by IS NOT NULL";
const SUBMIT: &str = "UPDATE entry SET state = $2, submitted_by = $3, updated_at = $4
    WHERE id = $1 AND state IN ('proposed', 'unscannable')";
const VERIFY: &str = "UPDATE entry SET state = $2, verified_by = $3, updated_at = $4
    WHERE id = $1 AND state = 'typed'";
const ADJUDICATE: &str = "UPDATE entry SET state = $2, adjudicated_by = $3, updated_at = $4
    WHERE id = $1 AND state = 'disputed'";
const SET_VALUE: &str = "UPDATE field SET state = $3, text = $4, settled = $5, settled_by = $6
    WHERE entry_id = $1 AND key = $2";
const ADD_KEYING: &str = "INSERT INTO keying
    (id, entry_id, key, person_id, account_id, blind, state, text, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const ADD_VERDICT: &str = "INSERT INTO verdict
    (id, entry_id, key, person_id, account_id, decision, state, text, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const ADD_ADJUDICATION: &str = "INSERT INTO adjudication
    (id, entry_id, key, person_id, account_id, state, text, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const KEYINGS: &str = "SELECT key, person_id, blind, state, text, created_at FROM keying
    WHERE entry_id = $1 ORDER BY created_at, id, key";
const VERDICTS: &str = "SELECT key, person_id, decision, state, text, created_at FROM verdict
    WHERE entry_id = $1 ORDER BY created_at, id, key";
const END_LEASE: &str = "DELETE FROM task_lease WHERE entry_id = $1";
const END_DRAFTS: &str = "DELETE FROM draft WHERE entry_id = $1 AND person_id = $2";
const FORGET_SEEN: &str = "DELETE FROM entry_seen WHERE entry_id = $1";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[
    LOCK,
    BLIND_KEYINGS,
    INSPECTORS,
    SUBMIT,
    VERIFY,
    ADJUDICATE,
    SET_VALUE,
    ADD_KEYING,
    ADD_VERDICT,
    ADD_ADJUDICATION,
    KEYINGS,
    VERDICTS,
    END_LEASE,
    END_DRAFTS,
    FORGET_SEEN,
];

fn decision(row: &Row) -> Result<Decision> {
    match (row.text("decision")?.as_str(), opt_value(row)?) {
        ("confirm", None) => Ok(Decision::Confirm),
        ("reject", None) => Ok(Decision::Reject),
        ("replace", Some(value)) => Ok(Decision::Replace(value)),
        (other, _) => Err(StoreError::BadValue { column: "decision", value: other.to_owned() }),
    }
}

impl Db {
    /// What people keyed for an entry, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keyings(&self, entry_id: &str) -> Result<Vec<Keying>> {
        let rows = self.rows(KEYINGS, binds![entry_id]).await?;
        let keying = |row: &Row| {
            Ok(Keying {
                key: row.text("key")?,
                person_id: row.text("person_id")?,
                blind: row.truth("blind")?,
                value: value(row)?,
                created_at: row.int("created_at")?,
            })
        };
        rows.iter().map(keying).collect()
    }

    /// The verdicts on an entry, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verdicts(&self, entry_id: &str) -> Result<Vec<Verdict>> {
        let rows = self.rows(VERDICTS, binds![entry_id]).await?;
        let verdict = |row: &Row| {
            Ok(Verdict {
                key: row.text("key")?,
                person_id: row.text("person_id")?,
                decision: decision(row)?,
                created_at: row.int("created_at")?,
            })
        };
        rows.iter().map(verdict).collect()
    }
}

impl Tx {
    /// The entry as the rules of review see it, locked until the end of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn review_case(&mut self, entry_id: &str) -> Result<Option<ReviewCase>> {
        let Some(entry) = self.row(LOCK, binds![entry_id]).await? else { return Ok(None) };
        let mut fields = Vec::new();
        for row in self.rows(FIELDS, binds![entry_id]).await? {
            let Field { key, blind, value, settled, .. } = Field::from_row(&row)?;
            fields.push(FieldCase { key, blind, value, settled, blind_keyings: vec![] });
        }
        for row in self.rows(BLIND_KEYINGS, binds![entry_id]).await? {
            let key = row.text("key")?;
            if let Some(field) = fields.iter_mut().find(|f| f.key == key) {
                let keyed = PersonValue { person_id: row.text("person_id")?, value: value(&row)? };
                field.blind_keyings.push(keyed);
            }
        }
        let inspectors = self.rows(INSPECTORS, binds![entry_id]).await?;
        Ok(Some(ReviewCase {
            entry_id: entry_id.to_owned(),
            state: entry.word("state")?,
            submitted_by: entry.opt_text("submitted_by")?,
            verified_by: entry.opt_text("verified_by")?,
            adjudicated_by: entry.opt_text("adjudicated_by")?,
            inspected_by: inspectors.iter().map(|row| row.text("inspected_by")).collect::<Result<_>>()?,
            fields,
        }))
    }

    /// Stores what [`ReviewCase::submit`] decided; ends the lease and the person's drafts.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the database's own rules stand against it, [`StoreError::LeaseLost`]
    /// when the entry is not in the state that the case was taken in.
    pub async fn save_submission(
        &mut self,
        case: &ReviewCase,
        done: &Submission,
        by: Step<'_>,
    ) -> Result<()> {
        self.move_entry(SUBMIT, &case.entry_id, done.state, by).await?;
        for (key, value) in &done.fields {
            let blind = case.fields.iter().any(|f| f.key == *key && f.blind);
            let (state, text) = (value.state.as_str(), &value.text);
            let Step { id, person_id, account_id, at } = by;
            let keying = binds![id, &case.entry_id, key, person_id, account_id, blind, state, text, at];
            self.write(ADD_KEYING, keying).await?;
            self.set_value(&case.entry_id, key, value, None).await?;
        }
        self.end_task(&case.entry_id, by.person_id).await
    }

    /// Stores what [`ReviewCase::verify`] decided; ends the lease and the person's drafts.
    ///
    /// # Errors
    /// As [`Self::save_submission`].
    pub async fn save_verification(
        &mut self,
        case: &ReviewCase,
        done: &Verification,
        by: Step<'_>,
    ) -> Result<()> {
        self.move_entry(VERIFY, &case.entry_id, done.state, by).await?;
        for field in &done.fields {
            let (word, value) = match &field.decision {
                Decision::Confirm => ("confirm", None),
                Decision::Reject => ("reject", None),
                Decision::Replace(value) => ("replace", Some(value)),
            };
            let (state, text) = (value.map(|v| v.state.as_str()), value.map(|v| v.text.as_str()));
            let Step { id, person_id, account_id, at } = by;
            let verdict =
                binds![id, &case.entry_id, &field.key, person_id, account_id, word, state, text, at];
            self.write(ADD_VERDICT, verdict).await?;
            let settled_by = field.settled.then_some(person_id);
            self.set_value(&case.entry_id, &field.key, &field.value, settled_by).await?;
        }
        self.write(FORGET_SEEN, binds![&case.entry_id]).await?;
        self.end_task(&case.entry_id, by.person_id).await
    }

    /// Stores what [`ReviewCase::adjudicate`] decided; ends the lease and the person's drafts.
    ///
    /// # Errors
    /// As [`Self::save_submission`].
    pub async fn save_adjudication(
        &mut self,
        case: &ReviewCase,
        done: &Adjudication,
        by: Step<'_>,
    ) -> Result<()> {
        self.move_entry(ADJUDICATE, &case.entry_id, done.state, by).await?;
        for (key, value) in &done.fields {
            let (state, text) = (value.state.as_str(), &value.text);
            let Step { id, person_id, account_id, at } = by;
            let binds = binds![id, &case.entry_id, key, person_id, account_id, state, text, at];
            self.write(ADD_ADJUDICATION, binds).await?;
            self.set_value(&case.entry_id, key, value, Some(person_id)).await?;
        }
        self.end_task(&case.entry_id, by.person_id).await
    }

    async fn move_entry(
        &mut self,
        sql: &'static str,
        entry_id: &str,
        to: EntryState,
        by: Step<'_>,
    ) -> Result<()> {
        match self.write(sql, binds![entry_id, to.as_str(), by.person_id, by.at]).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost),
        }
    }

    async fn set_value(
        &mut self,
        entry_id: &str,
        key: &str,
        value: &FieldValue,
        settled_by: Option<&str>,
    ) -> Result<()> {
        let settled = settled_by.is_some();
        let binds = binds![entry_id, key, value.state.as_str(), &value.text, settled, settled_by];
        self.write(SET_VALUE, binds).await.map(drop)
    }

    /// Ends the lease and the drafts of who finished the task. Others who began it keep theirs.
    async fn end_task(&mut self, entry_id: &str, person_id: &str) -> Result<()> {
        self.write(END_LEASE, binds![entry_id]).await?;
        self.write(END_DRAFTS, binds![entry_id, person_id]).await.map(drop)
    }
}
