//! What is fuzzed: whatever the bytes are, the program gives pixels or a reason.

use bytes::Bytes;
use sohoa::image::{BundleLimits, Event, Limits, decode, unpack};
use std::ops::ControlFlow;

/// Small limits: what counts is the way through the decoders, not the size of pictures.
const PAGE: Limits = Limits {
    max_bytes: 8 << 20,
    max_pixels: 4_000_000,
    max_side_px: 8_000,
    min_side_px: 6,
    max_memory_bytes: 256 << 20,
};

/// Single pictures: JPEG, PNG, WebP, TIFF.
pub fn picture(data: &[u8]) {
    match decode(data, &PAGE) {
        Ok(rgb) => assert!(u64::from(rgb.width()) * u64::from(rgb.height()) <= PAGE.max_pixels),
        Err(error) => assert!(!error.code().is_empty()),
    }
}

/// Files of many pages: PDF, TIFF, ZIP. No more than five pages of each are opened.
pub fn pages(data: &[u8]) {
    let limits = BundleLimits {
        max_bytes: 8 << 20,
        max_pages: 50,
        max_unpacked_bytes: 64 << 20,
        page: PAGE,
        ..BundleLimits::default()
    };
    let mut left = 5;
    let mut sink = |event| {
        if let Event::Page(page) = event {
            left -= 1;
            if let Ok(file) = page.file {
                picture(&file.bytes);
            }
        }
        if left > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    if let Err(error) = unpack(&Bytes::copy_from_slice(data), &limits, None, &mut sink) {
        assert!(!error.code().is_empty());
    }
}
