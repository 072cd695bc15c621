//! The sample of a lot: who inspects which entry, and what they found.

use super::arm::{Db, Row, Tx, binds};
use super::error::Result;
use super::lots::LotUnit;
use crate::domain::FieldValue;
use crate::domain::acceptance::Finding;

/// An entry of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// The entry.
    pub entry_id: String,
    /// Who has it in hand.
    pub held_by: Option<String>,
    /// Until when without a sign of life, ms.
    pub held_until: Option<i64>,
    /// What that person saved so far, JSON.
    pub draft: Option<String>,
    /// How often a planted mistake in it was overlooked.
    pub missed: u64,
    /// What inspection came to.
    pub done: Option<InspectionDone>,
}

/// What inspection of one entry came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionDone {
    /// The person who inspected it.
    pub by: String,
    /// When, ms.
    pub at: i64,
    /// Whether a mistake was planted in it.
    pub planted: bool,
    /// Its fields.
    pub fields: u64,
    /// Those of them that are wrong.
    pub wrong: u64,
}

/// A finding and the entry it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWrong {
    /// The lot.
    pub lot_id: String,
    /// The entry.
    pub entry_id: String,
    /// What is wrong.
    pub finding: Finding,
}

macro_rules! samples {
    ($after:literal) => {
        concat!(
            "SELECT s.entry_id, s.held_by, s.held_until, s.draft, s.missed, s.inspected_by, s.inspected_at, s.planted,
               s.fields, s.wrong FROM lot_sample s ",
            $after
        )
    };
}
macro_rules! findings {
    ($after:literal) => {
        concat!(
            "SELECT lot_id, entry_id, key, recorded_state, recorded_text, state, text FROM lot_finding ",
            $after
        )
    };
}

const ADD: &str =
    "INSERT INTO lot_sample (lot_id, entry_id, ordinal, submitted_by, verified_by, adjudicated_by)
    VALUES ($1, $2, $3, $4, $5, $6)";
const OF_LOT: &str = samples!("WHERE s.lot_id = $1 ORDER BY s.ordinal");
const ONE: &str = samples!("WHERE s.lot_id = $1 AND s.entry_id = $2");
/// An entry of the lot $1, not yet inspected, in which the person $2 took no part, now or ever; first what they hold.
const NEXT: &str = samples!(
    "WHERE s.lot_id = $1 AND s.inspected_by IS NULL
       AND s.submitted_by <> $2 AND s.verified_by <> $2 AND COALESCE(s.adjudicated_by, '') <> $2
       AND NOT EXISTS (SELECT 1 FROM keying k WHERE k.entry_id = s.entry_id AND k.person_id = $2)
       AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.entry_id = s.entry_id AND v.person_id = $2)
       AND NOT EXISTS (SELECT 1 FROM adjudication a WHERE a.entry_id = s.entry_id AND a.person_id = $2)
       AND (s.held_by IS NULL OR s.held_by = $2 OR s.held_until <= $3)
     ORDER BY CASE WHEN s.held_by = $2 THEN 0 ELSE 1 END, s.ordinal LIMIT 1"
);
const LEFT_FOR: &str = "SELECT COUNT(*) AS n FROM lot_sample s
    WHERE s.lot_id = $1 AND s.inspected_by IS NULL
      AND s.submitted_by <> $2 AND s.verified_by <> $2 AND COALESCE(s.adjudicated_by, '') <> $2
      AND NOT EXISTS (SELECT 1 FROM keying k WHERE k.entry_id = s.entry_id AND k.person_id = $2)
      AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.entry_id = s.entry_id AND v.person_id = $2)
      AND NOT EXISTS (SELECT 1 FROM adjudication a WHERE a.entry_id = s.entry_id AND a.person_id = $2)";
const TOOK_PART: &str = "SELECT 1 FROM keying WHERE entry_id = $1 AND person_id = $2
    UNION ALL SELECT 1 FROM verdict WHERE entry_id = $1 AND person_id = $2
    UNION ALL SELECT 1 FROM adjudication WHERE entry_id = $1 AND person_id = $2";
const HOLD: &str = "UPDATE lot_sample SET held_until = $4, held_by = $3,
      draft = CASE WHEN held_by = $3 THEN draft ELSE NULL END
    WHERE lot_id = $1 AND entry_id = $2 AND inspected_by IS NULL";
const SAVE_DRAFT: &str = "UPDATE lot_sample SET draft = $4, held_until = $5
    WHERE lot_id = $1 AND entry_id = $2 AND held_by = $3 AND inspected_by IS NULL";
const MISS: &str = "UPDATE lot_sample SET missed = missed + 1 WHERE lot_id = $1 AND entry_id = $2";
const FINISH: &str =
    "UPDATE lot_sample SET inspected_by = $3, inspected_at = $4, planted = $5, fields = $6, wrong = $7,
      draft = NULL, held_by = NULL, held_until = NULL
    WHERE lot_id = $1 AND entry_id = $2 AND inspected_by IS NULL";
const ADD_FINDING: &str = "INSERT INTO lot_finding
    (lot_id, entry_id, key, recorded_state, recorded_text, state, text) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FINDINGS_OF_LOT: &str = findings!("WHERE lot_id = $1 ORDER BY entry_id, key");
/// Findings of decided lots, newest lot first: ids begin with the time.
const FINDINGS_OF_ENTRY: &str = findings!(
    "WHERE entry_id = $1
       AND EXISTS (SELECT 1 FROM lot l WHERE l.id = lot_finding.lot_id AND l.state <> 'inspection')
     ORDER BY lot_id DESC, key"
);

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[
    ADD,
    OF_LOT,
    ONE,
    NEXT,
    LEFT_FOR,
    TOOK_PART,
    HOLD,
    SAVE_DRAFT,
    MISS,
    FINISH,
    ADD_FINDING,
    FINDINGS_OF_LOT,
    FINDINGS_OF_ENTRY,
];

impl Sampled {
    fn from_row(row: &Row) -> Result<Self> {
        let done = match row.opt_text("inspected_by")? {
            None => None,
            Some(by) => Some(InspectionDone {
                by,
                at: row.int("inspected_at")?,
                planted: row.truth("planted")?,
                fields: row.count("fields")?,
                wrong: row.count("wrong")?,
            }),
        };
        Ok(Self {
            entry_id: row.text("entry_id")?,
            held_by: row.opt_text("held_by")?,
            held_until: row.opt_int("held_until")?,
            draft: row.opt_text("draft")?,
            missed: row.count("missed")?,
            done,
        })
    }
}

impl FoundWrong {
    fn from_row(row: &Row) -> Result<Self> {
        let recorded = FieldValue { state: row.word("recorded_state")?, text: row.text("recorded_text")? };
        let found = FieldValue { state: row.word("state")?, text: row.text("text")? };
        Ok(Self {
            lot_id: row.text("lot_id")?,
            entry_id: row.text("entry_id")?,
            finding: Finding { key: row.text("key")?, recorded, found },
        })
    }
}

impl Db {
    /// The sample of a lot in the order in which it was drawn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sample_of_lot(&self, lot_id: &str) -> Result<Vec<Sampled>> {
        self.rows(OF_LOT, binds![lot_id]).await?.iter().map(Sampled::from_row).collect()
    }

    /// How many entries of a lot wait for an inspector that this person may be, held ones included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn inspections_left(&self, lot_id: &str, person_id: &str) -> Result<u64> {
        self.row(LEFT_FOR, binds![lot_id, person_id]).await?.map_or(Ok(0), |row| row.count("n"))
    }

    /// What the sample of a lot found wrong.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn findings_of_lot(&self, lot_id: &str) -> Result<Vec<FoundWrong>> {
        self.rows(FINDINGS_OF_LOT, binds![lot_id]).await?.iter().map(FoundWrong::from_row).collect()
    }

    /// What samples of decided lots found wrong in an entry, the newest lot first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn findings_of_entry(&self, entry_id: &str) -> Result<Vec<FoundWrong>> {
        self.rows(FINDINGS_OF_ENTRY, binds![entry_id]).await?.iter().map(FoundWrong::from_row).collect()
    }
}

impl Tx {
    /// Adds the sample of a lot, in the order in which it was drawn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_sample(&mut self, lot_id: &str, units: &[&LotUnit]) -> Result<()> {
        for (ordinal, unit) in (1_u32..).zip(units) {
            let LotUnit { entry_id, submitted_by, verified_by, adjudicated_by } = unit;
            let binds = binds![lot_id, entry_id, ordinal, submitted_by, verified_by, adjudicated_by];
            self.write(ADD, binds).await?;
        }
        Ok(())
    }

    /// As [`Db::sample_of_lot`], within a transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sample_of_lot(&mut self, lot_id: &str) -> Result<Vec<Sampled>> {
        self.rows(OF_LOT, binds![lot_id]).await?.iter().map(Sampled::from_row).collect()
    }

    /// An entry of the sample of a locked lot.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sampled(&mut self, lot_id: &str, entry_id: &str) -> Result<Option<Sampled>> {
        self.row(ONE, binds![lot_id, entry_id]).await?.as_ref().map(Sampled::from_row).transpose()
    }

    /// Gives a person the next entry of a locked lot that nobody holds and in which they took no part; first what
    /// they hold already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_sampled(
        &mut self,
        lot_id: &str,
        person_id: &str,
        (now, until): (i64, i64),
    ) -> Result<Option<Sampled>> {
        let row = self.row(NEXT, binds![lot_id, person_id, now]).await?;
        let Some(next) = row.as_ref().map(Sampled::from_row).transpose()? else { return Ok(None) };
        self.write(HOLD, binds![lot_id, &next.entry_id, person_id, until]).await?;
        self.sampled(lot_id, &next.entry_id).await
    }

    /// Whether a person ever keyed, verified or settled an entry.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn took_part(&mut self, entry_id: &str, person_id: &str) -> Result<bool> {
        Ok(!self.rows(TOOK_PART, binds![entry_id, person_id]).await?.is_empty())
    }

    /// Saves what an inspector has so far, and holds the entry for longer. False when somebody else has it by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_inspection_draft(
        &mut self,
        (lot_id, entry_id): (&str, &str),
        person_id: &str,
        (draft, until): (&str, i64),
    ) -> Result<bool> {
        Ok(self.write(SAVE_DRAFT, binds![lot_id, entry_id, person_id, draft, until]).await? == 1)
    }

    /// Counts a planted mistake that was overlooked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_missed(&mut self, lot_id: &str, entry_id: &str) -> Result<()> {
        self.write(MISS, binds![lot_id, entry_id]).await.map(drop)
    }

    /// Stores what inspection of an entry of a locked lot came to.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] when the inspector worked on the entry.
    pub async fn finish_inspection(
        &mut self,
        (lot_id, entry_id): (&str, &str),
        done: &InspectionDone,
        findings: &[Finding],
    ) -> Result<()> {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let InspectionDone { by, at, planted, fields, wrong } = done;
        let binds = binds![lot_id, entry_id, by, *at, *planted, count(*fields), count(*wrong)];
        self.write(FINISH, binds).await?;
        for Finding { key, recorded, found } in findings {
            let (recorded_state, state) = (recorded.state.as_str(), found.state.as_str());
            let binds = binds![lot_id, entry_id, key, recorded_state, &recorded.text, state, &found.text];
            self.write(ADD_FINDING, binds).await?;
        }
        Ok(())
    }
}
