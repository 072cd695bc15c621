//! The quality gate: the job that looks at a page as soon as it is there, before it is read. What is good goes on to
//! be read; what is bad is rejected with its reasons and waits for another capture, or for somebody who insists.

use super::accounts::blocking;
use super::page_gate::{GateAnswer, GateQuestion};
use super::record::Deed;
use super::{App, Error, PageError, Result};
use crate::domain::PageState;
use crate::domain::gate::{Finding, Reason, Thresholds};
use crate::image::Imprint;
use crate::store::{Job, KnownPage, NewJob, Page, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// The kind of job that looks at a page.
pub const CHECK_PAGE: &str = "check_page";

#[derive(Serialize, Deserialize)]
struct Payload {
    page_id: String,
}

impl App {
    /// Queues the first look at a page.
    pub(super) async fn queue_check(&self, tx: &mut Tx, page_id: &str) -> Result<()> {
        let (id, now) = (self.new_id(), self.clock.now_ms());
        let job = NewJob {
            id: &id,
            kind: CHECK_PAGE,
            payload: &json!(Payload { page_id: page_id.to_owned() }).to_string(),
            dedupe_key: &format!("{CHECK_PAGE}:{page_id}"),
            max_attempts: self.settings.read_attempts,
            run_at: now,
        };
        tx.enqueue(&job, now).await?;
        Ok(())
    }

    /// Looks at the page that the job names and finishes the job: the page is rejected, or its reading is queued.
    /// All in one transaction, so that however often this is started it takes effect once.
    ///
    /// # Errors
    /// [`Error::LeaseLost`] when somebody else has the job by now; anything else is worth another attempt.
    pub async fn check_page(&self, job: &Job) -> Result<()> {
        let payload: Payload =
            serde_json::from_str(&job.payload).map_err(|error| Error::Broken(format!("payload: {error}")))?;
        let page = self.page_row(&payload.page_id).await?;
        if page.state != PageState::Received || page.insisted.is_some() {
            return self.finish_without_effect(job).await;
        }
        let book = self.book_row(&page.book_id).await?;
        let original = self.original_of(&page).await?;
        let gate = Arc::clone(&self.gate);
        let look = move || {
            let question =
                GateQuestion { form: book.form_id.as_deref(), register: book.kind, year: book.year_opened };
            gate.look(&original, &question)
        };
        match blocking(look).await? {
            Ok(answer) => self.pass_or_reject(job, &page, answer).await,
            Err(PageError::Bad { code, .. }) => self.reject(job, &page, &code).await,
            Err(PageError::Failed(source)) => Err(Error::Reading(source)),
        }
    }

    async fn pass_or_reject(&self, job: &Job, page: &Page, answer: GateAnswer) -> Result<()> {
        let GateAnswer { mut findings, imprint } = answer;
        let mut tx = self.store.begin().await?;
        tx.lock_book(&page.book_id).await?.ok_or(Error::NotFound("book"))?;
        let now = tx.lock_page(&page.id).await?.ok_or(Error::NotFound("page"))?;
        if now.state != PageState::Received || now.insisted.is_some() {
            tx.complete_job(job, self.clock.now_ms()).await?;
            return Ok(tx.commit().await?);
        }
        if let Some(imprint) = &imprint {
            let others = tx.imprints_beside(&page.book_id, &page.id).await?;
            findings.extend(same_page(imprint, &others));
        }
        let kept = serde_json::to_string(&findings).map_err(|error| Error::Broken(error.to_string()))?;
        tx.keep_gate(&page.id, &kept, imprint.map(|i| i.encode()).as_deref()).await?;
        let reasons: Vec<Reason> = findings.iter().map(|finding| finding.reason).collect();
        match reasons.first() {
            None => self.queue_reading(&mut tx, &page.id, false).await?,
            Some(gravest) => {
                tx.reject_page(&page.id, gravest.as_str(), None).await?;
            }
        }
        tx.complete_job(job, self.clock.now_ms()).await?;
        if let Some(gravest) = reasons.first() {
            let detail = json!({ "code": gravest, "reasons": reasons });
            let deed = Deed::of_system("page.reject", &page.id).in_book(&page.book_id).detail(detail);
            self.record(&mut tx, deed).await?;
        }
        tx.commit().await?;
        self.work_wanted.notify_one();
        Ok(())
    }
}

/// That the book has this page already, if it does.
fn same_page(imprint: &Imprint, others: &[KnownPage]) -> Option<Finding> {
    let limit = Thresholds::embedded().twice_distance;
    let distance = |other: &KnownPage| Some(imprint.distance(&Imprint::decode(&other.imprint)?));
    let near = others.iter().filter_map(|other| Some((distance(other)?, other.ordinal)));
    let (_, ordinal) = near.filter(|(distance, _)| *distance < limit).min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Finding { page: Some(ordinal), ..Finding::of(Reason::SamePageTwice) })
}
