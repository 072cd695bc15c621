//! Lots: whole books that are accepted by a sample of their entries, or sent back.

use super::arm::{Db, Row, Tx, binds, json_text};
use super::error::Result;
use super::paging::After;
use crate::domain::RegisterKind;
use crate::domain::acceptance::{LotOutcome, LotState, Sampling, SamplingPlan, Severity};
use crate::domain::review::{ENTRY_STEPS, EntryStep};

/// Whose work of what kind: lots of one source are judged together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The project.
    pub project_id: String,
    /// Who did the work; empty for the office's own people.
    pub contractor: String,
    /// Kind of register.
    pub kind: RegisterKind,
}

/// A lot.
#[derive(Debug, Clone, PartialEq)]
pub struct Lot {
    /// UUIDv7.
    pub id: String,
    /// Its number in the project, from 1.
    pub number: i64,
    /// Whose work it is.
    pub source: Source,
    /// Where it stands.
    pub state: LotState,
    /// None of its books was in a lot that was sent back.
    pub is_first: bool,
    /// How severely it is inspected; none under limiting quality.
    pub severity: Option<Severity>,
    /// The terms that its plan follows.
    pub terms: Sampling,
    /// Its entries.
    pub size: u64,
    /// How many were drawn and how many wrong ones are borne.
    pub plan: SamplingPlan,
    /// What the sample was drawn by: 64 hexadecimal digits. Not to be shown before the lot is decided.
    pub seed: String,
    /// Why it goes without pages that were rejected.
    pub reason: Option<String>,
    /// The person who made it.
    pub made_by: String,
    /// When, ms.
    pub made_at: i64,
    /// When it was decided, ms.
    pub decided_at: Option<i64>,
    /// Entries inspected so far.
    pub inspected: u64,
    /// Those of them that are wrong. Not to be shown before the lot is decided.
    pub wrong: u64,
}

/// A lot on its way in.
#[derive(Debug, Clone, Copy)]
pub struct NewLot<'a> {
    /// UUIDv7.
    pub id: &'a str,
    /// Whose work it is.
    pub source: &'a Source,
    /// None of its books was in a lot that was sent back.
    pub is_first: bool,
    /// How severely it is inspected.
    pub severity: Option<Severity>,
    /// The terms that its plan follows.
    pub terms: &'a Sampling,
    /// Its entries.
    pub size: u64,
    /// Its plan.
    pub plan: SamplingPlan,
    /// What the sample was drawn by.
    pub seed: &'a str,
    /// Why it goes without pages that were rejected.
    pub reason: Option<&'a str>,
    /// The person who makes it.
    pub made_by: &'a str,
    /// When, ms.
    pub made_at: i64,
}

/// An entry of a book that goes into a lot, with everybody who answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotUnit {
    /// The entry.
    pub entry_id: String,
    /// Who submitted it.
    pub submitted_by: String,
    /// Who verified it.
    pub verified_by: String,
    /// Who settled what was disputed.
    pub adjudicated_by: Option<String>,
}

/// Somebody told that a contractor improved the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Improvement<'a> {
    /// UUIDv7.
    pub id: &'a str,
    /// Whose work of what kind.
    pub source: &'a Source,
    /// What was done.
    pub reason: &'a str,
    /// The person who tells it.
    pub told_by: &'a str,
    /// When, ms.
    pub told_at: i64,
}

macro_rules! lots {
    ($after:literal) => {
        concat!(
            "SELECT id, project_id, number, kind, contractor, state, first_time, severity, terms, size, sample_size,
               accept, seed, reason, made_by, made_at, decided_at,
               (SELECT COUNT(*) FROM lot_sample s WHERE s.lot_id = lot.id AND s.inspected_by IS NOT NULL)
                 AS inspected,
               (SELECT COUNT(*) FROM lot_sample s WHERE s.lot_id = lot.id AND s.wrong > 0) AS wrong
             FROM lot ",
            $after
        )
    };
}

const LOCK_PROJECT: &str = "UPDATE project SET name = name WHERE id = $1";
const ADD: &str = "INSERT INTO lot (id, project_id, number, kind, contractor, state, first_time, severity, terms,
      size, sample_size, accept, seed, reason, made_by, made_at)
    VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM lot WHERE project_id = $2), $3, $4, 'inspection', $5,
      $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const ADD_BOOK: &str = "INSERT INTO lot_book (lot_id, book_id) VALUES ($1, $2)";
const PUT_IN_LOT: &str = "UPDATE book SET lot_id = $2 WHERE id = $1 AND state = 'open' AND lot_id IS NULL";
const TAKE_OUT: &str = "UPDATE book SET lot_id = NULL WHERE id = $1 AND state = 'open'";
const BY_ID: &str = lots!("WHERE id = $1");
const NEWEST_FIRST: &str = lots!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
const LOCK: &str = "UPDATE lot SET state = state WHERE id = $1";
const DECIDE: &str = "UPDATE lot SET state = $2, decided_at = $3 WHERE id = $1 AND state = 'inspection'";
const BOOKS: &str = "SELECT book_id FROM lot_book WHERE lot_id = $1 ORDER BY book_id";
const WAS_SENT_BACK: &str = "SELECT 1 FROM lot_book b JOIN lot l ON l.id = b.lot_id
    WHERE b.book_id = $1 AND l.state = 'not_accepted' LIMIT 1";
const UNITS: &str = "SELECT id, submitted_by, verified_by, adjudicated_by FROM entry
    WHERE book_id = $1 AND state IN ('verified', 'adjudicated') ORDER BY id";
const ADD_IMPROVEMENT: &str =
    "INSERT INTO improvement (id, project_id, contractor, kind, reason, told_by, told_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
/// Only lots under a series plan have a severity.
const OUTCOMES: &str = "SELECT state AS outcome, decided_at AS at, id FROM lot
      WHERE project_id = $1 AND contractor = $2 AND kind = $3 AND decided_at IS NOT NULL AND first_time = 1
        AND severity IS NOT NULL
    UNION ALL
    SELECT 'improved' AS outcome, told_at AS at, id FROM improvement
      WHERE project_id = $1 AND contractor = $2 AND kind = $3
    ORDER BY at, id";
const LOTS_OF_SOURCE: &str = "SELECT COUNT(*) AS n FROM lot
    WHERE project_id = $1 AND contractor = $2 AND kind = $3 AND first_time = 1";
/// Who verified an entry answers for it no longer, except where a third person's value is in force: the database asks
/// for a verifier beside every third person.
const SEND_BACK: &str = "UPDATE entry SET state = $3, updated_at = $4,
      verified_by = CASE WHEN adjudicated_by IS NULL THEN NULL ELSE verified_by END
    WHERE book_id = $1 AND state = $2";
const UNSETTLE_BOOK: &str = "UPDATE field SET settled = 0, settled_by = NULL
    WHERE entry_id IN (SELECT id FROM entry WHERE book_id = $1 AND state = 'typed')";
const CONTEST: &str = "UPDATE entry SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2";
const UNSETTLE: &str = "UPDATE field SET settled = 0, settled_by = NULL
    WHERE entry_id = $1 AND key IN (SELECT key FROM lot_finding WHERE lot_id = $2 AND entry_id = $1)";

/// Every query here whose tables grow with the archive, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[
    ADD,
    ADD_BOOK,
    PUT_IN_LOT,
    TAKE_OUT,
    BY_ID,
    NEWEST_FIRST,
    LOCK,
    DECIDE,
    BOOKS,
    WAS_SENT_BACK,
    UNITS,
    ADD_IMPROVEMENT,
    OUTCOMES,
    LOTS_OF_SOURCE,
    SEND_BACK,
    UNSETTLE_BOOK,
    CONTEST,
    UNSETTLE,
];

impl Lot {
    fn from_row(row: &Row) -> Result<Self> {
        let source = Source {
            project_id: row.text("project_id")?,
            contractor: row.text("contractor")?,
            kind: row.word("kind")?,
        };
        Ok(Self {
            id: row.text("id")?,
            number: row.int("number")?,
            source,
            state: row.word("state")?,
            is_first: row.truth("first_time")?,
            severity: row.opt_text("severity")?.map(|_| row.word("severity")).transpose()?,
            terms: row.json("terms")?,
            size: row.count("size")?,
            plan: SamplingPlan { sample_size: row.count("sample_size")?, accept: row.count("accept")? },
            seed: row.text("seed")?,
            reason: row.opt_text("reason")?,
            made_by: row.text("made_by")?,
            made_at: row.int("made_at")?,
            decided_at: row.opt_int("decided_at")?,
            inspected: row.count("inspected")?,
            wrong: row.count("wrong")?,
        })
    }
}

fn outcome(row: &Row) -> Result<LotOutcome> {
    Ok(match row.text("outcome")?.as_str() {
        "improved" => LotOutcome::Improved,
        "accepted" => LotOutcome::Accepted,
        _ => LotOutcome::NotAccepted,
    })
}

impl Db {
    /// The lot with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lot(&self, id: &str) -> Result<Option<Lot>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Lot::from_row).transpose()
    }

    /// Lots, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lots(&self, after: After<'_>) -> Result<Vec<Lot>> {
        let binds = binds![after.descending(), after.limit];
        self.rows(NEWEST_FIRST, binds).await?.iter().map(Lot::from_row).collect()
    }

    /// The books of a lot, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn books_of_lot(&self, id: &str) -> Result<Vec<String>> {
        self.rows(BOOKS, binds![id]).await?.iter().map(|row| row.text("book_id")).collect()
    }

    /// Whether a book was in a lot that was sent back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn was_sent_back(&self, book_id: &str) -> Result<bool> {
        Ok(self.row(WAS_SENT_BACK, binds![book_id]).await?.is_some())
    }

    /// What decides how severely the next lot of a source is inspected, oldest first: its lots of a series at
    /// their first inspection, and improvements.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lot_outcomes(&self, source: &Source) -> Result<Vec<LotOutcome>> {
        let binds = binds![&source.project_id, &source.contractor, source.kind.as_str()];
        self.rows(OUTCOMES, binds).await?.iter().map(outcome).collect()
    }

    /// How many lots of a source were made, those inspected again left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lots_of_source(&self, source: &Source) -> Result<u64> {
        let binds = binds![&source.project_id, &source.contractor, source.kind.as_str()];
        self.row(LOTS_OF_SOURCE, binds).await?.map_or(Ok(0), |row| row.count("n"))
    }
}

impl Tx {
    /// Holds a project until the end of the transaction: its lots are made one after the other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_project(&mut self, id: &str) -> Result<()> {
        self.write(LOCK_PROJECT, binds![id]).await.map(drop)
    }

    /// As [`Db::lot_outcomes`], within a transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lot_outcomes(&mut self, source: &Source) -> Result<Vec<LotOutcome>> {
        let binds = binds![&source.project_id, &source.contractor, source.kind.as_str()];
        self.rows(OUTCOMES, binds).await?.iter().map(outcome).collect()
    }

    /// As [`Db::was_sent_back`], within a transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn was_sent_back(&mut self, book_id: &str) -> Result<bool> {
        Ok(self.row(WAS_SENT_BACK, binds![book_id]).await?.is_some())
    }

    /// The entries of a locked book that a lot would take: verified by two people, or settled by a third.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lot_units(&mut self, book_id: &str) -> Result<Vec<LotUnit>> {
        let unit = |row: &Row| {
            Ok(LotUnit {
                entry_id: row.text("id")?,
                submitted_by: row.text("submitted_by")?,
                verified_by: row.text("verified_by")?,
                adjudicated_by: row.opt_text("adjudicated_by")?,
            })
        };
        self.rows(UNITS, binds![book_id]).await?.iter().map(unit).collect()
    }

    /// Adds a lot of locked open books of a locked project. The sample follows with [`Tx::add_sample`].
    ///
    /// # Errors
    /// [`super::StoreError::LeaseLost`] when a book is in a lot already.
    pub async fn add_lot(&mut self, new: &NewLot<'_>, books: &[String]) -> Result<()> {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let binds = binds![
            new.id,
            &new.source.project_id,
            new.source.kind.as_str(),
            &new.source.contractor,
            new.is_first,
            new.severity.map(Severity::as_str),
            json_text(new.terms)?,
            count(new.size),
            count(new.plan.sample_size),
            count(new.plan.accept),
            new.seed,
            new.reason,
            new.made_by,
            new.made_at,
        ];
        self.write(ADD, binds).await?;
        for book in books {
            self.write(ADD_BOOK, binds![new.id, book]).await?;
            if self.write(PUT_IN_LOT, binds![book, new.id]).await? != 1 {
                return Err(super::StoreError::LeaseLost);
            }
        }
        Ok(())
    }

    /// The lot with this id, locked until the end of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_lot(&mut self, id: &str) -> Result<Option<Lot>> {
        self.write(LOCK, binds![id]).await?;
        self.row(BY_ID, binds![id]).await?.as_ref().map(Lot::from_row).transpose()
    }

    /// As [`Db::books_of_lot`], within a transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn books_of_lot(&mut self, id: &str) -> Result<Vec<String>> {
        self.rows(BOOKS, binds![id]).await?.iter().map(|row| row.text("book_id")).collect()
    }

    /// Records what became of a locked lot.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decide_lot(&mut self, id: &str, state: LotState, at: i64) -> Result<()> {
        self.write(DECIDE, binds![id, state.as_str(), at]).await.map(drop)
    }

    /// Gives a locked book of a lot that was not accepted back to its clerks: every entry is to be verified again.
    /// Gives their number.
    ///
    /// # Errors
    /// When the database fails, or a constraint of the four eyes stands against it.
    pub async fn send_book_back(&mut self, book_id: &str, at: i64) -> Result<u64> {
        let mut back = 0;
        for (from, _, to) in ENTRY_STEPS.iter().filter(|(_, by, _)| *by == EntryStep::SendBack) {
            back += self.write(SEND_BACK, binds![book_id, from.as_str(), to.as_str(), at]).await?;
        }
        self.write(UNSETTLE_BOOK, binds![book_id]).await?;
        self.write(TAKE_OUT, binds![book_id]).await?;
        Ok(back)
    }

    /// The fields of an entry that the lot's sample found wrong go to a third person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contest_entry(&mut self, (lot_id, entry_id): (&str, &str), at: i64) -> Result<()> {
        for (from, _, to) in ENTRY_STEPS.iter().filter(|(_, by, _)| *by == EntryStep::Contest) {
            self.write(CONTEST, binds![entry_id, from.as_str(), to.as_str(), at]).await?;
        }
        self.write(UNSETTLE, binds![entry_id, lot_id]).await.map(drop)
    }

    /// Records that a contractor improved the process.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] without a reason.
    pub async fn add_improvement(&mut self, new: &Improvement<'_>) -> Result<()> {
        let Improvement { id, source, reason, told_by, told_at } = *new;
        let (project, kind) = (&source.project_id, source.kind.as_str());
        let binds = binds![id, project, &source.contractor, kind, reason, told_by, told_at];
        self.write(ADD_IMPROVEMENT, binds).await.map(drop)
    }
}
