//! From where on a capture is bad: data, so that it can be measured and moved without changing a rule.

use serde::Deserialize;
use std::sync::LazyLock;

/// Thresholds of the gate; `data/gate.toml` says where each comes from.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Paper darker than this, 0..=255, is too dark.
    pub paper_level: f32,
    /// Share of the page at full white, and depth of the ink that is left (0..=255): from the first on, below the
    /// second, the capture is burnt out.
    pub burnt_share: f32,
    /// See [`Self::burnt_share`].
    pub burnt_ink_depth: f32,
    /// Share of a tile at full white that makes it a part of a glare, where paper is not as bright.
    pub glare_share: f32,
    /// Paper brighter than this has no glare that could be told from it.
    pub glare_paper_level: f32,
    /// Least size of a glare, mm².
    pub glare_mm2: f32,
    /// Fewest dots per inch.
    pub dpi: f32,
    /// Median sharpness of strokes below which the capture is blurred: see [`super::Tile::sharpness`].
    pub sharpness: f32,
    /// Sharpness along the direction that has least of it: below, the capture was shaken.
    pub shake: f32,
    /// Sharpness of a tile below which it is blurred by itself.
    pub spot_sharpness: f32,
    /// Least size of a blurred spot, mm².
    pub spot_mm2: f32,
    /// Share of ink in the fullest of tiles below which nothing stands on the page.
    pub blank_ink: f32,
    /// Share of ink in the fullest field below which a form is not filled in.
    pub blank_field: f32,
    /// Share of some field outside the picture from which on it is cut off.
    pub cut_share: f32,
    /// Skin over fields, mm².
    pub finger_mm2: f32,
    /// How plainly a fold shows.
    pub fold: f32,
    /// Share of the form's lines that must be found.
    pub form_confidence: f32,
    /// Share of the form's lines from which on places of fields are believed.
    pub layout_confidence: f32,
    /// How far apart two captures of one page may be: see `Imprint::distance`.
    pub twice_distance: f32,
}

impl Thresholds {
    /// Those that are built in.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Thresholds> = LazyLock::new(|| {
            Thresholds::parse(include_str!("../data/gate.toml"))
                .expect("a test reads the embedded thresholds")
        });
        &EMBEDDED
    }

    /// Thresholds from TOML; every one must stand there.
    ///
    /// # Errors
    /// For what is no TOML, lacks a threshold or has one that is not known.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_thresholds_are_there() {
        let thresholds = Thresholds::embedded();
        assert!((149.0..=150.0).contains(&thresholds.dpi.ceil()) || thresholds.dpi < 150.0);
        assert!(thresholds.form_confidence <= thresholds.layout_confidence);
    }
}
