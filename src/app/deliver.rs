//! The end of the road: a named official approves an accepted book (where nothing is sampled a supervisor accepts it
//! before), and its entries go out as the Ministry's workbook.

use super::accounts::blocking;
use super::pictures::blob_key;
use super::record::Deed;
use super::{App, BookView, Error, Me, Result};
use crate::blob::Kept;
use crate::domain::acceptance::LotRefusal;
use crate::domain::review::BookStep;
use crate::domain::{AccountRole, EntryState, Form, NoteKind, RegisterKind};
use crate::exchange::file_names::workbook_name;
use crate::exchange::{DeliveredBook, DeliveredEntry, write_births};
use crate::store::{Book, Delivery, EntryNote, EntryWithFields};
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Longest reason for accepting a book with pages missing.
const MAX_REASON_CHARS: usize = 500;

/// A delivery as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    /// UUIDv7.
    pub id: String,
    /// The book.
    pub book_id: String,
    /// How many entries it holds.
    pub entries: i64,
    /// The file's name.
    pub file: String,
    /// Its size.
    pub size_bytes: i64,
    /// SHA-256 of the file, for those who receive it.
    pub sha256: String,
    /// When, ms.
    pub created_at: i64,
}

/// The format: the 70-column workbook of the Ministry's software "158".
const WORKBOOK_158: &str = "158";

impl From<Delivery> for DeliveryView {
    fn from(d: Delivery) -> Self {
        Self {
            id: d.id,
            book_id: d.book_id,
            entries: d.entries,
            file: d.file_name,
            size_bytes: d.size_bytes,
            sha256: d.sha256,
            created_at: d.created_at,
        }
    }
}

/// What goes into a delivery.
struct ToDeliver {
    entries: Vec<EntryWithFields>,
    /// What is written beside them, by entry.
    remarks: HashMap<String, Vec<String>>,
    struck_left_out: usize,
}

impl App {
    /// Accepts a book in which every entry is verified or adjudicated, in a project that does not sample.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Refused`], [`Error::Lot`] in a project that samples.
    pub async fn accept_book(&self, me: &Me, id: &str, reason: Option<String>) -> Result<BookView> {
        me.needs(&[AccountRole::Supervisor])?;
        if self.policy_of(&self.book_row(id).await?).await?.sampling.is_some() {
            return Err(LotRefusal::NeedsLot.into());
        }
        self.step_book(me, id, BookStep::Accept, reason).await
    }

    /// Approves an accepted book for delivery.
    ///
    /// # Errors
    /// As [`Self::accept_book`].
    pub async fn approve_book(&self, me: &Me, id: &str) -> Result<BookView> {
        self.step_book(me, id, BookStep::Approve, None).await
    }

    async fn step_book(&self, me: &Me, id: &str, step: BookStep, reason: Option<String>) -> Result<BookView> {
        me.needs(&[AccountRole::Supervisor])?;
        if reason.as_deref().is_some_and(|r| r.chars().count() > MAX_REASON_CHARS) {
            return Err(Error::BadInput(vec!["reason"]));
        }
        let mut tx = self.store.begin().await?;
        let book = tx.lock_book(id).await?.ok_or(Error::NotFound("book"))?;
        let counts = tx.book_counts(id).await?;
        book.state.after(step, counts, reason.as_deref())?;
        let entries = tx.save_book_step(id, step, &me.person_id, self.clock.now_ms()).await?;
        let action = if step == BookStep::Accept { "book.accept" } else { "book.approve" };
        let detail = json!({ "entries": entries, "rejected_pages": counts.rejected });
        let deed = Deed { after: reason.map(|r| json!({ "reason": r })), ..Deed::of(me, action, id) };
        self.record(&mut tx, deed.in_book(id).detail(detail)).await?;
        tx.commit().await?;
        self.book(id).await
    }

    /// Makes the workbook of an approved book, keeps it, and records that its entries went out.
    ///
    /// # Errors
    /// As [`Self::accept_book`], [`Error::NoWorkbook`], [`Error::Exchange`].
    pub async fn deliver_book(&self, me: &Me, id: &str) -> Result<DeliveryView> {
        me.needs(&[AccountRole::Supervisor])?;
        let book = self.book_row(id).await?;
        let counts = self.store.book_summary(id).await?.counts();
        book.state.after(BookStep::Deliver, counts, None)?;
        let ToDeliver { entries, remarks, struck_left_out } = self.entries_to_deliver(&book).await?;
        let number_of_entries = entries.len();
        let (file_name, bytes) = self.workbook_of(&book, entries, remarks).await?;
        let size_bytes = bytes.len() as i64;
        let delivery = Delivery {
            id: self.new_id(),
            book_id: id.to_owned(),
            kind: WORKBOOK_158.to_owned(),
            sha256: self.blobs.put(Kept::Delivery, bytes).await?.to_string(),
            file_name,
            size_bytes,
            entries: number_of_entries as i64,
            created_by: me.person_id.clone(),
            created_at: self.clock.now_ms(),
        };
        let mut tx = self.store.begin().await?;
        let book = tx.lock_book(id).await?.ok_or(Error::NotFound("book"))?;
        book.state.after(BookStep::Deliver, counts, None)?;
        // The same file is the same delivery: a second click, or an answer that was lost.
        if let Some(before) = tx.delivery_of_file(id, &delivery.sha256).await? {
            return Ok(before.into());
        }
        tx.save_book_step(id, BookStep::Deliver, &me.person_id, delivery.created_at).await?;
        tx.add_delivery(&delivery).await?;
        let detail = json!({
            "delivery": delivery.id, "sha256": delivery.sha256, "entries": delivery.entries,
            "struck_left_out": struck_left_out,
        });
        self.record(&mut tx, Deed::of(me, "book.deliver", id).in_book(id).detail(detail)).await?;
        tx.commit().await?;
        Ok(delivery.into())
    }

    /// The deliveries of a book, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn deliveries(&self, book_id: &str) -> Result<Vec<DeliveryView>> {
        self.book_row(book_id).await?;
        let deliveries = self.store.deliveries_of_book(book_id).await?;
        Ok(deliveries.into_iter().map(DeliveryView::from).collect())
    }

    /// The file of a delivery, as it was made.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`].
    pub async fn workbook(&self, me: &Me, id: &str) -> Result<(DeliveryView, Bytes)> {
        me.needs(&[AccountRole::Supervisor, AccountRole::Admin])?;
        let delivery = self.store.delivery(id).await?.ok_or(Error::NotFound("delivery"))?;
        let bytes = self.blobs.get(Kept::Delivery, &blob_key(&delivery.sha256)?).await?;
        let mut tx = self.store.begin().await?;
        let deed = Deed::of(me, "delivery.download", id).in_book(&delivery.book_id);
        self.record(&mut tx, deed).await?;
        tx.commit().await?;
        Ok((delivery.into(), bytes))
    }

    /// Approved entries and, when the book goes out again, those that went out before. Struck-out ones stay behind
    /// unless the project says otherwise.
    async fn entries_to_deliver(&self, book: &Book) -> Result<ToDeliver> {
        let mut entries = self.store.entries_with_fields(&book.id, EntryState::Approved).await?;
        entries.extend(self.store.entries_with_fields(&book.id, EntryState::Delivered).await?);
        entries.sort_by_key(|e| e.entry.ordinal);
        let notes = self.store.notes_of_book(&book.id).await?;
        let struck: HashSet<&str> =
            notes.iter().filter(|n| n.kind == NoteKind::Struck).map(|n| n.entry_id.as_str()).collect();
        let all = entries.len();
        if !self.policy_of(book).await?.deliver_struck {
            entries.retain(|e| !struck.contains(e.entry.id.as_str()));
        }
        let mut remarks: HashMap<String, Vec<String>> = HashMap::new();
        for note in &notes {
            remarks.entry(note.entry_id.clone()).or_default().push(remark(note));
        }
        Ok(ToDeliver { struck_left_out: all - entries.len(), entries, remarks })
    }

    async fn workbook_of(
        &self,
        book: &Book,
        entries: Vec<EntryWithFields>,
        mut remarks: HashMap<String, Vec<String>>,
    ) -> Result<(String, Bytes)> {
        if book.kind != RegisterKind::Birth {
            return Err(Error::NoWorkbook(book.kind));
        }
        let delivered = DeliveredBook {
            number: book.number.clone(),
            year_opened: u16::try_from(book.year_opened).unwrap_or_default(),
            office: book.office.clone(),
        };
        let name = workbook_name(book.kind, &delivered);
        let forms: Vec<Arc<Form>> = self.forms.iter().cloned().map(Arc::new).collect();
        let mut out = Vec::with_capacity(entries.len());
        for entry in entries {
            let of_page = match &entry.entry.page_id {
                Some(id) => self.page_row(id).await?.form_id,
                None => None,
            };
            let form_id = entry.entry.form_id.clone().or(of_page).or_else(|| book.form_id.clone());
            let form_id = form_id.unwrap_or_default();
            let form = forms.iter().find(|f| f.id == form_id).ok_or(Error::NotFound("form"))?;
            let remarks = remarks.remove(&entry.entry.id).unwrap_or_default();
            out.push(values(entry, Arc::clone(form), remarks));
        }
        let as_of_secs = book.approved_at.unwrap_or_default() / 1000;
        let bytes = blocking(move || write_births(&delivered, &out, as_of_secs)).await??;
        Ok((name, bytes.into()))
    }
}

fn values(entry: EntryWithFields, form: Arc<Form>, remarks: Vec<String>) -> DeliveredEntry {
    let settled = entry.fields.into_iter().filter(|f| f.settled);
    DeliveredEntry { form, values: settled.filter_map(|f| Some((f.key, f.value?))).collect(), remarks }
}

/// A note beside an entry as it stands in the workbook's note column.
fn remark(note: &EntryNote) -> String {
    let words = match note.kind {
        NoteKind::Struck => format!("Gạch hủy trên sổ: {}", note.text),
        NoteKind::Margin => note.text.clone(),
    };
    if note.noted_on.is_empty() { words } else { format!("{}: {words}", note.noted_on) }
}
