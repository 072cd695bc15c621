//! Entries that go on, on a page after the one they begin on: its ink is shown too.

use super::asides::{MAY_WORK, reasoned};
use super::books::MAY_UPLOAD;
use super::record::Deed;
use super::{App, Error, Me, Result};
use crate::domain::EntryState;
use crate::domain::review::{Aside, EntryStep};
use crate::store::{Entry, Tx};
use serde_json::json;

impl App {
    /// Records that an entry goes on, on a page of its book. What the machine took for entries of that page and
    /// nobody has typed is set aside, for another person to confirm. Known before, it changes nothing.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Refused`], [`Error::BadInput`].
    pub async fn continue_on(&self, me: &Me, entry_id: &str, page_id: &str, reason: &str) -> Result<()> {
        me.needs(&[&MAY_UPLOAD[..], &MAY_WORK].concat())?;
        let reason = reasoned(reason)?;
        let page = self.page_row(page_id).await?;
        let on_page = self.store.entries_of_page(page_id).await?;
        let (mut tx, entry) = self.entry_of_open_book(entry_id).await?;
        if page.book_id != entry.book_id || entry.page_id.as_deref() == Some(page_id) {
            return Err(Error::BadInput(vec!["page_id"]));
        }
        if !tx.add_continuation(entry_id, page_id).await? {
            return Ok(());
        }
        let found = self.set_untouched_aside(&mut tx, me, on_page, reason).await?;
        let detail = json!({ "page": page_id, "reason": reason, "set_aside": found });
        let deed = Deed::of(me, "entry.continue", entry_id).in_book(&entry.book_id).detail(detail);
        self.record(&mut tx, deed).await?;
        Ok(tx.commit().await?)
    }

    /// Takes that back. What was set aside stays so until somebody restores it.
    ///
    /// # Errors
    /// As [`Self::continue_on`].
    pub async fn end_continuation(&self, me: &Me, entry_id: &str, page_id: &str) -> Result<()> {
        me.needs(&[&MAY_UPLOAD[..], &MAY_WORK].concat())?;
        let (mut tx, entry) = self.entry_of_open_book(entry_id).await?;
        if !tx.remove_continuation(entry_id, page_id).await? {
            return Err(Error::NotFound("continuation"));
        }
        let detail = json!({ "page": page_id });
        let deed = Deed::of(me, "entry.continue_not", entry_id).in_book(&entry.book_id).detail(detail);
        self.record(&mut tx, deed).await?;
        Ok(tx.commit().await?)
    }

    async fn set_untouched_aside(
        &self,
        tx: &mut Tx,
        me: &Me,
        entries: Vec<Entry>,
        reason: &str,
    ) -> Result<Vec<String>> {
        let is_untouched = |e: &Entry| e.state == EntryState::Proposed && e.by_hand.is_none();
        let mut found = Vec::new();
        for entry in entries.into_iter().filter(is_untouched) {
            let Some(locked) = tx.lock_entry(&entry.id).await?.filter(is_untouched) else { continue };
            locked.state.after(EntryStep::SetAside)?;
            let by = Some(me.person_id.clone());
            let aside = Aside { from: locked.state, reason: reason.to_owned(), by };
            tx.set_aside(&entry.id, &aside, self.clock.now_ms()).await?;
            found.push(entry.id);
        }
        Ok(found)
    }
}
