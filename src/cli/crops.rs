//! Pictures of single fields, as `read` and `eval` take them.

use crate::image::{Limits, decode, layouts};
use crate::recognise::preprocess::luma;
use anyhow::Context;
use image::GrayImage;
use std::path::Path;

/// The ways in which a field's picture may fall into lines of writing, grey.
///
/// # Errors
/// When the file cannot be read, or is no picture within the limits; the message names it.
pub(super) fn layouts_of(path: &Path) -> anyhow::Result<Vec<Vec<GrayImage>>> {
    let named = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(named)?;
    let rgb = decode(&bytes, &Limits::for_crops()).with_context(named)?;
    Ok(layouts(&luma(&rgb)))
}
