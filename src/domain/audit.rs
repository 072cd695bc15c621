//! The audit log: who did what, when, from where. Events of a book form a chain of hashes; signed heads say
//! how far the chain reached at a time, so that nothing before a head can be changed or cut off unnoticed.
//!
//! Values never stand in an event, only their salted hashes; the values lie beside it and may be deleted.

use sha2::{Digest, Sha256};

mod head;
mod verify;

pub use head::{Head, HeadKey, HeadPublicKey, KeyError, SignedHead};
pub use verify::{ChainReport, ChainVerifier, Fault, StoredValues};

/// The chain for events that belong to no book: log-ins, accounts, settings.
pub const SYSTEM_CHAIN: &str = "system";

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What stands before the first event of a chain.
pub const GENESIS: Hash = [0; 32];

/// One event as it is hashed. `seq` counts from 1 within its chain without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The chain: a book's id, or [`SYSTEM_CHAIN`].
    pub book_id: String,
    /// Place in the chain, from 1.
    pub seq: u64,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// The account that acted; none for the system itself.
    pub account_id: Option<String>,
    /// The network address it came from.
    pub address: Option<String>,
    /// What was done, e.g. `entry.submit`.
    pub action: String,
    /// What it was done to, e.g. an entry's id.
    pub subject: String,
    /// Circumstances as JSON text; no register values, no personal data.
    pub detail: String,
    /// [`value_hash`] of the value before, where there was one.
    pub before_hash: Option<Hash>,
    /// [`value_hash`] of the value after, where there is one.
    pub after_hash: Option<Hash>,
}

impl Event {
    /// The event's hash, given that of its predecessor ([`GENESIS`] for the first).
    #[must_use]
    pub fn hash(&self, prev_hash: &Hash) -> Hash {
        let mut canon = Canon::new(b"sohoa-audit-event-v1");
        canon.part(self.book_id.as_bytes());
        canon.part(&self.seq.to_be_bytes());
        canon.part(&self.at.to_be_bytes());
        canon.optional(self.account_id.as_deref().map(str::as_bytes));
        canon.optional(self.address.as_deref().map(str::as_bytes));
        canon.part(self.action.as_bytes());
        canon.part(self.subject.as_bytes());
        canon.part(self.detail.as_bytes());
        canon.optional(self.before_hash.as_ref().map(|h| &h[..]));
        canon.optional(self.after_hash.as_ref().map(|h| &h[..]));
        canon.part(prev_hash);
        canon.finish()
    }
}

/// The salted hash that stands in an event for a value: SHA-256(tag, salt, canonical JSON of the value).
#[must_use]
pub fn value_hash(salt: &[u8], canonical_value: &str) -> Hash {
    let mut canon = Canon::new(b"sohoa-audit-value-v1");
    canon.part(salt);
    canon.part(canonical_value.as_bytes());
    canon.finish()
}

/// JSON text with the keys of every object in byte order and no spaces: one text for one value.
#[must_use]
pub fn canonical_json(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let members: Vec<String> = keys
                .into_iter()
                .map(|k| format!("{}:{}", Value::String(k.clone()), canonical_json(&map[k])))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical_json).collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// Feeds parts with their lengths into SHA-256, so that no two lists of parts give the same bytes.
pub(crate) struct Canon(Sha256);

impl Canon {
    pub(crate) fn new(tag: &[u8]) -> Self {
        let mut canon = Self(Sha256::new());
        canon.part(tag);
        canon
    }

    pub(crate) fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => {
                self.part(&[1]);
                self.part(bytes);
            }
            None => self.part(&[0]),
        }
    }

    pub(crate) fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Event {
        Event {
            book_id: "b".into(),
            seq: 1,
            at: 5,
            account_id: None,
            address: Some("10.0.0.1".into()),
            action: "entry.submit".into(),
            subject: "e".into(),
            detail: "{}".into(),
            before_hash: None,
            after_hash: Some([7; 32]),
        }
    }

    #[test]
    fn the_canonical_form_does_not_depend_on_the_order_of_keys() {
        let a = json!({"b": [1, {"y": null, "x": "ê\"\n"}], "a": true});
        assert_eq!(canonical_json(&a), r#"{"a":true,"b":[1,{"x":"ê\"\n","y":null}]}"#);
    }

    #[test]
    fn every_part_of_an_event_counts() {
        let base = event().hash(&GENESIS);
        let changed: Vec<Hash> = vec![
            Event { book_id: "c".into(), ..event() }.hash(&GENESIS),
            Event { seq: 2, ..event() }.hash(&GENESIS),
            Event { at: 6, ..event() }.hash(&GENESIS),
            Event { account_id: Some(String::new()), ..event() }.hash(&GENESIS),
            Event { address: None, ..event() }.hash(&GENESIS),
            Event { action: "entry.verify".into(), ..event() }.hash(&GENESIS),
            Event { subject: "f".into(), ..event() }.hash(&GENESIS),
            Event { detail: "[]".into(), ..event() }.hash(&GENESIS),
            Event { before_hash: Some([7; 32]), after_hash: None, ..event() }.hash(&GENESIS),
            event().hash(&[1; 32]),
        ];
        assert!(changed.iter().all(|h| *h != base));
        assert_eq!(event().hash(&GENESIS), base);
    }

    #[test]
    fn a_value_cannot_be_guessed_without_its_salt() {
        assert_ne!(value_hash(b"salt", "\"Nam\""), value_hash(b"other", "\"Nam\""));
        assert_ne!(value_hash(b"sa", "lt"), value_hash(b"sal", "t"));
    }
}
