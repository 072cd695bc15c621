//! Wrong values shown to an inspector on purpose: who does not look does not find them. They are made anew from
//! the lot's seed whenever they are shown, and never enter a record.

use crate::domain::{FieldKind, FieldState, FieldValue};
use sha2::{Digest, Sha256};

/// A wrong value in place of what is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// The field.
    pub key: String,
    /// What is shown instead of its value.
    pub value: FieldValue,
}

/// A field as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded<'a> {
    /// Its key.
    pub key: &'a str,
    /// What it holds.
    pub kind: FieldKind,
    /// The value in force.
    pub value: &'a FieldValue,
}

/// Every row: one letter with its six tones.
const TONES: [&str; 12] = [
    "aáàảãạ",
    "ăắằẳẵặ",
    "âấầẩẫậ",
    "eéèẻẽẹ",
    "êếềểễệ",
    "iíìỉĩị",
    "oóòỏõọ",
    "ôốồổỗộ",
    "ơớờởỡợ",
    "uúùủũụ",
    "ưứừửữự",
    "yýỳỷỹỵ",
];

/// In one entry of two, one field with the last digit or the tone of a letter changed: mistakes as people make
/// them. The same seed and entry give the same answer; without the seed nobody can foretell it.
#[must_use]
pub fn plant(seed: &[u8], entry_id: &str, fields: &[Recorded<'_>]) -> Option<Planted> {
    let digest = digest(seed, entry_id);
    if digest[0] & 1 == 0 {
        return None;
    }
    let at = |i: usize| usize::from(digest[i]);
    let open: Vec<Planted> = fields
        .iter()
        .filter(|f| f.value.state == FieldState::Written && is_keyed_freely(f.kind))
        .filter_map(|f| {
            let text = altered(&f.value.text, (at(1), at(2)))?;
            let value = FieldValue { state: FieldState::Written, text };
            (!value.agrees_with(f.value)).then(|| Planted { key: f.key.to_owned(), value })
        })
        .collect();
    let chosen = ((at(3) << 8) | at(4)).checked_rem(open.len())?;
    open.into_iter().nth(chosen)
}

/// Whether a small mistake still looks like a value of its kind.
fn is_keyed_freely(kind: FieldKind) -> bool {
    !matches!(
        kind,
        FieldKind::Sex
            | FieldKind::Ethnicity
            | FieldKind::Nationality
            | FieldKind::Choice
            | FieldKind::DateInWords
    )
}

fn altered(text: &str, (place, shift): (usize, usize)) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let last_digit = letters.iter().rposition(char::is_ascii_digit);
    let toned: Vec<usize> = (0..letters.len()).filter(|&i| other_tone(letters[i], shift).is_some()).collect();
    let changed = match last_digit {
        Some(i) => {
            let digit = letters[i].to_digit(10)?;
            (i, char::from_digit((digit + 1 + (shift % 9) as u32) % 10, 10)?)
        }
        None => {
            let i = *toned.get(place.checked_rem(toned.len())?)?;
            (i, other_tone(letters[i], shift)?)
        }
    };
    Some(letters.iter().enumerate().map(|(i, c)| if i == changed.0 { changed.1 } else { *c }).collect())
}

/// The same letter with another tone, in the same case.
fn other_tone(letter: char, shift: usize) -> Option<char> {
    let lower = letter.to_lowercase().next()?;
    let row = TONES.iter().find(|row| row.contains(lower))?;
    let tone = row.chars().position(|c| c == lower)?;
    let other = row.chars().nth((tone + 1 + shift % 5) % 6)?;
    if letter == lower { Some(other) } else { other.to_uppercase().next() }
}

fn digest(seed: &[u8], entry_id: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [b"sohoa-plant-v1".as_slice(), seed, entry_id.as_bytes()] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plants(values: &[(&str, FieldKind, FieldValue)]) -> Vec<Option<Planted>> {
        let fields: Vec<Recorded<'_>> =
            values.iter().map(|(key, kind, value)| Recorded { key, kind: *kind, value }).collect();
        (0..400).map(|i| plant(b"seed", &format!("entry-{i}"), &fields)).collect()
    }

    #[test]
    fn one_entry_of_two_shows_one_small_mistake_that_is_a_mistake() {
        let written = |text: &str| FieldValue::written(text).unwrap();
        let values = [
            ("ho_ten", FieldKind::PersonName, written("NGUYỄN Thị Hoà")),
            ("ngay", FieldKind::Date, written("12/03/1987")),
            ("gioi_tinh", FieldKind::Sex, written("Nữ")),
            ("ghi_chu", FieldKind::FreeText, FieldValue::blank()),
        ];
        let planted = plants(&values);
        let some: Vec<&Planted> = planted.iter().flatten().collect();
        // Binomial(400, 0.5): mean 200, standard deviation 10; five of them on either side.
        assert!((150..=250).contains(&some.len()), "{}", some.len());
        for plant in &some {
            let (_, _, recorded) = values.iter().find(|(key, ..)| *key == plant.key).unwrap();
            assert!(!plant.value.agrees_with(recorded), "{plant:?}");
            assert_eq!(plant.value.text.chars().count(), recorded.text.chars().count());
        }
        let keys = |key: &str| some.iter().filter(|p| p.key == key).count();
        assert!(keys("ho_ten") > 60 && keys("ngay") > 60 && keys("ho_ten") + keys("ngay") == some.len());
        assert_eq!(planted, plants(&values), "the same seed shows the same");
        assert!(some.iter().any(|p| p.value.text.starts_with("NGUY") && p.value.text.contains("N Th")));
    }

    #[test]
    fn nothing_is_planted_where_nothing_is_written() {
        assert!(plants(&[("so", FieldKind::Number, FieldValue::blank())]).iter().all(Option::is_none));
        assert!(plants(&[]).iter().all(Option::is_none));
    }
}
