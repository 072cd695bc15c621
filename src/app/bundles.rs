//! Files of many pages as people deal with them: taken in, looked at, tried again, given up.

use super::accounts::blocking;
use super::books::MAY_UPLOAD;
use super::ingest::display_name;
use super::record::Deed;
use super::unpacker::LookFailure;
use super::{App, Error, Me, Result};
use crate::blob::Kept;
use crate::domain::BookState;
use crate::image::BundleKind;
use crate::store::{AddedBundle, Bundle, BundleState, Tx, Unpacking};
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

/// Bundles of a book that are shown.
const BUNDLES_SHOWN: u32 = 200;
/// Why a bundle is refused whose job was given up: nothing is known against the file itself.
const FAILED: &str = "file_failed";
/// Longest reason, in characters.
const MAX_REASON_CHARS: usize = 500;

/// A file of many pages as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundleView {
    /// UUIDv7.
    pub id: String,
    /// Its book.
    pub book_id: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Size of the file.
    pub size_bytes: i64,
    /// Where it stands.
    pub state: BundleState,
    /// What became of its pages.
    #[serde(flatten)]
    pub outcome: Unpacking,
    /// Nothing came out of it: it can be tried again or given up.
    pub failed: bool,
    /// Why somebody gave it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dismissed: Option<String>,
    /// Why nothing came out of it.
    #[serde(skip)]
    pub reject_code: Option<String>,
}

impl From<Bundle> for BundleView {
    fn from(bundle: Bundle) -> Self {
        let stuck = bundle.is_stuck.then(|| FAILED.to_owned());
        Self {
            failed: bundle.has_failed(),
            id: bundle.id,
            book_id: bundle.book_id,
            file_name: bundle.file_name,
            size_bytes: bundle.size_bytes,
            state: bundle.state,
            outcome: bundle.outcome,
            dismissed: bundle.dismissed,
            reject_code: bundle.reject_code.or(stuck),
        }
    }
}

impl App {
    /// The bundles of a book, those that wait first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn bundles(&self, book_id: &str) -> Result<Vec<BundleView>> {
        self.book_row(book_id).await?;
        let bundles = self.store.bundles_of_book(book_id, BUNDLES_SHOWN).await?;
        Ok(bundles.into_iter().map(BundleView::from).collect())
    }

    /// Takes a file of many pages into a book; its pages follow. True: it was here already. One of which nothing
    /// came out is tried again, in this book.
    pub(super) async fn upload_bundle(
        &self,
        me: &Me,
        (book_id, name): (&str, &str),
        bytes: Bytes,
    ) -> Result<(BundleView, bool)> {
        let limits = self.settings.bundle_limits();
        let kind = self.unpacker.look(bytes.clone(), limits).await.map_err(|failure| match failure {
            LookFailure::Refused(refused) => Error::FileRefused(refused),
            LookFailure::Failed(reason) => Error::CannotUnpack(reason),
        })?;
        let size_bytes = bytes.len() as i64;
        let sha256 = self.blobs.put(Kept::Original, bytes).await?.to_string();
        let bundle = self.new_bundle(book_id, name, kind, (sha256, size_bytes));
        let mut tx = self.store.begin().await?;
        let book = tx.lock_book(book_id).await?.ok_or(Error::NotFound("book"))?;
        if book.state != BookState::Open {
            return Err(Error::BookClosed(book.state));
        }
        let mut detail = json!({ "sha256": bundle.sha256, "size_bytes": bundle.size_bytes });
        let (id, again) = match tx.add_bundle(&bundle).await? {
            AddedBundle::New(bundle) => (bundle.id, false),
            AddedBundle::Already(there) if there.has_failed() => {
                detail["was_in"] = json!(there.book_id);
                self.take_back(&mut tx, &there, book_id).await?;
                (there.id, true)
            }
            AddedBundle::Already(there) if there.book_id != book_id => return Err(Error::FileElsewhere),
            AddedBundle::Already(there) => return Ok((there.into(), true)),
        };
        self.queue_unpacking(&mut tx, &id, again).await?;
        self.record(&mut tx, Deed::of(me, "bundle.upload", &id).in_book(book_id).detail(detail)).await?;
        tx.commit().await?;
        self.work_wanted.notify_one();
        Ok((self.bundle_row(&id).await?.into(), false))
    }

    /// Tries a file again of which nothing came out.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::BookClosed`], [`Error::WrongBundleState`].
    pub async fn retry_bundle(&self, me: &Me, id: &str) -> Result<BundleView> {
        let (mut tx, bundle) = self.failed_bundle(me, id).await?;
        self.take_back(&mut tx, &bundle, &bundle.book_id).await?;
        self.queue_unpacking(&mut tx, id, true).await?;
        let detail = json!({ "code": BundleView::from(bundle.clone()).reject_code });
        self.record(&mut tx, Deed::of(me, "bundle.retry", id).in_book(&bundle.book_id).detail(detail))
            .await?;
        tx.commit().await?;
        self.work_wanted.notify_one();
        Ok(self.bundle_row(id).await?.into())
    }

    /// Gives a file up of which nothing came out: its book is no longer waiting for it.
    ///
    /// # Errors
    /// As [`Self::retry_bundle`], and [`Error::BadInput`] without a reason.
    pub async fn dismiss_bundle(&self, me: &Me, id: &str, reason: &str) -> Result<BundleView> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
            return Err(Error::BadInput(vec!["reason"]));
        }
        let (mut tx, bundle) = self.failed_bundle(me, id).await?;
        let now = self.clock.now_ms();
        if !tx.dismiss_bundle(id, (reason, FAILED), now).await? {
            return Err(Error::WrongBundleState);
        }
        if let Some(job) = &bundle.job_id {
            tx.abandon_job(job, now).await?;
        }
        let detail = json!({ "reason": reason, "code": BundleView::from(bundle.clone()).reject_code });
        self.record(&mut tx, Deed::of(me, "bundle.dismiss", id).in_book(&bundle.book_id).detail(detail))
            .await?;
        tx.commit().await?;
        Ok(self.bundle_row(id).await?.into())
    }

    /// A bundle of an open book of which nothing came out, locked with its book.
    async fn failed_bundle(&self, me: &Me, id: &str) -> Result<(Tx, Bundle)> {
        me.needs(&MAY_UPLOAD)?;
        let book_id = self.bundle_row(id).await?.book_id;
        let mut tx = self.store.begin().await?;
        let book = tx.lock_book(&book_id).await?.ok_or(Error::NotFound("book"))?;
        let bundle = tx.lock_bundle(id).await?.ok_or(Error::NotFound("bundle"))?;
        if book.state != BookState::Open {
            return Err(Error::BookClosed(book.state));
        }
        if bundle.book_id != book_id || !bundle.has_failed() {
            return Err(Error::WrongBundleState);
        }
        Ok((tx, bundle))
    }

    /// Makes a bundle wait again, in this book; its last job is no dead letter any more.
    async fn take_back(&self, tx: &mut Tx, bundle: &Bundle, book_id: &str) -> Result<()> {
        tx.receive_bundle_again(&bundle.id, book_id).await?;
        if let Some(job) = &bundle.job_id {
            tx.abandon_job(job, self.clock.now_ms()).await?;
        }
        Ok(())
    }

    pub(super) async fn bundle_row(&self, id: &str) -> Result<Bundle> {
        self.store.bundle(id).await?.ok_or(Error::NotFound("bundle"))
    }

    fn new_bundle(&self, book_id: &str, name: &str, kind: BundleKind, blob: (String, i64)) -> Bundle {
        Bundle {
            id: self.new_id(),
            book_id: book_id.to_owned(),
            sha256: blob.0,
            file_name: display_name(name),
            mime: kind.mime().to_owned(),
            size_bytes: blob.1,
            state: BundleState::Received,
            reject_code: None,
            outcome: Unpacking::default(),
            created_at: self.clock.now_ms(),
            job_id: None,
            is_stuck: false,
            dismissed: None,
        }
    }
}

/// The kind of a file of many pages; a TIFF's pages are counted, so this is not for a thread that others wait for.
pub(super) async fn kind_of(bytes: &Bytes) -> Result<Option<BundleKind>> {
    let bytes = bytes.clone();
    blocking(move || BundleKind::of(&bytes)).await
}
