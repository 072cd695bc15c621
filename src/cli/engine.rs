//! Opens the line model that the settings name.

use super::config::Settings;
use crate::recognise::{EngineOptions, Reader};

/// How the settings want the engine run.
pub(super) fn options(settings: &Settings) -> EngineOptions {
    EngineOptions {
        ort_lib: settings.ort_lib.clone(),
        data: settings.data.clone(),
        device: settings.device,
        threads: settings.threads.get(),
    }
}

/// Opens the line model; also bounds the threads of preparation and decoding.
///
/// # Errors
/// When the model is refused, or library or device cannot be used.
pub(super) fn open_reader(settings: &Settings) -> anyhow::Result<Reader> {
    // A pool that is there already (another command of the same process) keeps its size.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(settings.threads.get()).build_global();
    Ok(Reader::open(&settings.model, &options(settings))?)
}
