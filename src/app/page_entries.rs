//! At which places of a page an entry stands, and which readings belong to it.

use super::page_reader::{EntryReading, FieldReading};
use crate::image::FieldRegion;

/// So many fields with ink make an entry: one alone may be a blot, or a stroke from the entry above.
const LEAST_WRITTEN: usize = 2;

/// The places, of `count` on the page, at which something is written; the first where nothing is anywhere. Ink alone
/// decides, so that every model finds the same entries. What is very faint may be missed: the other places are kept
/// beside, and a person looks at each.
pub(super) fn written_places(
    count: usize,
    regions: &[FieldRegion],
    is_written: impl Fn(f32) -> bool,
) -> Vec<usize> {
    let written = |place: usize| {
        let own = regions.iter().filter(|region| region.entry == Some(place));
        own.filter(|region| is_written(region.ink)).count()
    };
    let found: Vec<usize> = (0..count).filter(|&place| written(place) >= LEAST_WRITTEN).collect();
    if found.is_empty() { vec![0] } else { found }
}

/// Readings, each with the entry it belongs to (none: the page), as entries; what belongs to the page belongs to all.
pub(super) fn by_place(places: &[usize], readings: &[(Option<usize>, FieldReading)]) -> Vec<EntryReading> {
    let entry = |&place: &usize| {
        let own = readings.iter().filter(|(entry, _)| entry.is_none_or(|entry| entry == place));
        EntryReading { place, fields: own.map(|(_, field)| field.clone()).collect() }
    };
    places.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FieldKind, FieldState};

    fn region(entry: Option<usize>, ink: f32) -> FieldRegion {
        FieldRegion { key: "k".into(), entry, quad: [[0.0; 2]; 4], lines: Vec::new(), ink, ticks: Vec::new() }
    }

    #[test]
    fn an_entry_is_where_two_fields_are_written_and_on_an_empty_page_the_first() {
        let inks = [(Some(0), 0.0), (Some(0), 0.2), (Some(1), 0.2), (Some(1), 0.3), (None, 0.9)];
        let regions: Vec<_> = inks.iter().map(|&(entry, ink)| region(entry, ink)).collect();
        assert_eq!(written_places(3, &regions, |ink| ink > 0.1), [1]);
        assert_eq!(written_places(3, &regions, |ink| ink > 1.0), [0]);
        assert_eq!(written_places(3, &regions, |ink| ink >= 0.0), [0, 1]);
    }

    #[test]
    fn what_belongs_to_the_page_belongs_to_every_entry() {
        let field = |key: &str| FieldReading {
            key: key.into(),
            kind: FieldKind::Number,
            state: FieldState::Blank,
            quad: [[0.0; 2]; 4],
            text: String::new(),
            confidence: 0.5,
            alternatives: Vec::new(),
            hint: None,
        };
        let readings = [
            (None, field("quyen_so")),
            (Some(0), field("so")),
            (Some(1), field("so")),
            (Some(2), field("so")),
        ];
        let entries = by_place(&[0, 2], &readings);
        assert_eq!(entries.iter().map(|e| e.place).collect::<Vec<_>>(), [0, 2]);
        for entry in entries {
            let keys: Vec<&str> = entry.fields.iter().map(|f| f.key.as_str()).collect();
            assert_eq!(keys, ["quyen_so", "so"]);
        }
    }
}
