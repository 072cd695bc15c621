//! Inventory first: books are listed, with what they should hold, before they are scanned. From the screen one by
//! one, or from a workbook, whose good rows go in and whose bad ones are told; the same file twice changes nothing.

use super::books::{MAY_UPLOAD, NewBook};
use super::record::Deed;
use super::{App, BookView, Error, Me, Result};
use crate::domain::BookState;
use crate::domain::review::Refusal;
use crate::exchange::inventory::{Inventory, InventoryRow, RowProblem, read_inventory};
use crate::store::{BookSize, ControlTotals, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

/// What a book should hold, as people enter it; absent is unknown.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct SizeGiven {
    /// Year it was closed.
    #[serde(default)]
    pub year_closed: Option<i64>,
    /// Entries.
    #[serde(default)]
    pub entries_expected: Option<i64>,
    /// Pages.
    #[serde(default)]
    pub pages_expected: Option<i64>,
}

/// The control totals on a book's closing page; absent is unknown.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, PartialEq, Eq)]
pub struct TotalsGiven {
    /// "… trường hợp".
    #[serde(default)]
    pub entries: Option<i64>,
    /// "Sổ này gồm … trang".
    #[serde(default)]
    pub pages: Option<i64>,
}

/// What became of a workbook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Books that are new.
    pub added: u64,
    /// Books that were there and whose size is now another.
    pub changed: u64,
    /// Books that were there with all that the row says.
    pub same: u64,
    /// Rows that did not go in, by what is wrong with a cell.
    pub problems: Vec<RowProblem>,
    /// Rows that did not go in for what they are as a whole.
    pub refused: Vec<RowRefused>,
}

/// Why a whole row did not go in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowRefused {
    /// It names the book of an earlier row and says something else.
    Repeats {
        /// The row.
        row: u32,
        /// The earlier one.
        first: u32,
    },
    /// The book is accepted: what it should hold is settled.
    Accepted {
        /// The row.
        row: u32,
    },
    /// Books of this kind cannot be read yet.
    NoForm {
        /// The row.
        row: u32,
    },
}

enum Became {
    Added,
    Changed,
    Same,
    Refused(RowRefused),
}

/// More entries or pages than any book holds.
const MOST_IN_BOOK: i64 = 100_000;

impl App {
    /// Lists the books of a workbook. Each row is one step that stands by itself: interrupted, the same file goes
    /// on where it ended.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::Inventory`] for what is no inventory at all.
    pub async fn import_inventory(&self, me: &Me, bytes: Vec<u8>) -> Result<Imported> {
        me.needs(&MAY_UPLOAD)?;
        let Inventory { rows, problems } =
            super::accounts::blocking(move || read_inventory(&bytes)).await??;
        let mut imported = Imported { problems, ..Imported::default() };
        let mut seen: HashMap<_, InventoryRow> = HashMap::new();
        for row in rows {
            let name = (row.kind, row.year_opened, row.number.clone(), row.office.clone());
            let became = match seen.get(&name) {
                Some(first) if InventoryRow { row: first.row, ..row.clone() } == *first => Became::Same,
                Some(first) => Became::Refused(RowRefused::Repeats { row: row.row, first: first.row }),
                None => self.list_book(me, &row).await?,
            };
            seen.entry(name).or_insert(row);
            match became {
                Became::Added => imported.added += 1,
                Became::Changed => imported.changed += 1,
                Became::Same => imported.same += 1,
                Became::Refused(why) => imported.refused.push(why),
            }
        }
        Ok(imported)
    }

    async fn list_book(&self, me: &Me, row: &InventoryRow) -> Result<Became> {
        let size = BookSize { year_closed: row.year_closed, entries: row.entries, pages: row.pages };
        let known = self.store.book_by_name(row.kind, row.year_opened, &row.number, &row.office).await?;
        let Some(known) = known else {
            let new = NewBook {
                kind: row.kind.to_string(),
                year_opened: row.year_opened,
                number: row.number.clone(),
                office: row.office.clone(),
                form_id: None,
                contractor: String::new(),
                size: SizeGiven {
                    year_closed: size.year_closed,
                    entries_expected: size.entries,
                    pages_expected: size.pages,
                },
            };
            return match self.add_book(me, new).await {
                Ok(_) => Ok(Became::Added),
                Err(Error::BadInput(_)) => Ok(Became::Refused(RowRefused::NoForm { row: row.row })),
                Err(error) => Err(error),
            };
        };
        // A cell left empty says nothing: what is known stays.
        let wanted = size.or(known.expected);
        if wanted == known.expected {
            return Ok(Became::Same);
        }
        if known.state != BookState::Open {
            return Ok(Became::Refused(RowRefused::Accepted { row: row.row }));
        }
        self.save_size(me, &known.id, wanted).await?;
        Ok(Became::Changed)
    }

    /// Says what an open book should hold.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Refused`], [`Error::BadInput`].
    pub async fn set_book_size(&self, me: &Me, id: &str, given: &SizeGiven) -> Result<BookView> {
        me.needs(&MAY_UPLOAD)?;
        let year_opened = self.book_row(id).await?.year_opened;
        self.save_size(me, id, checked_size(given, year_opened)?).await?;
        self.book(id).await
    }

    async fn save_size(&self, me: &Me, id: &str, size: BookSize) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let before = open(&mut tx, id).await?.expected;
        if before == size {
            return Ok(());
        }
        tx.set_book_size(id, size).await?;
        let detail = json!({ "before": said(before), "after": said(size) });
        self.record(&mut tx, Deed::of(me, "book.size", id).in_book(id).detail(detail)).await?;
        Ok(tx.commit().await?)
    }

    /// Records the control totals that stand on an open book's closing page.
    ///
    /// # Errors
    /// As [`Self::set_book_size`].
    pub async fn set_control_totals(&self, me: &Me, id: &str, given: TotalsGiven) -> Result<BookView> {
        me.needs(&[&MAY_UPLOAD[..], &[crate::domain::AccountRole::Typist]].concat())?;
        let mut wrong = Vec::new();
        for (name, value) in [("closing_entries", given.entries), ("closing_pages", given.pages)] {
            if value.is_some_and(|value| !(0..=MOST_IN_BOOK).contains(&value)) {
                wrong.push(name);
            }
        }
        if !wrong.is_empty() {
            return Err(Error::BadInput(wrong));
        }
        let mut tx = self.store.begin().await?;
        let before = open(&mut tx, id).await?.closing;
        tx.set_control_totals(id, ControlTotals { entries: given.entries, pages: given.pages }).await?;
        let before = TotalsGiven { entries: before.entries, pages: before.pages };
        let detail = json!({ "before": before, "after": given });
        self.record(&mut tx, Deed::of(me, "book.closing", id).in_book(id).detail(detail)).await?;
        tx.commit().await?;
        self.book(id).await
    }
}

async fn open(tx: &mut Tx, id: &str) -> Result<crate::store::Book> {
    let book = tx.lock_book(id).await?.ok_or(Error::NotFound("book"))?;
    match book.state {
        BookState::Open => Ok(book),
        state => Err(Refusal::WrongBookState { state }.into()),
    }
}

fn said(size: BookSize) -> serde_json::Value {
    json!({ "year_closed": size.year_closed, "entries": size.entries, "pages": size.pages })
}

/// A size that can be.
///
/// # Errors
/// [`Error::BadInput`] with every name that cannot.
pub(super) fn checked_size(given: &SizeGiven, year_opened: i64) -> Result<BookSize> {
    let mut wrong = Vec::new();
    if given.year_closed.is_some_and(|year| !(year_opened..=2100).contains(&year)) {
        wrong.push("year_closed");
    }
    for (name, value) in
        [("entries_expected", given.entries_expected), ("pages_expected", given.pages_expected)]
    {
        if value.is_some_and(|value| !(0..=MOST_IN_BOOK).contains(&value)) {
            wrong.push(name);
        }
    }
    let size = BookSize {
        year_closed: given.year_closed,
        entries: given.entries_expected,
        pages: given.pages_expected,
    };
    if wrong.is_empty() { Ok(size) } else { Err(Error::BadInput(wrong)) }
}
