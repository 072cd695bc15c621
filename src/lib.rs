//! Sổ Hoá turns scanned pages of Vietnamese civil-status registers into verified records.
//!
//! The layers and who may use whom stand in `src/ARCHITECTURE.md`; `tests/layers.rs` enforces it.

pub mod app;
pub mod blob;
pub mod cli;
pub mod domain;
pub mod exchange;
pub mod http;
pub mod image;
pub mod jobs;
pub mod recognise;
pub mod store;
