//! Taking files of many pages apart in a process of its own: what a crafted file does to a decoder (memory,
//! time, stack) it does there, and costs one page.
//!
//! The child gets the file on its standard input and writes frames to its standard output: a line of JSON, and
//! behind a page's line its picture. Before it starts on a page it says so; the parent then knows which page a
//! child died on, and starts another one behind it.

mod child;
mod frame;
mod parent;
#[cfg(test)]
mod parent_tests;
mod run;

pub use child::Args;
pub(super) use child::run;
pub use parent::{MostCost, OwnProcess};
