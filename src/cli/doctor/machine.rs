//! Clock, folders, disk space, database.

use super::super::config::Settings;
use crate::app::Clock;
use crate::recognise::Manifest;
use crate::store::SchemaState;
use std::path::{Path, PathBuf};

/// Less free space than this stops an upload of a few books in the middle.
const LEAST_FREE_BYTES: u64 = 2 << 30;
const GIGABYTE: f64 = 1e9;

/// A clock that stands before the day on which the model was made is wrong; leases, sessions and the audit
/// log all depend on it.
pub(super) fn clock(model: &Path) -> Result<String, String> {
    let now = jiff::Timestamp::from_millisecond(Clock::system().now_ms()).map_err(|e| e.to_string())?;
    let made = Manifest::read(model).map_or_else(|_| "2026-01-01".to_owned(), |manifest| manifest.date);
    clock_against(now, &made)
}

fn clock_against(now: jiff::Timestamp, made: &str) -> Result<String, String> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let told = now.strftime("%Y-%m-%d %H:%M:%S UTC");
    match made.parse::<jiff::civil::Date>() {
        Ok(made) if today < made => Err(format!(
            "the clock says {told}, but this program's model was made on {made}: set the clock, e.g. with \
             `timedatectl set-ntp true`"
        )),
        _ => Ok(format!("it is {told}")),
    }
}

/// The data folder, or the one it will be made in, must be writable.
pub(super) fn folders(data: &Path) -> Result<String, String> {
    let folder = nearest_existing(data);
    let probe = folder.join(format!(".sohoa-doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe));
    written.map_err(|error| {
        format!(
            "the folder {} cannot be written ({error}): give it to the user that runs sohoa, or choose another \
             with SOHOA_DATA",
            folder.display()
        )
    })?;
    if folder == data {
        return Ok(format!("the data folder {} can be written", data.display()));
    }
    Ok(format!("the data folder {} can be made; the first `sohoa serve` does it", data.display()))
}

/// Free space where the data folder stands.
pub(super) fn disk_space(data: &Path) -> Result<String, String> {
    let folder = nearest_existing(data);
    let file_system = rustix::fs::statvfs(&folder)
        .map_err(|error| format!("the disk of {} does not answer ({error}): check it", folder.display()))?;
    enough_space(file_system.f_bavail.saturating_mul(file_system.f_frsize), &folder)
}

fn enough_space(free_bytes: u64, folder: &Path) -> Result<String, String> {
    let free = format!("{:.1} GB free at {}", free_bytes as f64 / GIGABYTE, folder.display());
    if free_bytes >= LEAST_FREE_BYTES {
        return Ok(free);
    }
    Err(format!("only {free}, at least 2 GB are needed: free some, or move the data folder with SOHOA_DATA"))
}

/// The database must be there at the right version, or waiting to be made.
pub(super) fn database(settings: &Settings) -> Result<String, String> {
    let own = || settings.data.join("sohoa.db").display().to_string();
    let address = settings.database.clone().unwrap_or_else(own);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let look = runtime.map_err(|e| e.to_string())?.block_on(SchemaState::look(&address));
    let state = look.map_err(|error| {
        let cause = std::error::Error::source(&error).map(|c| format!(" ({c})")).unwrap_or_default();
        format!("{error}{cause}: check SOHOA_DATABASE and that the server or file is there and yours to use")
    })?;
    told(state)
}

fn told(state: SchemaState) -> Result<String, String> {
    match state {
        SchemaState::Absent => Ok("there is no database yet; the first `sohoa serve` makes it".to_owned()),
        SchemaState::Current { version } => Ok(format!("the database is at version {version}")),
        SchemaState::Behind { version, newest } => {
            Ok(format!("the database is at version {version}; the next start brings it to {newest}"))
        }
        SchemaState::Ahead { version, newest } => Err(format!(
            "the database is at version {version}, this program knows only {newest}: start the newer program that \
             was used before"
        )),
    }
}

/// The folder itself, or the closest one above it that exists.
fn nearest_existing(folder: &Path) -> PathBuf {
    let here = |f: &Path| if f.as_os_str().is_empty() { PathBuf::from(".") } else { f.to_path_buf() };
    folder.ancestors().map(here).find(|f| f.is_dir()).unwrap_or_else(|| PathBuf::from("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_the_models_day_is_wrong() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        assert!(clock_against(at("2026-11-21T00:00:01Z"), "2026-11-21").is_ok());
        let wrong = clock_against(at("1970-01-01T00:00:05Z"), "2026-11-21").unwrap_err();
        assert!(wrong.contains("1970-01-01") && wrong.contains("timedatectl"), "{wrong}");
    }

    #[test]
    fn little_space_is_wrong_with_the_figure() {
        assert!(enough_space(3 << 30, Path::new("data")).is_ok());
        let wrong = enough_space(500_000_000, Path::new("data")).unwrap_err();
        assert!(wrong.starts_with("only 0.5 GB free at data"), "{wrong}");
    }

    #[test]
    fn a_folder_to_come_is_judged_by_its_parent() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("a/b");
        assert!(folders(&data).unwrap().contains("can be made"));
        assert!(!data.exists(), "checking makes nothing");
        assert!(folders(parent.path()).unwrap().contains("can be written"));
    }

    #[test]
    fn a_database_of_a_newer_program_is_wrong() {
        assert!(told(SchemaState::Ahead { version: 9, newest: 4 }).unwrap_err().contains("version 9"));
        assert!(told(SchemaState::Behind { version: 3, newest: 4 }).is_ok());
    }
}
