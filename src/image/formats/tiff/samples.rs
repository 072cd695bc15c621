//! Samples of a chunk → RGB.

use super::super::{on_white, through_ink};
use crate::image::ImageError;
use tiff::ColorType;

/// What the numbers of a chunk mean.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// Grey, black is 0; more channels are not looked at.
    Grey,
    /// Numbers of colours.
    Palette(Vec<[u8; 3]>),
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue and opacity.
    RgbAlpha,
    /// Four inks.
    Inks,
    /// Luma and two differences of colour (ITU-R BT.601, full range).
    Ycc,
}

/// How the samples of a page lie.
#[derive(Debug, Clone)]
pub(super) struct Samples {
    pub(super) bits: u8,
    /// Samples for each pixel within a chunk.
    pub(super) channels: usize,
    pub(super) meaning: Meaning,
}

impl Samples {
    /// From the type that the decoder gives.
    pub(super) fn of(colour: ColorType, palette: Option<Vec<[u8; 3]>>) -> Result<Self, ImageError> {
        let (bits, channels, meaning) = match (colour, palette) {
            (ColorType::Gray(bits), Some(palette)) => (bits, 1, Meaning::Palette(palette)),
            (ColorType::Gray(bits), None) => (bits, 1, Meaning::Grey),
            (ColorType::Multiband { bit_depth, num_samples }, None) => {
                (bit_depth, num_samples.into(), Meaning::Grey)
            }
            (ColorType::RGB(bits), None) => (bits, 3, Meaning::Rgb),
            (ColorType::RGBA(bits), None) => (bits, 4, Meaning::RgbAlpha),
            (ColorType::CMYK(bits), None) => (bits, 4, Meaning::Inks),
            (ColorType::CMYKA(bits), None) => (bits, 5, Meaning::Inks),
            (ColorType::YCbCr(bits), None) => (bits, 3, Meaning::Ycc),
            (other, _) => return Err(unsupported(format!("{other:?}"))),
        };
        if !matches!(bits, 1 | 2 | 4 | 8 | 16) || (bits < 8 && channels > 1) {
            return Err(unsupported(format!("{bits} bits in {channels} channels")));
        }
        Ok(Self { bits, channels, meaning })
    }

    /// Bytes of one row of `width` pixels.
    pub(super) fn row_bytes(&self, width: usize) -> usize {
        (width * self.channels * usize::from(self.bits)).div_ceil(8)
    }

    /// One row to RGB. `raw` holds [`Self::row_bytes`] bytes, `rgb` three for each pixel.
    pub(super) fn row_to_rgb(&self, raw: &[u8], rgb: &mut [u8]) {
        let mut pixel = [0_u8; 5];
        let used = self.channels.min(pixel.len());
        for (x, rgb) in rgb.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            for (c, sample) in pixel[..used].iter_mut().enumerate() {
                *sample = self.sample(raw, x * self.channels + c);
            }
            *rgb = self.colour(pixel);
        }
    }

    /// Sample `i` of a row in 8 bits; a palette's number as it is.
    pub(super) fn sample(&self, raw: &[u8], i: usize) -> u8 {
        let at = |i: usize| raw.get(i).copied().unwrap_or_default();
        let bits = usize::from(self.bits);
        match self.bits {
            16 => u16::from_ne_bytes([at(2 * i), at(2 * i + 1)]).to_be_bytes()[0],
            8 => at(i),
            _ => {
                let most = (1_u16 << bits) - 1;
                let value = u16::from(at(i * bits / 8)) >> (8 - bits - (i * bits) % 8) & most;
                let scale = if matches!(self.meaning, Meaning::Palette(_)) { 1 } else { 255 / most };
                (value * scale) as u8
            }
        }
    }

    /// The colour of one pixel.
    pub(super) fn colour(&self, pixel: [u8; 5]) -> [u8; 3] {
        let [a, b, c, d, _] = pixel;
        match &self.meaning {
            Meaning::Grey => [a; 3],
            Meaning::Palette(colours) => colours.get(usize::from(a)).copied().unwrap_or_default(),
            Meaning::Rgb => [a, b, c],
            Meaning::RgbAlpha => [a, b, c].map(|v| on_white(v, d)),
            Meaning::Inks => [a, b, c].map(|ink| through_ink(ink, d)),
            Meaning::Ycc => ycc_to_rgb([a, b, c]),
        }
    }
}

/// Luma and two differences of colour to red, green, blue (ITU-R BT.601, full range).
pub(super) fn ycc_to_rgb([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_14 * cb - 0.714_14 * cr, y + 1.772 * cb].map(|v| v.round() as u8)
}

pub(super) fn unsupported(reason: String) -> ImageError {
    ImageError::Unsupported { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_are_unpacked_from_the_left() {
        let two_bits = Samples { bits: 2, channels: 1, meaning: Meaning::Grey };
        let mut rgb = [0; 12];
        two_bits.row_to_rgb(&[0b00_01_10_11], &mut rgb);
        assert_eq!(rgb, [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255]);
        assert_eq!(two_bits.row_bytes(5), 2);
    }

    #[test]
    fn a_number_without_a_colour_is_black() {
        let palette = Samples { bits: 4, channels: 1, meaning: Meaning::Palette(vec![[1, 2, 3], [9, 8, 7]]) };
        let mut rgb = [0; 6];
        palette.row_to_rgb(&[0x1F], &mut rgb);
        assert_eq!(rgb, [9, 8, 7, 0, 0, 0]);
    }

    #[test]
    fn grey_stays_grey_through_luma_and_differences() {
        for v in [0, 7, 128, 255] {
            assert_eq!(ycc_to_rgb([v, 128, 128]), [v; 3]);
        }
    }
}
