//! Classes of the line model as symbols of language models and grammars.

use super::super::Manifest;

/// What one class means to a language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// A gap between words: a space or a sign that folding takes for one.
    Gap,
    /// A digit, whichever.
    Digit,
    /// A lower-case letter, `'` or `/`.
    Letter(char),
    /// Any other sign.
    Other,
}

impl Symbol {
    /// The symbol of a character; `scripts/language/symbols.py` does the same.
    #[must_use]
    pub fn of(character: char) -> Self {
        match character {
            ' ' | '.' | ',' | ';' | ':' | '-' | '–' => Self::Gap,
            '’' => Self::Letter('\''),
            '\'' | '/' => Self::Letter(character),
            c if c.is_ascii_digit() => Self::Digit,
            c if c.is_alphabetic() || c == '\u{306}' => Self::Letter(lower(c)),
            _ => Self::Other,
        }
    }
}

/// The lower-case letter; every letter of the alphabets here has a single one.
#[must_use]
pub fn lower(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

/// The character of every class; `None` for the blank and for entries of several characters.
#[must_use]
pub fn characters(manifest: &Manifest) -> Vec<Option<char>> {
    let single = |entry: &String| {
        let mut characters = entry.chars();
        characters.next().filter(|_| characters.next().is_none())
    };
    std::iter::once(None).chain(manifest.alphabet.iter().map(single)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_fall_into_four_sorts() {
        let sorts = ["-", "7", "Ữ", "’", "/", "("].map(|c| Symbol::of(c.chars().next().unwrap()));
        let letter = Symbol::Letter;
        assert_eq!(
            sorts,
            [Symbol::Gap, Symbol::Digit, letter('ữ'), letter('\''), letter('/'), Symbol::Other]
        );
    }
}
