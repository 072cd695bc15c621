//! The quality gate: what was measured on a capture, the thresholds, and what a person is told.

mod grid;
mod judge;
mod thresholds;

pub use grid::{Grid, Patch, Tile};
pub use judge::{FoldSign, Measured, judge};
pub use thresholds::Thresholds;

use super::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// Why a capture should be made again, gravest first: what stands before explains what stands after.
    Reason, "reason", {
        /// There was hardly any light.
        TooDark = "too_dark",
        /// So much light that writing is as white as paper, all over or in a spot.
        BurntOut = "burnt_out",
        /// Fewer dots per inch than reading needs.
        ResolutionTooLow = "resolution_too_low",
        /// Out of focus or shaken, all over or in a spot.
        TooBlurred = "too_blurred",
        /// Nothing is printed or written on it.
        BlankPage = "blank_page",
        /// A part of the form lies outside the picture.
        CutOff = "cut_off",
        /// A finger lies on writing.
        Finger = "finger",
        /// A corner is folded over.
        FoldedCorner = "folded_corner",
        /// It is on no known form.
        FormNotFound = "form_not_found",
        /// It is on the form of another kind of register than its book.
        PageOfOtherBook = "page_of_other_book",
        /// The book has this page already.
        SamePageTwice = "same_page_twice",
    }
);

words!(
    /// A side of the picture.
    Side, "side", {
        /// Left.
        Left = "left",
        /// Right.
        Right = "right",
        /// Top.
        Top = "top",
        /// Bottom.
        Bottom = "bottom",
    }
);

/// One thing that is wrong with a capture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub reason: Reason,
    /// Where, as quads of picture pixels clockwise; empty: all over.
    #[serde(default)]
    pub places: Vec<[[f32; 2]; 4]>,
    /// The side of the picture that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// The page of the same book that this one repeats, by its place in the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<i64>,
}

impl Finding {
    /// A finding that concerns the whole picture.
    #[must_use]
    pub fn of(reason: Reason) -> Self {
        Self { reason, places: Vec::new(), side: None, page: None }
    }
}
