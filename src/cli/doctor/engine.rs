//! ONNX Runtime, the line model, the device.

use super::super::config::Settings;
use super::super::engine::options;
use crate::recognise::{Device, EngineOptions, Reader, RecogniseError, check_library, find_library};

/// ONNX Runtime is there and can be loaded.
pub(super) fn library(settings: &Settings) -> Result<String, String> {
    let path = find_library(settings.ort_lib.as_deref(), &settings.data).map_err(|e| e.to_string())?;
    check_library(&path).map_err(|e| e.to_string())?;
    Ok(format!("ONNX Runtime loads from {}", path.display()))
}

/// The line model is whole and reads its golden line.
pub(super) fn model(settings: &Settings) -> Result<String, String> {
    let on_processor = EngineOptions { device: Device::Cpu, ..options(settings) };
    let reader = Reader::open(&settings.model, &on_processor).map_err(|e| chain(&e))?;
    Ok(format!("{} reads its golden line", reader.model_id()))
}

/// The device asked for can run the model.
pub(super) fn device(settings: &Settings) -> Result<String, String> {
    let reader = Reader::open(&settings.model, &options(settings)).map_err(|e| match e {
        RecogniseError::Device { .. } => e.to_string(),
        _ => format!("device {} could not be tried, see above", settings.device),
    })?;
    let threads = settings.threads;
    Ok(match (settings.device, reader.device()) {
        (Device::Auto, Device::Cpu) => {
            format!("auto: no graphics card is usable, the processor reads with {threads} threads")
        }
        (_, Device::Cpu) => format!("the processor reads with {threads} threads"),
        (_, used) => format!("{used} reads"),
    })
}

fn chain(error: &RecogniseError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    }
}
