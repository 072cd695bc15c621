//! Names of blobs: nothing a client sends ever becomes part of a path unchecked.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256 in 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256Hex(String);

/// A text that is no name of a blob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a blob")]
pub struct BadName(pub String);

impl Sha256Hex {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(bytes)))
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sha256Hex {
    type Err = BadName;

    fn from_str(s: &str) -> Result<Self, BadName> {
        let is_hash = s.len() == 64 && s.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if is_hash { Ok(Self(s.to_owned())) } else { Err(BadName(s.to_owned())) }
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a derivative: letters, digits, `-`, `_` and single dots inside, at most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedName(String);

impl DerivedName {
    /// Checks a name.
    ///
    /// # Errors
    /// When it holds anything else, so also a path.
    pub fn new(name: &str) -> Result<Self, BadName> {
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if name.len() <= 100 && name.split('.').all(plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(BadName(name.to_owned()))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashes_are_hashes() {
        let hash = Sha256Hex::of(b"");
        assert_eq!(hash.as_str(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hash.as_str().parse(), Ok(hash.clone()));
        assert!(hash.as_str().to_uppercase().parse::<Sha256Hex>().is_err());
        assert!("../../etc/passwd".parse::<Sha256Hex>().is_err());
    }

    #[test]
    fn names_of_derivatives_are_never_paths() {
        assert!(DerivedName::new("page-1600.jpg").is_ok());
        for bad in ["", ".", "..", "a/b", "../x", "a\\b", ".hidden", "a..b", "ảnh.jpg"] {
            assert!(DerivedName::new(bad).is_err(), "{bad}");
        }
    }
}
