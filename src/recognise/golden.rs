//! The golden line: a model that does not read its own line is not used.

use super::preprocess::luma;
use super::{FieldInput, Reader, RecogniseError};
use crate::domain::FieldKind;
use std::path::Path;

/// Reads the golden line in the model's folder.
///
/// # Errors
/// When its picture is missing, or it is read as something else.
pub(super) fn check(reader: &Reader, folder: &Path) -> Result<(), RecogniseError> {
    let manifest = reader.model().manifest();
    let path = folder.join(&manifest.golden.image);
    let bytes =
        std::fs::read(&path).map_err(|source| RecogniseError::ModelFile { path: path.clone(), source })?;
    let picture = image::load_from_memory(&bytes)
        .map_err(|e| manifest.refused(format!("its golden line {} is no picture ({e})", path.display())))?;
    let lines = [luma(&picture.to_rgb8())];
    // A kind without language model, grammar or list: the line model is what is checked.
    let read = &reader.read_fields(&[FieldInput { kind: FieldKind::Choice, lines: &lines }])?[0].text;
    if *read == manifest.golden.text {
        return Ok(());
    }
    Err(manifest.refused(format!(
        "it reads its golden line as `{read}`, the manifest says `{}`",
        manifest.golden.text
    )))
}

#[cfg(test)]
mod tests {
    use super::super::test_model::WidthModel;
    use super::*;
    use image::{GrayImage, Luma};

    fn folder_with_golden(width: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let line = GrayImage::from_fn(width, 40, |x, _| Luma([if x % 2 == 0 { 0 } else { 255 }]));
        line.save(folder.path().join("golden.png")).unwrap();
        folder
    }

    #[test]
    fn a_model_must_read_its_golden_line() {
        // The test manifest's golden text is "200", and the test model reads widths.
        let reader = Reader::with_model(Box::new(WidthModel::default()));
        assert!(check(&reader, folder_with_golden(200).path()).is_ok());
        let error = check(&reader, folder_with_golden(204).path()).unwrap_err().to_string();
        assert!(error.contains("as `204`, the manifest says `200`"), "{error}");
    }

    #[test]
    fn a_missing_or_broken_golden_picture_is_told() {
        let reader = Reader::with_model(Box::new(WidthModel::default()));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(check(&reader, folder.path()), Err(RecogniseError::ModelFile { .. })));
        std::fs::write(folder.path().join("golden.png"), b"no picture").unwrap();
        assert!(matches!(check(&reader, folder.path()), Err(RecogniseError::ModelRefused { .. })));
    }
}
