//! Crop of a field → reading with calibrated confidence. Takes views, returns values; only opening a
//! [`Reader`] touches files.

mod alphabet;
mod device;
mod error;
mod manifest;

pub use device::{Device, UnknownDevice};
pub use error::RecogniseError;
pub use manifest::{Calibration, Golden, LogisticWeights, Manifest, Preprocess};
