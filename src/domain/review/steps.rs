//! The road as a table: which step leads from where to where. Whatever is not in it is refused.

use super::refusal::Refusal;
use crate::domain::kind::{UnknownWord, words};
use crate::domain::states::{BookState, EntryState};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// A step that an entry can take.
    EntryStep, "entry step", {
        /// A typist submits every field.
        Submit = "submit",
        /// A verifier agreed with every field.
        Verify = "verify",
        /// A verifier disagreed with at least one field.
        Dispute = "dispute",
        /// A third person settled every disputed field.
        Adjudicate = "adjudicate",
        /// The book is accepted.
        Accept = "accept",
        /// The book is approved.
        Approve = "approve",
        /// The book is delivered.
        Deliver = "deliver",
        /// A person holds it to be no entry.
        SetAside = "set_aside",
        /// A second person agrees that it is none.
        ConfirmNoEntry = "confirm_no_entry",
        /// A sample found a wrong field in it; its lot is accepted all the same.
        Contest = "contest",
        /// Its lot was not accepted.
        SendBack = "send_back",
        /// A person finds that it is one after all; leads back to where it stood (see [`super::Aside`]).
        Restore = "restore",
    }
);

/// Every step there is: from, step, to.
pub const ENTRY_STEPS: &[(EntryState, EntryStep, EntryState)] = &[
    (EntryState::Proposed, EntryStep::Submit, EntryState::Typed),
    (EntryState::Unscannable, EntryStep::Submit, EntryState::Typed),
    (EntryState::Typed, EntryStep::Verify, EntryState::Verified),
    (EntryState::Typed, EntryStep::Dispute, EntryState::Disputed),
    (EntryState::Disputed, EntryStep::Adjudicate, EntryState::Adjudicated),
    (EntryState::Verified, EntryStep::Accept, EntryState::Accepted),
    (EntryState::Adjudicated, EntryStep::Accept, EntryState::Accepted),
    (EntryState::Accepted, EntryStep::Approve, EntryState::Approved),
    (EntryState::Approved, EntryStep::Deliver, EntryState::Delivered),
    (EntryState::Verified, EntryStep::Contest, EntryState::Disputed),
    (EntryState::Adjudicated, EntryStep::Contest, EntryState::Disputed),
    (EntryState::Verified, EntryStep::SendBack, EntryState::Typed),
    (EntryState::Adjudicated, EntryStep::SendBack, EntryState::Typed),
    (EntryState::Proposed, EntryStep::SetAside, EntryState::SetAside),
    (EntryState::Unscannable, EntryStep::SetAside, EntryState::SetAside),
    (EntryState::Typed, EntryStep::SetAside, EntryState::SetAside),
    (EntryState::Disputed, EntryStep::SetAside, EntryState::SetAside),
    (EntryState::Verified, EntryStep::SetAside, EntryState::SetAside),
    (EntryState::Adjudicated, EntryStep::SetAside, EntryState::SetAside),
    (EntryState::SetAside, EntryStep::ConfirmNoEntry, EntryState::NoEntry),
];

impl EntryState {
    /// Where `step` leads from here.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] when the table has no such step.
    pub fn after(self, step: EntryStep) -> Result<Self, Refusal> {
        ENTRY_STEPS
            .iter()
            .find(|(from, by, _)| *from == self && *by == step)
            .map(|(_, _, to)| *to)
            .ok_or(Refusal::WrongState { state: self, step })
    }
}

words!(
    /// A plain, recorded action of a supervisor on a whole book.
    BookStep, "book step", {
        /// The work on the book is accepted.
        Accept = "accept",
        /// Its entries may be handed over.
        Approve = "approve",
        /// Its entries were handed over; may be repeated.
        Deliver = "deliver",
    }
);

impl BookStep {
    /// The step that each entry of the book takes with it.
    #[must_use]
    pub fn for_entries(self) -> EntryStep {
        match self {
            Self::Accept => EntryStep::Accept,
            Self::Approve => EntryStep::Approve,
            Self::Deliver => EntryStep::Deliver,
        }
    }
}

/// What must be known of a book before it is accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BookCounts {
    /// Entries of the book, without what is held to be none.
    pub entries: u64,
    /// Entries not yet settled by two people, and what is held to be none but not confirmed.
    pub open: u64,
    /// Notes beside entries that no second person has checked.
    pub notes: u64,
    /// Pages received or prepared but not read.
    pub unread: u64,
    /// Pages rejected.
    pub rejected: u64,
}

impl BookState {
    /// Where `step` leads from here. `reason` is needed to accept a book with rejected pages. A book of an accepted
    /// lot is approved once what the sample found wrong is settled.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn after(self, step: BookStep, counts: BookCounts, reason: Option<&str>) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Open, BookStep::Accept) => may_accept(counts, reason).map(|()| Self::Accepted),
            (Self::Accepted, BookStep::Approve) if counts.open > 0 => {
                Err(Refusal::Unfinished { open: counts.open, unread: counts.unread })
            }
            (Self::Accepted, BookStep::Approve) => Ok(Self::Approved),
            (Self::Approved | Self::Delivered, BookStep::Deliver) => Ok(Self::Delivered),
            _ => Err(Refusal::WrongBookState { state: self }),
        }
    }
}

fn may_accept(counts: BookCounts, reason: Option<&str>) -> Result<(), Refusal> {
    if counts.open > 0 || counts.unread > 0 {
        return Err(Refusal::Unfinished { open: counts.open, unread: counts.unread });
    }
    if counts.notes > 0 {
        return Err(Refusal::UncheckedNotes { notes: counts.notes });
    }
    if counts.entries == 0 {
        return Err(Refusal::Empty);
    }
    let reasoned = reason.is_some_and(|r| !r.trim().is_empty());
    if counts.rejected > 0 && !reasoned {
        return Err(Refusal::NeedsReason { rejected: counts.rejected });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_leads_to_agreement_except_by_a_second_person() {
        for (from, step, to) in ENTRY_STEPS {
            let by_person = matches!(step, EntryStep::Verify | EntryStep::Adjudicate);
            assert!(!to.needs_two_people() || from.needs_two_people() || by_person, "{from} {step} {to}");
        }
    }

    #[test]
    fn steps_outside_the_table_are_refused_with_the_reason() {
        let refusal = EntryState::Proposed.after(EntryStep::Accept);
        assert_eq!(
            refusal,
            Err(Refusal::WrongState { state: EntryState::Proposed, step: EntryStep::Accept })
        );
        assert_eq!(EntryState::Disputed.after(EntryStep::Adjudicate), Ok(EntryState::Adjudicated));
    }

    #[test]
    fn a_book_is_accepted_only_when_everything_in_it_is_settled() {
        let done = BookCounts { entries: 12, ..BookCounts::default() };
        let accept = |counts, reason| BookState::Open.after(BookStep::Accept, counts, reason);
        assert_eq!(accept(done, None), Ok(BookState::Accepted));
        assert_eq!(
            accept(BookCounts { open: 1, ..done }, None),
            Err(Refusal::Unfinished { open: 1, unread: 0 })
        );
        assert_eq!(accept(BookCounts::default(), Some("x")), Err(Refusal::Empty));
        let noted = BookCounts { notes: 3, ..done };
        assert_eq!(accept(noted, None), Err(Refusal::UncheckedNotes { notes: 3 }));
        let torn = BookCounts { rejected: 2, ..done };
        assert_eq!(accept(torn, Some(" ")), Err(Refusal::NeedsReason { rejected: 2 }));
        assert_eq!(accept(torn, Some("trang rách")), Ok(BookState::Accepted));
        let early = BookState::Open.after(BookStep::Deliver, done, None);
        assert_eq!(early, Err(Refusal::WrongBookState { state: BookState::Open }));
    }
}
