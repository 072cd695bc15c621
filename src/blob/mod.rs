//! Originals and derivatives by content hash, over `object_store`: a local folder now, S3 later, and memory for
//! tests.
//!
//! Originals lie under `original/ab/cd/<sha256>` and are never changed; deliveries likewise under
//! `delivery/…`; derivatives under `derived/<sha256>/<name>` can be made again at any time. A local folder is
//! written through a temporary file that is synced, renamed and followed by a sync of its folder
//! (`LocalFileSystem::with_fsync`), so that what was acknowledged survives a power cut and a half-written file
//! never shows under its name.

mod key;

pub use key::{BadName, DerivedName, Sha256Hex};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use std::path::Path;
use std::sync::Arc;

/// Why bytes could not be stored or given.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Nothing is stored under this name.
    #[error("the blob {0} is not there")]
    Missing(String),
    /// The bytes stored are not those whose hash they carry: the disk, or somebody, changed them.
    #[error("the blob {0} is damaged: its bytes do not have its hash")]
    Damaged(String),
    /// The folder cannot be used.
    #[error("the blob folder cannot be used")]
    Open(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else.
    #[error("the blob store failed")]
    Store(#[source] object_store::Error),
}

/// What kind of content is kept by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Bytes as they were uploaded.
    Original,
    /// A file that was handed over.
    Delivery,
}

/// The blob store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Over a local folder, which is made when it is not there.
    ///
    /// # Errors
    /// [`BlobError::Open`].
    pub fn local(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder).map_err(|e| BlobError::Open(e.into()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|e| BlobError::Open(e.into()))?;
        Ok(Self { store: Arc::new(store.with_fsync(true)) })
    }

    /// In memory, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { store: Arc::new(InMemory::new()) }
    }

    /// Stores bytes under their hash and gives it; durable on return. The same bytes twice are one blob.
    ///
    /// They are written even if the name is there already: the one there may be damaged, or its writer may not
    /// have synced it yet, and only what is synced may be acknowledged.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn put(&self, kept: Kept, bytes: Bytes) -> Result<Sha256Hex, BlobError> {
        let hash = Sha256Hex::of(&bytes);
        self.store.put(&content_path(kept, &hash), bytes.into()).await.map_err(BlobError::Store)?;
        Ok(hash)
    }

    /// The bytes with this hash, checked against it.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Damaged`].
    pub async fn get(&self, kept: Kept, hash: &Sha256Hex) -> Result<Bytes, BlobError> {
        let path = content_path(kept, hash);
        let bytes = self.read(&path).await?.ok_or_else(|| BlobError::Missing(path.to_string()))?;
        if Sha256Hex::of(&bytes) == *hash { Ok(bytes) } else { Err(BlobError::Damaged(path.to_string())) }
    }

    /// Whether something is stored under this hash, without reading it.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn exists(&self, kept: Kept, hash: &Sha256Hex) -> Result<bool, BlobError> {
        match self.store.head(&content_path(kept, hash)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(BlobError::Store(error)),
        }
    }

    /// Stores what was made from an original, in place of what was there.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn put_derived(
        &self,
        original: &Sha256Hex,
        name: &DerivedName,
        bytes: Bytes,
    ) -> Result<(), BlobError> {
        let overwrite = PutOptions { mode: PutMode::Overwrite, ..PutOptions::default() };
        let path = derived_path(original, name);
        self.store.put_opts(&path, bytes.into(), overwrite).await.map(drop).map_err(BlobError::Store)
    }

    /// What was made from an original; none when it must be made again.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub async fn get_derived(
        &self,
        original: &Sha256Hex,
        name: &DerivedName,
    ) -> Result<Option<Bytes>, BlobError> {
        self.read(&derived_path(original, name)).await
    }

    async fn read(&self, path: &ObjectPath) -> Result<Option<Bytes>, BlobError> {
        match self.store.get(path).await {
            Ok(found) => found.bytes().await.map(Some).map_err(BlobError::Store),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(BlobError::Store(error)),
        }
    }
}

fn content_path(kept: Kept, hash: &Sha256Hex) -> ObjectPath {
    let folder = match kept {
        Kept::Original => "original",
        Kept::Delivery => "delivery",
    };
    let hash = hash.as_str();
    ObjectPath::from_iter([folder, &hash[..2], &hash[2..4], hash])
}

fn derived_path(original: &Sha256Hex, name: &DerivedName) -> ObjectPath {
    ObjectPath::from_iter(["derived", original.as_str(), name.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_disk() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(&folder.path().join("blobs")).unwrap();
        (folder, blobs)
    }

    fn original_file(folder: &tempfile::TempDir, hash: &Sha256Hex) -> std::path::PathBuf {
        let hash = hash.as_str();
        folder.path().join("blobs/original").join(&hash[..2]).join(&hash[2..4]).join(hash)
    }

    #[tokio::test]
    async fn the_same_bytes_twice_are_one_blob_where_the_contract_puts_it() {
        let (folder, blobs) = on_disk();
        let first = blobs.put(Kept::Original, Bytes::from_static(b"ink")).await.unwrap();
        assert_eq!(blobs.put(Kept::Original, Bytes::from_static(b"ink")).await.unwrap(), first);
        assert_eq!(std::fs::read(original_file(&folder, &first)).unwrap(), b"ink");
        assert_eq!(blobs.get(Kept::Original, &first).await.unwrap(), "ink");
        assert!(blobs.exists(Kept::Original, &first).await.unwrap());
        assert!(!blobs.exists(Kept::Delivery, &first).await.unwrap());
    }

    #[tokio::test]
    async fn an_absent_blob_is_named() {
        let (_folder, blobs) = on_disk();
        let hash = Sha256Hex::of(b"never stored");
        let Err(BlobError::Missing(name)) = blobs.get(Kept::Original, &hash).await else { panic!("found") };
        assert!(name.ends_with(hash.as_str()));
    }

    #[tokio::test]
    async fn damage_is_noticed_and_mended_by_the_next_upload() {
        let (folder, blobs) = on_disk();
        let hash = blobs.put(Kept::Original, Bytes::from_static(b"ink")).await.unwrap();
        std::fs::write(original_file(&folder, &hash), b"inc").unwrap();
        assert!(matches!(blobs.get(Kept::Original, &hash).await, Err(BlobError::Damaged(_))));
        blobs.put(Kept::Original, Bytes::from_static(b"ink")).await.unwrap();
        assert_eq!(blobs.get(Kept::Original, &hash).await.unwrap(), "ink");
    }

    #[tokio::test]
    async fn uploads_of_the_same_bytes_at_the_same_time_all_succeed() {
        let (folder, blobs) = on_disk();
        let bytes = Bytes::from(vec![7_u8; 300_000]);
        let uploads: Vec<_> = (0..8)
            .map(|_| {
                let (blobs, bytes) = (blobs.clone(), bytes.clone());
                tokio::spawn(async move { blobs.put(Kept::Original, bytes).await })
            })
            .collect();
        for upload in uploads {
            assert_eq!(upload.await.unwrap().unwrap(), Sha256Hex::of(&bytes));
        }
        let hash = Sha256Hex::of(&bytes);
        let siblings = std::fs::read_dir(original_file(&folder, &hash).parent().unwrap()).unwrap();
        assert_eq!(siblings.count(), 1, "no temporary file is left");
    }

    #[tokio::test]
    async fn derivatives_come_and_go_without_touching_the_original() {
        let (_folder, blobs) = on_disk();
        let hash = blobs.put(Kept::Original, Bytes::from_static(b"ink")).await.unwrap();
        let name = DerivedName::new("page-1600.jpg").unwrap();
        assert_eq!(blobs.get_derived(&hash, &name).await.unwrap(), None);
        for bytes in ["one", "two"] {
            blobs.put_derived(&hash, &name, Bytes::from(bytes)).await.unwrap();
            assert_eq!(blobs.get_derived(&hash, &name).await.unwrap().unwrap(), bytes);
        }
        assert_eq!(blobs.get(Kept::Original, &hash).await.unwrap(), "ink");
    }
}
