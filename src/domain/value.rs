//! A field's value: never just text, always with its state.

use super::kind::FieldState;
use super::normalise::{folded, nfc};
use serde::{Deserialize, Serialize};

/// What stands in the register for one field. `text` is empty unless the state is `written`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// Why there is text or none.
    pub state: FieldState,
    /// The text as written, NFC, trimmed, single spaces.
    #[serde(default)]
    pub text: String,
}

/// Why a value cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// `written` needs text.
    #[error("a written value needs text; say `blank` when the register is blank here")]
    WrittenWithoutText,
    /// Other states carry none.
    #[error("only a written value carries text")]
    TextWithoutWriting,
    /// Longer than any column takes.
    #[error("a value has at most {} characters", FieldValue::MAX_CHARS)]
    TooLong,
}

impl FieldValue {
    /// Longest text accepted, in Unicode code points (the widest column known takes 1,000).
    pub const MAX_CHARS: usize = 2_000;

    /// Checks and tidies a value as it comes from a person or a file: NFC, control characters and runs of
    /// spaces become one space, ends trimmed.
    ///
    /// # Errors
    /// When text and state contradict each other, or the text is too long.
    pub fn new(state: FieldState, text: &str) -> Result<Self, ValueError> {
        let spaced: String = nfc(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        match (state, text.is_empty()) {
            (FieldState::Written, true) => Err(ValueError::WrittenWithoutText),
            (FieldState::Written, false) if text.chars().count() > Self::MAX_CHARS => {
                Err(ValueError::TooLong)
            }
            (FieldState::Written, false) | (_, true) => Ok(Self { state, text }),
            (_, false) => Err(ValueError::TextWithoutWriting),
        }
    }

    /// A written value.
    ///
    /// # Errors
    /// When nothing but spaces is given, or too much.
    pub fn written(text: &str) -> Result<Self, ValueError> {
        Self::new(FieldState::Written, text)
    }

    /// A value without text.
    #[must_use]
    pub fn blank() -> Self {
        Self { state: FieldState::Blank, text: String::new() }
    }

    /// Whether two people mean the same: same state, and texts equal after [`folded`].
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.state == other.state && folded(&self.text) == folded(&other.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_tidied_but_kept_as_written() {
        let v = FieldValue::written("  Nguye\u{302}\u{303}n   Thị\tHoà ").unwrap();
        assert_eq!(v.text, "Nguyễn Thị Hoà");
        assert!(v.agrees_with(&FieldValue::written("nguyễn thị hòa").unwrap()));
    }

    #[test]
    fn state_and_text_must_fit() {
        assert_eq!(FieldValue::written(" "), Err(ValueError::WrittenWithoutText));
        assert_eq!(FieldValue::new(FieldState::Torn, "x"), Err(ValueError::TextWithoutWriting));
        assert!(!FieldValue::blank().agrees_with(&FieldValue::new(FieldState::Torn, "").unwrap()));
    }
}
