//! Good and bad image files: what is refused, with which code, and what pixels come out.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba};
use sohoa::image::{Limits, decode, inspect, sniff};
use std::io::Cursor;

fn picture() -> RgbImage {
    RgbImage::from_fn(320, 240, |x, y| Rgb([(x % 256) as u8, y as u8, if x < 160 { 30 } else { 220 }]))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg() -> Vec<u8> {
    encoded(&picture().into(), ImageFormat::Jpeg)
}

fn code(bytes: &[u8]) -> &'static str {
    decode(bytes, &Limits::default()).unwrap_err().code()
}

/// An EXIF segment with nothing but an orientation, put behind the JPEG's first marker.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_jpeg_cut_off_anywhere_is_truncated_not_grey() {
    let whole = jpeg();
    assert!(decode(&whole, &Limits::default()).is_ok());
    for share in [3, 10, 30, 50, 80, 95, 99] {
        let cut = whole.len() * share / 100;
        assert_eq!(code(&whole[..cut]), "image_truncated", "{share} %");
        // Padding by a broken transfer is no better.
        assert_eq!(code(&[&whole[..cut.max(700)], &[0; 5000]].concat()), "image_truncated", "{share} %");
    }
    assert_eq!(code(&whole[..whole.len() - 2]), "image_truncated");
}

#[test]
fn a_jpeg_whose_end_was_glued_on_is_not_taken_for_whole() {
    let whole = jpeg();
    let glued = [&whole[..whole.len() / 2], &[0xFF, 0xD9]].concat();
    let refused = code(&glued);
    assert!(["image_truncated", "image_damaged"].contains(&refused), "{refused}");
}

#[test]
fn a_cut_png_is_truncated() {
    let whole = encoded(&picture().into(), ImageFormat::Png);
    for share in [20, 50, 99] {
        assert_eq!(code(&whole[..whole.len() * share / 100]), "image_truncated");
    }
}

#[test]
fn names_and_declared_types_do_not_matter() {
    assert!(sniff(&jpeg()).is_some());
    assert_eq!(code("Họ, chữ đệm, tên".as_bytes()), "image_unknown_type");
    assert_eq!(code(b"GIF89a\x01\0\x01\0"), "image_unknown_type");
    assert_eq!(code(b""), "image_empty");
}

#[test]
fn too_small_and_too_large_are_refused_before_decoding() {
    let dot = encoded(&RgbImage::new(1, 1).into(), ImageFormat::Png);
    assert_eq!(code(&dot), "image_too_small");
    let few = Limits { max_pixels: 1000, ..Limits::default() };
    assert_eq!(decode(&jpeg(), &few).unwrap_err().code(), "image_too_many_pixels");
    let short = Limits { max_bytes: 1000, ..Limits::default() };
    assert_eq!(inspect(&jpeg(), &short).unwrap_err().code(), "image_too_many_bytes");
}

#[test]
fn exif_orientation_turns_the_picture() {
    let upright = decode(&jpeg(), &Limits::default()).unwrap();
    let bytes = with_orientation(&jpeg(), 6);
    assert_eq!(inspect(&bytes, &Limits::default()).unwrap().upright_size(), (240, 320));
    let turned = decode(&bytes, &Limits::default()).unwrap();
    assert_eq!(turned.dimensions(), (240, 320));
    // Orientation 6: what is stored at the top left belongs at the top right.
    assert_eq!(turned.get_pixel(239, 0), upright.get_pixel(0, 0));
    let standing_on_its_head = decode(&with_orientation(&jpeg(), 3), &Limits::default()).unwrap();
    assert_eq!(standing_on_its_head.get_pixel(319, 239), upright.get_pixel(0, 0));
}

#[test]
fn grey_deep_and_transparent_pictures_become_rgb() {
    let grey = ImageBuffer::from_fn(300, 220, |x, _| Luma([(x % 200) as u8]));
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95).encode(&grey, 300, 220, ExtendedColorType::L8).unwrap();
    let [r, g, b] = decode(&bytes, &Limits::default()).unwrap().get_pixel(100, 100).0;
    assert!(r == g && g == b && r.abs_diff(100) < 6);

    let deep = ImageBuffer::<Rgb<u16>, _>::from_pixel(220, 220, Rgb([65_535, 32_896, 0]));
    let bytes = encoded(&deep.into(), ImageFormat::Png);
    assert_eq!(decode(&bytes, &Limits::default()).unwrap().get_pixel(5, 5).0, [255, 128, 0]);

    let clear = ImageBuffer::from_pixel(220, 220, Rgba([0_u8, 0, 0, 0]));
    let bytes = encoded(&DynamicImage::ImageRgba8(clear), ImageFormat::Png);
    assert_eq!(decode(&bytes, &Limits::default()).unwrap().get_pixel(5, 5).0, [255, 255, 255]);
}

/// A plain linear congruential generator: the same damage on every run.
struct Damage(u64);

impl Damage {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

#[test]
fn damaged_files_never_panic() {
    let small = RgbImage::from_fn(64, 48, |x, y| Rgb([(x * 4) as u8, (y * 5) as u8, 90]));
    let files = [
        encoded(&small.clone().into(), ImageFormat::Png),
        encoded(&small.clone().into(), ImageFormat::Jpeg),
        with_orientation(&encoded(&small.into(), ImageFormat::Jpeg), 8),
    ];
    let mut damage = Damage(7);
    let mut refused = 0;
    for round in 0..900 {
        let mut bytes = files[round % 3].clone();
        for _ in 0..1 + damage.below(6) {
            let at = damage.below(bytes.len());
            match damage.below(3) {
                0 => bytes[at] = damage.below(256) as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, damage.below(256) as u8),
            }
        }
        // A header that now claims to be huge is refused by these limits, not decoded.
        let limits = Limits { max_pixels: 1_000_000, ..Limits::for_crops() };
        match decode(&bytes, &limits) {
            Ok(rgb) => assert!(rgb.width() > 0),
            Err(error) => {
                assert!(!error.code().is_empty() && !error.to_string().is_empty());
                refused += 1;
            }
        }
    }
    assert!(refused > 300, "{refused}");
}
