//! The line model behind a small trait, so that tests and later engines stand in for ONNX Runtime.

use super::{Manifest, RecogniseError};
use ndarray::{Array3, ArrayView4};

/// Reads pictures of lines into log-probabilities.
pub trait LineModel: Send + Sync {
    /// What the model's folder says of it.
    fn manifest(&self) -> &Manifest;

    /// Runs the model. `batch` is float32 NCHW `[batch, 1, height, width]` in −0.5 to 0.5, ink dark, with
    /// height as in the manifest and width a multiple of its stride. Returns natural log-probabilities
    /// `[batch, steps, classes]`, steps = width / stride, class 0 the CTC blank. Callers may come from
    /// several threads.
    ///
    /// # Errors
    /// When the engine fails or answers in another shape.
    fn log_probs(&self, batch: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecogniseError>;

    /// Name of the model.
    fn name(&self) -> &str {
        &self.manifest().name
    }

    /// Version of the model.
    fn version(&self) -> &str {
        &self.manifest().version
    }
}
