//! Crop of a field → reading with calibrated confidence. Takes views, returns values; only opening a
//! [`Reader`] touches files.
//!
//! A line goes [`preprocess`] → [`batching`] → [`LineModel`] → [`decode`] → calibration; [`Reader`] tells
//! that story for the fields of a page.

mod alphabet;
pub mod batching;
pub mod calibrate;
mod choice;
pub mod decode;
mod device;
mod error;
pub mod eval;
pub mod fit;
mod golden;
mod joined;
mod layout;
pub mod legibility;
mod library;
mod manifest;
mod model;
mod onnx;
pub mod preprocess;
mod reader;
mod resample;
#[cfg(test)]
mod test_model;

pub use choice::read_choice;
pub use decode::Alternative;
pub use device::{Device, UnknownDevice};
pub use error::RecogniseError;
pub use layout::{CropInput, Read};
pub use library::{check_library, find_library};
pub use manifest::{Calibration, CalibrationMethod, Golden, Language, LogisticWeights, Manifest, Preprocess};
pub use model::LineModel;
pub use onnx::{EngineOptions, OnnxLineModel};
pub use reader::{FieldInput, Measured, ModelId, Reader, Reading};
