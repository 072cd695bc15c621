//! What is written beside an entry: notes in the margin with their dates, and that it is struck out. Typed by one
//! person, checked by another; a book with an unchecked note is not accepted.

use super::asides::{MAY_CHECK, MAY_WORK, reasoned};
use super::by_hand::open_book;
use super::record::Deed;
use super::{App, Error, Me, Result};
use crate::domain::NoteKind;
use crate::domain::normalise::nfc;
use crate::store::{EntryNote, NewNote, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A note as a person enters it.
#[derive(Debug, Clone, Deserialize)]
pub struct NoteGiven {
    /// What it is.
    pub kind: NoteKind,
    /// The date it carries, as written; may be empty.
    #[serde(default)]
    pub noted_on: String,
    /// Its words, as written.
    #[serde(default)]
    pub text: String,
}

/// A note as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteView {
    /// UUIDv7.
    pub id: String,
    /// What it is.
    pub kind: NoteKind,
    /// The date it carries, as written.
    pub noted_on: String,
    /// Its words.
    pub text: String,
    /// The full name of who entered it.
    pub entered_by: String,
    /// When it was entered, ms.
    pub entered_at: i64,
    /// A second person agreed with it.
    pub checked: bool,
    /// It waits for somebody who is not its author, and the person asking is not.
    pub may_check: bool,
    /// The person asking may drop it.
    pub may_drop: bool,
}

/// Longest date and text, characters.
const MAX_CHARS: [usize; 2] = [60, 2_000];

impl NoteView {
    pub(super) fn new(note: &EntryNote, me: &Me) -> Self {
        let checked = note.people.checked_by.is_some();
        Self {
            id: note.id.clone(),
            kind: note.kind,
            noted_on: note.noted_on.clone(),
            text: note.text.clone(),
            entered_by: note.entered_name.clone(),
            entered_at: note.entered_at,
            checked,
            may_check: !checked && me.has_any(&MAY_CHECK) && note.people.may_check(&me.person_id).is_ok(),
            may_drop: me.has_any(&MAY_WORK) && note.people.may_drop(&me.person_id).is_ok(),
        }
    }
}

impl App {
    /// The standing notes of an entry, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn notes(&self, me: &Me, entry_id: &str) -> Result<Vec<NoteView>> {
        self.store.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        let notes = self.store.notes(entry_id).await?;
        Ok(notes.iter().map(|note| NoteView::new(note, me)).collect())
    }

    /// Enters a note. The same note of the same person is entered once.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Refused`], [`Error::BadInput`].
    pub async fn add_note(&self, me: &Me, entry_id: &str, given: &NoteGiven) -> Result<Vec<NoteView>> {
        me.needs(&MAY_WORK)?;
        let (noted_on, text) = tidied(given)?;
        let standing = self.store.notes(entry_id).await?;
        let is_same = |n: &EntryNote| {
            let author = n.people.entered_by == me.person_id;
            author && n.kind == given.kind && n.noted_on == noted_on && n.text == text
        };
        if standing.iter().any(is_same) {
            return self.notes(me, entry_id).await;
        }
        let (mut tx, entry) = self.entry_of_open_book(entry_id).await?;
        let (id, now) = (self.new_id(), self.clock.now_ms());
        let note = NewNote {
            id: &id,
            entry_id,
            book_id: &entry.book_id,
            kind: given.kind,
            noted_on: &noted_on,
            text: &text,
            entered_by: &me.person_id,
            entered_at: now,
        };
        tx.add_note(&note).await?;
        let detail = json!({ "note": id, "kind": given.kind });
        let deed = Deed::of(me, "note.add", entry_id).in_book(&entry.book_id).detail(detail);
        let after = Some(json!({ "noted_on": noted_on, "text": text }));
        self.record(&mut tx, Deed { after, ..deed }).await?;
        tx.commit().await?;
        self.notes(me, entry_id).await
    }

    /// A second person agrees with a note. Once is enough.
    ///
    /// # Errors
    /// As [`Self::add_note`].
    pub async fn check_note(&self, me: &Me, entry_id: &str, id: &str) -> Result<Vec<NoteView>> {
        me.needs(&MAY_CHECK)?;
        let (mut tx, note) = self.note_of_open_book(entry_id, id).await?;
        note.people.may_check(&me.person_id)?;
        if tx.check_note(id, &me.person_id, self.clock.now_ms()).await? {
            let deed = Deed::of(me, "note.check", entry_id).in_book(&note.book_id);
            self.record(&mut tx, deed.detail(json!({ "note": id, "kind": note.kind }))).await?;
            tx.commit().await?;
        }
        self.notes(me, entry_id).await
    }

    /// Drops a note that was entered by mistake, for a reason. Once checked, only a third person can.
    ///
    /// # Errors
    /// As [`Self::add_note`].
    pub async fn drop_note(&self, me: &Me, entry_id: &str, id: &str, why: &str) -> Result<Vec<NoteView>> {
        me.needs(&MAY_WORK)?;
        let why = reasoned(why)?;
        let (mut tx, note) = self.note_of_open_book(entry_id, id).await?;
        note.people.may_drop(&me.person_id)?;
        if tx.drop_note(id, &me.person_id, why, self.clock.now_ms()).await? {
            let detail = json!({ "note": id, "kind": note.kind, "reason": why });
            let deed = Deed::of(me, "note.drop", entry_id).in_book(&note.book_id).detail(detail);
            self.record(&mut tx, Deed { before: Some(said(&note)), ..deed }).await?;
            tx.commit().await?;
        }
        self.notes(me, entry_id).await
    }

    async fn note_of_open_book(&self, entry_id: &str, id: &str) -> Result<(Tx, EntryNote)> {
        let book_id = self.store.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?.book_id;
        let mut tx = self.store.begin().await?;
        open_book(&mut tx, &book_id).await?;
        let note = tx.lock_note(id).await?.filter(|note| note.entry_id == entry_id && !note.is_dropped);
        Ok((tx, note.ok_or(Error::NotFound("note"))?))
    }
}

fn said(note: &EntryNote) -> Value {
    json!({ "noted_on": note.noted_on, "text": note.text })
}

/// Date and words in NFC with their ends trimmed. That an entry is struck out needs no words of its own.
fn tidied(given: &NoteGiven) -> Result<(String, String)> {
    let tidy = |text: &str| nfc(text).trim().to_owned();
    let (noted_on, mut text) = (tidy(&given.noted_on), tidy(&given.text));
    if text.is_empty() && given.kind == NoteKind::Struck {
        "hủy".clone_into(&mut text);
    }
    let lengths = [noted_on.chars().count(), text.chars().count()];
    let mut wrong = Vec::new();
    if lengths[0] > MAX_CHARS[0] {
        wrong.push("noted_on");
    }
    if lengths[1] == 0 || lengths[1] > MAX_CHARS[1] {
        wrong.push("text");
    }
    if wrong.is_empty() { Ok((noted_on, text)) } else { Err(Error::BadInput(wrong)) }
}
