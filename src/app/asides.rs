//! What is no entry: a place that the machine saw no ink at, or an entry that a person holds to be none. Nothing
//! is taken away: another person confirms it, and anybody who types or verifies can bring it back.

use super::by_hand::open_book;
use super::record::Deed;
use super::{App, EntryOutcome, Error, Me, Result};
use crate::domain::review::{Aside, EntryStep};
use crate::domain::{AccountRole, EntryState};
use crate::store::{Entry, Tx};
use serde_json::json;

/// Longest reason, characters.
const MAX_REASON_CHARS: usize = 500;
/// Who works on entries.
pub(super) const MAY_WORK: [AccountRole; 3] =
    [AccountRole::Typist, AccountRole::Verifier, AccountRole::Supervisor];
/// Who agrees with what another did.
pub(super) const MAY_CHECK: [AccountRole; 2] = [AccountRole::Verifier, AccountRole::Supervisor];

/// A reason with its ends trimmed.
///
/// # Errors
/// [`Error::BadInput`] when there is none, or it is far too long.
pub(super) fn reasoned(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    match reason.chars().count() {
        1..=MAX_REASON_CHARS => Ok(reason),
        _ => Err(Error::BadInput(vec!["reason"])),
    }
}

impl App {
    /// Holds an entry to be none, for a reason. Who has it in hand loses it.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Refused`], [`Error::BadInput`].
    pub async fn set_aside(&self, me: &Me, entry_id: &str, reason: &str) -> Result<EntryOutcome> {
        me.needs(&MAY_WORK)?;
        let reason = reasoned(reason)?;
        let (mut tx, entry) = self.entry_of_open_book(entry_id).await?;
        let state = entry.state.after(EntryStep::SetAside)?;
        let aside = Aside { from: entry.state, reason: reason.to_owned(), by: Some(me.person_id.clone()) };
        tx.set_aside(entry_id, &aside, self.clock.now_ms()).await?;
        let detail = json!({ "from": entry.state, "reason": reason });
        let deed = Deed::of(me, "entry.set_aside", entry_id).in_book(&entry.book_id).detail(detail);
        self.finish_aside(tx, deed, state).await
    }

    /// Another person than who set it aside confirms that it is no entry.
    ///
    /// # Errors
    /// As [`Self::set_aside`].
    pub async fn confirm_no_entry(&self, me: &Me, entry_id: &str) -> Result<EntryOutcome> {
        me.needs(&MAY_CHECK)?;
        let (mut tx, entry) = self.entry_of_open_book(entry_id).await?;
        let aside = entry.aside.as_ref().ok_or(wrong(entry.state, EntryStep::ConfirmNoEntry))?;
        let state = aside.confirmed(entry.state, &me.person_id)?;
        tx.confirm_no_entry(entry_id, &me.person_id, self.clock.now_ms()).await?;
        let detail = json!({ "reason": aside.reason, "by_machine": aside.by.is_none() });
        let deed = Deed::of(me, "entry.no_entry", entry_id).in_book(&entry.book_id).detail(detail);
        self.finish_aside(tx, deed, state).await
    }

    /// It is an entry after all: it stands again where it stood. So is an entry added at a place of the page that
    /// the machine took for empty.
    ///
    /// # Errors
    /// As [`Self::set_aside`].
    pub async fn restore_entry(&self, me: &Me, entry_id: &str, reason: &str) -> Result<EntryOutcome> {
        me.needs(&MAY_WORK)?;
        let reason = reasoned(reason)?;
        let (mut tx, entry) = self.entry_of_open_book(entry_id).await?;
        let aside = entry.aside.as_ref().ok_or(wrong(entry.state, EntryStep::Restore))?;
        let state = aside.restored(entry.state)?;
        tx.restore_entry(entry_id, state, self.clock.now_ms()).await?;
        let detail = json!({ "to": state, "reason": reason, "by_machine": aside.by.is_none() });
        let deed = Deed::of(me, "entry.restore", entry_id).in_book(&entry.book_id).detail(detail);
        self.finish_aside(tx, deed, state).await
    }

    /// The entry, locked, of a book that still takes work, locked as well.
    pub(super) async fn entry_of_open_book(&self, entry_id: &str) -> Result<(Tx, Entry)> {
        let book_id = self.store.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?.book_id;
        let mut tx = self.store.begin().await?;
        open_book(&mut tx, &book_id).await?;
        let entry = tx.lock_entry(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        Ok((tx, entry))
    }

    async fn finish_aside(&self, mut tx: Tx, deed: Deed<'_>, state: EntryState) -> Result<EntryOutcome> {
        self.record(&mut tx, deed).await?;
        tx.commit().await?;
        Ok(EntryOutcome { state })
    }
}

fn wrong(state: EntryState, step: EntryStep) -> Error {
    crate::domain::review::Refusal::WrongState { state, step }.into()
}
