//! A file comes in and becomes a page: looked at, kept, and only then acknowledged.

use super::accounts::blocking;
use super::books::MAY_UPLOAD;
use super::bundles::kind_of;
use super::record::Deed;
use super::{App, BundleView, Error, Me, PageView, Result};
use crate::blob::Kept;
use crate::domain::BookState;
use crate::image::{Header, inspect};
use crate::store::{AddedPage, NewPage, Page, Tx};
use bytes::Bytes;
use serde_json::json;

/// Longest display name kept, in characters.
const MAX_NAME_CHARS: usize = 120;

/// What a file that came in became.
#[derive(Debug, Clone, PartialEq)]
pub enum Uploaded {
    /// A page.
    Page(PageView),
    /// A file of many pages, which follow.
    Bundle(BundleView),
}

impl App {
    /// Whether files may be sent into a book, before any of their bytes are taken.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::BookClosed`].
    pub async fn may_upload(&self, me: &Me, book_id: &str) -> Result<()> {
        me.needs(&MAY_UPLOAD)?;
        let book = self.book_row(book_id).await?;
        if book.state == BookState::Open { Ok(()) } else { Err(Error::BookClosed(book.state)) }
    }

    /// Takes a file into a book: one page, or a file of many by its content. True: it was here already.
    ///
    /// # Errors
    /// As [`Self::upload_page`]; [`Error::FileRefused`], [`Error::CannotUnpack`] and
    /// [`Error::FileElsewhere`] for files of many pages.
    pub async fn upload(&self, me: &Me, book_id: &str, name: &str, bytes: Bytes) -> Result<(Uploaded, bool)> {
        self.may_upload(me, book_id).await?;
        if kind_of(&bytes).await?.is_none() {
            let (page, already) = self.upload_page(me, book_id, name, bytes).await?;
            return Ok((Uploaded::Page(page), already));
        }
        let (bundle, already) = self.upload_bundle(me, (book_id, name), bytes).await?;
        Ok((Uploaded::Bundle(bundle), already))
    }

    /// Takes a file into a book. The original lies safely in the blob store before the page, its job and its
    /// event are committed, and only then does this return. True: the same bytes were here already.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::BookClosed`], [`Error::Image`] for what a cheap
    /// look finds, [`Error::PageElsewhere`].
    pub async fn upload_page(
        &self,
        me: &Me,
        book_id: &str,
        name: &str,
        bytes: Bytes,
    ) -> Result<(PageView, bool)> {
        self.take_page(me, (book_id, name), bytes, None).await
    }

    /// As [`Self::upload_page`]; the page takes the place of a refused one of its book, if one is named.
    pub(super) async fn take_page(
        &self,
        me: &Me,
        (book_id, name): (&str, &str),
        bytes: Bytes,
        refused: Option<&str>,
    ) -> Result<(PageView, bool)> {
        self.may_upload(me, book_id).await?;
        let (file, limits) = (bytes.clone(), self.settings.limits);
        let header = blocking(move || inspect(&file, &limits)).await??;
        let size_bytes = bytes.len() as i64;
        let sha256 = self.blobs.put(Kept::Original, bytes).await?.to_string();
        let page = self.new_page(book_id, name, &header, (sha256, size_bytes));
        let mut tx = self.store.begin().await?;
        // Checked again under the book's lock: it may have been accepted meanwhile.
        let book = tx.lock_book(book_id).await?.ok_or(Error::NotFound("book"))?;
        if book.state != BookState::Open {
            return Err(Error::BookClosed(book.state));
        }
        let page = match tx.add_page(&page).await? {
            AddedPage::New(page) => page,
            AddedPage::Already(page) if page.book_id == book_id => return Ok((page.into(), true)),
            AddedPage::Already(page) => return Err(Error::PageElsewhere { page_id: page.id }),
        };
        if let Some(refused) = refused {
            self.put_in_place_of(&mut tx, refused, &page).await?;
        }
        self.queue_check(&mut tx, &page.id).await?;
        let mut detail = json!({ "sha256": page.sha256, "size_bytes": page.size_bytes });
        if let Some(refused) = refused {
            detail["replaces"] = json!(refused);
        }
        self.record(&mut tx, Deed::of(me, "page.upload", &page.id).in_book(book_id).detail(detail)).await?;
        tx.commit().await?;
        self.work_wanted.notify_one();
        let page = if refused.is_some() { self.page_row(&page.id).await? } else { page };
        Ok((page.into(), false))
    }

    async fn put_in_place_of(&self, tx: &mut Tx, refused: &str, page: &Page) -> Result<()> {
        let refused = tx.lock_page(refused).await?.ok_or(Error::NotFound("page"))?;
        if tx.replace_page(&refused, page).await? {
            return Ok(());
        }
        Err(Error::WrongPageState(refused.state))
    }

    fn new_page(&self, book_id: &str, name: &str, header: &Header, blob: (String, i64)) -> NewPage {
        let (width, height) = header.upright_size();
        NewPage {
            id: self.new_id(),
            book_id: book_id.to_owned(),
            sha256: blob.0,
            file_name: display_name(name),
            mime: header.format.mime().to_owned(),
            size_bytes: blob.1,
            width: width.into(),
            height: height.into(),
            created_at: self.clock.now_ms(),
            bundle_id: None,
            picture_sha256: None,
        }
    }
}

/// What is shown of a file's name: its last part, without control characters and direction marks. Nothing is
/// ever stored under it.
pub(super) fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let harmless = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let tidy: String = last.trim().chars().filter(harmless).take(MAX_NAME_CHARS).collect();
    if tidy.is_empty() || tidy.chars().all(|c| c == '.') { "page".to_owned() } else { tidy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_for_showing_only() {
        assert_eq!(display_name("../../etc/passwd"), "passwd");
        assert_eq!(display_name("C:\\quét\\trang 01.jpg"), "trang 01.jpg");
        assert_eq!(display_name(".."), "page");
        assert_eq!(display_name("a\u{202e}gpj.exe\0"), "agpj.exe");
        assert_eq!(display_name(&"đ".repeat(500)).chars().count(), MAX_NAME_CHARS);
    }
}
