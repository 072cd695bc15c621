//! What a clerk is told about a field beyond its text: which other field it contradicts, or why it was not read.

use super::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// Why a clerk should look at a field. The words are stable: screens have a sentence for each.
    HintCode, "hint", {
        /// The same date in digits and in words differs.
        DateDiffers = "date_differs",
        /// Age and year of birth do not fit together.
        AgeDiffers = "age_differs",
        /// A parent would have been a child, or very old, when the child was born.
        ParentAge = "parent_age",
        /// No such day in the calendar.
        ImpossibleDate = "impossible_date",
        /// Bride or groom would have been a child.
        SpouseAge = "spouse_age",
        /// Another entry of the same register and year has this number.
        NumberUsed = "number_used",
        /// Earlier than a date that it follows.
        TooEarly = "too_early",
        /// The year within a number is not that of its date.
        YearDiffers = "year_differs",
        /// The child bears neither the father's nor the mother's surname.
        SurnameDiffers = "surname_differs",
        /// Nearly the same name as a parent's, but not quite.
        NearlySameName = "nearly_same_name",
        /// Nearly the registering office's commune, but not quite.
        NearlyOffice = "nearly_office",
        /// Out of the order of the entries before and after.
        OutOfOrder = "out_of_order",
        /// Not what was entered for the book.
        NotOfThisBook = "not_of_this_book",
        /// Ink, but no writing that can be read: scribbled or struck out.
        Unreadable = "unreadable",
        /// The paper seems torn, burnt or covered here.
        Hole = "hole",
    }
);

/// One hint on one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// What is the matter.
    pub code: HintCode,
    /// The other field that it is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

impl Hint {
    /// A hint about this field alone.
    #[must_use]
    pub fn alone(code: HintCode) -> Self {
        Self { code, other: None }
    }

    /// A hint about this field and another.
    #[must_use]
    pub fn with(code: HintCode, other: &str) -> Self {
        Self { code, other: Some(other.to_owned()) }
    }
}
