//! Opens line models: the one that the settings name, and those that were added.

use super::config::Settings;
use crate::app::ModelSource;
use crate::domain::ModelVersion;
use crate::recognise::{EngineOptions, Manifest, Reader};
use anyhow::bail;
use std::path::PathBuf;

/// How the settings want the engine run.
pub(super) fn options(settings: &Settings) -> EngineOptions {
    EngineOptions {
        ort_lib: settings.ort_lib.clone(),
        data: settings.data.clone(),
        device: settings.device,
        threads: settings.threads.get(),
    }
}

/// Opens the line model that the settings name; also bounds the threads of preparation and decoding.
///
/// # Errors
/// When the model is refused, or library or device cannot be used.
pub(super) fn open_reader(settings: &Settings) -> anyhow::Result<Reader> {
    // A pool that is there already (another command of the same process) keeps its size.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(settings.threads.get()).build_global();
    Ok(Reader::open(&settings.model, &options(settings))?)
}

/// Opens any model that the installation knows.
///
/// # Errors
/// As [`open_reader`]; when its folder is gone, or holds another model than its name says.
pub(super) fn open_model(settings: &Settings, source: &ModelSource) -> anyhow::Result<Reader> {
    let ModelSource::Named(model) = source else { return open_reader(settings) };
    let folder = folder_of(settings, model)?;
    let reader = open_reader(&Settings { model: folder.clone(), ..settings.clone() })?;
    let found = reader.model_id();
    if (&found.name, &found.version) == (&model.name, &model.version) {
        return Ok(reader);
    }
    bail!("{} holds {}@{}, not {model}; add {model} again", folder.display(), found.name, found.version)
}

/// Where added models lie.
pub(super) fn models_folder(settings: &Settings) -> PathBuf {
    settings.data.join("models")
}

/// The model that the settings name, if its manifest can be read and names one.
pub(super) fn shipped(settings: &Settings) -> Option<ModelVersion> {
    let manifest = Manifest::read(&settings.model).ok()?;
    ModelVersion::new(&manifest.name, &manifest.version).ok()
}

/// The folder of a model: where it was added to, or else the settings' own where that is the same version.
fn folder_of(settings: &Settings, model: &ModelVersion) -> anyhow::Result<PathBuf> {
    let added = models_folder(settings).join(model.folder());
    if added.exists() {
        return Ok(added);
    }
    if shipped(settings).as_ref() == Some(model) {
        return Ok(settings.model.clone());
    }
    bail!("the model {model} is gone: {} is not there; add it again (sohoa model add)", added.display())
}
