//! Why a step is refused.

use super::steps::EntryStep;
use crate::domain::states::{BookState, EntryState};
use crate::domain::value::ValueError;

/// Why a step on an entry or a book is not taken. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The entry has moved on, or is not there yet.
    #[error("an entry that is {state} cannot {step}")]
    WrongState {
        /// Where it stands.
        state: EntryState,
        /// What was asked.
        step: EntryStep,
    },
    /// This person already took another part on the entry.
    #[error("this person has already worked on the entry in another role")]
    SamePerson,
    /// Fields are missing, unknown, or hold what cannot be.
    #[error("{} field(s) are missing or wrong", .0.len())]
    Fields(Vec<FieldProblem>),
    /// The book has moved on, or is not there yet.
    #[error("the book is {state}")]
    WrongBookState {
        /// Where it stands.
        state: BookState,
    },
    /// Entries of the book still wait for people.
    #[error("{open} entries are not verified yet, {unread} pages not read yet")]
    Unfinished {
        /// Entries not settled by two people.
        open: u64,
        /// Pages received or prepared but not read.
        unread: u64,
    },
    /// Notes beside entries wait for a second person.
    #[error("{notes} notes beside entries are not checked yet")]
    UncheckedNotes {
        /// How many.
        notes: u64,
    },
    /// The book holds no entry at all.
    #[error("the book has no entries")]
    Empty,
    /// Rejected pages can only be left out with a reason.
    #[error("{rejected} pages were rejected; a reason is needed to go on without them")]
    NeedsReason {
        /// Pages rejected as bad scans.
        rejected: u64,
    },
}

impl Refusal {
    /// A stable word for interfaces and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "wrong_state",
            Self::SamePerson => "same_person",
            Self::Fields(_) => "bad_fields",
            Self::WrongBookState { .. } => "wrong_book_state",
            Self::Unfinished { .. } => "unfinished",
            Self::UncheckedNotes { .. } => "unchecked_notes",
            Self::Empty => "empty_book",
            Self::NeedsReason { .. } => "needs_reason",
        }
    }
}

/// What is wrong with one field of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's key.
    pub key: String,
    /// What is wrong.
    pub problem: FieldProblemKind,
}

/// Kinds of problems with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblemKind {
    /// Every field must be answered.
    #[error("this field has no answer")]
    Missing,
    /// The entry has no such field, or it is not one that may be answered now.
    #[error("this field is not asked for")]
    Unknown,
    /// Text and state contradict each other, or the text is too long.
    #[error(transparent)]
    Value(#[from] ValueError),
}

impl FieldProblemKind {
    /// A stable word for interfaces and logs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Value(ValueError::WrittenWithoutText) => "written_without_text",
            Self::Value(ValueError::TextWithoutWriting) => "text_without_writing",
            Self::Value(ValueError::TooLong) => "too_long",
        }
    }
}
