//! Use cases: what people and jobs do with pages and entries, each a few lines of story.

pub mod page_reader;
pub mod reading;

pub use page_reader::{PageError, PageReader, PageReading};
