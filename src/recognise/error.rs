//! What can go wrong between a crop and its reading.

use std::path::PathBuf;

/// Errors of the recognition layer; each is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RecogniseError {
    /// A file of the model folder cannot be read.
    #[error("the line model is not complete: {} cannot be read; set SOHOA_MODEL to a folder with manifest.toml and model.onnx", path.display())]
    ModelFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The manifest is not the TOML that is expected.
    #[error("the line model's manifest {} is wrong", path.display())]
    ManifestSyntax {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The model was looked at and may not be used.
    #[error("the line model {model} is refused: {reason}")]
    ModelRefused {
        /// Its name and version.
        model: String,
        /// Why.
        reason: String,
    },
    /// No ONNX Runtime library was found.
    #[error(
        "ONNX Runtime was not found (looked in {looked_in}): run scripts/fetch_ort, or set SOHOA_ORT_LIB to the path of libonnxruntime.so"
    )]
    LibraryMissing {
        /// Where it was looked for.
        looked_in: String,
    },
    /// The library is there but cannot be used.
    #[error("ONNX Runtime at {} cannot be used ({reason}): run scripts/fetch_ort again, or set SOHOA_ORT_LIB to ONNX Runtime 1.24 or newer", path.display())]
    Library {
        /// The library.
        path: PathBuf,
        /// What the loader says.
        reason: String,
    },
    /// A device was asked for and cannot be used.
    #[error("device {device} cannot be used: {reason}; use --device cpu, or mend it")]
    Device {
        /// The device as asked for.
        device: String,
        /// Why not and how to mend it.
        reason: String,
    },
    /// ONNX Runtime failed while it ran the model.
    #[error("the line model failed on a batch")]
    Inference(#[source] ort::Error),
    /// The model answered with something that it must not.
    #[error("the line model answered with shape {shape:?}, expected {expected}")]
    OutputShape {
        /// What came.
        shape: Vec<usize>,
        /// What should have come.
        expected: String,
    },
}
