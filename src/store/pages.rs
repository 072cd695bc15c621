//! Pages: one scanned image each, known by the hash of its bytes.

use super::arm::{Db, Row, Tx, binds};
use super::error::{Result, StoreError};
use super::paging::After;
use crate::domain::PageState;

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// UUIDv7.
    pub id: String,
    /// Its book.
    pub book_id: String,
    /// Place in the book, from 1.
    pub ordinal: i64,
    /// SHA-256 of the original's bytes, hexadecimal; unique in the database.
    pub sha256: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Type by content.
    pub mime: String,
    /// Size of the original.
    pub size_bytes: i64,
    /// Width after EXIF orientation, px.
    pub width: i64,
    /// Height after EXIF orientation, px.
    pub height: i64,
    /// Where it stands.
    pub state: PageState,
    /// Why it was rejected.
    pub reject_code: Option<String>,
    /// The form it was found to be.
    pub form_id: Option<String>,
    /// How far it was turned clockwise, degrees.
    pub angle_deg: Option<f64>,
    /// Measurements of the scan, JSON.
    pub quality: Option<String>,
    /// Why somebody insisted on a page that was rejected.
    pub insisted: Option<String>,
    /// When it came in, ms.
    pub created_at: i64,
    /// The file of many pages that it came in.
    pub bundle_id: Option<String>,
    /// SHA-256 of the picture's bytes where the page came in a bundle; none when there is no picture.
    pub picture_sha256: Option<String>,
    /// What the quality gate found, JSON.
    pub findings: Option<String>,
    /// The page that took its place, when it was rejected.
    pub replaced_by: Option<String>,
}

impl Page {
    /// The blob that holds the page's picture: its own bytes, or what was taken out of its bundle.
    #[must_use]
    pub fn picture(&self) -> Option<&str> {
        if self.bundle_id.is_some() { self.picture_sha256.as_deref() } else { Some(&self.sha256) }
    }
}

/// A page on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPage {
    /// UUIDv7; used unless the same bytes are there already.
    pub id: String,
    /// Its book.
    pub book_id: String,
    /// SHA-256 of the bytes, or of what else the page is known by, hexadecimal.
    pub sha256: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Type by content.
    pub mime: String,
    /// Size of the bytes.
    pub size_bytes: i64,
    /// Width after EXIF orientation, px.
    pub width: i64,
    /// Height after EXIF orientation, px.
    pub height: i64,
    /// When, ms.
    pub created_at: i64,
    /// The bundle it comes in.
    pub bundle_id: Option<String>,
    /// SHA-256 of the picture's bytes, for a page of a bundle that has one.
    pub picture_sha256: Option<String>,
}

/// What became of a page on its way in.
#[derive(Debug, Clone, PartialEq)]
pub enum AddedPage {
    /// It is new.
    New(Page),
    /// The same bytes are there already, in this book or another.
    Already(Page),
}

/// What preparing a page found.
#[derive(Debug, Clone, PartialEq)]
pub struct Preparation {
    /// The form.
    pub form_id: String,
    /// How far the page was turned clockwise, degrees.
    pub angle_deg: f64,
    /// Measurements of the scan, JSON.
    pub quality: String,
}

/// A query around the columns of a page.
macro_rules! columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, book_id, ordinal, sha256, file_name, mime, size_bytes, width, height, state, reject_code,
              form_id, angle_deg, quality, insisted, created_at, bundle_id,
              picture_sha256, findings, replaced_by ",
            $after
        )
    };
}
pub(super) use columns;

const ADD: &str = columns!(
    "INSERT INTO page (id, book_id, ordinal, sha256, file_name, mime, size_bytes, width, height, state, created_at,
       bundle_id, picture_sha256)
     SELECT $1, $2, COALESCE(MAX(ordinal), 0) + 1, $3, $4, $5, $6, $7, $8, 'received', $9, $10, $11
       FROM page WHERE book_id = $2
     ON CONFLICT (sha256) DO NOTHING RETURNING",
    ""
);
const BY_ID: &str = columns!("SELECT", "FROM page WHERE id = $1");
const BY_SHA256: &str = columns!("SELECT", "FROM page WHERE sha256 = $1");
const OF_BOOK: &str =
    columns!("SELECT", "FROM page WHERE book_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3");
const IN_STATE: &str = columns!("SELECT", "FROM page WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3");
const LOCK: &str = columns!("UPDATE page SET state = state WHERE id = $1 RETURNING", "");
const PREPARED: &str = "UPDATE page SET state = 'prepared', form_id = $2, angle_deg = $3, quality = $4,
    reject_code = NULL WHERE id = $1 AND state <> 'read'";
const READ: &str = "UPDATE page SET state = 'read', reject_code = NULL WHERE id = $1";
const REJECTED: &str = "UPDATE page SET state = 'rejected', reject_code = $2, quality = COALESCE($3, quality)
    WHERE id = $1 AND state IN ('received', 'prepared')";
const INSISTED: &str = "UPDATE page SET state = 'received', reject_code = NULL, insisted = $2
    WHERE id = $1 AND state = 'rejected' AND replaced_by IS NULL";
pub(super) const REFUSED: &str = columns!(
    "SELECT",
    "FROM page WHERE state = 'rejected' AND id > $1 AND replaced_by IS NULL ORDER BY id LIMIT $2"
);

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] =
    &[ADD, BY_ID, BY_SHA256, OF_BOOK, IN_STATE, LOCK, PREPARED, READ, REJECTED, INSISTED, REFUSED];

impl Page {
    pub(super) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            book_id: row.text("book_id")?,
            ordinal: row.int("ordinal")?,
            sha256: row.text("sha256")?,
            file_name: row.text("file_name")?,
            mime: row.text("mime")?,
            size_bytes: row.int("size_bytes")?,
            width: row.int("width")?,
            height: row.int("height")?,
            state: row.word("state")?,
            reject_code: row.opt_text("reject_code")?,
            form_id: row.opt_text("form_id")?,
            angle_deg: row.opt_real("angle_deg")?,
            quality: row.opt_text("quality")?,
            insisted: row.opt_text("insisted")?,
            created_at: row.int("created_at")?,
            bundle_id: row.opt_text("bundle_id")?,
            picture_sha256: row.opt_text("picture_sha256")?,
            findings: row.opt_text("findings")?,
            replaced_by: row.opt_text("replaced_by")?,
        })
    }
}

impl Db {
    /// The page with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, id: &str) -> Result<Option<Page>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Page::from_row).transpose()
    }

    /// The page with these bytes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page_by_sha256(&self, sha256: &str) -> Result<Option<Page>> {
        self.row(BY_SHA256, binds![sha256]).await?.as_ref().map(Page::from_row).transpose()
    }

    /// A book's pages in order, those with an ordinal beyond `after_ordinal` (0 to begin).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pages_of_book(&self, book_id: &str, after_ordinal: i64, limit: u32) -> Result<Vec<Page>> {
        let rows = self.rows(OF_BOOK, binds![book_id, after_ordinal, limit]).await?;
        rows.iter().map(Page::from_row).collect()
    }

    /// Pages that stand in a state, oldest first, over all books.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pages_in_state(&self, state: PageState, after: After<'_>) -> Result<Vec<Page>> {
        let rows = self.rows(IN_STATE, binds![state.as_str(), after.ascending(), after.limit]).await?;
        rows.iter().map(Page::from_row).collect()
    }
}

impl Tx {
    /// Adds a page at the end of its book, unless its bytes are stored already. Locks the book.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is no such book.
    pub async fn add_page(&mut self, page: &NewPage) -> Result<AddedPage> {
        // The book's lock keeps two uploads from taking the same ordinal.
        self.lock_book(&page.book_id).await?;
        let binds = binds![
            &page.id,
            &page.book_id,
            &page.sha256,
            &page.file_name,
            &page.mime,
            page.size_bytes,
            page.width,
            page.height,
            page.created_at,
            &page.bundle_id,
            &page.picture_sha256,
        ];
        if let Some(row) = self.row(ADD, binds).await? {
            return Page::from_row(&row).map(AddedPage::New);
        }
        match self.row(BY_SHA256, binds![&page.sha256]).await? {
            Some(row) => Page::from_row(&row).map(AddedPage::Already),
            None => Err(StoreError::BadValue { column: "sha256", value: page.sha256.clone() }),
        }
    }

    /// The page with this id, locked until the end of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_page(&mut self, id: &str) -> Result<Option<Page>> {
        self.row(LOCK, binds![id]).await?.as_ref().map(Page::from_row).transpose()
    }

    /// Records what preparing found; a page that is read stays read. False when it does not apply.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_page_prepared(&mut self, id: &str, found: &Preparation) -> Result<bool> {
        let binds = binds![id, &found.form_id, found.angle_deg, &found.quality];
        Ok(self.write(PREPARED, binds).await? == 1)
    }

    /// Records that the page's proposals are stored. False when there is no such page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_page_read(&mut self, id: &str) -> Result<bool> {
        Ok(self.write(READ, binds![id]).await? == 1)
    }

    /// Rejects a bad scan that is not read yet. False when it does not apply.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reject_page(&mut self, id: &str, code: &str, quality: Option<&str>) -> Result<bool> {
        Ok(self.write(REJECTED, binds![id, code, quality]).await? == 1)
    }

    /// Takes a rejected page back to `received` for a reason. False when it is not rejected.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insist_on_page(&mut self, id: &str, reason: &str) -> Result<bool> {
        Ok(self.write(INSISTED, binds![id, reason]).await? == 1)
    }
}
