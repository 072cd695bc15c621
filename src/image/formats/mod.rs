//! One file per picture format: its header, whether it is whole, its pixels.

pub(super) mod jpeg;
pub(super) mod png;
pub(super) mod tiff;
pub(super) mod webp;

use image::metadata::Orientation;

/// Width and height in pixels as stored, and how the picture must be turned to stand upright.
pub(super) type Size = (u32, u32, Option<Orientation>);

/// A colour with this opacity (0..=255) on white paper.
pub(super) fn on_white(channel: u8, alpha: u8) -> u8 {
    let (c, a) = (u32::from(channel), u32::from(alpha));
    ((c * a + 255 * (255 - a) + 127) / 255) as u8
}

/// Ink over black ink on white paper: what remains of the light, 0..=255.
pub(super) fn through_ink(ink: u8, black: u8) -> u8 {
    ((255 - u32::from(ink)) * (255 - u32::from(black)) / 255) as u8
}
