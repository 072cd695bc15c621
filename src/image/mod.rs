//! Bytes → clean page: decoding under limits, deskewing, laying the page on its form, cutting out lines.
//!
//! Takes views and returns values: no files, no clock, no globals. Knows `domain` only.
//!
//! The road of [`prepare`]: luma without the stamp's red → paper level and ink → skew by projection profiles →
//! thin-line evidence on the upright page → scale and shift of the form by consensus of all its lines → rows,
//! bent one by one to where the rules are → ends of each rule → quads and line pictures.
//!
//! A page on which the form is not found that way was turned, or photographed: it is made flat first (`flatten`)
//! and then takes the same road; places go back through the map that made it flat.

mod align;
mod bend;
mod bundle;
mod choose;
mod crops;
mod decode;
mod encode;
mod error;
mod extents;
mod fit;
mod flatten;
mod formats;
mod gate;
mod geometry;
mod header;
mod illumination;
mod labels;
mod look;
mod mesh;
mod origin;
mod page;
mod page_map;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod photo_tests;
mod prepare;
mod quality;
mod response;
mod room;
mod rows;
mod skew;
mod split;
mod strokes;
#[cfg(test)]
mod testpage;
mod ticks;
mod trace;
mod view;
mod writing;

pub use bundle::{
    Begun, BundleKind, BundleLimits, Event, Identity, PageFile, Place, Refused, Sink, Unpacked,
    look_at_bundle, unpack,
};
pub use choose::by_confidence;
pub use crops::{ScreenCrop, crop_for_screen};
pub use decode::decode;
pub use encode::{JPEG_QUALITY, encode_jpeg, page_for_screen};
pub use error::ImageError;
pub use gate::{Imprint, Sight, mark_places, measure};
pub use header::{Format, Header, Limits, inspect, sniff};
pub use look::{Look, look};
pub use page::{FieldRegion, Layout, PreparedPage, Upright};
pub use page_map::PageMap;
pub use prepare::{AnyWay, prepare, prepare_scan};
pub use quality::Quality;
pub use split::layouts;
