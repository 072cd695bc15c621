//! Where pages, entries and books stand on their road, and the roles that people take on it.

use super::kind::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// Where a page stands.
    PageState, "page state", {
        /// Its bytes are stored.
        Received = "received",
        /// Straightened and its fields found.
        Prepared = "prepared",
        /// Its proposals are stored.
        Read = "read",
        /// A bad scan, with a reason; waits for a rescan or for somebody who insists.
        Rejected = "rejected",
    }
);

words!(
    /// Where an entry stands.
    EntryState, "entry state", {
        /// The machine's proposals are there; nobody has typed yet.
        Proposed = "proposed",
        /// In the book, but its page can no longer be scanned: waits to be typed from paper.
        Unscannable = "unscannable",
        /// Submitted by a typist.
        Typed = "typed",
        /// A verifier disagreed with at least one field.
        Disputed = "disputed",
        /// A second person confirmed every field.
        Verified = "verified",
        /// A third person settled what was disputed; counts as verified.
        Adjudicated = "adjudicated",
        /// Its book (or lot) was accepted.
        Accepted = "accepted",
        /// Approved for delivery.
        Approved = "approved",
        /// Handed over.
        Delivered = "delivered",
        /// Held to be no entry, by the machine or one person; waits for another person's look.
        SetAside = "set_aside",
        /// No entry: a person confirmed it.
        NoEntry = "no_entry",
    }
);

words!(
    /// What is written beside an entry, apart from its fields.
    NoteKind, "kind of note", {
        /// A note in the margin, as a rule on what happened later.
        Margin = "margin",
        /// The entry is struck out ("hủy"): it stays in the book, its number is used.
        Struck = "struck",
    }
);

words!(
    /// Where a book stands.
    BookState, "book state", {
        /// Takes pages and work.
        Open = "open",
        /// In a lot whose sample is being inspected; nothing in it changes meanwhile.
        InLot = "in_lot",
        /// Accepted by a supervisor.
        Accepted = "accepted",
        /// Approved for delivery.
        Approved = "approved",
        /// Delivered at least once.
        Delivered = "delivered",
    }
);

words!(
    /// What an account may do.
    AccountRole, "account role", {
        /// Corrects and submits entries.
        Typist = "typist",
        /// Confirms or rejects what others submitted.
        Verifier = "verifier",
        /// Settles disputes, accepts, approves, delivers.
        Supervisor = "supervisor",
        /// Registers books and uploads pages.
        ScanningCentre = "scanning_centre",
        /// Runs the system.
        Admin = "admin",
    }
);

words!(
    /// The part a person takes on one entry.
    TaskRole, "task role", {
        /// Submits values.
        Typist = "typist",
        /// Gives a verdict on every field.
        Verifier = "verifier",
        /// Settles disputed fields.
        Adjudicator = "adjudicator",
    }
);

impl TaskRole {
    /// The state in which an entry waits for this role.
    #[must_use]
    pub fn works_on(self) -> EntryState {
        match self {
            Self::Typist => EntryState::Proposed,
            Self::Verifier => EntryState::Typed,
            Self::Adjudicator => EntryState::Disputed,
        }
    }

    /// The role an account needs to take this part.
    #[must_use]
    pub fn needs(self) -> AccountRole {
        match self {
            Self::Typist => AccountRole::Typist,
            Self::Verifier => AccountRole::Verifier,
            Self::Adjudicator => AccountRole::Supervisor,
        }
    }
}

impl EntryState {
    /// Whether two people must have agreed before an entry may stand here.
    #[must_use]
    pub fn needs_two_people(self) -> bool {
        match self {
            Self::Proposed | Self::Unscannable | Self::Typed | Self::Disputed => false,
            Self::SetAside | Self::NoEntry => false,
            Self::Verified | Self::Adjudicated | Self::Accepted | Self::Approved | Self::Delivered => true,
        }
    }

    /// Whether clerks have nothing more to do here.
    #[must_use]
    pub fn is_settled(self) -> bool {
        self.needs_two_people() || self == Self::NoEntry
    }

    /// Whether this is an entry of the book, as far as anybody knows.
    #[must_use]
    pub fn is_entry(self) -> bool {
        !matches!(self, Self::SetAside | Self::NoEntry)
    }
}
