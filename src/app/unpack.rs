//! Files of many pages: taken in whole, then unpacked by a job.
//!
//! The file lies in the blob store as it came before its upload is acknowledged, and stays there. The job takes
//! the pages out one by one into blobs of their own (their names are their hashes, so doing it again changes
//! nothing) and then adds all of them in one transaction with the state of the bundle and the end of the job:
//! killed before, nothing is there and the job starts again; killed after, all of it is. A page is known by its
//! bundle and number, or by its bytes where it is a file of its own, so the same file twice is the same pages.
//! A page's picture is kept, not made anew: what clerks worked on stays as it was when a later version of a
//! decoder draws a page a little differently.

use super::ingest::display_name;
use super::record::Deed;
use super::unpacker::Step;
use super::{App, Error, Result};
use crate::blob::{Kept, Sha256Hex};
use crate::image::{Identity, PageFile, Refused, Unpacked};
use crate::store::{AddedPage, Bundle, BundleState, Job, NewJob, NewPage, Tx, Unpacking};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The kind of job that unpacks a bundle.
pub const UNPACK: &str = "unpack_bundle";

/// A page on its way in, and why it is rejected.
type Found = (NewPage, Option<String>);

#[derive(Serialize, Deserialize)]
struct Payload {
    bundle_id: String,
}

impl App {
    pub(super) async fn queue_unpacking(&self, tx: &mut Tx, bundle_id: &str, again: bool) -> Result<()> {
        let (id, now) = (self.new_id(), self.clock.now_ms());
        let first = format!("{UNPACK}:{bundle_id}");
        let job = NewJob {
            id: &id,
            kind: UNPACK,
            payload: &json!(Payload { bundle_id: bundle_id.to_owned() }).to_string(),
            dedupe_key: &if again { format!("{first}:{id}") } else { first },
            max_attempts: self.settings.read_attempts,
            run_at: now,
        };
        tx.enqueue(&job, now).await?;
        Ok(tx.set_bundle_job(bundle_id, &id).await?)
    }

    /// Unpacks the bundle that the job names and finishes the job.
    ///
    /// # Errors
    /// [`Error::LeaseLost`] when somebody else has the job by now; anything else is worth another attempt.
    pub async fn unpack_bundle(&self, job: &Job) -> Result<()> {
        let payload: Payload =
            serde_json::from_str(&job.payload).map_err(|error| Error::Broken(format!("payload: {error}")))?;
        let bundle = self.bundle_row(&payload.bundle_id).await?;
        if bundle.state != BundleState::Received {
            return self.finish_without_effect(job).await;
        }
        let mut pages = Vec::new();
        match self.take_out(&bundle, &mut pages).await? {
            None => self.add_pages(job, &bundle, &pages).await,
            Some(refused) if pages.is_empty() => self.refuse_bundle(job, &bundle, &refused).await,
            // What was found before the file turned out to be bad is good all the same.
            Some(refused) => {
                tracing::warn!(bundle = bundle.id, code = refused.code, reason = refused.reason, "cut short");
                pages.push(self.missing_rest(&bundle, &refused));
                self.add_pages(job, &bundle, &pages).await
            }
        }
    }

    /// Takes pages out and keeps their pictures, up to the end or to where the file turns out to be bad; gives why.
    async fn take_out(&self, bundle: &Bundle, pages: &mut Vec<Found>) -> Result<Option<Refused>> {
        let key = super::pictures::blob_key(&bundle.sha256)?;
        let bytes = self.blobs.get(Kept::Original, &key).await?;
        let limits = self.settings.bundle_limits();
        let mut steps = self.unpacker.unpack(bytes, limits);
        let mut room = limits.max_output_bytes;
        while let Some(step) = steps.recv().await {
            match step {
                Step::Page(page) => {
                    let size_bytes = page.file.as_ref().map_or(0, |file| file.bytes.len() as u64);
                    let Some(left) = room.checked_sub(size_bytes) else {
                        return Ok(Some(too_heavy(limits.max_output_bytes)));
                    };
                    room = left;
                    pages.push(self.keep_picture(bundle, *page).await?);
                }
                Step::End => return Ok(None),
                Step::Refused(refused) => return Ok(Some(refused)),
                Step::Failed(reason) => return Err(Error::Broken(reason)),
            }
        }
        Err(Error::Broken("the unpacking ended without an end".into()))
    }

    /// Keeps a page's picture and describes the page.
    async fn keep_picture(&self, bundle: &Bundle, page: Unpacked) -> Result<Found> {
        let name = page.name.as_deref().map_or_else(|| bundle.file_name.clone(), display_name);
        match page.file {
            Ok(file) => {
                let mut new = self.bundle_page(bundle, &page.identity, (name, Some(&file)));
                let picture = self.blobs.put(Kept::Original, file.bytes).await?.to_string();
                if page.identity == Identity::OwnBytes {
                    new.sha256.clone_from(&picture);
                }
                Ok((NewPage { picture_sha256: Some(picture), ..new }, None))
            }
            Err(refused) => {
                tracing::warn!(
                    bundle = bundle.id,
                    code = refused.code,
                    reason = refused.reason,
                    "page refused"
                );
                // Bytes that are no picture are known by their place: they lie in the bundle only.
                let place = format!("{}-{}", page.place.member, page.place.page);
                let identity = match &page.identity {
                    Identity::OwnBytes => named_by(&bundle.sha256, &place),
                    other => sha256_of(other),
                };
                let new = self.bundle_page(bundle, &page.identity, (name, None));
                Ok((NewPage { sha256: identity, ..new }, Some(refused.code)))
            }
        }
    }

    /// A rejected page that stands for what could not be unpacked.
    fn missing_rest(&self, bundle: &Bundle, refused: &Refused) -> Found {
        let new = self.bundle_page(bundle, &Identity::OwnBytes, (bundle.file_name.clone(), None));
        (NewPage { sha256: named_by(&bundle.sha256, "rest"), ..new }, Some(refused.code.clone()))
    }

    fn bundle_page(
        &self,
        bundle: &Bundle,
        identity: &Identity,
        (name, file): (String, Option<&PageFile>),
    ) -> NewPage {
        let (width, height) = file.map_or((1, 1), |file| file.header.upright_size());
        NewPage {
            id: self.new_id(),
            book_id: bundle.book_id.clone(),
            sha256: sha256_of(identity),
            file_name: match identity {
                Identity::PageOf(_, page) => format!("{name} #{}", page + 1),
                Identity::MemberOf(..) | Identity::OwnBytes => name,
            },
            mime: file.map_or("application/octet-stream", |file| file.header.format.mime()).to_owned(),
            size_bytes: file.map_or(1, |file| file.bytes.len().max(1) as i64),
            width: width.into(),
            height: height.into(),
            created_at: self.clock.now_ms(),
            bundle_id: Some(bundle.id.clone()),
            picture_sha256: None,
        }
    }

    /// Adds the pages, all in one transaction with the end of the job.
    async fn add_pages(&self, job: &Job, bundle: &Bundle, pages: &[Found]) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.lock_book(&bundle.book_id).await?.ok_or(Error::NotFound("book"))?;
        let mut outcome = Unpacking::default();
        for (page, reject) in pages {
            match tx.add_page(page).await? {
                AddedPage::New(page) => {
                    outcome.pages += 1;
                    match reject {
                        Some(code) => {
                            outcome.rejected += 1;
                            tx.reject_page(&page.id, code, None).await?;
                        }
                        None => self.queue_check(&mut tx, &page.id).await?,
                    }
                }
                AddedPage::Already(page) if page.book_id == bundle.book_id => outcome.already += 1,
                AddedPage::Already(_) => outcome.elsewhere += 1,
            }
        }
        tx.set_bundle_unpacked(&bundle.id, &outcome).await?;
        tx.complete_job(job, self.clock.now_ms()).await?;
        let deed = Deed::of_system("bundle.unpack", &bundle.id).in_book(&bundle.book_id);
        self.record(&mut tx, deed.detail(json!(outcome))).await?;
        tx.commit().await?;
        self.work_wanted.notify_one();
        Ok(())
    }

    async fn refuse_bundle(&self, job: &Job, bundle: &Bundle, refused: &Refused) -> Result<()> {
        tracing::warn!(bundle = bundle.id, code = refused.code, reason = refused.reason, "bundle refused");
        let mut tx = self.store.begin().await?;
        tx.refuse_bundle(&bundle.id, &refused.code).await?;
        tx.complete_job(job, self.clock.now_ms()).await?;
        let deed = Deed::of_system("bundle.refuse", &bundle.id).in_book(&bundle.book_id);
        self.record(&mut tx, deed.detail(json!({ "code": refused.code }))).await?;
        Ok(tx.commit().await?)
    }
}

/// What a page is known by; of a file of its own, that is the hash of its bytes, which takes its place.
fn sha256_of(identity: &Identity) -> String {
    match identity {
        Identity::PageOf(sha256, page) => named_by(&hex::encode(sha256), &page.to_string()),
        Identity::MemberOf(sha256, member) => named_by(&hex::encode(sha256), &format!("member {member}")),
        Identity::OwnBytes => String::new(),
    }
}

fn too_heavy(limit_bytes: u64) -> Refused {
    let reason = format!("more than {limit_bytes} bytes of pictures came out");
    Refused { code: "file_output_too_large".into(), reason }
}

fn named_by(file_sha256: &str, place: &str) -> String {
    Sha256Hex::of(format!("{file_sha256}#{place}").as_bytes()).to_string()
}
