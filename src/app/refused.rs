//! Refused pages: what is wrong with each, with a picture; another capture takes a refused page's place.

use super::accounts::blocking;
use super::books::MAY_UPLOAD;
use super::{App, Error, Me, PageView, Result};
use crate::domain::gate::Finding;
use crate::image::{decode, mark_places};
use crate::store::{After, Book};
use bytes::Bytes;
use serde::Serialize;
use std::collections::BTreeMap;

/// A refused page with its book.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefusedPage {
    /// The page.
    #[serde(flatten)]
    pub page: PageView,
    /// Its book, in words.
    pub book: BookName,
}

/// What a book is called by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookName {
    /// Kind of register.
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// Year in which it was opened.
    pub year_opened: i64,
    /// The registering office.
    pub office: String,
}

impl From<Book> for BookName {
    fn from(book: Book) -> Self {
        Self {
            kind: book.kind.as_str(),
            number: book.number,
            year_opened: book.year_opened,
            office: book.office,
        }
    }
}

/// Refused pages that are listed at once; what is mended makes room.
const LISTED: u32 = 100;
/// Width of the picture on which findings are marked, px.
const MARKED_WIDTH: u32 = 1000;
const MARKED: &str = "findings.jpg";

impl App {
    /// Refused pages that wait, oldest first.
    ///
    /// # Errors
    /// [`Error::NotAllowed`].
    pub async fn refused_pages(&self, me: &Me) -> Result<Vec<RefusedPage>> {
        me.needs(&MAY_UPLOAD)?;
        let pages = self.store.refused_pages(After { id: None, limit: LISTED }).await?;
        let mut books: BTreeMap<String, BookName> = BTreeMap::new();
        let mut listed = Vec::with_capacity(pages.len());
        for page in pages {
            if !books.contains_key(&page.book_id) {
                books.insert(page.book_id.clone(), self.book_row(&page.book_id).await?.into());
            }
            listed.push(RefusedPage { book: books[&page.book_id].clone(), page: page.into() });
        }
        Ok(listed)
    }

    /// The page as a small JPEG on which what was found is framed.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NoPicture`]; [`Error::Image`] for what cannot be decoded.
    pub async fn findings_picture(&self, page_id: &str) -> Result<Bytes> {
        let page = self.page_row(page_id).await?;
        if let Some(kept) = self.kept(&page, MARKED).await? {
            return Ok(kept);
        }
        let _lock = self.picture_locks.of(&page.sha256).await;
        let original = self.original_of(&page).await?;
        let limits = self.settings.limits;
        let findings = findings_of(page.findings.as_deref());
        let draw = move || {
            let places: Vec<_> = findings.iter().flat_map(|f| f.places.iter().copied()).collect();
            let side = findings.iter().find_map(|f| f.side);
            mark_places(&decode(&original, &limits)?, &places, side, MARKED_WIDTH)
        };
        let jpeg = Bytes::from(blocking(draw).await??);
        // A page that nobody has looked at yet may still get findings.
        if page.findings.is_some() {
            self.keep(&page, MARKED, jpeg.clone()).await?;
        }
        Ok(jpeg)
    }

    /// Takes another capture of a refused page: it becomes a page of the same book, in the refused one's place.
    ///
    /// # Errors
    /// As [`Self::upload_page`], and [`Error::WrongPageState`] for a page that is not refused or has been replaced;
    /// [`Error::SamePicture`] for the same bytes again.
    pub async fn replace_page(&self, me: &Me, page_id: &str, name: &str, bytes: Bytes) -> Result<PageView> {
        let refused = self.page_row(page_id).await?;
        let (page, already) = self.take_page(me, (&refused.book_id, name), bytes, Some(&refused.id)).await?;
        if already { Err(Error::SamePicture) } else { Ok(page) }
    }
}

/// Findings as they are kept; none of a text that is none.
pub(super) fn findings_of(kept: Option<&str>) -> Vec<Finding> {
    kept.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
