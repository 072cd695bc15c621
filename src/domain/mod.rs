//! Pure types and rules: no I/O, no clock, no randomness of its own.

pub mod acceptance;
pub mod audit;
pub mod book_order;
pub mod date;
pub mod date_words;
mod embedded_forms;
pub mod evidence;
pub mod form;
pub mod gate;
pub mod hint;
pub mod identity_paper;
pub mod interval;
pub mod kind;
pub mod models;
pub mod names;
pub mod normalise;
pub mod relations;
pub mod review;
pub mod states;
pub mod value;
pub mod whole_page;

pub use form::{Form, FormField};
pub use hint::{Hint, HintCode};
pub use kind::{FieldKind, FieldState, RegisterKind};
pub use models::{Activations, ModelVersion, Scope};
pub use states::{AccountRole, BookState, EntryState, NoteKind, PageState, TaskRole};
pub use value::FieldValue;
