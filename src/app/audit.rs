//! The audit log: signing heads every day, checking every chain, exporting the heads.

use super::accounts::blocking;
use super::{App, Error, Result};
use crate::domain::audit::{Head, HeadPublicKey, SignedHead};
use crate::store::After;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

/// What a check of every chain found when it found nothing wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Chains checked.
    pub chains: u64,
    /// Events in them.
    pub events: u64,
    /// Events that a signed head covers; the others could lose their end unnoticed until the next signing.
    pub covered: u64,
}

/// A signed head as one line of JSON, to be kept by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedHead {
    /// The chain.
    pub book_id: String,
    /// Its last event then.
    pub seq: u64,
    /// That event's hash, hexadecimal.
    pub hash: String,
    /// When it was signed, ms.
    pub signed_at: i64,
    /// Ed25519, hexadecimal.
    pub signature: String,
    /// Short name of the key.
    pub key_id: String,
}

/// No exported head is longer, bytes.
const LONGEST_LINE: u64 = 4_096;
/// Chains, or heads, taken at once.
const BATCH: u32 = 500;

impl App {
    /// Signs the head of every chain that grew since it was signed last, and writes the heads into the file
    /// beside the key as well; gives their number.
    ///
    /// # Errors
    /// When the database or that file fails.
    pub async fn sign_audit_heads(&self) -> Result<u64> {
        let mut signed = 0;
        loop {
            let heads = self.store.unsigned_heads(self.clock.now_ms(), BATCH).await?;
            let heads: Vec<SignedHead> = heads.into_iter().map(|head| self.keys.audit.sign(head)).collect();
            if heads.is_empty() {
                return Ok(signed);
            }
            self.write_down(&heads).await?;
            let mut tx = self.store.begin().await?;
            for head in &heads {
                tx.save_head(head).await?;
            }
            tx.commit().await?;
            signed += heads.len() as u64;
            if heads.len() < BATCH as usize {
                return Ok(signed);
            }
        }
    }

    async fn write_down(&self, heads: &[SignedHead]) -> Result<()> {
        let Some(file) = self.keys.heads_file.clone() else { return Ok(()) };
        let lines: String = heads.iter().map(|head| export_line(head) + "\n").collect();
        let append = move || {
            let mut file = File::options().create(true).read(true).append(true).open(file)?;
            end_last_line(&mut file)?;
            file.write_all(lines.as_bytes())?;
            file.sync_all()
        };
        blocking(append).await?.map_err(|error| heads_file_failed(&error))
    }

    /// The heads written down beside the key. A last line that a crash cut off is left out: its head is
    /// signed again.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub async fn heads_written_down(&self) -> Result<Vec<SignedHead>> {
        let Some(file) = self.keys.heads_file.clone() else { return Ok(Vec::new()) };
        match blocking(move || std::fs::read_to_string(file)).await? {
            Ok(text) => parse_export(text.rsplit_once('\n').map_or("", |(whole, _)| whole)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(heads_file_failed(&error)),
        }
    }

    /// Checks every chain against its hashes, its signed heads, the heads written down beside the key, and
    /// `exported` ones kept elsewhere. `keys` are trusted
    /// besides this installation's own.
    ///
    /// # Errors
    /// [`Error::Audit`] names the first fault.
    pub async fn verify_audit(&self, exported: &[SignedHead], keys: &[HeadPublicKey]) -> Result<AuditReport> {
        let mut trusted = vec![self.keys.audit.public()];
        trusted.extend_from_slice(keys);
        let mut exported = exported.to_vec();
        exported.extend(self.heads_written_down().await?);
        let mut report = AuditReport::default();
        for chain in self.audit_chains_and(&exported).await? {
            let found = self.store.verify_chain(&chain, &exported, &trusted).await?;
            report.chains += 1;
            report.events += found.events;
            report.covered += found.covered;
        }
        Ok(report)
    }

    /// Every signed head there is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn export_audit_heads(&self) -> Result<Vec<SignedHead>> {
        let mut heads = Vec::new();
        for chain in self.audit_chains_and(&[]).await? {
            heads.extend(self.store.audit_heads(&chain).await?);
        }
        Ok(heads)
    }

    /// Names of all chains, those of which only exported heads are left included.
    async fn audit_chains_and(&self, exported: &[SignedHead]) -> Result<Vec<String>> {
        let mut chains: Vec<String> = Vec::new();
        loop {
            let last = chains.last().cloned();
            let more = self.store.audit_chains(After { id: last.as_deref(), limit: BATCH }).await?;
            if more.is_empty() {
                break;
            }
            chains.extend(more);
        }
        chains.extend(exported.iter().map(|h| h.head.book_id.clone()));
        chains.sort();
        chains.dedup();
        Ok(chains)
    }
}

/// Cuts off a last line that a crash left unfinished: what follows would become part of it.
fn end_last_line(file: &mut File) -> std::io::Result<()> {
    let mut end = Vec::new();
    let from = file.metadata()?.len().saturating_sub(LONGEST_LINE);
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut end)?;
    let whole = end.iter().rposition(|b| *b == b'\n').map_or(0, |last| last + 1);
    if whole < end.len() { file.set_len(from + whole as u64) } else { Ok(()) }
}

fn heads_file_failed(error: &std::io::Error) -> Error {
    Error::Broken(format!("the file of signed heads cannot be used: {error}"))
}

/// A head as a line of JSON.
#[must_use]
pub fn export_line(signed: &SignedHead) -> String {
    let exported = ExportedHead {
        book_id: signed.head.book_id.clone(),
        seq: signed.head.seq,
        hash: hex::encode(signed.head.hash),
        signed_at: signed.head.signed_at,
        signature: hex::encode(signed.signature),
        key_id: signed.key_id.clone(),
    };
    serde_json::json!(exported).to_string()
}

/// Reads lines written by [`export_line`].
///
/// # Errors
/// [`Error::Broken`] names the line that is none.
pub fn parse_export(text: &str) -> Result<Vec<SignedHead>> {
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(i, line)| parse_line(line).ok_or_else(|| Error::Broken(format!("line {} is no head", i + 1))))
        .collect()
}

fn parse_line(line: &str) -> Option<SignedHead> {
    let exported: ExportedHead = serde_json::from_str(line).ok()?;
    let hash = hex::decode(exported.hash).ok()?.try_into().ok()?;
    let signature = hex::decode(exported.signature).ok()?.try_into().ok()?;
    let head = Head { book_id: exported.book_id, seq: exported.seq, hash, signed_at: exported.signed_at };
    Some(SignedHead { head, signature, key_id: exported.key_id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::HeadKey;

    #[test]
    fn a_line_that_a_crash_cut_off_does_not_spoil_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        for (before, after) in [("", ""), ("a\n", "a\n"), ("a\nb", "a\n"), ("b", "")] {
            std::fs::write(&path, before).unwrap();
            end_last_line(&mut File::options().read(true).append(true).open(&path).unwrap()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after, "{before:?}");
        }
    }

    #[test]
    fn heads_survive_their_export() {
        let head = Head { book_id: "b".into(), seq: 3, hash: [9; 32], signed_at: 7 };
        let signed = HeadKey::from_seed([1; 32]).sign(head);
        let text = format!("{}\n\n", export_line(&signed));
        assert_eq!(parse_export(&text).unwrap(), [signed]);
        assert!(parse_export("{}\n").unwrap_err().to_string().contains("line 1"));
    }
}
