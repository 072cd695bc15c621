//! `manifest.toml` of a line model: what it is, how lines are prepared for it, how sure it may be.

use super::RecogniseError;
use crate::domain::FieldKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A line model as its folder describes it. Keys that only people read (training data, terms, measured
/// errors) are left in the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Manifest {
    /// Name of the model, e.g. `line-vi`.
    pub name: String,
    /// Its version; a proposal names it.
    pub version: String,
    /// SHA-256 of `model.onnx`, lower-case hexadecimal.
    pub sha256: String,
    /// Day of its training, ISO 8601.
    pub date: String,
    /// Architecture in a few words.
    pub architecture: String,
    /// Height of the input, px.
    pub height: usize,
    /// Input columns per time step.
    pub stride: usize,
    /// Class of the CTC blank; always 0.
    pub blank: usize,
    /// Characters: entry `i` is class `i + 1`.
    pub alphabet: Vec<String>,
    /// How lines are prepared.
    #[serde(default)]
    pub preprocess: Preprocess,
    /// A line that must be read exactly.
    pub golden: Golden,
    /// From path statistics to a probability.
    pub calibration: Calibration,
    /// Weights of what tells text from nothing (see [`super::legibility`]); without them every letter is text.
    #[serde(default)]
    pub legibility: LogisticWeights,
    /// Language models by kind of field; a kind without one is read without.
    #[serde(default)]
    pub language: BTreeMap<String, Language>,
}

/// A language model and how much it counts; found on the calibration part of the training data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// File in the model's folder.
    pub file: String,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Factor of its log-probabilities, 0 to 1.
    pub weight: f64,
    /// Added per letter, natural logarithm.
    pub per_letter: f64,
    /// A reading without language model wins where the line model alone holds it for likelier by more than
    /// this, natural logarithm.
    pub patience: f64,
}

/// How a line is prepared for the model; the defaults are those of the training scripts.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub struct Preprocess {
    /// Narrowest input, px.
    pub min_width: usize,
    /// Quantile of grey that becomes ink.
    pub low_quantile: f64,
    /// Quantile of grey that becomes paper.
    pub high_quantile: f64,
    /// Least distance of ink and paper, grey levels.
    pub min_contrast: f32,
    /// Value right of shorter lines of a batch.
    pub padding: f32,
    /// Columns of a block whose paper is estimated and taken away, px; 0: paper stays as it is.
    pub paper_block: usize,
    /// Quantile of grey that is a block's paper.
    pub paper_quantile: f64,
}

impl Default for Preprocess {
    fn default() -> Self {
        Self {
            min_width: 16,
            low_quantile: 0.005,
            high_quantile: 0.90,
            min_contrast: 24.0,
            padding: 0.5,
            paper_block: 0,
            paper_quantile: 0.75,
        }
    }
}

/// The golden line of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Golden {
    /// Picture in the model's folder.
    pub image: String,
    /// What the model must read, exactly.
    pub text: String,
}

/// Calibration of the confidence, per kind of field where there were lines enough to measure it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Calibration {
    /// The method; `logistic` is the only one known.
    pub method: CalibrationMethod,
    /// Weights by kind of field, with `default` for the rest.
    #[serde(flatten)]
    weights: BTreeMap<String, LogisticWeights>,
}

/// Methods of calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalibrationMethod {
    /// Logistic regression over statistics of the best path.
    Logistic,
}

/// Weights of the logistic calibration by the name of the statistic (see [`super::calibrate`]), and `bias`.
pub type LogisticWeights = BTreeMap<String, f64>;

const DEFAULT_KIND: &str = "default";

impl Calibration {
    /// The weights for a kind of field.
    #[must_use]
    pub fn weights(&self, kind: FieldKind) -> &LogisticWeights {
        let found = self.weights.get(kind.as_str()).or_else(|| self.weights.get(DEFAULT_KIND));
        found.expect("Manifest::parse refuses a calibration without default")
    }
}

impl Manifest {
    /// Reads and checks `manifest.toml` in a model's folder.
    ///
    /// # Errors
    /// When it is missing, not TOML, or contradicts itself.
    pub fn read(folder: &Path) -> Result<Self, RecogniseError> {
        let path = folder.join("manifest.toml");
        let text = std::fs::read_to_string(&path)
            .map_err(|source| RecogniseError::ModelFile { path: path.clone(), source })?;
        Self::parse(&text, &path)
    }

    /// Reads and checks a manifest's text; `path` is for messages only.
    ///
    /// # Errors
    /// When it is not TOML or contradicts itself.
    pub fn parse(text: &str, path: &Path) -> Result<Self, RecogniseError> {
        let manifest: Self = toml::from_str(text).map_err(|source| RecogniseError::ManifestSyntax {
            path: path.to_path_buf(),
            source: Box::new(source),
        })?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Number of classes, the blank among them.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.alphabet.len() + 1
    }

    /// The error that refuses this model.
    #[must_use]
    pub fn refused(&self, reason: impl Into<String>) -> RecogniseError {
        RecogniseError::ModelRefused {
            model: format!("{} {}", self.name, self.version),
            reason: reason.into(),
        }
    }

    fn check(&self) -> Result<(), RecogniseError> {
        let p = &self.preprocess;
        let quantiles_in_order = 0.0 <= p.low_quantile && p.low_quantile < p.high_quantile;
        if self.blank != 0 {
            return Err(self.refused(format!("its CTC blank is class {}, expected 0", self.blank)));
        }
        if self.height == 0 || self.stride == 0 || p.min_width == 0 {
            return Err(self.refused("height, stride and min_width must be at least 1"));
        }
        if !quantiles_in_order
            || p.high_quantile > 1.0
            || !(0.0..=1.0).contains(&p.paper_quantile)
            || p.min_contrast < 1.0
        {
            return Err(self.refused("its preprocessing contradicts itself"));
        }
        if !self.calibration.weights.contains_key(DEFAULT_KIND) {
            return Err(self.refused("its calibration has no default"));
        }
        if let Some(kind) = self.calibration.weights.keys().find(|k| !is_known_kind(k)) {
            return Err(self.refused(format!("its calibration names the unknown field kind `{kind}`")));
        }
        if let Some(kind) = self.language.keys().find(|k| !is_known_kind(k)) {
            return Err(self.refused(format!("it has a language model for the unknown field kind `{kind}`")));
        }
        let names = self.calibration.weights.values().flat_map(BTreeMap::keys);
        if let Some(name) = names.into_iter().find(|name| !super::calibrate::is_known(name)) {
            return Err(self.refused(format!("its calibration has a weight for the unknown `{name}`")));
        }
        if let Some(name) =
            self.legibility.keys().find(|name| !super::legibility::NAMES.contains(&name.as_str()))
        {
            return Err(self.refused(format!("its legibility has a weight for the unknown `{name}`")));
        }
        super::alphabet::check(&self.alphabet).map_err(|reason| self.refused(reason))
    }
}

fn is_known_kind(word: &str) -> bool {
    word == DEFAULT_KIND || word.parse::<FieldKind>().is_ok()
}
