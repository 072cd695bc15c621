//! Secret keys: 32 random bytes each, in files of their own outside the database, so that whoever can write
//! the database can neither sign a rewritten audit chain nor foretell which fields are keyed blind.

use super::Random;
use crate::domain::audit::HeadKey;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The installation's secrets.
#[derive(Debug)]
pub struct Keys {
    /// Signs the heads of the audit chains.
    pub audit: HeadKey,
    /// Where every signed head is written down as well, beside the key: who can write the database can
    /// delete heads there, but not here. None for keys that are kept nowhere.
    pub heads_file: Option<PathBuf>,
    /// Chooses the fields that are keyed blind.
    pub blind: Secret,
}

/// 32 secret bytes; never shown.
pub struct Secret([u8; 32]);

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the key file {file} cannot be read or written")]
    Io {
        /// Which.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It holds something else.
    #[error("the key file {file} does not hold 64 hexadecimal digits")]
    Malformed {
        /// Which.
        file: String,
    },
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Keys {
    /// Reads `audit.key` and `blind.key` in `folder` (the audit key's file may be named separately, to lie
    /// on another disk). Missing ones are made, readable by their owner only; the public half of the audit
    /// key is written beside it as `audit.pub`, for those who check exported heads.
    ///
    /// # Errors
    /// When a file cannot be read or written or holds no key.
    pub fn open_or_create(
        folder: &Path,
        audit_file: Option<&Path>,
        random: &Random,
    ) -> Result<Self, KeyError> {
        let own_audit_file = folder.join("audit.key");
        let audit_file = audit_file.unwrap_or(&own_audit_file);
        let audit = HeadKey::from_seed(read_or_create(audit_file, random)?);
        let public = audit_file.with_extension("pub");
        if !public.exists() {
            fs::write(&public, format!("{}\n", audit.public().to_hex())).map_err(failed(&public))?;
        }
        let heads_file = Some(audit_file.with_extension("heads.jsonl"));
        Ok(Self { audit, heads_file, blind: Secret(read_or_create(&folder.join("blind.key"), random)?) })
    }

    /// Keys for tests and one-off runs, kept nowhere.
    #[must_use]
    pub fn fleeting(random: &Random) -> Self {
        Self { audit: HeadKey::from_seed(random.bytes()), heads_file: None, blind: Secret(random.bytes()) }
    }
}

fn read_or_create(path: &Path, random: &Random) -> Result<[u8; 32], KeyError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path, random),
        Err(error) => Err(failed(path)(error)),
    }
}

fn parse(path: &Path, text: &str) -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| KeyError::Malformed { file: name(path) })?;
    Ok(bytes)
}

/// Writes a new key under another name and links it into place, so that a crash leaves a whole key or none.
fn create(path: &Path, random: &Random) -> Result<[u8; 32], KeyError> {
    let secret: [u8; 32] = random.bytes();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed(path))?;
    }
    let unfinished = path.with_extension(hex::encode(random.bytes::<4>()));
    write_private(&unfinished, &format!("{}\n", hex::encode(secret))).map_err(failed(path))?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished).map_err(failed(path))?;
    match linked {
        // Another process was faster: its key is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_or_create(path, random),
        Err(error) => Err(failed(path)(error)),
        Ok(()) => Ok(secret),
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn failed(path: &Path) -> impl Fn(io::Error) -> KeyError {
    let file = name(path);
    move |source| KeyError::Io { file: file.clone(), source }
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_private_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let made = Keys::open_or_create(&keys, None, &Random::system()).unwrap();
        let found = Keys::open_or_create(&keys, None, &Random::system()).unwrap();
        assert_eq!(made.audit.public(), found.audit.public());
        assert_eq!(made.blind.bytes(), found.blind.bytes());
        assert_ne!(made.audit.to_hex(), hex::encode(made.blind.bytes()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(keys.join("audit.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let public = fs::read_to_string(keys.join("audit.pub")).unwrap();
        assert_eq!(public.trim(), made.audit.public().to_hex());
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 3);
    }

    #[test]
    fn a_file_with_something_else_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        fs::write(&path, "not a key").unwrap();
        let refused = Keys::open_or_create(folder.path(), None, &Random::system());
        assert!(matches!(refused, Err(KeyError::Malformed { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
    }
}
