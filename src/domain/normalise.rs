//! Unicode and spelling: one form for storing, one for comparing.

use unicode_normalization::UnicodeNormalization;

/// Unicode NFC.
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The form in which values are compared (design, section 6, *folded*): case, tone placement (hoà = hòa)
/// and `. , ; : -` do not count; runs of spaces collapse, ends are trimmed. Idempotent.
#[must_use]
pub fn folded(text: &str) -> String {
    let lower: String = text.nfc().collect::<String>().to_lowercase();
    let spaced: String =
        lower.chars().map(|c| if matches!(c, '.' | ',' | ';' | ':' | '-') { ' ' } else { c }).collect();
    spaced.split_whitespace().map(tone_at_end).collect::<Vec<_>>().join(" ")
}

/// Tone marks of Vietnamese as combining characters: grave, acute, tilde, hook above, dot below.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Moves the word's tone behind its last letter, so that every placement of it compares equal. A word
/// with more than one tone (not Vietnamese) is left alone.
fn tone_at_end(word: &str) -> String {
    let decomposed: Vec<char> = word.nfd().collect();
    let tones: Vec<char> = decomposed.iter().copied().filter(|c| TONES.contains(c)).collect();
    match tones[..] {
        [tone] => decomposed.into_iter().filter(|c| *c != tone).chain([tone]).nfc().collect(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tone_placement_case_and_punctuation_do_not_count() {
        assert_eq!(folded("Hoà, Thuỷ"), folded("hòa thủy"));
        assert_eq!(folded("TP. Hồ Chí Minh"), folded("tp hồ chí  minh"));
        assert_ne!(folded("Hoa"), folded("Hòa"));
        assert_ne!(folded("Hoan"), folded("Hoàn"));
    }

    #[test]
    fn letters_of_minority_languages_survive() {
        assert_eq!(folded("Y Bh\u{ea}\u{306}"), "y bh\u{ea}\u{306}");
        assert_ne!(folded("H'Hen Niê"), folded("HHen Niê"));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(s in "\\PC{0,40}") {
            prop_assert_eq!(folded(&folded(&s)), folded(&s));
        }
    }
}
