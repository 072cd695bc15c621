//! What must not be lost, in SQLite (embedded default) or PostgreSQL (beyond one machine).
//!
//! [`Db`] is cheap to clone and shared by all tasks. Its methods read, or do one thing that stands alone
//! (a claim, a heartbeat). Everything that changes together goes through one [`Tx`]:
//!
//! ```ignore
//! let mut tx = db.begin().await?;
//! let mut case = tx.review_case(entry_id).await?.ok_or(NotFound)?; // locks the entry
//! tx.hold_lease(entry_id, person_id, TaskRole::Typist).await?;     // LeaseLost when somebody else has it
//! let submission = case.submit(person_id, &values)?;               // the rules, in domain::review
//! tx.save_submission(&case, &submission, step).await?;
//! tx.append_event(&event).await?;                                  // last: locks the book's chain
//! tx.commit().await?;                                              // durable now, acknowledge after
//! ```
//!
//! A dropped `Tx` undoes everything. Locks are taken in this order, always: project, lot, book, bundle, page, entry,
//! lease, job, chain. Queries are constants in portable SQL beside the method that runs them; those that differ are in
//! `dialect.rs`; what both databases must do alike is in `tests/store_contract.rs`, run against both.
//!
//! Ids (UUIDv7), times (milliseconds UTC) and random bytes come from the caller.

mod accounts;
mod arm;
mod asides;
mod audit;
mod book_entries;
mod books;
mod bundles;
mod by_hand;
mod comparison;
mod continuations;
mod deliveries;
mod dialect;
mod drafts;
mod entries;
mod error;
mod gate;
mod jobs;
mod leases;
mod lot_inspections;
mod lots;
mod models;
mod neighbours;
mod notes;
mod open;
mod page_order;
mod pages;
mod paging;
#[cfg(test)]
mod plan_tests;
mod projects;
mod proposals;
mod review;
mod schema;
mod sessions;

pub use accounts::Account;
pub use arm::{Db, PostgresArm, SqliteArm, Tx};
pub use audit::{AuditRecord, NewEvent, VerifyError};
pub use book_entries::BookEntry;
pub use books::{Book, BookSize, BookSummary, ControlTotals};
pub use bundles::{AddedBundle, Bundle, BundleState, Unpacking};
pub use by_hand::NewByHand;
pub use comparison::ReadTwice;
pub use deliveries::Delivery;
pub use entries::{Entry, EntryWithFields, Field, NewEntry, NewField, Quad, Registration};
pub use error::StoreError;
pub use gate::KnownPage;
pub use jobs::{ClaimJob, Failure, Job, JobCount, JobState, MAX_LOST_LEASES, NewJob, backoff_ms};
pub use leases::{Beside, ClaimEntry, ClaimedEntry, Lent, TaskLease};
pub use lot_inspections::{FoundWrong, InspectionDone, Sampled};
pub use lots::{Improvement, Lot, LotUnit, NewLot, Source};
pub use models::{Activation, Model};
pub use neighbours::Nearby;
pub use notes::{EntryNote, NewNote};
pub use open::SqliteSettings;
pub use pages::{AddedPage, NewPage, Page, Preparation};
pub use paging::After;
pub use projects::Project;
pub use proposals::{Alternative, Proposal, ReaderId};
pub use review::{Keying, Step, Verdict};
pub use schema::SchemaState;
pub use sessions::Session;
