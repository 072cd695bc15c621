//! Where page readers come from: one for each line model in use.

use super::PageReader;
use crate::domain::ModelVersion;
use std::fmt;
use std::sync::Arc;

/// A line model to read with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelSource {
    /// The one that the settings name.
    Shipped,
    /// One by name and version.
    Named(ModelVersion),
}

impl From<Option<&ModelVersion>> for ModelSource {
    /// What was activated; where nothing was, the shipped one.
    fn from(activated: Option<&ModelVersion>) -> Self {
        activated.map_or(Self::Shipped, |model| Self::Named(model.clone()))
    }
}

impl fmt::Display for ModelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shipped => f.write_str("that the settings name"),
            Self::Named(model) => model.fmt(f),
        }
    }
}

/// Why a model could not be opened.
pub type OpenFailure = Box<dyn std::error::Error + Send + Sync>;

/// Lends page readers, one for each model.
pub trait ReaderShelf: Send + Sync {
    /// The reader of a model; opening it may take seconds and block.
    ///
    /// # Errors
    /// When the model is not there or is refused.
    fn reader(&self, source: &ModelSource) -> Result<Arc<dyn PageReader>, OpenFailure>;
}
