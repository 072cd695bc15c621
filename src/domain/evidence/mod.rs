//! Evidence across an entry and a book: readings that say the same thing raise each other's probability, and may
//! put an alternative that fits before one that does not; readings that contradict lower it, and the clerk is told.
//!
//! Every rule gives likelihood ratios, moderate on purpose: real registers hold twins with one date, mothers of
//! thirteen, numbers used twice and words that contradict their digits. No text is made up, no state changes.
//! Which fields belong together is data of the form ([`super::relations`]).

mod belief;
mod book;
mod entry;
mod hints;
mod weights;

pub use belief::{Candidate, FieldBelief};
pub use book::{BookContext, Neighbour, numbered, weigh_in_book};
pub use entry::weigh_entry;
pub use hints::{Known, hints};

#[cfg(test)]
mod tests;
