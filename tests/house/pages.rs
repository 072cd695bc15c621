//! Small images that stand for scanned pages.

use image::{ImageBuffer, ImageFormat, Rgb};
use std::io::Cursor;

/// A JPEG of 400 × 560 pixels; every number gives another picture.
pub fn jpeg(number: u32) -> Vec<u8> {
    encode(number, 400, 560, ImageFormat::Jpeg)
}

/// A PNG of the size given.
pub fn png(number: u32, width: u32, height: u32) -> Vec<u8> {
    encode(number, width, height, ImageFormat::Png)
}

fn encode(number: u32, width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = ImageBuffer::from_fn(width, height, |x, y| {
        // Sixteen bars, light or dark by the bits of the number: survives JPEG.
        let bit = number >> (x * 16 / width.max(1)).min(31) & 1;
        let ink = if bit == 1 && y < height / 2 { 40 } else { 230 };
        Rgb([ink, ink, 200u8])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG that is nothing but a header claiming this size.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(&header);
    bytes.extend(crc32(&header).to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    })
}
