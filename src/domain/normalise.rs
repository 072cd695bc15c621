//! Unicode and spelling: one form for storing, one for comparing.

use unicode_normalization::UnicodeNormalization;

/// Unicode NFC.
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The form in which values are compared (design, section 6, *folded*): case, tone placement (hoà = hòa)
/// and `. , ; : -` do not count; runs of spaces collapse, ends are trimmed. Idempotent, NFC, and never
/// longer in code points than the NFC text. `scripts/training/alphabet.py` has the same rule, and both are
/// tested on the same cases.
#[must_use]
pub fn folded(text: &str) -> String {
    let lower: String = text.nfc().collect::<String>().to_lowercase().nfc().collect();
    let spaced: String =
        lower.chars().map(|c| if matches!(c, '.' | ',' | ';' | ':' | '-') { ' ' } else { c }).collect();
    let placed = TONE_PAIRS.iter().fold(spaced, |text, (old, new)| text.replace(old, new));
    placed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The syllable ends whose tone is written on either vowel: older placement → newer placement.
const TONE_PAIRS: [(&str, &str); 15] = [
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("òe", "oè"),
    ("óe", "oé"),
    ("ỏe", "oẻ"),
    ("õe", "oẽ"),
    ("ọe", "oẹ"),
    ("ùy", "uỳ"),
    ("úy", "uý"),
    ("ủy", "uỷ"),
    ("ũy", "uỹ"),
    ("ụy", "uỵ"),
];

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
    fn the_cases_shared_with_the_training_scripts_fold_as_written_there() {
        let cases = include_str!("data/fold_cases.tsv");
        for line in cases.lines().filter(|l| !l.starts_with('#')) {
            let (text, wanted) = line.split_once('\t').unwrap();
            assert_eq!(folded(text), wanted, "{text}");
        }
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
