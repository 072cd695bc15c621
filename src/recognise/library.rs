//! Finds ONNX Runtime's shared library and loads it, once per process.

use super::RecogniseError;
use ort::environment::Environment;
use ort::logging::LogLevel;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

const LIBRARY: &str = "libonnxruntime.so";
const SYSTEM_FOLDERS: [&str; 4] =
    ["/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"];

/// The library to load: the named one, else the first `libonnxruntime.so*` in the data folder's
/// `onnxruntime`, beside the binary, or where systems keep libraries.
///
/// # Errors
/// [`RecogniseError::LibraryMissing`] with the places that were looked at.
pub fn find_library(named: Option<&Path>, data: &Path) -> Result<PathBuf, RecogniseError> {
    if let Some(path) = named {
        let missing = || RecogniseError::LibraryMissing { looked_in: path.display().to_string() };
        return path.canonicalize().map_err(|_| missing());
    }
    let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf));
    let folders: Vec<PathBuf> = [data.join("onnxruntime")]
        .into_iter()
        .chain(beside)
        .chain(SYSTEM_FOLDERS.map(PathBuf::from))
        .collect();
    let found = folders.iter().find_map(|folder| newest_in(folder));
    found.and_then(|path| path.canonicalize().ok()).ok_or_else(|| {
        let names: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        RecogniseError::LibraryMissing { looked_in: names.join(", ") }
    })
}

fn newest_in(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let is_library = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(LIBRARY)) && path.is_file()
    };
    entries.filter(is_library).max()
}

static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// ONNX Runtime's environment. The first library that loads stays for the life of the process; later calls
/// get it whatever they name.
///
/// # Errors
/// [`RecogniseError::Library`] when the file is no ONNX Runtime, or too old.
pub(super) fn load(path: &Path) -> Result<&'static Environment, RecogniseError> {
    let _one_at_a_time = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = ENVIRONMENT.get() {
        return Ok(loaded);
    }
    let unusable = |reason: String| RecogniseError::Library { path: path.to_path_buf(), reason };
    let builder = ort::init_from(path).map_err(|e| unusable(e.to_string()))?;
    let environment =
        builder.with_name("sohoa").with_telemetry(false).build().map_err(|e| unusable(e.to_string()))?;
    environment.set_log_level(LogLevel::Warning);
    Ok(ENVIRONMENT.get_or_init(|| environment))
}

/// Loads the library, if none is loaded yet.
///
/// # Errors
/// [`RecogniseError::Library`] when the file is no ONNX Runtime, or too old.
pub fn check_library(path: &Path) -> Result<(), RecogniseError> {
    load(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_library_of_the_data_folder_is_found() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("onnxruntime");
        std::fs::create_dir(&folder).unwrap();
        for name in
            ["libonnxruntime.so.1.24.0", "libonnxruntime.so.1.31.1", "libonnxruntime_providers_shared.so"]
        {
            std::fs::write(folder.join(name), b"").unwrap();
        }
        let found = find_library(None, data.path()).unwrap();
        assert!(found.ends_with("onnxruntime/libonnxruntime.so.1.31.1"), "{}", found.display());
    }

    #[test]
    fn a_named_library_that_is_not_there_is_told_with_the_remedy() {
        let named = Path::new("no/such/libonnxruntime.so");
        let error = find_library(Some(named), Path::new("data")).unwrap_err().to_string();
        assert!(
            error.contains("no/such/libonnxruntime.so") && error.contains("scripts/fetch_ort"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_no_library_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libonnxruntime.so");
        std::fs::write(&path, b"not a library").unwrap();
        let error = load(&path).unwrap_err();
        assert!(matches!(error, RecogniseError::Library { .. }), "{error}");
    }
}
