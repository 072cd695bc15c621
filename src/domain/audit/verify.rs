//! Checking a chain against itself and against its signed heads.

use super::{Event, GENESIS, Hash, HeadPublicKey, SignedHead, value_hash};

/// The values kept beside an event, as long as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredValues {
    /// The salt of both hashes.
    pub salt: Vec<u8>,
    /// Canonical JSON before.
    pub before: Option<String>,
    /// Canonical JSON after.
    pub after: Option<String>,
}

/// The first thing found wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The event's content does not give its hash, or does not follow its predecessor.
    #[error("chain {book_id}: event {seq} was changed")]
    Changed {
        /// The chain.
        book_id: String,
        /// The event.
        seq: u64,
    },
    /// An event is not there though later ones are.
    #[error("chain {book_id}: event {seq} was removed")]
    Removed {
        /// The chain.
        book_id: String,
        /// The first event missing.
        seq: u64,
    },
    /// A signed head covers events that are not there.
    #[error("chain {book_id}: events {from} to {to}, covered by a signed head, were cut off")]
    CutOff {
        /// The chain.
        book_id: String,
        /// The first event missing.
        from: u64,
        /// The last event that the head covers.
        to: u64,
    },
    /// The chain is sound in itself but is not the one that was signed: it was written anew.
    #[error("chain {book_id}: an event from {from} to {to} was changed and the chain written anew")]
    Rewritten {
        /// The chain.
        book_id: String,
        /// The first event that no good head covers.
        from: u64,
        /// The event whose hash the head gives otherwise.
        to: u64,
    },
    /// A value kept beside an event is not the one whose hash the event holds.
    #[error("chain {book_id}: the value kept beside event {seq} was changed")]
    ValueChanged {
        /// The chain.
        book_id: String,
        /// The event.
        seq: u64,
    },
    /// A head's signature is not valid under the key given.
    #[error("chain {book_id}: the signature of the head at event {seq} is not valid")]
    BadSignature {
        /// The chain.
        book_id: String,
        /// The event that the head names.
        seq: u64,
    },
    /// A head was signed with a key that was not given.
    #[error("chain {book_id}: the head at event {seq} is signed with the unknown key {key_id}")]
    UnknownKey {
        /// The chain.
        book_id: String,
        /// The event that the head names.
        seq: u64,
        /// The key's short name.
        key_id: String,
    },
}

/// A chain in which nothing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainReport {
    /// Events in the chain.
    pub events: u64,
    /// The last event under a signed head; 0 when none is. Later events may have lost a tail unnoticed.
    pub covered: u64,
}

/// Checks one chain, event by event in order, so that no chain need fit into memory.
#[derive(Debug)]
pub struct ChainVerifier {
    book_id: String,
    /// Good signatures only, by sequence, ascending.
    heads: Vec<SignedHead>,
    next_head: usize,
    covered: u64,
    last_seq: u64,
    last_hash: Hash,
}

impl ChainVerifier {
    /// Starts on the chain `book_id` with its signed heads (in any order; from the database, an export, or
    /// both) and the public keys that are trusted.
    ///
    /// # Errors
    /// [`Fault::BadSignature`] and [`Fault::UnknownKey`].
    pub fn new(book_id: &str, mut heads: Vec<SignedHead>, keys: &[HeadPublicKey]) -> Result<Self, Fault> {
        heads.retain(|h| h.head.book_id == book_id);
        heads.sort_by_key(|h| h.head.seq);
        for signed in &heads {
            let (book_id, seq) = (book_id.to_owned(), signed.head.seq);
            let Some(key) = keys.iter().find(|k| k.id() == signed.key_id) else {
                return Err(Fault::UnknownKey { book_id, seq, key_id: signed.key_id.clone() });
            };
            if !key.signed(signed) {
                return Err(Fault::BadSignature { book_id, seq });
            }
        }
        let book_id = book_id.to_owned();
        Ok(Self { book_id, heads, next_head: 0, covered: 0, last_seq: 0, last_hash: GENESIS })
    }

    /// Takes the next event with the hashes stored beside it and its values, if they are still kept.
    ///
    /// # Errors
    /// The first [`Fault`] up to here; the verifier is of no further use then.
    pub fn push(
        &mut self,
        event: &Event,
        stored: (&Hash, &Hash),
        values: Option<&StoredValues>,
    ) -> Result<(), Fault> {
        let (prev_hash, hash) = stored;
        let book_id = || self.book_id.clone();
        let expected = self.last_seq + 1;
        if event.seq > expected {
            return Err(Fault::Removed { book_id: book_id(), seq: expected });
        }
        let follows = event.seq == expected && event.book_id == self.book_id && *prev_hash == self.last_hash;
        if !follows || event.hash(&self.last_hash) != *hash {
            return Err(Fault::Changed { book_id: book_id(), seq: event.seq });
        }
        if values.is_some_and(|v| !values_fit(event, v)) {
            return Err(Fault::ValueChanged { book_id: book_id(), seq: event.seq });
        }
        self.last_seq = expected;
        self.last_hash = *hash;
        self.meet_heads()
    }

    /// Compares the event just taken with the heads that name it.
    fn meet_heads(&mut self) -> Result<(), Fault> {
        while let Some(signed) = self.heads.get(self.next_head) {
            if signed.head.seq > self.last_seq {
                break;
            }
            if signed.head.hash != self.last_hash {
                let (from, to) = (self.covered + 1, signed.head.seq);
                return Err(Fault::Rewritten { book_id: self.book_id.clone(), from, to });
            }
            self.covered = signed.head.seq;
            self.next_head += 1;
        }
        Ok(())
    }

    /// After the last event.
    ///
    /// # Errors
    /// [`Fault::CutOff`] when a head covers more than there is.
    pub fn finish(self) -> Result<ChainReport, Fault> {
        match self.heads.last() {
            Some(signed) if signed.head.seq > self.last_seq => {
                Err(Fault::CutOff { book_id: self.book_id, from: self.last_seq + 1, to: signed.head.seq })
            }
            _ => Ok(ChainReport { events: self.last_seq, covered: self.covered }),
        }
    }
}

fn values_fit(event: &Event, values: &StoredValues) -> bool {
    let hash = |value: &Option<String>| value.as_deref().map(|v| value_hash(&values.salt, v));
    hash(&values.before) == event.before_hash && hash(&values.after) == event.after_hash
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
