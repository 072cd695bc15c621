//! Where files lie while they are on their way in: on the disk, so that a slow line holds no memory.

use super::accounts::blocking;
use super::{App, Error, Result};
use std::fs::{File, OpenOptions};
use std::path::Path;

impl App {
    /// An empty file to take an upload. It has no name, so it is gone when it is closed or the process dies.
    ///
    /// # Errors
    /// [`Error::Incoming`] when the folder cannot be written to.
    pub async fn incoming_file(&self) -> Result<File> {
        let path = self.incoming.join(self.short_id());
        blocking(move || nameless(&path)).await?.map_err(Error::Incoming)
    }
}

fn nameless(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek, Write};

    #[test]
    fn nothing_stays_behind_of_a_file_on_its_way_in() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = nameless(&folder.path().join("1")).unwrap();
        file.write_all("trang".as_bytes()).unwrap();
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), std::fs::read_dir(folder.path()).unwrap().count()), ("trang", 0));
    }
}
