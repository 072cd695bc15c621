//! Reading a page: the job that turns an original into entries with one set of proposals.

use super::accounts::blocking;
use super::model_source::ReaderShelf;
use super::page_reader::{EntryReading, FieldReading, ModelId, PageReading, ReadOptions};
use super::pictures::CropPlan;
use super::reading_plan::{PageOutcome, Readers};
use super::record::Deed;
use super::{App, Error, Result};
use crate::domain::review::ProjectPolicy;
use crate::domain::{FieldState, FieldValue, PageState};
use crate::store::{
    Alternative, Book, Job, NewEntry, NewField, NewJob, Page, Preparation, Proposal, ReaderId, Tx,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// The kind of job that reads a page.
pub const READ_PAGE: &str = "read_page";

/// Entries of one page stand this far apart at most in the order of their book.
pub(super) const ENTRIES_PER_PAGE: i64 = 100;

#[derive(Serialize, Deserialize)]
struct Payload {
    page_id: String,
}

/// A page that was just read.
#[derive(Debug)]
pub struct Read {
    book: Book,
    page: Page,
    readers: Readers,
    policy: ProjectPolicy,
    reading: Box<PageReading>,
}

impl App {
    /// Queues the reading of a page; `again` tells a second reading from the first.
    pub(super) async fn queue_reading(&self, tx: &mut Tx, page_id: &str, again: bool) -> Result<()> {
        let (id, now) = (self.new_id(), self.clock.now_ms());
        let first = format!("{READ_PAGE}:{page_id}");
        let job = NewJob {
            id: &id,
            kind: READ_PAGE,
            payload: &json!(Payload { page_id: page_id.to_owned() }).to_string(),
            dedupe_key: &if again { format!("{first}:{id}") } else { first },
            max_attempts: self.settings.read_attempts,
            run_at: now,
        };
        tx.enqueue(&job, now).await?;
        Ok(())
    }

    /// Reads the page that the job names and finishes the job, all of it in one transaction: however often
    /// this is started, killed and repeated, it takes effect once. Gives what was read, if it was now.
    ///
    /// # Errors
    /// [`Error::LeaseLost`] when somebody else has the job by now; anything else is worth another attempt.
    pub async fn read_page(&self, shelf: Arc<dyn ReaderShelf>, job: &Job) -> Result<Option<Read>> {
        let payload: Payload =
            serde_json::from_str(&job.payload).map_err(|error| Error::Broken(format!("payload: {error}")))?;
        let page = self.page_row(&payload.page_id).await?;
        let book = self.book_row(&page.book_id).await?;
        if matches!(page.state, PageState::Read | PageState::Rejected) {
            self.finish_without_effect(job).await?;
            return Ok(None);
        }
        let original = self.original_of(&page).await?;
        let (form, insist) = (book.form_id.clone(), page.insisted.is_some());
        let (register, year) = (Some(book.kind), Some(book.year_opened));
        let plan = self.reading_plan(&book).await?;
        let read = move || {
            let options = ReadOptions { form: form.as_deref(), register, year, insist };
            plan.read(shelf.as_ref(), &original, &options)
        };
        match blocking(read).await?? {
            PageOutcome::Read(mut reading, readers) => {
                self.weigh_in_book(&book, &page, &mut reading).await?;
                let policy = self.policy_of(&book).await?;
                let read = Read { book, page, readers, policy, reading };
                self.keep_reading(job, &read).await?;
                Ok(Some(read))
            }
            PageOutcome::Bad(code) => self.reject(job, &page, &code).await.map(|()| None),
        }
    }

    pub(super) async fn finish_without_effect(&self, job: &Job) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.complete_job(job, self.clock.now_ms()).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn reject(&self, job: &Job, page: &Page, code: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let rejected = tx.reject_page(&page.id, code, None).await?;
        tx.complete_job(job, self.clock.now_ms()).await?;
        if rejected {
            let deed = Deed::of_system("page.reject", &page.id).in_book(&page.book_id);
            self.record(&mut tx, deed.detail(json!({ "code": code }))).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn keep_reading(&self, job: &Job, read: &Read) -> Result<()> {
        let Read { book, page, readers, reading, .. } = read;
        let shadows = self.shadow_models().await?;
        let mut tx = self.store.begin().await?;
        let found = Preparation {
            form_id: reading.form.clone(),
            angle_deg: reading.angle_deg.into(),
            quality: reading.quality.to_string(),
        };
        tx.set_page_prepared(&page.id, &found).await?;
        for entry in &reading.entries {
            self.keep_entry(&mut tx, read, (entry, false)).await?;
        }
        for place in &reading.empty {
            self.keep_entry(&mut tx, read, (place, true)).await?;
        }
        tx.set_page_read(&page.id).await?;
        self.queue_shadows(&mut tx, &page.id, (&shadows, readers)).await?;
        tx.complete_job(job, self.clock.now_ms()).await?;
        let (model, others) = (&readers.base, readers.others());
        let mut detail = json!({
            "form": reading.form, "entries": reading.entries.len(), "empty": reading.empty.len(),
            "model": model.name, "version": model.version, "settings": model.settings,
        });
        if !others.is_empty() {
            detail["beside"] = json!(others);
        }
        let deed = Deed::of_system("page.read", &page.id).in_book(&book.id).detail(detail);
        self.record(&mut tx, deed).await?;
        Ok(tx.commit().await?)
    }

    async fn keep_entry(
        &self,
        tx: &mut Tx,
        read: &Read,
        (found, is_empty): (&EntryReading, bool),
    ) -> Result<()> {
        let Read { book, page, readers, policy, .. } = read;
        let (id, now) = (self.new_id(), self.clock.now_ms());
        let planned = |f: &FieldReading| {
            let plan = policy.plan_field(self.keys.blind.bytes(), &id, &f.key, Some(f.confidence));
            NewField { key: f.key.clone(), kind: f.kind, quad: f.quad, blind: plan.blind }
        };
        let entry = NewEntry {
            book_id: book.id.clone(),
            page_id: page.id.clone(),
            ordinal: entry_ordinal(page, found.place),
            priority: 0,
            kind: book.kind,
            office: book.office.clone(),
            created_at: now,
            fields: found.fields.iter().map(planned).collect(),
            is_empty,
            id,
        };
        let entry = tx.ensure_entry(&entry).await?;
        let proposals: Vec<Proposal> =
            found.fields.iter().map(|f| proposal(f, readers.of(f.kind), now)).collect::<Result<_>>()?;
        tx.add_proposals(&entry.id, &proposals).await?;
        Ok(())
    }

    /// Makes what the screens will ask for, so that no clerk waits. What fails here is made on demand.
    pub async fn make_pictures_ahead(&self, read: &Read) {
        let Read { page, reading, .. } = read;
        let Ok(form) = self.form(&reading.form) else { return };
        for entry in &reading.entries {
            let plans = entry.fields.iter().map(|f| CropPlan::new(form, &f.key, f.quad)).collect();
            if let Err(error) = self.make_crops(page, entry_ordinal(page, entry.place), plans).await {
                tracing::warn!(page = page.id, %error, "no crops made ahead");
            }
        }
        if let Err(error) = self.page_image(&page.id, None).await {
            tracing::warn!(page = page.id, %error, "no page picture made ahead");
        }
    }

    pub(super) async fn policy_of(&self, book: &Book) -> Result<ProjectPolicy> {
        let project = self.store.project(&book.project_id).await?;
        Ok(project.ok_or(Error::NotFound("project"))?.policy)
    }
}

/// Where the entry at a place of the page stands in the order of its book.
pub(super) fn entry_ordinal(page: &Page, place: usize) -> i64 {
    page.ordinal * ENTRIES_PER_PAGE + place as i64
}

/// The place of the page at which the entry of this ordinal stands.
pub(super) fn entry_place(page: &Page, ordinal: i64) -> usize {
    usize::try_from(ordinal - page.ordinal * ENTRIES_PER_PAGE).unwrap_or(usize::MAX)
}

/// The reading as it is stored. A machine may read writing where there is no letter: that is blank.
pub(super) fn proposal(field: &FieldReading, model: &ModelId, at: i64) -> Result<Proposal> {
    let value = FieldValue::new(field.state, &field.text).unwrap_or_else(|_| match field.state {
        FieldState::Written => FieldValue::blank(),
        state => FieldValue { state, text: String::new() },
    });
    let certain = |c: f32| f64::from(c.clamp(0.0, 1.0));
    if field.confidence.is_nan() {
        return Err(Error::Broken(format!("field {} has no confidence", field.key)));
    }
    let alternative = |a: &super::page_reader::TextAlternative| Alternative {
        text: a.text.clone(),
        confidence: certain(a.confidence),
    };
    Ok(Proposal {
        key: field.key.clone(),
        reader: ReaderId {
            model: model.name.clone(),
            version: model.version.clone(),
            settings: model.settings.clone(),
        },
        value,
        confidence: certain(field.confidence),
        alternatives: field.alternatives.iter().map(alternative).collect(),
        hint: field.hint.clone(),
        created_at: at,
        shadow: false,
    })
}
