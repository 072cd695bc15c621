//! Signed heads: how far a chain reached at a time, under a key that lies outside the database.

use super::{Canon, Hash};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;

/// How far a chain reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub book_id: String,
    /// Its last event then.
    pub seq: u64,
    /// That event's hash.
    pub hash: Hash,
    /// When it was signed, milliseconds since 1970-01-01 UTC.
    pub signed_at: i64,
}

/// A head with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// What was signed.
    pub head: Head,
    /// Ed25519 over the head's canonical bytes.
    pub signature: [u8; 64],
    /// Which key: see [`HeadPublicKey::id`].
    pub key_id: String,
}

impl Head {
    fn signed_bytes(&self) -> Hash {
        let mut canon = Canon::new(b"sohoa-audit-head-v1");
        canon.part(self.book_id.as_bytes());
        canon.part(&self.seq.to_be_bytes());
        canon.part(&self.hash);
        canon.part(&self.signed_at.to_be_bytes());
        canon.finish()
    }
}

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 64 hexadecimal digits.
    #[error("a key is written as 64 hexadecimal digits")]
    NotHex,
    /// 32 bytes that are no point on the curve.
    #[error("these 64 hexadecimal digits are no Ed25519 public key")]
    NotOnCurve,
}

/// The secret key that signs heads. Kept in a file outside the database.
pub struct HeadKey(SigningKey);

impl fmt::Debug for HeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeadKey({})", self.public().id())
    }
}

impl HeadKey {
    /// From 32 bytes of a cryptographic random source.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// From the key file's text: 64 hexadecimal digits, spaces at the ends do not count.
    ///
    /// # Errors
    /// [`KeyError::NotHex`].
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        bytes_of(text).map(Self::from_seed)
    }

    /// The key file's text.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.to_bytes())
    }

    /// The key that everybody may know.
    #[must_use]
    pub fn public(&self) -> HeadPublicKey {
        HeadPublicKey(self.0.verifying_key())
    }

    /// Signs a head.
    #[must_use]
    pub fn sign(&self, head: Head) -> SignedHead {
        let signature = self.0.sign(&head.signed_bytes()).to_bytes();
        SignedHead { head, signature, key_id: self.public().id() }
    }
}

/// The public key that heads are checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadPublicKey(VerifyingKey);

impl HeadPublicKey {
    /// From 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        VerifyingKey::from_bytes(&bytes_of(text)?).map(Self).map_err(|_| KeyError::NotOnCurve)
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.to_bytes())
    }

    /// A short name: the first 16 hexadecimal digits of the key's SHA-256.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(&Sha256::digest(self.0.to_bytes())[..8])
    }

    /// Whether the signature is this key's over exactly this head.
    #[must_use]
    pub fn signed(&self, signed: &SignedHead) -> bool {
        let signature = Signature::from_bytes(&signed.signature);
        self.0.verify_strict(&signed.head.signed_bytes(), &signature).is_ok()
    }
}

fn bytes_of(text: &str) -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| KeyError::NotHex)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head { book_id: "b".into(), seq: 3, hash: [9; 32], signed_at: 7 }
    }

    #[test]
    fn a_signature_covers_every_part_of_the_head_and_only_its_own_key_accepts_it() {
        let key = HeadKey::from_seed([1; 32]);
        let signed = key.sign(head());
        assert!(key.public().signed(&signed));
        for forged in [
            Head { book_id: "c".into(), ..head() },
            Head { seq: 2, ..head() },
            Head { hash: [8; 32], ..head() },
            Head { signed_at: 8, ..head() },
        ] {
            assert!(!key.public().signed(&SignedHead { head: forged, ..signed.clone() }));
        }
        assert!(!HeadKey::from_seed([2; 32]).public().signed(&signed));
    }

    #[test]
    fn keys_survive_their_text_and_never_show_in_debug_output() {
        let key = HeadKey::from_seed([5; 32]);
        assert_eq!(HeadKey::from_hex(&format!("{}\n", key.to_hex())).unwrap().public(), key.public());
        assert_eq!(HeadPublicKey::from_hex(&key.public().to_hex()).unwrap(), key.public());
        assert!(!format!("{key:?}").contains(&key.to_hex()));
        assert!(matches!(HeadKey::from_hex("abc"), Err(KeyError::NotHex)));
    }
}
