//! Model folders: what they hold, and copying one so that it is there whole or not at all.

use crate::domain::audit::Canon;
use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Every file of a model's folder, by its path inside, in order.
///
/// # Errors
/// When something in it is neither file nor folder (a link leads out of what is checked), or unreadable.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(inside) = open.pop() {
        let here = folder.join(&inside);
        for entry in fs::read_dir(&here).with_context(|| format!("{} cannot be read", here.display()))? {
            let entry = entry?;
            let path = inside.join(entry.file_name());
            match entry.file_type()? {
                kind if kind.is_dir() => open.push(path),
                kind if kind.is_file() => found.push(path),
                _ => bail!("{} is neither a file nor a folder", folder.join(path).display()),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// SHA-256 over the names and bytes of every file of a model's folder, hexadecimal.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn checksum(folder: &Path) -> anyhow::Result<String> {
    let mut canon = Canon::new(b"sohoa-model-folder-v1");
    for file in files(folder)? {
        let path = folder.join(&file);
        let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        canon.part(file.as_os_str().as_encoded_bytes());
        canon.part(&Sha256::digest(&bytes));
    }
    Ok(hex::encode(canon.finish()))
}

/// A folder that is removed when it is dropped.
pub(super) struct Passing(pub(super) PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // Either it was renamed, or the next copy under this name writes over what is left.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A copy of a model's folder beside its later place, which disappears unless it is put there.
pub(super) struct Staged(Passing);

impl Staged {
    /// Copies `from` into `models` under a passing name; every byte is on the disk on return.
    ///
    /// # Errors
    /// When copying fails, or the copy differs from `checksum`.
    pub(super) fn copy(from: &Path, models: &Path, (name, checksum): (&str, &str)) -> anyhow::Result<Self> {
        let staged = Self(Passing(models.join(format!(".{name}.part"))));
        let to = &staged.0.0;
        if to.exists() {
            fs::remove_dir_all(to)?;
        }
        fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
        for file in files(from)? {
            let target = to.join(&file);
            let parent = target.parent().expect("a file lies in a folder");
            fs::create_dir_all(parent)?;
            fs::copy(from.join(&file), &target)
                .with_context(|| format!("{} cannot be copied", file.display()))?;
            File::open(&target)?.sync_all()?;
            File::open(parent)?.sync_all()?;
        }
        if self::checksum(to)? != checksum {
            bail!("{} changed while it was copied; try again", from.display());
        }
        Ok(staged)
    }

    /// Puts the copy in its place; what lies there goes.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub(super) fn put(self, place: &Path) -> anyhow::Result<()> {
        let aside = Passing(self.0.0.with_extension("old"));
        if place.exists() {
            if aside.0.exists() {
                fs::remove_dir_all(&aside.0)?;
            }
            fs::rename(place, &aside.0)?;
        }
        fs::rename(&self.0.0, place).with_context(|| format!("{} cannot be made", place.display()))?;
        let models = place.parent().expect("a model's place lies in the models' folder");
        Ok(File::open(models)?.sync_all()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("words")).unwrap();
        fs::write(folder.path().join("manifest.toml"), "name = \"m\"").unwrap();
        fs::write(folder.path().join("words/list"), "Hà\n").unwrap();
        folder
    }

    #[test]
    fn every_name_and_byte_counts() {
        let folder = model();
        let before = checksum(folder.path()).unwrap();
        assert_eq!(checksum(model().path()).unwrap(), before);
        fs::write(folder.path().join("words/list"), "Hả\n").unwrap();
        assert_ne!(checksum(folder.path()).unwrap(), before);
        fs::write(folder.path().join("words/list"), "Hà\n").unwrap();
        fs::rename(folder.path().join("words/list"), folder.path().join("words/liste")).unwrap();
        assert_ne!(checksum(folder.path()).unwrap(), before);
    }

    #[test]
    fn a_copy_is_there_whole_or_not_at_all_and_takes_the_place_of_what_was_damaged() {
        let (folder, models) = (model(), tempfile::tempdir().unwrap());
        let sum = checksum(folder.path()).unwrap();
        let place = models.path().join("m-1");
        assert!(Staged::copy(folder.path(), models.path(), ("m-1", "another sum")).is_err());
        let left = || fs::read_dir(models.path()).unwrap().count();
        assert_eq!(left(), 0);
        for _ in 0..2 {
            Staged::copy(folder.path(), models.path(), ("m-1", &sum)).unwrap().put(&place).unwrap();
            assert_eq!((checksum(&place).unwrap(), left()), (sum.clone(), 1));
            fs::write(place.join("manifest.toml"), "damaged").unwrap();
        }
    }

    #[test]
    fn a_link_is_refused() {
        let folder = model();
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link")).unwrap();
        let told = checksum(folder.path()).unwrap_err().to_string();
        assert!(told.contains("link is neither"), "{told}");
    }
}
