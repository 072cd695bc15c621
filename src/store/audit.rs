//! The audit log as stored. Appending is part of the transaction that makes the change.

use super::arm::{Db, Row, Tx, binds};
use super::error::{Result, StoreError};
use super::paging::After;
use crate::domain::audit::{
    ChainReport, ChainVerifier, Event, Fault, GENESIS, Hash, Head, HeadPublicKey, SignedHead, StoredValues,
    canonical_json, value_hash,
};
use serde_json::Value;

/// An event on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent<'a> {
    /// The book, or [`crate::domain::audit::SYSTEM_CHAIN`].
    pub book_id: &'a str,
    /// When, ms.
    pub at: i64,
    /// The account that acted; none for the system itself.
    pub account_id: Option<&'a str>,
    /// The network address it came from.
    pub address: Option<&'a str>,
    /// What was done, e.g. `entry.submit`.
    pub action: &'a str,
    /// What it was done to, e.g. an entry's id.
    pub subject: &'a str,
    /// Circumstances; no register values, no personal data: this part is never deleted.
    pub detail: Value,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
    /// Fresh random bytes, so that nobody guesses a value from its hash.
    pub salt: [u8; 16],
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// What is hashed.
    pub event: Event,
    /// The predecessor's hash.
    pub prev_hash: Hash,
    /// Its own.
    pub hash: Hash,
    /// Its values, unless there were none or they were deleted.
    pub values: Option<StoredValues>,
}

/// Why a chain could not be checked, or what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The chain is not sound.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const TIP_LOCKED: &str = "INSERT INTO audit_chain (book_id, seq, hash, signed_seq) VALUES ($1, 0, $2, 0)
    ON CONFLICT (book_id) DO UPDATE SET seq = audit_chain.seq RETURNING seq, hash";
const TIP: &str = "SELECT seq, hash FROM audit_chain WHERE book_id = $1";
const MOVE_TIP: &str = "UPDATE audit_chain SET seq = $2, hash = $3 WHERE book_id = $1";
const ADD_EVENT: &str =
    "INSERT INTO audit_event (book_id, seq, at, account_id, address, action, subject, detail,
      before_hash, after_hash, prev_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const ADD_VALUES: &str =
    "INSERT INTO audit_value (book_id, seq, salt, before, after) VALUES ($1, $2, $3, $4, $5)";
const RECORDS: &str = "SELECT e.book_id, e.seq, e.at, e.account_id, e.address, e.action, e.subject, e.detail,
      e.before_hash, e.after_hash, e.prev_hash, e.hash, v.salt, v.before, v.after
    FROM audit_event e LEFT JOIN audit_value v ON v.book_id = e.book_id AND v.seq = e.seq
    WHERE e.book_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3";
const OF_SUBJECT: &str =
    "SELECT e.book_id, e.seq, e.at, e.account_id, e.address, e.action, e.subject, e.detail,
      e.before_hash, e.after_hash, e.prev_hash, e.hash, v.salt, v.before, v.after
    FROM audit_event e LEFT JOIN audit_value v ON v.book_id = e.book_id AND v.seq = e.seq
    WHERE e.subject = $1 ORDER BY e.at, e.book_id, e.seq LIMIT $2";
const FORGET: &str = "DELETE FROM audit_value WHERE book_id = $1
    AND seq IN (SELECT seq FROM audit_event WHERE book_id = $1 AND subject = $2)";
const CHAINS: &str = "SELECT book_id FROM (SELECT book_id FROM audit_chain WHERE book_id > $1
      ORDER BY book_id LIMIT $2) tips
    UNION SELECT book_id FROM (SELECT DISTINCT book_id FROM audit_event WHERE book_id > $1
      ORDER BY book_id LIMIT $2) events
    UNION SELECT book_id FROM (SELECT DISTINCT book_id FROM audit_head WHERE book_id > $1
      ORDER BY book_id LIMIT $2) heads
    ORDER BY book_id LIMIT $2";
const UNSIGNED: &str = "SELECT book_id, seq, hash FROM audit_chain WHERE signed_seq < seq
    ORDER BY book_id LIMIT $1";
const ADD_HEAD: &str = "INSERT INTO audit_head (book_id, seq, hash, signed_at, signature, key_id)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (book_id, seq, key_id) DO NOTHING";
const MARK_SIGNED: &str = "UPDATE audit_chain SET signed_seq = $2 WHERE book_id = $1 AND signed_seq < $2";
const HEADS: &str = "SELECT book_id, seq, hash, signed_at, signature, key_id FROM audit_head
    WHERE book_id = $1 ORDER BY seq, key_id";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[
    TIP_LOCKED,
    TIP,
    MOVE_TIP,
    ADD_EVENT,
    ADD_VALUES,
    RECORDS,
    OF_SUBJECT,
    FORGET,
    CHAINS,
    UNSIGNED,
    ADD_HEAD,
    MARK_SIGNED,
    HEADS,
];

/// Events read at a time while a chain is checked.
const VERIFY_BATCH: u32 = 1_000;

impl AuditRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let event = Event {
            book_id: row.text("book_id")?,
            seq: row.count("seq")?,
            at: row.int("at")?,
            account_id: row.opt_text("account_id")?,
            address: row.opt_text("address")?,
            action: row.text("action")?,
            subject: row.text("subject")?,
            detail: row.text("detail")?,
            before_hash: row.opt_text("before_hash")?.map(|h| bytes("before_hash", &h)).transpose()?,
            after_hash: row.opt_text("after_hash")?.map(|h| bytes("after_hash", &h)).transpose()?,
        };
        let values = row.opt_text("salt")?.map(|salt| {
            let salt = hex::decode(&salt)
                .map_err(|_| StoreError::BadValue { column: "salt", value: salt.clone() })?;
            Ok::<_, StoreError>(StoredValues {
                salt,
                before: row.opt_text("before")?,
                after: row.opt_text("after")?,
            })
        });
        Ok(Self {
            event,
            prev_hash: bytes("prev_hash", &row.text("prev_hash")?)?,
            hash: bytes("hash", &row.text("hash")?)?,
            values: values.transpose()?,
        })
    }
}

fn bytes<const N: usize>(column: &'static str, text: &str) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| StoreError::BadValue { column, value: text.to_owned() })?;
    Ok(bytes)
}

fn seq_column(seq: u64) -> Result<i64> {
    i64::try_from(seq).map_err(|_| StoreError::BadValue { column: "seq", value: seq.to_string() })
}

impl Tx {
    /// Appends an event to its chain and gives its place. Locks the chain until the end of the transaction:
    /// append last, after the rows that the event is about.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn append_event(&mut self, new: &NewEvent<'_>) -> Result<u64> {
        let tip = self.row(TIP_LOCKED, binds![new.book_id, hex::encode(GENESIS)]).await?;
        let tip = tip.ok_or(StoreError::BadValue { column: "audit_chain", value: new.book_id.to_owned() })?;
        let prev_hash: Hash = bytes("hash", &tip.text("hash")?)?;
        let values = StoredValues {
            salt: new.salt.to_vec(),
            before: new.before.as_ref().map(canonical_json),
            after: new.after.as_ref().map(canonical_json),
        };
        let event = new.at_place(tip.count("seq")? + 1, &values);
        let hash = event.hash(&prev_hash);
        self.add_event(&event, &prev_hash, &hash).await?;
        let seq = seq_column(event.seq)?;
        if values.before.is_some() || values.after.is_some() {
            let salt = hex::encode(&values.salt);
            let binds = binds![new.book_id, seq, salt, &values.before, &values.after];
            self.write(ADD_VALUES, binds).await?;
        }
        self.write(MOVE_TIP, binds![new.book_id, seq, hex::encode(hash)]).await?;
        Ok(event.seq)
    }

    async fn add_event(&mut self, event: &Event, prev_hash: &Hash, hash: &Hash) -> Result<()> {
        let binds = binds![
            &event.book_id,
            seq_column(event.seq)?,
            event.at,
            &event.account_id,
            &event.address,
            &event.action,
            &event.subject,
            &event.detail,
            &event.before_hash.map(hex::encode),
            &event.after_hash.map(hex::encode),
            hex::encode(prev_hash),
            hex::encode(hash),
        ];
        self.write(ADD_EVENT, binds).await.map(drop)
    }

    /// Deletes the values kept beside the events on a subject; the events and their hashes stay. Gives the
    /// number of events that lost their values.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_audit_values(&mut self, book_id: &str, subject: &str) -> Result<u64> {
        self.write(FORGET, binds![book_id, subject]).await
    }

    /// Stores a signed head.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_head(&mut self, signed: &SignedHead) -> Result<()> {
        let Head { book_id, seq, hash, signed_at } = &signed.head;
        let seq = seq_column(*seq)?;
        let (hash, signature) = (hex::encode(hash), hex::encode(signed.signature));
        let binds = binds![book_id, seq, hash, *signed_at, signature, &signed.key_id];
        self.write(ADD_HEAD, binds).await?;
        self.write(MARK_SIGNED, binds![book_id, seq]).await.map(drop)
    }
}

impl NewEvent<'_> {
    fn at_place(&self, seq: u64, values: &StoredValues) -> Event {
        let hash = |value: &Option<String>| value.as_deref().map(|v| value_hash(&self.salt, v));
        Event {
            book_id: self.book_id.to_owned(),
            seq,
            at: self.at,
            account_id: self.account_id.map(str::to_owned),
            address: self.address.map(str::to_owned),
            action: self.action.to_owned(),
            subject: self.subject.to_owned(),
            detail: canonical_json(&self.detail),
            before_hash: hash(&values.before),
            after_hash: hash(&values.after),
        }
    }
}

impl Db {
    /// Events of a chain after `after_seq` (0 to begin), in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_records(&self, book_id: &str, after_seq: u64, limit: u32) -> Result<Vec<AuditRecord>> {
        let rows = self.rows(RECORDS, binds![book_id, seq_column(after_seq)?, limit]).await?;
        rows.iter().map(AuditRecord::from_row).collect()
    }

    /// What was done to a subject, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_of_subject(&self, subject: &str, limit: u32) -> Result<Vec<AuditRecord>> {
        self.rows(OF_SUBJECT, binds![subject, limit]).await?.iter().map(AuditRecord::from_row).collect()
    }

    /// Names of chains of which anything is left, be it only a signed head.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_chains(&self, after: After<'_>) -> Result<Vec<String>> {
        let rows = self.rows(CHAINS, binds![after.ascending(), after.limit]).await?;
        rows.iter().map(|row| row.text("book_id")).collect()
    }

    /// The tips of chains that grew since they were signed last, as heads to be signed at `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsigned_heads(&self, now: i64, limit: u32) -> Result<Vec<Head>> {
        let head = |row: &Row| {
            let hash = bytes("hash", &row.text("hash")?)?;
            Ok(Head { book_id: row.text("book_id")?, seq: row.count("seq")?, hash, signed_at: now })
        };
        self.rows(UNSIGNED, binds![limit]).await?.iter().map(head).collect()
    }

    /// The signed heads of a chain, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_heads(&self, book_id: &str) -> Result<Vec<SignedHead>> {
        let head = |row: &Row| {
            Ok(SignedHead {
                head: Head {
                    book_id: row.text("book_id")?,
                    seq: row.count("seq")?,
                    hash: bytes("hash", &row.text("hash")?)?,
                    signed_at: row.int("signed_at")?,
                },
                signature: bytes("signature", &row.text("signature")?)?,
                key_id: row.text("key_id")?,
            })
        };
        self.rows(HEADS, binds![book_id]).await?.iter().map(head).collect()
    }

    /// Checks a chain from its first event to its last against its hashes, its signed heads and `exported`
    /// ones (kept outside the database; those of other chains are passed over).
    ///
    /// # Errors
    /// [`VerifyError::Fault`] with the first thing that is wrong.
    pub async fn verify_chain(
        &self,
        book_id: &str,
        exported: &[SignedHead],
        keys: &[HeadPublicKey],
    ) -> Result<ChainReport, VerifyError> {
        // The tip is read first: events appended meanwhile only make the chain longer than it says.
        let tip = self.row(TIP, binds![book_id]).await?.map(|row| row.count("seq")).transpose()?.unwrap_or(0);
        let mut heads = self.audit_heads(book_id).await?;
        heads.extend_from_slice(exported);
        let mut verifier = ChainVerifier::new(book_id, heads, keys)?;
        let mut last_seq = 0;
        loop {
            let records = self.audit_records(book_id, last_seq, VERIFY_BATCH).await?;
            let Some(last) = records.last() else { break };
            last_seq = last.event.seq;
            for r in &records {
                verifier.push(&r.event, (&r.prev_hash, &r.hash), r.values.as_ref())?;
            }
        }
        let report = verifier.finish()?;
        if tip > report.events {
            let book_id = book_id.to_owned();
            return Err(Fault::CutOff { book_id, from: report.events + 1, to: tip }.into());
        }
        Ok(report)
    }
}
