//! Reading in the shadow: a model that is tried out reads pages after the active one. Its proposals stand
//! beside the others, are compared by [`super::ModelReport`], and are never shown to a clerk.

use super::accounts::blocking;
use super::model_source::{ModelSource, ReaderShelf};
use super::page_reader::{ModelId, PageError, PageReading, ReadOptions};
use super::read_page::{entry_ordinal, proposal};
use super::reading_plan::{Readers, open};
use super::{App, Error, Result};
use crate::domain::{ModelVersion, PageState};
use crate::store::{Job, NewJob, Page, Proposal, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// The kind of job that reads a page in the shadow. Claimed only where no other work is due.
pub const SHADOW_READ: &str = "shadow_read";

/// Failures before a page stays unread in the shadow: there are other pages to compare by.
const ATTEMPTS: u32 = 3;

#[derive(Serialize, Deserialize)]
struct Payload {
    page_id: String,
    model: ModelVersion,
}

impl App {
    /// The models that read in the shadow now.
    pub(super) async fn shadow_models(&self) -> Result<Vec<ModelVersion>> {
        let models = self.store.models().await?;
        Ok(models.into_iter().filter(|model| model.shadow).map(|model| model.id).collect())
    }

    /// Has a page that was just read be read in the shadow as well: once for each model that did not read it
    /// all, and as long as fewer of these jobs wait than the settings allow.
    pub(super) async fn queue_shadows(
        &self,
        tx: &mut Tx,
        page_id: &str,
        (shadows, readers): (&[ModelVersion], &Readers),
    ) -> Result<()> {
        let cap = self.settings.shadow_backlog;
        for model in shadows.iter().filter(|model| !readers.are_only(model)) {
            if tx.waiting_jobs(SHADOW_READ, cap).await? >= u64::from(cap) {
                tracing::debug!(page = page_id, %model, "not read in the shadow: enough of that waits");
                return Ok(());
            }
            let (id, now) = (self.new_id(), self.clock.now_ms());
            let job = NewJob {
                id: &id,
                kind: SHADOW_READ,
                payload: &json!(Payload { page_id: page_id.to_owned(), model: model.clone() }).to_string(),
                dedupe_key: &format!("{SHADOW_READ}:{page_id}:{model}"),
                max_attempts: ATTEMPTS,
                run_at: now,
            };
            tx.enqueue(&job, now).await?;
        }
        Ok(())
    }

    /// Reads the page that the job names in the shadow and finishes the job: adds proposals, changes nothing
    /// else. A page that the model cannot read, or a model that was taken out of the shadow, ends it without
    /// effect.
    ///
    /// # Errors
    /// [`Error::LeaseLost`] when somebody else has the job by now; anything else is worth another attempt.
    pub async fn read_in_shadow(&self, shelf: Arc<dyn ReaderShelf>, job: &Job) -> Result<()> {
        let Payload { page_id, model } =
            serde_json::from_str(&job.payload).map_err(|error| Error::Broken(format!("payload: {error}")))?;
        let page = self.page_row(&page_id).await?;
        let known = self.store.model(&model).await?;
        if page.state != PageState::Read || !known.is_some_and(|known| known.shadow) {
            return self.finish_without_effect(job).await;
        }
        let book = self.book_row(&page.book_id).await?;
        let (original, form) = (self.original_of(&page).await?, page.form_id.clone());
        let register = Some(book.kind);
        let read = move || {
            let reader = open(shelf.as_ref(), &ModelSource::Named(model))?;
            let options = ReadOptions { form: form.as_deref(), register, year: None, insist: true };
            Ok::<_, Error>((reader.read(&original, &options), reader.model()))
        };
        match blocking(read).await?? {
            (Ok(mut reading), model) => {
                self.weigh_in_book(&book, &page, &mut reading).await?;
                self.keep_shadow(job, &page, (&reading, &model)).await
            }
            (Err(PageError::Bad { code, .. }), model) => {
                let version = format!("{}@{}", model.name, model.version);
                tracing::warn!(page = page.id, model = version, code, "cannot be read in the shadow");
                self.finish_without_effect(job).await
            }
            (Err(PageError::Failed(source)), _) => Err(Error::Reading(source)),
        }
    }

    /// Adds the proposals to the entries that the page has; fields that an entry does not have are left out.
    async fn keep_shadow(
        &self,
        job: &Job,
        page: &Page,
        (reading, model): (&PageReading, &ModelId),
    ) -> Result<()> {
        let (entries, at) = (self.store.entries_of_page(&page.id).await?, self.clock.now_ms());
        let mut found = Vec::new();
        for read in reading.entries.iter().chain(&reading.empty) {
            let ordinal = entry_ordinal(page, read.place);
            let Some(entry) = entries.iter().find(|e| e.ordinal == ordinal) else { continue };
            let fields = self.store.fields(&entry.id).await?;
            let known = read.fields.iter().filter(|read| fields.iter().any(|f| f.key == read.key));
            let in_shadow = |read| Ok(Proposal { shadow: true, ..proposal(read, model, at)? });
            found.push((&entry.id, known.map(in_shadow).collect::<Result<Vec<Proposal>>>()?));
        }
        let mut tx = self.store.begin().await?;
        for (entry_id, proposals) in &found {
            tx.add_proposals(entry_id, proposals).await?;
        }
        tx.complete_job(job, self.clock.now_ms()).await?;
        Ok(tx.commit().await?)
    }
}

impl Readers {
    /// Whether this model alone read the page.
    fn are_only(&self, model: &ModelVersion) -> bool {
        let is_it = |id: &ModelId| id.name == model.name && id.version == model.version;
        is_it(&self.base) && self.others().into_iter().all(is_it)
    }
}
