//! Pure types and rules: no I/O, no clock, no randomness of its own.

pub mod audit;
pub mod date;
pub mod form;
pub mod identity_paper;
pub mod kind;
pub mod normalise;
pub mod review;
pub mod states;
pub mod value;

pub use form::{Form, FormField};
pub use kind::{FieldKind, FieldState, RegisterKind};
pub use states::{AccountRole, BookState, EntryState, PageState, TaskRole};
pub use value::FieldValue;
