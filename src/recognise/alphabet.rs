//! What a line model must be able to write: everything that stands in Vietnamese registers.

use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// Vowels before tones.
const VOWELS: &str = "aăâeêioôơuưy";
/// No tone, grave, hook above, tilde, acute, dot below.
const TONES: [&str; 6] = ["", "\u{300}", "\u{309}", "\u{303}", "\u{301}", "\u{323}"];
/// Consonants, with the letters of foreign names.
const CONSONANTS: &str = "bcdđfghjklmnpqrstvwxz";
const DIGITS: &str = "0123456789";
/// Punctuation of registers: dates, addresses, numbers of documents, names such as `H'Hen`.
const PUNCTUATION: &str = " .,;:-/()'\"";

/// Checks that an alphabet is sound and complete.
///
/// # Errors
/// A reason for people: an empty or repeated entry, or the letters that cannot be written with it.
pub(super) fn check(alphabet: &[String]) -> Result<(), String> {
    let mut entries = HashSet::new();
    for entry in alphabet {
        if entry.is_empty() {
            return Err("its alphabet has an empty entry".to_owned());
        }
        if !entries.insert(entry.nfc().collect::<String>()) {
            return Err(format!("its alphabet has `{entry}` twice"));
        }
    }
    let missing: Vec<String> = required().into_iter().filter(|l| !can_write(&entries, l)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("it cannot write {}", missing.join(" "))) }
}

/// Every letter with every mark in both cases, digits and punctuation.
fn required() -> Vec<String> {
    let toned = VOWELS.chars().flat_map(|v| TONES.map(|tone| format!("{v}{tone}")));
    let plain = CONSONANTS.chars().map(String::from);
    let letters = toned.chain(plain).map(|letter| letter.nfc().collect::<String>());
    let both_cases = letters.flat_map(|letter| [letter.to_uppercase(), letter]);
    let signs = DIGITS.chars().chain(PUNCTUATION.chars()).map(String::from);
    both_cases.chain(signs).collect()
}

/// Whether entries put together make the letter: at once, or as a letter with fewer marks and the marks
/// themselves, in any order (NFC puts them right).
fn can_write(entries: &HashSet<String>, letter: &str) -> bool {
    let parts: Vec<char> = letter.nfd().collect();
    let marks = parts.len() - 1;
    (0..1_u32 << marks).any(|apart| {
        let is_apart = |at: usize| at > 0 && apart & (1 << (at - 1)) != 0;
        let base: String = (0..=marks).filter(|at| !is_apart(*at)).map(|at| parts[at]).nfc().collect();
        let alone = (0..=marks).filter(|at| is_apart(*at)).map(|at| parts[at].to_string());
        entries.contains(&base) && alone.into_iter().all(|mark| entries.contains(&mark))
    })
}

/// An alphabet that passes [`check`], for tests: one entry per required letter.
#[cfg(test)]
pub(super) fn smallest() -> Vec<String> {
    required()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_required_letters_are_sixteen_dozen_and_some() {
        let letters = required();
        assert_eq!(letters.len(), 12 * 6 * 2 + 21 * 2 + 10 + 11);
        for letter in ["Ữ", "ặ", "Đ", "đ", "ỷ", "7", "/", " "] {
            assert!(letters.iter().any(|l| l == letter), "{letter}");
        }
        assert_eq!(check(&letters), Ok(()));
    }

    #[test]
    fn every_single_missing_letter_is_named() {
        for missing in required() {
            let rest: Vec<String> = required().into_iter().filter(|l| *l != missing).collect();
            assert_eq!(check(&rest), Err(format!("it cannot write {missing}")));
        }
    }

    #[test]
    fn combining_marks_may_stand_in_for_composed_letters() {
        let mut alphabet: Vec<String> = required().into_iter().filter(|l| l != "ộ").collect();
        assert!(check(&alphabet).is_err());
        alphabet.push("\u{323}".to_owned());
        assert_eq!(check(&alphabet), Ok(()));
    }

    #[test]
    fn repeated_and_empty_entries_are_refused() {
        let twice: Vec<String> = required().into_iter().chain(["a".to_owned()]).collect();
        assert_eq!(check(&twice), Err("its alphabet has `a` twice".to_owned()));
        let empty: Vec<String> = required().into_iter().chain([String::new()]).collect();
        assert!(check(&empty).is_err());
    }
}
