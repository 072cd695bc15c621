//! The rule: from what was measured to what is wrong.

use super::grid::{Grid, Patch, quantile};
use super::{Finding, Reason, Side, Thresholds};
use serde::Serialize;

/// What was measured on a capture.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Measured {
    /// The page tile by tile.
    #[serde(skip)]
    pub grid: Grid,
    /// Dots per inch of the page.
    pub dpi: f32,
    /// Share of the form's printed lines that were found, 0..=1; none where no form was sought yet.
    pub form_confidence: Option<f32>,
    /// Median brightness of paper, 0..=255.
    pub paper_level: f32,
    /// Share of the page at full white.
    pub white_share: f32,
    /// How much darker than full white the middle one of the pixels that are ink is, 0..=255.
    pub ink_depth: f32,
    /// Median of the tiles' sharpness, strokes being there.
    pub sharpness: f32,
    /// Least sharpness along any of four directions.
    pub shake: f32,
    /// Ink in the tile that ranks 20th.
    pub ink: f32,
    /// The largest share of ink in a field; none where the form is not known.
    pub field_ink: Option<f32>,
    /// The largest share of a field that lies beyond each side: left, right, top, bottom.
    pub beyond: [f32; 4],
    /// Where a corner is folded over, if one seems to be.
    pub fold: Option<FoldSign>,
}

/// What looks like a folded corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FoldSign {
    /// How plainly; from 1 on surely.
    pub strength: f32,
    /// Around the flap, `[x0, y0, x1, y1]` in mm of the page.
    pub around_mm: [f32; 4],
}

/// A finding whose places are still millimetres of the page.
pub type Judged = (Finding, Vec<[f32; 4]>);

/// Everything that is wrong, gravest first. What depends on where the form lies is told only where that is known.
#[must_use]
pub fn judge(measured: &Measured, limits: &Thresholds) -> Vec<Judged> {
    if let Some(reason) = unlit(measured, limits) {
        return vec![all_over(reason)];
    }
    let confidence = measured.form_confidence;
    let on_form = confidence.is_some_and(|confidence| confidence >= limits.form_confidence);
    if on_form && measured.dpi < limits.dpi {
        // Strokes of few pixels are soft: that it is coarse says all.
        return vec![all_over(Reason::ResolutionTooLow)];
    }
    if measured.sharpness < limits.sharpness || measured.shake < limits.shake {
        return vec![all_over(Reason::TooBlurred)];
    }
    let Some(confidence) = confidence else { return Vec::new() };
    if !on_form {
        return vec![all_over(Reason::FormNotFound)];
    }
    let mut found = Vec::new();
    found.extend(glare(measured, limits));
    if confidence >= limits.layout_confidence {
        found.extend(nothing_filled_in(measured, limits));
        found.extend(blurred_spots(measured, limits));
        found.extend(cut(measured, limits));
        found.extend(finger(measured, limits));
        found.extend(folded(measured, limits));
    }
    found
}

/// That light or ink is missing all over, so that nothing else can be told of it.
fn unlit(measured: &Measured, limits: &Thresholds) -> Option<Reason> {
    if measured.paper_level < limits.paper_level {
        Some(Reason::TooDark)
    } else if measured.white_share > limits.burnt_share && measured.ink_depth < limits.burnt_ink_depth {
        Some(Reason::BurntOut)
    } else if measured.ink < limits.blank_ink {
        Some(Reason::BlankPage)
    } else {
        None
    }
}

fn all_over(reason: Reason) -> Judged {
    (Finding::of(reason), Vec::new())
}

fn in_places(reason: Reason, patches: &[Patch]) -> Option<Judged> {
    let places: Vec<[f32; 4]> = patches.iter().map(|p| p.around_mm).collect();
    (!places.is_empty()).then(|| (Finding::of(reason), places))
}

/// Bright spots in which nothing is left.
fn glare(measured: &Measured, limits: &Thresholds) -> Option<Judged> {
    if measured.paper_level >= limits.glare_paper_level {
        return None;
    }
    let grid = &measured.grid;
    let mut spots = grid.patches(|t| t.inside > 0.95 && t.white > limits.glare_share);
    spots.retain(|p| p.area_mm2(grid) >= limits.glare_mm2);
    in_places(Reason::BurntOut, &spots)
}

fn nothing_filled_in(measured: &Measured, limits: &Thresholds) -> Option<Judged> {
    let ink = measured.field_ink?;
    (ink < limits.blank_field).then(|| all_over(Reason::BlankPage))
}

fn blurred_spots(measured: &Measured, limits: &Thresholds) -> Option<Judged> {
    let grid = &measured.grid;
    let usual = quantile(grid.tiles.iter().filter(|t| t.wanted).map(|t| t.strength).collect(), 0.85);
    let shows = (0.25 * usual).max(2.5);
    let mut spots = grid.patches(|t| {
        t.wanted && t.inside > 0.95 && t.strength > shows && t.sharpness < limits.spot_sharpness
    });
    spots.retain(|p| p.area_mm2(grid) >= limits.spot_mm2);
    in_places(Reason::TooBlurred, &spots)
}

fn cut(measured: &Measured, limits: &Thresholds) -> Option<Judged> {
    let sides = [Side::Left, Side::Right, Side::Top, Side::Bottom];
    let worst = sides.into_iter().zip(measured.beyond).max_by(|a, b| a.1.total_cmp(&b.1));
    let (side, _) = worst.filter(|(_, share)| *share >= limits.cut_share)?;
    Some((Finding { side: Some(side), ..Finding::of(Reason::CutOff) }, Vec::new()))
}

fn finger(measured: &Measured, limits: &Thresholds) -> Option<Judged> {
    let grid = &measured.grid;
    let mut patches = grid.patches(|t| t.skin_mm2 > 1.0);
    patches.retain(|patch| grid.skin_mm2(patch) >= limits.finger_mm2);
    in_places(Reason::Finger, &patches)
}

fn folded(measured: &Measured, limits: &Thresholds) -> Option<Judged> {
    let fold = measured.fold.filter(|fold| fold.strength >= limits.fold)?;
    Some((Finding::of(Reason::FoldedCorner), vec![fold.around_mm]))
}

impl Grid {
    /// Skin on fields within the box around a patch, mm².
    fn skin_mm2(&self, patch: &Patch) -> f32 {
        let [x0, y0, x1, y1] = patch.around_mm;
        let within = |i: usize| {
            let (x, y) = ((i % self.cols) as f32 * self.tile_mm, (i / self.cols) as f32 * self.tile_mm);
            x >= x0 && y >= y0 && x < x1 && y < y1
        };
        self.tiles.iter().enumerate().filter(|(i, _)| within(*i)).map(|(_, t)| t.skin_mm2).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::Tile;
    use super::*;

    /// A good capture: 10 × 10 sharp tiles.
    fn good() -> Measured {
        let tile = Tile {
            inside: 1.0,
            level: 220.0,
            strength: 14.0,
            sharpness: 1.6,
            ink: 0.1,
            wanted: true,
            ..Tile::default()
        };
        Measured {
            grid: Grid { cols: 10, tile_mm: 8.0, tiles: vec![tile; 100] },
            dpi: 300.0,
            form_confidence: Some(0.9),
            paper_level: 220.0,
            ink_depth: 120.0,
            sharpness: 1.6,
            shake: 0.85,
            ink: 0.1,
            field_ink: Some(0.1),
            ..Measured::default()
        }
    }

    fn reasons(measured: &Measured) -> Vec<Reason> {
        judge(measured, Thresholds::embedded()).into_iter().map(|(finding, _)| finding.reason).collect()
    }

    #[test]
    fn a_good_capture_has_nothing_wrong_and_each_fault_its_reason() {
        assert_eq!(reasons(&good()), []);
        for (bad, reason) in [
            (Measured { paper_level: 12.0, ..good() }, Reason::TooDark),
            (Measured { white_share: 0.9, ink_depth: 60.0, ..good() }, Reason::BurntOut),
            (Measured { sharpness: 0.5, ..good() }, Reason::TooBlurred),
            (Measured { shake: 0.5, ..good() }, Reason::TooBlurred),
            (Measured { ink: 0.001, ..good() }, Reason::BlankPage),
            (Measured { field_ink: Some(0.001), ..good() }, Reason::BlankPage),
            (Measured { dpi: 110.0, ..good() }, Reason::ResolutionTooLow),
            (Measured { form_confidence: Some(0.1), ..good() }, Reason::FormNotFound),
        ] {
            assert_eq!(reasons(&bad), [reason]);
        }
    }

    #[test]
    fn a_coarse_picture_is_called_coarse_and_not_blurred() {
        let coarse = Measured { dpi: 96.0, sharpness: 0.5, shake: 0.4, ..good() };
        assert_eq!(reasons(&coarse), [Reason::ResolutionTooLow]);
        let nowhere = Measured { form_confidence: Some(0.1), ..coarse };
        assert_eq!(reasons(&nowhere), [Reason::TooBlurred], "where no form is, its size says nothing");
    }

    #[test]
    fn white_paper_with_dark_ink_is_not_burnt_out() {
        assert_eq!(
            reasons(&Measured { white_share: 0.9, ink_depth: 240.0, paper_level: 255.0, ..good() }),
            []
        );
    }

    #[test]
    fn before_the_form_is_sought_only_what_spoils_the_whole_page_is_told() {
        let first_look = Measured { form_confidence: None, dpi: 10.0, beyond: [1.0; 4], ..good() };
        assert_eq!(reasons(&first_look), []);
        assert_eq!(reasons(&Measured { sharpness: 0.3, ..first_look }), [Reason::TooBlurred]);
    }

    #[test]
    fn spots_are_told_with_their_place_if_they_are_large_enough() {
        let mut spot = good();
        for i in [33, 34, 43, 44] {
            spot.grid.tiles[i].sharpness = 0.4;
        }
        let found = judge(&spot, Thresholds::embedded());
        assert_eq!(found[0].0.reason, Reason::TooBlurred);
        assert_eq!(found[0].1, [[24.0, 24.0, 40.0, 40.0]]);
        let mut speck = good();
        speck.grid.tiles[33].sharpness = 0.4;
        assert_eq!(reasons(&speck), []);
    }

    #[test]
    fn the_side_that_most_is_missing_on_is_named() {
        let cut = Measured { beyond: [0.0, 0.3, 0.0, 0.6], ..good() };
        assert_eq!(judge(&cut, Thresholds::embedded())[0].0.side, Some(Side::Bottom));
        assert_eq!(reasons(&Measured { beyond: [0.05; 4], ..good() }), []);
    }

    #[test]
    fn places_are_not_believed_where_the_form_is_hardly_found() {
        let unsure = Measured { form_confidence: Some(0.4), beyond: [1.0; 4], ..good() };
        assert_eq!(reasons(&unsure), []);
    }
}
