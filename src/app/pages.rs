//! Pages: where they stand, and insisting on one that was rejected.

use super::books::MAY_UPLOAD;
use super::record::Deed;
use super::refused::findings_of;
use super::{App, Error, Me, Result};
use crate::domain::gate::Finding;
use crate::domain::{BookState, EntryState, PageState};
use crate::store::Page;
use serde::Serialize;
use serde_json::json;

/// A page as shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageView {
    /// UUIDv7.
    pub id: String,
    /// Its book.
    pub book_id: String,
    /// Place in the book, from 1.
    pub ordinal: i64,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Size of the original.
    pub size_bytes: i64,
    /// Width after EXIF orientation, px.
    pub width: i64,
    /// Height after EXIF orientation, px.
    pub height: i64,
    /// Where it stands.
    pub state: PageState,
    /// Why it was rejected.
    #[serde(skip)]
    pub reject_code: Option<String>,
    /// What the quality gate found, gravest first.
    #[serde(skip)]
    pub findings: Vec<Finding>,
    /// The page that took its place, when it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// The form it was found to be.
    pub form_id: Option<String>,
    /// It has a picture to look at.
    pub has_picture: bool,
    /// The entries on it, when one page is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<EntryOfPage>>,
}

/// An entry on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryOfPage {
    /// UUIDv7.
    pub id: String,
    /// Where it stands.
    pub state: EntryState,
}

/// Pages fetched from the database at once.
const CHUNK: u32 = 1_000;

impl From<Page> for PageView {
    fn from(page: Page) -> Self {
        Self {
            has_picture: page.picture().is_some(),
            findings: findings_of(page.findings.as_deref()),
            replaced_by: page.replaced_by,
            id: page.id,
            book_id: page.book_id,
            ordinal: page.ordinal,
            file_name: page.file_name,
            size_bytes: page.size_bytes,
            width: page.width,
            height: page.height,
            state: page.state,
            reject_code: page.reject_code,
            form_id: page.form_id,
            entries: None,
        }
    }
}

impl App {
    /// The pages of a book in order (a book has a few hundred).
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn pages(&self, book_id: &str) -> Result<Vec<PageView>> {
        self.book_row(book_id).await?;
        let mut pages: Vec<PageView> = Vec::new();
        loop {
            let after = pages.last().map_or(0, |p| p.ordinal);
            let more = self.store.pages_of_book(book_id, after, CHUNK).await?;
            if more.is_empty() {
                return Ok(pages);
            }
            pages.extend(more.into_iter().map(PageView::from));
        }
    }

    /// One page with its entries.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn page(&self, id: &str) -> Result<PageView> {
        let page = self.page_row(id).await?;
        let entries = self.store.entries_of_page(id).await?;
        let entries = entries.into_iter().map(|e| EntryOfPage { id: e.id, state: e.state }).collect();
        Ok(PageView { entries: Some(entries), ..page.into() })
    }

    /// Has a rejected page read all the same: the register is like that.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::WrongPageState`], [`Error::NoPicture`],
    /// [`Error::BadInput`] without a reason.
    pub async fn insist_on_page(&self, me: &Me, id: &str, reason: &str) -> Result<PageView> {
        me.needs(&MAY_UPLOAD)?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(Error::BadInput(vec!["reason"]));
        }
        let book_id = self.page_row(id).await?.book_id;
        let mut tx = self.store.begin().await?;
        let book = tx.lock_book(&book_id).await?.ok_or(Error::NotFound("book"))?;
        let page = tx.lock_page(id).await?.ok_or(Error::NotFound("page"))?;
        if page.state != PageState::Rejected || page.replaced_by.is_some() {
            return Err(Error::WrongPageState(page.state));
        }
        if book.state != BookState::Open {
            return Err(Error::BookClosed(book.state));
        }
        if page.picture().is_none() {
            return Err(Error::NoPicture);
        }
        tx.insist_on_page(id, reason).await?;
        self.queue_reading(&mut tx, &page.id, true).await?;
        let detail = json!({ "reason": reason, "rejected": page.reject_code });
        self.record(&mut tx, Deed::of(me, "page.insist", id).in_book(&page.book_id).detail(detail)).await?;
        tx.commit().await?;
        self.work_wanted.notify_one();
        self.page(id).await
    }

    pub(super) async fn page_row(&self, id: &str) -> Result<Page> {
        self.store.page(id).await?.ok_or(Error::NotFound("page"))
    }
}
