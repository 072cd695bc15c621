//! What goes into the audit log.

use super::{App, Me, Result};
use crate::domain::audit::SYSTEM_CHAIN;
use crate::store::{NewEvent, Tx};
use serde_json::Value;

/// Something done, on its way into the log. Values of registers go into `before` and `after` only, of which
/// the log keeps salted hashes.
#[derive(Debug)]
pub(super) struct Deed<'a> {
    pub(super) chain: &'a str,
    pub(super) me: Option<&'a Me>,
    pub(super) action: &'static str,
    pub(super) subject: &'a str,
    pub(super) detail: Value,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

impl<'a> Deed<'a> {
    /// Something a person did that belongs to no book.
    pub(super) fn of(me: &'a Me, action: &'static str, subject: &'a str) -> Self {
        Self { me: Some(me), ..Self::of_system(action, subject) }
    }

    /// Something the program, or whoever sits at its command line, did.
    pub(super) fn of_system(action: &'static str, subject: &'a str) -> Self {
        let detail = Value::Object(serde_json::Map::new());
        Self { chain: SYSTEM_CHAIN, me: None, action, subject, detail, before: None, after: None }
    }

    /// It happened to a book or something in it.
    pub(super) fn in_book(self, book_id: &'a str) -> Self {
        Self { chain: book_id, ..self }
    }

    /// Circumstances: no register values, no personal data.
    pub(super) fn detail(self, detail: Value) -> Self {
        Self { detail, ..self }
    }
}

impl App {
    /// Writes a deed into the log, in the same transaction as the change itself and last in it (it locks the
    /// chain).
    pub(super) async fn record(&self, tx: &mut Tx, deed: Deed<'_>) -> Result<()> {
        let event = NewEvent {
            book_id: deed.chain,
            at: self.clock.now_ms(),
            account_id: deed.me.map(|me| me.account_id.as_str()),
            address: deed.me.map(|me| me.address.as_str()),
            action: deed.action,
            subject: deed.subject,
            detail: deed.detail,
            before: deed.before,
            after: deed.after,
            salt: self.random.bytes(),
        };
        tx.append_event(&event).await?;
        Ok(())
    }
}
