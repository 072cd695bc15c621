//! Books: one volume of a register.

use super::arm::{Db, Row, Tx, binds};
use super::error::Result;
use super::paging::After;
use crate::domain::review::{BookCounts, BookStep, ENTRY_STEPS, EntryStep};
use crate::domain::{BookState, EntryState, PageState, RegisterKind};
use std::collections::BTreeMap;

/// A book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// UUIDv7.
    pub id: String,
    /// The project whose policy holds for it.
    pub project_id: String,
    /// Kind of register.
    pub kind: RegisterKind,
    /// Year in which the book was opened.
    pub year_opened: i64,
    /// Its number, as people write it.
    pub number: String,
    /// The registering office.
    pub office: String,
    /// The form that its pages are taken for, unless a page says otherwise.
    pub form_id: Option<String>,
    /// Where it stands.
    pub state: BookState,
    /// The person who accepted it.
    pub accepted_by: Option<String>,
    /// When, ms.
    pub accepted_at: Option<i64>,
    /// The person who approved it.
    pub approved_by: Option<String>,
    /// When, ms.
    pub approved_at: Option<i64>,
    /// When it was entered, ms.
    pub created_at: i64,
    /// What it should hold, by the inventory.
    pub expected: BookSize,
    /// What its closing page says.
    pub closing: ControlTotals,
    /// Who did the work on it, as people say; empty for the office's own people.
    pub contractor: String,
    /// The lot that it is in, or that accepted it.
    pub lot_id: Option<String>,
}

/// What a book should hold, as far as that is known before it is scanned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BookSize {
    /// Year it was closed.
    pub year_closed: Option<i64>,
    /// Entries.
    pub entries: Option<i64>,
    /// Pages.
    pub pages: Option<i64>,
}

impl BookSize {
    /// This, and `other` where this says nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            year_closed: self.year_closed.or(other.year_closed),
            entries: self.entries.or(other.entries),
            pages: self.pages.or(other.pages),
        }
    }
}

/// The control totals on a book's closing page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ControlTotals {
    /// Entries.
    pub entries: Option<i64>,
    /// Pages.
    pub pages: Option<i64>,
}

/// How many pages and entries stand where; states without any are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookSummary {
    /// Pages per state.
    pub pages: BTreeMap<PageState, u64>,
    /// Entries per state.
    pub entries: BTreeMap<EntryState, u64>,
}

macro_rules! columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, project_id, kind, year_opened, number, office, form_id, state, accepted_by, accepted_at,
              approved_by, approved_at, created_at, year_closed, entries_expected, pages_expected,
              closing_entries, closing_pages, contractor, lot_id ",
            $after
        )
    };
}

const ADD: &str =
    "INSERT INTO book (id, project_id, kind, year_opened, number, office, form_id, state, created_at,
       year_closed, entries_expected, pages_expected, contractor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12)";
const SET_SIZE: &str =
    "UPDATE book SET year_closed = $2, entries_expected = $3, pages_expected = $4 WHERE id = $1";
const SET_CONTRACTOR: &str = "UPDATE book SET contractor = $2 WHERE id = $1";
const SET_TOTALS: &str = "UPDATE book SET closing_entries = $2, closing_pages = $3 WHERE id = $1";
const BY_ID: &str = columns!("SELECT", "FROM book WHERE id = $1");
const BY_NAME: &str =
    columns!("SELECT", "FROM book WHERE kind = $1 AND year_opened = $2 AND number = $3 AND office = $4");
const NEWEST_FIRST: &str = columns!("SELECT", "FROM book WHERE id < $1 ORDER BY id DESC LIMIT $2");
/// An update that changes nothing takes the row's lock in both databases.
const LOCK: &str = columns!("UPDATE book SET state = state WHERE id = $1 RETURNING", "");
/// A file that waits to be unpacked counts as a page that waits to be read; one that was refused, as a rejected
/// page until somebody gives it up.
const PAGES_PER_STATE: &str = "SELECT book_id, state, COUNT(*) AS n FROM page
    WHERE book_id BETWEEN $1 AND $2 AND replaced_by IS NULL GROUP BY book_id, state
    UNION ALL
    SELECT book_id, CASE state WHEN 'refused' THEN 'rejected' ELSE state END AS state, COUNT(*) AS n FROM bundle
    WHERE book_id BETWEEN $1 AND $2 AND state <> 'unpacked' AND dismissed_at IS NULL GROUP BY book_id, state";
const ENTRIES_PER_STATE: &str = "SELECT book_id, state, COUNT(*) AS n FROM entry
    WHERE book_id BETWEEN $1 AND $2 GROUP BY book_id, state";
const UNCHECKED_NOTES: &str = "SELECT COUNT(*) AS n FROM entry_note
    WHERE book_id = $1 AND checked_by IS NULL AND dropped_by IS NULL";
const ACCEPT: &str = "UPDATE book SET state = 'accepted', accepted_by = $2, accepted_at = $3 WHERE id = $1";
const APPROVE: &str = "UPDATE book SET state = 'approved', approved_by = $2, approved_at = $3 WHERE id = $1";
const DELIVER: &str = "UPDATE book SET state = 'delivered' WHERE id = $1";
const ADVANCE: &str = "UPDATE entry SET state = $3, updated_at = $4 WHERE book_id = $1 AND state = $2";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[
    ADD,
    SET_SIZE,
    SET_CONTRACTOR,
    SET_TOTALS,
    BY_ID,
    BY_NAME,
    NEWEST_FIRST,
    LOCK,
    PAGES_PER_STATE,
    ENTRIES_PER_STATE,
    UNCHECKED_NOTES,
    ACCEPT,
    APPROVE,
    DELIVER,
    ADVANCE,
];

impl Book {
    fn from_row(row: &Row) -> Result<Self> {
        let lot_id = row.opt_text("lot_id")?;
        // In the table a book of a lot that is not decided yet is open: it was neither accepted nor given up.
        let state = match (row.word("state")?, &lot_id) {
            (BookState::Open, Some(_)) => BookState::InLot,
            (state, _) => state,
        };
        Ok(Self {
            id: row.text("id")?,
            project_id: row.text("project_id")?,
            kind: row.word("kind")?,
            year_opened: row.int("year_opened")?,
            number: row.text("number")?,
            office: row.text("office")?,
            form_id: row.opt_text("form_id")?,
            state,
            accepted_by: row.opt_text("accepted_by")?,
            accepted_at: row.opt_int("accepted_at")?,
            approved_by: row.opt_text("approved_by")?,
            approved_at: row.opt_int("approved_at")?,
            created_at: row.int("created_at")?,
            expected: BookSize {
                year_closed: row.opt_int("year_closed")?,
                entries: row.opt_int("entries_expected")?,
                pages: row.opt_int("pages_expected")?,
            },
            closing: ControlTotals {
                entries: row.opt_int("closing_entries")?,
                pages: row.opt_int("closing_pages")?,
            },
            contractor: row.text("contractor")?,
            lot_id,
        })
    }
}

impl BookSummary {
    /// What the rules of acceptance ask for, but for notes, which [`Tx::book_counts`] counts.
    #[must_use]
    pub fn counts(&self) -> BookCounts {
        let pages = |state| self.pages.get(&state).copied().unwrap_or(0);
        BookCounts {
            entries: self.entries.iter().filter(|(state, _)| state.is_entry()).map(|(_, n)| n).sum(),
            notes: 0,
            open: self.entries.iter().filter(|(state, _)| !state.is_settled()).map(|(_, n)| n).sum(),
            unread: pages(PageState::Received) + pages(PageState::Prepared),
            rejected: pages(PageState::Rejected),
        }
    }
}

impl Db {
    /// The book with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn book(&self, id: &str) -> Result<Option<Book>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Book::from_row).transpose()
    }

    /// The book that carries this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn book_by_name(
        &self,
        kind: RegisterKind,
        year_opened: i64,
        number: &str,
        office: &str,
    ) -> Result<Option<Book>> {
        let binds = binds![kind.as_str(), year_opened, number, office];
        self.row(BY_NAME, binds).await?.as_ref().map(Book::from_row).transpose()
    }

    /// Books, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn books(&self, after: After<'_>) -> Result<Vec<Book>> {
        let binds = binds![after.descending(), after.limit];
        self.rows(NEWEST_FIRST, binds).await?.iter().map(Book::from_row).collect()
    }

    /// Counts for one book.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn book_summary(&self, id: &str) -> Result<BookSummary> {
        Ok(self.book_summaries(id, id).await?.remove(id).unwrap_or_default())
    }

    /// Counts for every book from `first` to `last` by id (the two ends of a page of [`Self::books`], the
    /// smaller first), in one query for pages and one for entries. Books without pages are absent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn book_summaries(&self, first: &str, last: &str) -> Result<BTreeMap<String, BookSummary>> {
        let mut summaries: BTreeMap<String, BookSummary> = BTreeMap::new();
        for row in self.rows(PAGES_PER_STATE, binds![first, last]).await? {
            let summary = summaries.entry(row.text("book_id")?).or_default();
            *summary.pages.entry(row.word("state")?).or_default() += row.count("n")?;
        }
        for row in self.rows(ENTRIES_PER_STATE, binds![first, last]).await? {
            let summary = summaries.entry(row.text("book_id")?).or_default();
            summary.entries.insert(row.word("state")?, row.count("n")?);
        }
        Ok(summaries)
    }
}

impl Tx {
    /// Adds an open book; its state and what follows from it are not taken from `book`.
    ///
    /// # Errors
    /// [`super::StoreError::Duplicate`] when a book of this name is there.
    pub async fn add_book(&mut self, book: &Book) -> Result<()> {
        let binds = binds![
            &book.id,
            &book.project_id,
            book.kind.as_str(),
            book.year_opened,
            &book.number,
            &book.office,
            &book.form_id,
            book.created_at,
            book.expected.year_closed,
            book.expected.entries,
            book.expected.pages,
            &book.contractor,
        ];
        self.write(ADD, binds).await.map(drop)
    }

    /// Records what a locked book should hold.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] for less than nothing.
    pub async fn set_book_size(&mut self, id: &str, size: BookSize) -> Result<()> {
        let binds = binds![id, size.year_closed, size.entries, size.pages];
        self.write(SET_SIZE, binds).await.map(drop)
    }

    /// Records who did the work on a locked book.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_contractor(&mut self, id: &str, contractor: &str) -> Result<()> {
        self.write(SET_CONTRACTOR, binds![id, contractor]).await.map(drop)
    }

    /// Records what the closing page of a locked book says.
    ///
    /// # Errors
    /// [`super::StoreError::Constraint`] for less than nothing.
    pub async fn set_control_totals(&mut self, id: &str, totals: ControlTotals) -> Result<()> {
        self.write(SET_TOTALS, binds![id, totals.entries, totals.pages]).await.map(drop)
    }

    /// As [`Db::book`], within a transaction; not locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn book(&mut self, id: &str) -> Result<Option<Book>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Book::from_row).transpose()
    }

    /// The book with this id, locked until the end of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_book(&mut self, id: &str) -> Result<Option<Book>> {
        self.row(LOCK, binds![id]).await?.as_ref().map(Book::from_row).transpose()
    }

    /// The counts of a locked book, inside the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn book_counts(&mut self, id: &str) -> Result<BookCounts> {
        let mut summary = BookSummary::default();
        for row in self.rows(PAGES_PER_STATE, binds![id, id]).await? {
            *summary.pages.entry(row.word("state")?).or_default() += row.count("n")?;
        }
        for row in self.rows(ENTRIES_PER_STATE, binds![id, id]).await? {
            summary.entries.insert(row.word("state")?, row.count("n")?);
        }
        let notes = self.row(UNCHECKED_NOTES, binds![id]).await?;
        let notes = notes.map_or(Ok(0), |row| row.count("n"))?;
        Ok(BookCounts { notes, ..summary.counts() })
    }

    /// Takes a locked book one step on, and with it every entry that the table of steps takes along. Gives
    /// the number of entries. Whether the step may be taken is decided before, by [`BookState::after`].
    ///
    /// # Errors
    /// When the database fails, or a constraint of the four eyes stands against it.
    pub async fn save_book_step(
        &mut self,
        id: &str,
        step: BookStep,
        person_id: &str,
        at: i64,
    ) -> Result<u64> {
        match step {
            BookStep::Accept => self.write(ACCEPT, binds![id, person_id, at]).await?,
            BookStep::Approve => self.write(APPROVE, binds![id, person_id, at]).await?,
            BookStep::Deliver => self.write(DELIVER, binds![id]).await?,
        };
        if step == BookStep::Approve {
            // What the sample of its lot found wrong was settled after the book was accepted.
            self.advance_entries(id, EntryStep::Accept, at).await?;
        }
        self.advance_entries(id, step.for_entries(), at).await
    }

    async fn advance_entries(&mut self, book_id: &str, step: EntryStep, at: i64) -> Result<u64> {
        let mut advanced = 0;
        for (from, _, to) in ENTRY_STEPS.iter().filter(|(_, by, _)| *by == step) {
            advanced += self.write(ADVANCE, binds![book_id, from.as_str(), to.as_str(), at]).await?;
        }
        Ok(advanced)
    }
}
