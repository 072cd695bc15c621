//! Bytes → clean page: decoding under limits, deskewing, laying the page on its form, cutting out lines.
//!
//! Takes views and returns values: no files, no clock, no globals. Knows `domain` only.
//!
//! The road of [`prepare`]: luma without the stamp's red → paper level and ink → skew by projection profiles →
//! thin-line evidence on the upright page → scale and shift of the form by consensus of all its lines → rows,
//! bent one by one to where the rules are → ends of each rule → quads and line pictures.

mod align;
mod choose;
mod crops;
mod decode;
mod encode;
mod error;
mod extents;
mod geometry;
mod header;
mod illumination;
mod look;
mod page;
#[cfg(test)]
mod page_tests;
mod quality;
mod response;
mod rows;
mod skew;
mod split;
#[cfg(test)]
mod testpage;
mod ticks;
mod writing;

pub use choose::most_likely_first;
pub use crops::{ScreenCrop, crop_for_screen};
pub use decode::decode;
pub use encode::{JPEG_QUALITY, encode_jpeg, page_for_screen};
pub use error::ImageError;
pub use header::{Format, Header, Limits, inspect, sniff};
pub use look::{Look, look};
pub use page::{FieldRegion, Layout, PreparedPage, Upright, prepare};
pub use quality::Quality;
pub use split::layouts;
