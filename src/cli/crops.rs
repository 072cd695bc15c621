//! Pictures of single fields, as `read` and `eval` take them.

use crate::image::{Limits, decode, split_lines};
use crate::recognise::preprocess::luma;
use anyhow::Context;
use image::GrayImage;
use std::path::Path;

/// The lines of writing of a field's picture, grey.
///
/// # Errors
/// When the file cannot be read, or is no picture within the limits; the message names it.
pub(super) fn lines_of(path: &Path) -> anyhow::Result<Vec<GrayImage>> {
    let named = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(named)?;
    let rgb = decode(&bytes, &Limits::for_crops()).with_context(named)?;
    Ok(split_lines(&luma(&rgb)))
}
