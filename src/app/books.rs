//! Books: entered once, then filled with pages.

use super::by_hand::open_book;
use super::inventory::{SizeGiven, checked_size};
use super::record::Deed;
use super::{App, Error, Me, Result};
use crate::domain::review::ProjectPolicy;
use crate::domain::{AccountRole, BookState, RegisterKind};
use crate::store::{After, Book, BookSummary, ControlTotals, Project, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// A book as people enter it.
#[derive(Debug, Clone, Deserialize)]
pub struct NewBook {
    /// Kind of register, e.g. `KS`.
    #[serde(default)]
    pub kind: String,
    /// Year in which it was opened.
    #[serde(default)]
    pub year_opened: i64,
    /// Its number.
    #[serde(default)]
    pub number: String,
    /// The registering office in full.
    #[serde(default)]
    pub office: String,
    /// The form of its pages; the best fitting one page by page when absent.
    pub form_id: Option<String>,
    /// Who did the work on it; empty for the office's own people.
    #[serde(default)]
    pub contractor: String,
    /// What it should hold.
    #[serde(flatten)]
    pub size: SizeGiven,
}

/// A book as shown: itself and how far its pages and entries are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookView {
    /// UUIDv7.
    pub id: String,
    /// Kind of register.
    pub kind: RegisterKind,
    /// Year in which it was opened.
    pub year_opened: i64,
    /// Its number.
    pub number: String,
    /// The registering office.
    pub office: String,
    /// The form of its pages, where one is fixed.
    pub form_id: Option<String>,
    /// Where it stands.
    pub state: BookState,
    /// Pages in each state.
    pub pages: BTreeMap<&'static str, u64>,
    /// Entries in each state.
    pub entries: BTreeMap<&'static str, u64>,
    /// Year it was closed, as listed.
    pub year_closed: Option<i64>,
    /// Entries it should hold, as listed.
    pub entries_expected: Option<i64>,
    /// Pages it should hold, as listed.
    pub pages_expected: Option<i64>,
    /// Who did the work on it; empty for the office's own people.
    pub contractor: String,
    /// The lot that it is in, or that accepted it.
    pub lot_id: Option<String>,
}

/// Who may enter books and upload pages.
pub(super) const MAY_UPLOAD: [AccountRole; 3] =
    [AccountRole::ScanningCentre, AccountRole::Supervisor, AccountRole::Admin];

/// Books shown at once, newest first.
const BOOKS_SHOWN: u32 = 500;
/// Longest name of a contractor, characters.
const MAX_CONTRACTOR_CHARS: usize = 200;
/// The oldest books in the archives are of the 1880s.
const YEARS: std::ops::RangeInclusive<i64> = 1850..=2100;

impl BookView {
    fn new(book: Book, summary: &BookSummary) -> Self {
        Self {
            id: book.id,
            kind: book.kind,
            year_opened: book.year_opened,
            number: book.number,
            office: book.office,
            form_id: book.form_id,
            state: book.state,
            pages: summary.pages.iter().map(|(state, n)| (state.as_str(), *n)).collect(),
            entries: summary.entries.iter().map(|(state, n)| (state.as_str(), *n)).collect(),
            year_closed: book.expected.year_closed,
            entries_expected: book.expected.entries,
            pages_expected: book.expected.pages,
            contractor: book.contractor,
            lot_id: book.lot_id,
        }
    }
}

impl App {
    /// The project that books go into, made on first use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ensure_project(&self) -> Result<Project> {
        if let Some(project) = self.store.projects().await?.into_iter().next() {
            return Ok(project);
        }
        let name = "Số hoá sổ hộ tịch".to_owned();
        let project = Project { id: self.new_id(), name, policy: ProjectPolicy::default() };
        let mut tx = self.store.begin().await?;
        match tx.put_project(&project).await {
            Ok(()) => tx.commit().await?,
            // Another process was faster.
            Err(StoreError::Duplicate(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.store.projects().await?.into_iter().next().ok_or(Error::NotFound("project"))
    }

    /// Enters a book.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::BadInput`], [`Error::BookExists`].
    pub async fn add_book(&self, me: &Me, new: NewBook) -> Result<BookView> {
        me.needs(&MAY_UPLOAD)?;
        let kind = self.checked(&new)?;
        let expected = checked_size(&new.size, new.year_opened)?;
        let book = Book {
            id: self.new_id(),
            project_id: self.ensure_project().await?.id,
            kind,
            year_opened: new.year_opened,
            number: tidy(&new.number),
            office: tidy(&new.office),
            form_id: new.form_id,
            state: BookState::Open,
            accepted_by: None,
            accepted_at: None,
            approved_by: None,
            approved_at: None,
            created_at: self.clock.now_ms(),
            expected,
            closing: ControlTotals::default(),
            contractor: tidy(&new.contractor),
            lot_id: None,
        };
        let mut tx = self.store.begin().await?;
        tx.add_book(&book).await.map_err(|error| match error {
            StoreError::Duplicate(_) => Error::BookExists,
            other => other.into(),
        })?;
        let detail = json!({
            "kind": book.kind, "year_opened": book.year_opened, "number": book.number, "office": book.office,
            "contractor": book.contractor, "year_closed": expected.year_closed, "entries": expected.entries, "pages": expected.pages,
        });
        self.record(&mut tx, Deed::of(me, "book.add", &book.id).in_book(&book.id).detail(detail)).await?;
        tx.commit().await?;
        Ok(BookView::new(book, &BookSummary::default()))
    }

    /// Says who did the work on a book. Not once it is in a lot: lots of one contractor are judged together.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::BadInput`], [`Error::Refused`].
    pub async fn set_contractor(&self, me: &Me, id: &str, contractor: &str) -> Result<BookView> {
        me.needs(&MAY_UPLOAD)?;
        let contractor = tidy(contractor);
        if contractor.chars().count() > MAX_CONTRACTOR_CHARS {
            return Err(Error::BadInput(vec!["contractor"]));
        }
        let mut tx = self.store.begin().await?;
        open_book(&mut tx, id).await?;
        tx.set_contractor(id, &contractor).await?;
        let deed = Deed::of(me, "book.contractor", id).in_book(id);
        self.record(&mut tx, deed.detail(json!({ "contractor": contractor }))).await?;
        tx.commit().await?;
        self.book(id).await
    }

    /// The newest books with their counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn books(&self) -> Result<Vec<BookView>> {
        let books = self.store.books(After { id: None, limit: BOOKS_SHOWN }).await?;
        let (Some(newest), Some(oldest)) = (books.first(), books.last()) else { return Ok(Vec::new()) };
        let summaries = self.store.book_summaries(&oldest.id, &newest.id).await?;
        let none = BookSummary::default();
        let summary = |id: &str| summaries.get(id).unwrap_or(&none);
        Ok(books
            .into_iter()
            .map(|b| {
                let s = summary(&b.id);
                BookView::new(b, s)
            })
            .collect())
    }

    /// One book with its counts.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn book(&self, id: &str) -> Result<BookView> {
        let book = self.book_row(id).await?;
        Ok(BookView::new(book, &self.store.book_summary(id).await?))
    }

    /// The book entered under this name.
    ///
    /// # Errors
    /// [`Error::BadInput`], [`Error::NotFound`].
    pub async fn book_named(&self, name: &NewBook) -> Result<BookView> {
        let kind = self.checked(name)?;
        let (number, office) = (tidy(&name.number), tidy(&name.office));
        let found = self.store.book_by_name(kind, name.year_opened, &number, &office).await?;
        self.book(&found.ok_or(Error::NotFound("book"))?.id).await
    }

    pub(super) async fn book_row(&self, id: &str) -> Result<Book> {
        self.store.book(id).await?.ok_or(Error::NotFound("book"))
    }

    fn checked(&self, new: &NewBook) -> Result<RegisterKind> {
        let mut wrong = Vec::new();
        let kind = new.kind.parse();
        if !kind.as_ref().is_ok_and(|kind| self.forms.iter().any(|f| f.register_kind == *kind)) {
            wrong.push("kind");
        }
        if !YEARS.contains(&new.year_opened) {
            wrong.push("year_opened");
        }
        if !(1..=40).contains(&tidy(&new.number).chars().count()) {
            wrong.push("number");
        }
        if !(1..=300).contains(&tidy(&new.office).chars().count()) {
            wrong.push("office");
        }
        if tidy(&new.contractor).chars().count() > MAX_CONTRACTOR_CHARS {
            wrong.push("contractor");
        }
        let fits = |id| self.form(id).is_ok_and(|f| kind.as_ref() == Ok(&f.register_kind));
        if new.form_id.as_deref().is_some_and(|id| !fits(id)) {
            wrong.push("form_id");
        }
        kind.ok().filter(|_| wrong.is_empty()).ok_or(Error::BadInput(wrong))
    }
}

/// NFC, control characters and runs of spaces one space, ends trimmed: the same name is the same book.
pub(super) fn tidy(text: &str) -> String {
    let spaced: String =
        crate::domain::normalise::nfc(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
