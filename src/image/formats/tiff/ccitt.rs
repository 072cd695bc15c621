//! CCITT in TIFF: RLE (2), Group 3 (3) and Group 4 (4), to one byte a pixel.

use super::super::super::ImageError;
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

/// How the lines of a page are coded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coding {
    /// Compression 2, 3 or 4.
    pub(super) compression: u32,
    /// T4Options: bit 0 two-dimensional, bit 2 fill bits before each end of line.
    pub(super) t4_options: u32,
    /// FillOrder 2: the first pixel lies in the lowest bit.
    pub(super) reversed: bool,
}

/// Decodes one strip or tile of `width × rows` pixels; 0 is black, 255 white.
///
/// # Errors
/// [`ImageError::Truncated`] when rows are missing, [`ImageError::Damaged`] when none can be read.
pub(super) fn decode(data: &[u8], size: (u32, u32), coding: Coding) -> Result<Vec<u8>, ImageError> {
    let (columns, rows) = size;
    let encoding = match (coding.compression, coding.t4_options & 1) {
        (4, _) => EncodingMode::Group4,
        (3, 1) => EncodingMode::Group3_2D,
        _ => EncodingMode::Group3_1D,
    };
    let settings = DecodeSettings {
        columns,
        rows,
        end_of_block: coding.compression != 2,
        end_of_line: coding.compression == 3,
        rows_are_byte_aligned: coding.compression == 2,
        encoding,
        strict: false,
    };
    let turned: Vec<u8>;
    let data = if coding.reversed {
        turned = data.iter().map(|byte| byte.reverse_bits()).collect();
        &turned
    } else {
        data
    };
    let mut lines = Lines { pixels: Vec::with_capacity(columns as usize * rows as usize), columns };
    let outcome = hayro_ccitt::decode(data, &mut lines, &mut DecoderContext::new(settings));
    let wanted = columns as usize * rows as usize;
    match outcome {
        _ if lines.pixels.len() >= wanted => {
            lines.pixels.truncate(wanted);
            Ok(lines.pixels)
        }
        Err(error) if lines.pixels.is_empty() => Err(ImageError::Damaged { reason: error.to_string() }),
        _ => Err(ImageError::Truncated),
    }
}

struct Lines {
    pixels: Vec<u8>,
    columns: u32,
}

impl Decoder for Lines {
    fn push_row(&mut self, changes: &[u32]) {
        let start = self.pixels.len();
        self.pixels.resize(start + self.columns as usize, 255);
        let row = &mut self.pixels[start..];
        for span in changes.chunks(2) {
            let end = span.get(1).copied().unwrap_or(self.columns);
            if let Some(black) = row.get_mut(span[0] as usize..end as usize) {
                black.fill(0);
            }
        }
    }
}
