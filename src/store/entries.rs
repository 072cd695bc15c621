//! Entries (one registered event each) and their fields.

use super::arm::{Db, Row, Tx, binds, json_text};
use super::error::{Result, StoreError};
use crate::domain::review::Aside;
use crate::domain::{EntryState, FieldKind, FieldState, FieldValue, RegisterKind};
use std::collections::HashMap;

/// A field's place on its page: pixels after EXIF orientation, clockwise from the field's own top left.
pub type Quad = [[f32; 2]; 4];

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// UUIDv7.
    pub id: String,
    /// Its book.
    pub book_id: String,
    /// The page it begins on; none when its page can no longer be scanned.
    pub page_id: Option<String>,
    /// Order within the book; entries of one page follow each other.
    pub ordinal: i64,
    /// Smaller is worked on sooner; 0 is usual.
    pub priority: i64,
    /// Where it stands.
    pub state: EntryState,
    /// The person who submitted it.
    pub submitted_by: Option<String>,
    /// The person who gave the verdicts.
    pub verified_by: Option<String>,
    /// The person who settled what was disputed.
    pub adjudicated_by: Option<String>,
    /// Its registration as people know it; never unique.
    pub registration: Registration,
    /// When its state last changed, ms.
    pub updated_at: i64,
    /// The form of an entry made by hand; others have their page's.
    pub form_id: Option<String>,
    /// Why a person made it; none when a page's reading did.
    pub by_hand: Option<String>,
    /// Since it is held to be no entry: why, and where it stood before.
    pub aside: Option<Aside>,
}

/// What identifies an entry in life. Any of it may be unknown or repeated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registration {
    /// Year of registration.
    pub year: Option<i64>,
    /// Number (*số*).
    pub number: Option<String>,
    /// Date (*ngày*), as written.
    pub date: Option<String>,
}

/// One field of an entry with the value in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its entry.
    pub entry_id: String,
    /// Its key within the form.
    pub key: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Where it stands on the page.
    pub quad: Quad,
    /// Whether it is keyed without seeing the machine's reading.
    pub blind: bool,
    /// The value in force, once somebody submitted one.
    pub value: Option<FieldValue>,
    /// Whether two people agreed on it, or a third settled it.
    pub settled: bool,
}

/// An entry found on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// UUIDv7; used unless the page's entry is there already.
    pub id: String,
    /// Its book.
    pub book_id: String,
    /// Its page.
    pub page_id: String,
    /// Order within the book.
    pub ordinal: i64,
    /// Smaller is worked on sooner.
    pub priority: i64,
    /// The book's kind of register.
    pub kind: RegisterKind,
    /// The book's office.
    pub office: String,
    /// When, ms.
    pub created_at: i64,
    /// Its fields in order of the form.
    pub fields: Vec<NewField>,
    /// The machine saw hardly any ink there: it is set aside until a person has looked.
    pub is_empty: bool,
}

/// A field found on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct NewField {
    /// Its key within the form.
    pub key: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Where it stands on the page.
    pub quad: Quad,
    /// Whether it is to be keyed without seeing the machine's reading.
    pub blind: bool,
}

/// An entry with its fields, as a delivery needs them.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryWithFields {
    /// The entry.
    pub entry: Entry,
    /// Its fields in order of the form.
    pub fields: Vec<Field>,
}

/// A query around the columns of an entry.
macro_rules! entry_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, book_id, page_id, ordinal, priority, state, submitted_by, verified_by, adjudicated_by,
              reg_year, so, ngay, updated_at, form_id, by_hand, set_aside_from, set_aside_reason,
              set_aside_by ",
            $after
        )
    };
}
pub(super) use entry_columns;
macro_rules! field_columns {
    ($after:literal) => {
        concat!(
            "SELECT f.entry_id, f.key, f.kind, f.quad, f.blind, f.state, f.text, f.settled FROM field f ",
            $after
        )
    };
}

const ADD: &str = "INSERT INTO entry
    (id, book_id, page_id, ordinal, priority, state, kind, office, created_at, updated_at, set_aside_from,
     set_aside_reason)
    VALUES ($1, $2, $3, $4, $5, $9, $6, $7, $8, $8, $10, $11) ON CONFLICT (page_id, ordinal) DO NOTHING";
const LOCK_ON_PAGE: &str =
    entry_columns!("UPDATE entry SET state = state WHERE page_id = $1 AND ordinal = $2 RETURNING", "");
const ADD_FIELD: &str = "INSERT INTO field (entry_id, key, ordinal, kind, quad, blind, settled)
    VALUES ($1, $2, $3, $4, $5, $6, 0)
    ON CONFLICT (entry_id, key) DO UPDATE SET quad = excluded.quad, ordinal = excluded.ordinal";
const BY_ID: &str = entry_columns!("SELECT", "FROM entry WHERE id = $1");
const OF_PAGE: &str = entry_columns!("SELECT", "FROM entry WHERE page_id = $1 ORDER BY ordinal");
const OF_BOOK: &str =
    entry_columns!("SELECT", "FROM entry WHERE book_id = $1 AND state = $2 ORDER BY ordinal, id");
const BY_REGISTRATION: &str = entry_columns!(
    "SELECT",
    "FROM entry WHERE kind = $1 AND office = $2 AND reg_year = $3 AND so = $4 ORDER BY id LIMIT $5"
);
const SET_REGISTRATION: &str = "UPDATE entry SET reg_year = $2, so = $3, ngay = $4 WHERE id = $1";
const SET_PRIORITY: &str = "UPDATE entry SET priority = $2 WHERE id = $1";
pub(super) const FIELDS: &str = field_columns!("WHERE f.entry_id = $1 ORDER BY f.ordinal");
const FIELDS_OF_BOOK: &str = field_columns!(
    "JOIN entry e ON e.id = f.entry_id WHERE e.book_id = $1 AND e.state = $2
     ORDER BY e.ordinal, e.id, f.ordinal"
);

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[
    ADD,
    LOCK_ON_PAGE,
    ADD_FIELD,
    BY_ID,
    OF_PAGE,
    OF_BOOK,
    BY_REGISTRATION,
    SET_REGISTRATION,
    SET_PRIORITY,
    FIELDS,
    FIELDS_OF_BOOK,
];

impl Entry {
    pub(super) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            book_id: row.text("book_id")?,
            page_id: row.opt_text("page_id")?,
            ordinal: row.int("ordinal")?,
            priority: row.int("priority")?,
            state: row.word("state")?,
            submitted_by: row.opt_text("submitted_by")?,
            verified_by: row.opt_text("verified_by")?,
            adjudicated_by: row.opt_text("adjudicated_by")?,
            registration: Registration {
                year: row.opt_int("reg_year")?,
                number: row.opt_text("so")?,
                date: row.opt_text("ngay")?,
            },
            updated_at: row.int("updated_at")?,
            form_id: row.opt_text("form_id")?,
            by_hand: row.opt_text("by_hand")?,
            aside: aside(row)?,
        })
    }
}

fn aside(row: &Row) -> Result<Option<Aside>> {
    let Some(reason) = row.opt_text("set_aside_reason")? else { return Ok(None) };
    Ok(Some(Aside { from: row.word("set_aside_from")?, reason, by: row.opt_text("set_aside_by")? }))
}

impl Field {
    pub(super) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            entry_id: row.text("entry_id")?,
            key: row.text("key")?,
            kind: row.word("kind")?,
            quad: row.json("quad")?,
            blind: row.truth("blind")?,
            value: opt_value(row)?,
            settled: row.truth("settled")?,
        })
    }
}

/// The value in the columns `state` and `text`.
pub(super) fn value(row: &Row) -> Result<FieldValue> {
    Ok(FieldValue { state: row.word("state")?, text: row.text("text")? })
}

/// As [`value`], where there may be none.
pub(super) fn opt_value(row: &Row) -> Result<Option<FieldValue>> {
    match (row.opt_text("state")?, row.opt_text("text")?) {
        (Some(state), Some(text)) => match state.parse::<FieldState>() {
            Ok(state) => Ok(Some(FieldValue { state, text })),
            Err(_) => Err(StoreError::BadValue { column: "state", value: state }),
        },
        _ => Ok(None),
    }
}

impl Db {
    /// The entry with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entry(&self, id: &str) -> Result<Option<Entry>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Entry::from_row).transpose()
    }

    /// The entries that begin on a page, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_of_page(&self, page_id: &str) -> Result<Vec<Entry>> {
        self.rows(OF_PAGE, binds![page_id]).await?.iter().map(Entry::from_row).collect()
    }

    /// The fields of an entry in order of the form.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fields(&self, entry_id: &str) -> Result<Vec<Field>> {
        self.rows(FIELDS, binds![entry_id]).await?.iter().map(Field::from_row).collect()
    }

    /// Every entry of a book that stands in `state`, in order, with its fields: two queries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_with_fields(
        &self,
        book_id: &str,
        state: EntryState,
    ) -> Result<Vec<EntryWithFields>> {
        let mut fields: HashMap<String, Vec<Field>> = HashMap::new();
        for row in self.rows(FIELDS_OF_BOOK, binds![book_id, state.as_str()]).await? {
            let field = Field::from_row(&row)?;
            fields.entry(field.entry_id.clone()).or_default().push(field);
        }
        let mut entries = Vec::new();
        for row in self.rows(OF_BOOK, binds![book_id, state.as_str()]).await? {
            let entry = Entry::from_row(&row)?;
            let fields = fields.remove(&entry.id).unwrap_or_default();
            entries.push(EntryWithFields { entry, fields });
        }
        Ok(entries)
    }

    /// Entries registered under this number, of any book; the number may be used more than once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_by_registration(
        &self,
        (kind, office): (RegisterKind, &str),
        year: i64,
        number: &str,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let binds = binds![kind.as_str(), office, year, number, limit];
        self.rows(BY_REGISTRATION, binds).await?.iter().map(Entry::from_row).collect()
    }
}

impl Tx {
    /// The entry with this id, on the transaction's own connection: asking [`Db::entry`] while a transaction is
    /// open takes a second one, and when everybody does so nobody gets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entry(&mut self, id: &str) -> Result<Option<Entry>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Entry::from_row).transpose()
    }

    /// Makes sure that the page's entry is there with its fields, and gives it, locked. Called again for the
    /// same page and ordinal it adds what is missing and, as long as nobody has typed, moves the quads; a
    /// field's `blind` and the entry's state never change.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when book or page are not there.
    pub async fn ensure_entry(&mut self, new: &NewEntry) -> Result<Entry> {
        let binds = binds![
            &new.id,
            &new.book_id,
            &new.page_id,
            new.ordinal,
            new.priority,
            new.kind.as_str(),
            &new.office,
            new.created_at,
            if new.is_empty { EntryState::SetAside } else { EntryState::Proposed }.as_str(),
            new.is_empty.then_some(EntryState::Proposed.as_str()),
            new.is_empty.then_some(Aside::NO_INK),
        ];
        self.write(ADD, binds).await?;
        let row = self.row(LOCK_ON_PAGE, binds![&new.page_id, new.ordinal]).await?;
        let row = row.ok_or(StoreError::BadValue { column: "entry.id", value: new.id.clone() })?;
        let entry = Entry::from_row(&row)?;
        let stood = entry.aside.as_ref().map_or(entry.state, |aside| aside.from);
        if stood == EntryState::Proposed {
            self.put_fields(&entry.id, &new.fields).await?;
        }
        Ok(entry)
    }

    pub(super) async fn put_fields(&mut self, entry_id: &str, fields: &[NewField]) -> Result<()> {
        for (ordinal, field) in (0_u32..).zip(fields) {
            let quad = json_text(&field.quad)?;
            let binds = binds![entry_id, &field.key, ordinal, field.kind.as_str(), quad, field.blind];
            self.write(ADD_FIELD, binds).await?;
        }
        Ok(())
    }

    /// Keeps what identifies an entry in life where it can be searched.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_registration(&mut self, entry_id: &str, registration: &Registration) -> Result<()> {
        let Registration { year, number, date } = registration;
        self.write(SET_REGISTRATION, binds![entry_id, *year, number, date]).await.map(drop)
    }

    /// Moves an entry in the clerks' queue; smaller is sooner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_priority(&mut self, entry_id: &str, priority: i64) -> Result<()> {
        self.write(SET_PRIORITY, binds![entry_id, priority]).await.map(drop)
    }
}
