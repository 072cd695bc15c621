//! Stand-ins for a line model in unit tests.

use super::{LineModel, Manifest, RecogniseError, alphabet};
use ndarray::{Array2, Array3, ArrayView4, Axis, Slice};

/// A manifest with the smallest alphabet that is accepted. Its golden text is `200`.
pub(super) fn manifest() -> Manifest {
    let alphabet = toml::Value::from(alphabet::smallest());
    let text = format!(
        r#"
        name = "test"
        version = "1"
        sha256 = "00"
        date = "2026-01-01"
        architecture = "none"
        height = 40
        stride = 4
        blank = 0
        alphabet = {alphabet}
        [golden]
        image = "golden.png"
        text = "200"
        [calibration]
        method = "logistic"
        default = {{ bias = 3.0, w_path = 1.0, w_min = 1.0, w_len = 0.0 }}
        "#
    );
    Manifest::parse(&text, std::path::Path::new("manifest.toml")).unwrap()
}

/// Log-probabilities `[2 · letters, classes]` of a model that is `sure` of every letter of `text` and of the
/// blanks behind them.
pub(super) fn peaked(manifest: &Manifest, text: &str, sure: f32) -> Array2<f32> {
    let letters: Vec<char> = text.chars().collect();
    let rest = (1.0 - sure) / (manifest.classes() - 1) as f32;
    let mut steps = Array2::from_elem((2 * letters.len(), manifest.classes()), rest.ln());
    for (at, letter) in letters.iter().enumerate() {
        let class = manifest.alphabet.iter().position(|a| *a == letter.to_string()).unwrap() + 1;
        steps[[2 * at, class]] = sure.ln();
        steps[[2 * at + 1, 0]] = sure.ln();
    }
    steps
}

/// Reads every line as its width in pixels (columns that are not padding), in its first steps; behind the
/// line's own steps it shouts nonsense, which nobody may listen to.
pub(super) struct WidthModel(Manifest);

impl Default for WidthModel {
    fn default() -> Self {
        Self(manifest())
    }
}

impl LineModel for WidthModel {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    fn log_probs(&self, batch: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecogniseError> {
        let (lines, _, _, width) = batch.dim();
        let steps = width / self.0.stride;
        let mut answer = Array3::from_elem((lines, steps, self.0.classes()), -12.0);
        for (line, mut out) in batch.outer_iter().zip(answer.outer_iter_mut()) {
            let has_ink = |x: usize| line.index_axis(Axis(2), x).iter().any(|v| *v < 0.5);
            // Test lines have ink in every other column.
            let own = (0..width).rev().find(|x| has_ink(*x)).map_or(0, |last| last + 2);
            let told = peaked(&self.0, &own.to_string(), 0.98);
            out.slice_axis_mut(Axis(0), Slice::from(..told.nrows())).assign(&told);
            for step in told.nrows()..steps {
                out[[step, if step < own.div_ceil(self.0.stride) { 0 } else { 9 }]] = -0.001;
            }
        }
        Ok(answer)
    }
}
