//! Every format a scanner or phone writes gives the same picture: four quarters whose colours are known.
//! `tests/fixtures/make_formats` makes the files.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use image::RgbImage;
use sohoa::image::{Limits, decode, inspect};
use std::path::Path;

const COLOURS: [[u8; 3]; 4] = [[200, 40, 30], [40, 160, 60], [30, 60, 180], [240, 230, 120]];
const GREYS: [[u8; 3]; 4] = [[20; 3], [90; 3], [160; 3], [230; 3]];
const BITS: [[u8; 3]; 4] = [[0; 3], [255; 3], [255; 3], [0; 3]];

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(name)).unwrap()
}

fn decoded(name: &str) -> RgbImage {
    decode(&file(name), &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// The colours in the middle of each quarter and in its corners: top left, top right, bottom left, bottom right.
fn assert_quarters(name: &str, wanted: [[u8; 3]; 4], within: u8) {
    assert_all_quarters(name, &decoded(name), wanted, within);
}

fn assert_all_quarters(name: &str, picture: &RgbImage, wanted: [[u8; 3]; 4], within: u8) {
    assert_eq!(picture.dimensions(), (240, 208), "{name}");
    for (i, wanted) in (0..4).zip(wanted) {
        let (x0, y0) = (i % 2 * 120, i / 2 * 104);
        for (x, y) in [(60, 52), (3, 3), (116, 3), (3, 100), (116, 100)] {
            let found = picture.get_pixel(x0 + x, y0 + y).0;
            let near = found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= within);
            assert!(near, "{name}: {found:?} at {x},{y} of quarter {i}, wanted {wanted:?}");
        }
    }
}

#[test]
fn jpegs_of_all_colour_models() {
    assert_quarters("grey.jpg", GREYS, 6);
    assert_quarters("progressive.jpg", COLOURS, 10);
    assert_quarters("cmyk_adobe.jpg", COLOURS, 10);
    assert_quarters("cmyk_plain.jpg", COLOURS, 10);
    assert_quarters("ycck.jpg", COLOURS, 10);
}

#[test]
fn pngs_of_all_depths() {
    for name in ["palette_2.png", "palette_4.png", "palette_8.png"] {
        assert_quarters(name, COLOURS, 8);
    }
    assert_eq!(decoded("palette_1.png").dimensions(), (240, 208));
    assert_quarters("bits.png", BITS, 0);
    assert_quarters("grey_16.png", GREYS, 0);
    assert_quarters("interlaced.png", COLOURS, 0);
}

#[test]
fn what_shines_through_lies_on_white_paper() {
    let white = [255; 3];
    let shown = [white, COLOURS[1], COLOURS[2], white];
    for name in ["alpha.png", "alpha.webp", "alpha.tif"] {
        assert_quarters(name, shown, 0);
    }
}

#[test]
fn webp_with_loss() {
    assert_quarters("lossy.webp", COLOURS, 10);
    assert_eq!(inspect(&file("lossy.webp"), &Limits::default()).unwrap().format.mime(), "image/webp");
}

#[test]
fn tiffs_of_all_compressions() {
    for name in ["lzw.tif", "deflate.tif", "tiles.tif", "planes.tif"] {
        assert_quarters(name, COLOURS, 0);
    }
    assert_quarters("jpeg.tif", COLOURS, 10);
    assert_quarters("jpeg_ycc.tif", COLOURS, 10);
    for name in ["plain.tif", "rle.tif", "g3.tif", "g3_2d.tif", "g4.tif", "lsb_first.tif"] {
        assert_quarters(name, BITS, 0);
    }
}

/// A TIFF whose three planes are grey JPEGs of their own.
fn planes_of_jpeg(photometric: u16, planes: [image::GrayImage; 3]) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let places = planes.map(|plane| {
        let start = bytes.len() as u32;
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(&plane).unwrap();
        (start, bytes.len() as u32 - start)
    });
    let list = |bytes: &mut Vec<u8>, values: [u32; 3]| {
        let start = bytes.len() as u32;
        bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
        start
    };
    let offsets = list(&mut bytes, places.map(|(start, _)| start));
    let sizes = list(&mut bytes, places.map(|(_, size)| size));
    let bits = bytes.len() as u32;
    bytes.extend([8, 0, 8, 0, 8, 0, 0, 0]);
    let directory = bytes.len() as u32;
    bytes[4..8].copy_from_slice(&directory.to_le_bytes());
    // Tag, type (3: 16 bits, 4: 32 bits), number of values, value or where the values are.
    let entries: [(u16, u16, u32, u32); 10] = [
        (256, 3, 1, 240),
        (257, 3, 1, 208),
        (258, 3, 3, bits),
        (259, 3, 1, 7),
        (262, 3, 1, photometric.into()),
        (273, 4, 3, offsets),
        (277, 3, 1, 3),
        (278, 3, 1, 208),
        (279, 4, 3, sizes),
        (284, 3, 1, 2),
    ];
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        bytes.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    bytes.extend([0; 4]);
    bytes
}

#[test]
fn jpeg_planes_of_a_tiff_become_one_picture() {
    let plane = |of: fn([f32; 3]) -> f32| {
        image::GrayImage::from_fn(240, 208, |x, y| {
            let quarter = COLOURS[usize::from(x >= 120) + 2 * usize::from(y >= 104)];
            image::Luma([of(quarter.map(f32::from)).round() as u8])
        })
    };
    let rgb = planes_of_jpeg(2, [plane(|c| c[0]), plane(|c| c[1]), plane(|c| c[2])]);
    let luma = |c: [f32; 3]| 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
    let blue: fn([f32; 3]) -> f32 = |c| 128.0 - 0.168_736 * c[0] - 0.331_264 * c[1] + 0.5 * c[2];
    let red: fn([f32; 3]) -> f32 = |c| 128.0 + 0.5 * c[0] - 0.418_688 * c[1] - 0.081_312 * c[2];
    let ycc = planes_of_jpeg(6, [plane(luma), plane(blue), plane(red)]);
    for (name, bytes) in [("rgb", &rgb), ("ycc", &ycc)] {
        let picture = decode(bytes, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_all_quarters(name, &picture, COLOURS, 10);
    }
    let cut = decode(&rgb[..400], &Limits::default()).unwrap_err();
    assert!(["image_truncated", "image_damaged"].contains(&cut.code()), "{cut:?}");
}

#[test]
fn tiffs_of_all_depths_and_meanings() {
    for name in ["packbits.tif", "grey_16.tif", "min_is_white.tif"] {
        assert_quarters(name, GREYS, 0);
    }
    // Four bits hold every seventeenth level.
    assert_quarters("grey_4.tif", [[17; 3], [85; 3], [153; 3], [221; 3]], 0);
    assert_quarters("palette.tif", COLOURS, 8);
    assert_quarters("inks.tif", COLOURS, 1);
}

#[test]
fn a_tiffs_orientation_turns_the_page() {
    let turned = decoded("turned.tif");
    assert_eq!(turned.dimensions(), (208, 240));
    // Orientation 6: what is stored at the top left belongs at the top right.
    assert_eq!(turned.get_pixel(200, 5).0, COLOURS[0]);
    assert_eq!(turned.get_pixel(5, 5).0, COLOURS[2]);
    assert_eq!(inspect(&file("turned.tif"), &Limits::default()).unwrap().upright_size(), (208, 240));
}

#[test]
fn pixels_that_are_not_square_are_made_square() {
    assert_eq!(inspect(&file("fax.tif"), &Limits::for_crops()).unwrap().upright_size(), (240, 208));
    assert_quarters("fax.tif", BITS, 0);
}

#[test]
fn several_pages_are_no_single_picture() {
    let error = decode(&file("three_pages.tif"), &Limits::default()).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains('3')), ("file_several_pages", true));
}

#[test]
fn what_is_cut_off_is_never_half_a_page() {
    for folder in
        [&["lzw.tif", "g4.tif", "tiles.tif", "g3.tif", "jpeg.tif", "lossy.webp", "interlaced.png"][..]]
    {
        for name in folder {
            let whole = file(name);
            for share in [30, 60, 90] {
                let cut = &whole[..whole.len() * share / 100];
                let error = decode(cut, &Limits::default()).expect_err(name);
                // A TIFF whose last directory breaks off has a missing page more.
                let codes = ["image_truncated", "image_damaged", "file_no_pages", "file_several_pages"];
                let refused = codes.contains(&error.code());
                assert!(refused, "{name} at {share} %: {error:?}");
            }
        }
    }
}
