//! Learning from verified work: only where a project consents, and only what two people agreed on.

use super::accounts::blocking;
use super::read_page::entry_place;
use super::training_lines::{Wanted, cut_lines};
use super::{App, Error, Operator, Result};
use crate::domain::audit::Canon;
use crate::domain::{EntryState, FieldKind, FieldState};
use crate::store::{After, Book, Entry, EntryWithFields, Project};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// What to export.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrainingWish<'a> {
    /// Only this project, by its id.
    pub project_id: Option<&'a str>,
    /// Only entries whose state changed at this time or later, ms.
    pub since: Option<i64>,
}

/// One line of handwriting with what two people agreed it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingLine {
    /// What the field holds.
    pub kind: FieldKind,
    /// The text as written.
    pub text: String,
    /// A name for the book that tells nothing and stays the same: a book has few writers.
    pub book: String,
    /// Such a name for the page.
    pub page: String,
    /// Key of the field within its form.
    pub key: String,
    /// The picture: grey, PNG, cut as for reading.
    pub png: Vec<u8>,
}

/// What was exported, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrainingExport {
    /// Lines given out.
    pub lines: u64,
    /// Projects whose consent this rests on: name, and since when it was given, ms.
    pub consent: Vec<(String, i64)>,
    /// What was left out, by the reason: fields `blank`, `illegible`, `torn`, `ticked`, `several_lines`,
    /// `not_found`, `unsettled_fields`; entries `unsettled_entries`, `older_entries`; `unreadable_pages`;
    /// `projects_without_consent`.
    pub left_out: BTreeMap<&'static str, u64>,
}

/// Takes the lines as they come.
pub type KeepLine<'a> = &'a mut (dyn FnMut(TrainingLine) -> std::io::Result<()> + Send);

/// Entries on which people have agreed.
const SETTLED: [EntryState; 5] = [
    EntryState::Verified,
    EntryState::Adjudicated,
    EntryState::Accepted,
    EntryState::Approved,
    EntryState::Delivered,
];
/// Books taken from the database at once.
const BATCH: u32 = 200;

impl TrainingExport {
    fn leave_out(&mut self, reason: &'static str, number: u64) {
        if number > 0 {
            *self.left_out.entry(reason).or_default() += number;
        }
    }
}

impl App {
    /// Records that a project consents to its verified work being learned from, or no longer does. False when
    /// it was so already.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAllowed`].
    pub async fn set_training_consent(&self, by: &Operator, project_id: &str, given: bool) -> Result<bool> {
        by.check()?;
        let mut project = self.store.project(project_id).await?.ok_or(Error::NotFound("project"))?;
        if project.policy.training_consent.is_some() == given {
            return Ok(false);
        }
        project.policy.training_consent = given.then(|| self.clock.now_ms());
        let mut tx = self.store.begin().await?;
        tx.put_project(&project).await?;
        self.record(&mut tx, by.deed("training.consent", project_id, json!({ "given": given }))).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives out every line that may be learned from, and records that it did.
    ///
    /// # Errors
    /// [`Error::NoConsent`] when the project named, or every project, does not consent, or consent was
    /// withdrawn meanwhile: then nothing that was given out may be used.
    pub async fn export_training(
        &self,
        by: &Operator,
        wish: TrainingWish<'_>,
        keep: KeepLine<'_>,
    ) -> Result<TrainingExport> {
        by.check()?;
        let mut export = TrainingExport::default();
        let projects = self.consenting(wish.project_id, &mut export).await?;
        let mut after: Option<String> = None;
        loop {
            let books = self.store.books(After { id: after.as_deref(), limit: BATCH }).await?;
            for book in books.iter().filter(|b| projects.iter().any(|p| p.id == b.project_id)) {
                self.export_book(book, wish.since, (&mut *keep, &mut export)).await?;
            }
            match books.into_iter().last() {
                Some(last) => after = Some(last.id),
                None => break,
            }
        }
        if self.consenting(wish.project_id, &mut TrainingExport::default()).await? != projects {
            return Err(Error::NoConsent);
        }
        let mut tx = self.store.begin().await?;
        for project in &projects {
            let detail = json!({ "lines": export.lines, "since": wish.since });
            self.record(&mut tx, by.deed("training.export", &project.id, detail)).await?;
        }
        tx.commit().await?;
        Ok(export)
    }

    /// The projects meant that consent.
    async fn consenting(&self, id: Option<&str>, export: &mut TrainingExport) -> Result<Vec<Project>> {
        let meant = self.store.projects().await?.into_iter().filter(|p| id.is_none_or(|id| p.id == id));
        let (willing, others): (Vec<Project>, Vec<Project>) =
            meant.partition(|p| p.policy.training_consent.is_some());
        export.leave_out("projects_without_consent", others.len() as u64);
        let since = |p: &Project| Some((p.name.clone(), p.policy.training_consent?));
        export.consent = willing.iter().filter_map(since).collect();
        if willing.is_empty() { Err(Error::NoConsent) } else { Ok(willing) }
    }

    async fn export_book(
        &self,
        book: &Book,
        since: Option<i64>,
        (keep, export): (KeepLine<'_>, &mut TrainingExport),
    ) -> Result<()> {
        let summary = self.store.book_summary(&book.id).await?;
        let open = summary.entries.iter().filter(|(state, _)| !state.is_settled());
        export.leave_out("unsettled_entries", open.map(|(_, entries)| entries).sum());
        for state in SETTLED {
            for EntryWithFields { entry, fields } in self.store.entries_with_fields(&book.id, state).await? {
                if since.is_some_and(|since| entry.updated_at < since) {
                    export.leave_out("older_entries", 1);
                    continue;
                }
                let mut wanted = Vec::new();
                for field in fields {
                    match field.value {
                        Some(value) if field.settled && value.state == FieldState::Written => {
                            wanted.push(Wanted { key: field.key, kind: field.kind, text: value.text });
                        }
                        Some(value) if field.settled => export.leave_out(value.state.as_str(), 1),
                        _ => export.leave_out("unsettled_fields", 1),
                    }
                }
                self.export_entry(&entry, wanted, (&mut *keep, &mut *export)).await?;
            }
        }
        Ok(())
    }

    async fn export_entry(
        &self,
        entry: &Entry,
        wanted: Vec<Wanted>,
        (keep, export): (KeepLine<'_>, &mut TrainingExport),
    ) -> Result<()> {
        // What a person found outside the form's places has no crops that could be cut out.
        let Some(page_id) = entry.page_id.as_deref().filter(|_| entry.by_hand.is_none()) else {
            export.leave_out("entries_by_hand", 1);
            return Ok(());
        };
        let page = self.page_row(page_id).await?;
        let form = self.form(page.form_id.as_deref().unwrap_or_default())?.clone();
        let place = entry_place(&page, entry.ordinal);
        let (original, limits) = (self.original_of(&page).await?, self.settings.limits.for_kept());
        let cut = match blocking(move || cut_lines(&original, &limits, (&form, place, wanted))).await? {
            Ok(cut) => cut,
            Err(error) => {
                tracing::warn!(page = page.id, %error, "nothing to learn from this page");
                export.leave_out("unreadable_pages", 1);
                return Ok(());
            }
        };
        let (book, page) = (self.pseudonym(&page.book_id), self.pseudonym(&page.id));
        for (Wanted { key, kind, text }, picture) in cut {
            match picture {
                Ok(png) => {
                    let line = TrainingLine { kind, text, book: book.clone(), page: page.clone(), key, png };
                    keep(line).map_err(|error| Error::Broken(format!("a line cannot be kept: {error}")))?;
                    export.lines += 1;
                }
                Err(reason) => export.leave_out(reason, 1),
            }
        }
        Ok(())
    }

    /// A name that nobody can lead back to the id without this installation's secret.
    fn pseudonym(&self, id: &str) -> String {
        let mut canon = Canon::new(b"sohoa-training-pseudonym-v1");
        canon.part(self.keys.blind.bytes());
        canon.part(id.as_bytes());
        hex::encode(&canon.finish()[..8])
    }
}
