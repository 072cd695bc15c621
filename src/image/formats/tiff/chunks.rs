//! A page from its strips or tiles, one at a time.

use super::super::jpeg;
use super::ccitt::{self, Coding};
use super::ifd::{self, Directory, File};
use super::overlay::Overlay;
use super::samples::{Samples, unsupported, ycc_to_rgb};
use crate::image::{ImageError, Limits};
use image::{Rgb, RgbImage};
use std::borrow::Cow;
use tiff::decoder::{self, ChunkType, Decoder};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

/// A page whose tags are read.
pub(super) struct Chunks<'a> {
    file: File<'a>,
    directory: Directory,
    decoder: Decoder<Overlay<'a>>,
    width: u32,
    height: u32,
    /// Width and height of a full strip or tile, pixels.
    chunk: (u32, u32),
    tiled: bool,
    limits: Limits,
}

/// Largest list of numbers in a directory, bytes.
const MAX_LIST_BYTES: usize = 8 << 20;
/// Largest strip or tile before and after decompression, bytes.
const MAX_CHUNK_BYTES: usize = 448 << 20;
const PALETTE: u32 = 3;
const GREY: u16 = 1;
const WHITE_IS_ZERO: u32 = 0;
const RGB: u32 = 2;
const YCC: u32 = 6;

impl<'a> Chunks<'a> {
    pub(super) fn open(file: &File<'a>, directory: Directory, limits: &Limits) -> Result<Self, ImageError> {
        let mut patches = vec![file.first_is(directory)];
        if file.number(directory, ifd::PHOTOMETRIC) == Some(PALETTE) {
            patches.extend(file.value_is(directory, ifd::PHOTOMETRIC, GREY));
        }
        let overlay = Overlay::new(file.bytes, patches);
        let mut own = decoder::Limits::default();
        own.ifd_value_size = MAX_LIST_BYTES;
        own.decoding_buffer_size = MAX_CHUNK_BYTES;
        own.intermediate_buffer_size = MAX_CHUNK_BYTES;
        let mut decoder = Decoder::new(overlay).map_err(tiff_error)?.with_limits(own);
        let (width, height) = decoder.dimensions().map_err(tiff_error)?;
        let tiled = decoder.get_chunk_type() == ChunkType::Tile;
        let (w, h) = decoder.chunk_dimensions();
        // A strip of more rows than the page has is usual.
        let chunk = if tiled { (w, h) } else { (width, h.min(height)) };
        if tiled && (w > 2 * width.max(4096) || h > 2 * height.max(4096)) {
            return Err(unsupported(format!("tiles of {w}×{h}")));
        }
        Ok(Self { file: *file, directory, decoder, width, height, chunk, tiled, limits: *limits })
    }

    pub(super) fn decode(mut self) -> Result<RgbImage, ImageError> {
        match self.file.number(self.directory, ifd::COMPRESSION).unwrap_or(1) {
            compression @ 2..=4 => self.decode_ccitt(compression),
            7 => self.decode_jpeg(),
            6 => Err(unsupported("JPEG in TIFF as of 1992".into())),
            _ => self.decode_plain(),
        }
    }

    fn canvas(&self, chunk_bytes: u64) -> Result<RgbImage, ImageError> {
        let pixels = u64::from(self.width) * u64::from(self.height);
        self.limits.check_memory((self.width, self.height), 3 * pixels + 2 * chunk_bytes)?;
        Ok(RgbImage::new(self.width, self.height))
    }

    /// Top left corner and size in the page of chunk `i` of a plane.
    fn place(&self, i: u32) -> (u32, u32, u32, u32) {
        let across = self.width.div_ceil(self.chunk.0);
        let (x, y) = ((i % across) * self.chunk.0, (i / across).saturating_mul(self.chunk.1));
        (x, y, self.chunk.0.min(self.width - x), self.chunk.1.min(self.height.saturating_sub(y)))
    }

    fn chunk_count(&self) -> u32 {
        self.width.div_ceil(self.chunk.0) * self.height.div_ceil(self.chunk.1)
    }

    fn decode_plain(&mut self) -> Result<RgbImage, ImageError> {
        let palette = self.palette()?;
        let samples = Samples::of(self.decoder.colortype().map_err(tiff_error)?, palette)?;
        let planar = self.decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).map_err(tiff_error)?;
        if planar == Some(2) && samples.channels > 1 {
            return self.decode_planes(&samples);
        }
        let row = samples.row_bytes(self.chunk.0 as usize);
        let chunk_bytes = row as u64 * u64::from(self.chunk.1);
        let mut page = self.canvas(chunk_bytes)?;
        for i in 0..self.chunk_count() {
            let (x, y, w, h) = self.place(i);
            let raw = self.chunk_bytes(i, samples.row_bytes(w as usize) * h as usize)?;
            for (dy, raw) in (0..h).zip(raw.chunks_exact(samples.row_bytes(w as usize).max(1))) {
                samples.row_to_rgb(raw, row_of(&mut page, (x, y + dy), w));
            }
        }
        Ok(page)
    }

    /// One colour after the other, each in chunks of its own.
    fn decode_planes(&mut self, samples: &Samples) -> Result<RgbImage, ImageError> {
        if samples.channels != 3 || samples.bits < 8 {
            return Err(unsupported(format!("{} planes of {} bits", samples.channels, samples.bits)));
        }
        let row = |w: u32| w as usize * usize::from(samples.bits) / 8;
        let mut page = self.canvas(row(self.chunk.0) as u64 * u64::from(self.chunk.1))?;
        let count = self.chunk_count();
        for i in 0..count * 3 {
            let (x, y, w, h) = self.place(i % count);
            let raw = self.chunk_bytes(i, row(w) * h as usize)?;
            for (dy, raw) in (0..h).zip(raw.chunks_exact(row(w).max(1))) {
                for (dx, rgb) in
                    row_of(&mut page, (x, y + dy), w).as_chunks_mut::<3>().0.iter_mut().enumerate()
                {
                    rgb[(i / count) as usize] = samples.sample(raw, dx);
                }
            }
        }
        if matches!(samples.meaning, super::samples::Meaning::Ycc) {
            page.pixels_mut().for_each(|p| p.0 = samples.colour([p.0[0], p.0[1], p.0[2], 0, 0]));
        }
        Ok(page)
    }

    fn chunk_bytes(&mut self, i: u32, size: usize) -> Result<Vec<u8>, ImageError> {
        if size > MAX_CHUNK_BYTES {
            return Err(ImageError::TooManyPixels {
                width: self.width,
                height: self.height,
                limit: MAX_CHUNK_BYTES as u64,
            });
        }
        let mut raw = vec![0; size];
        self.decoder.read_chunk_bytes(i, &mut raw).map_err(tiff_error)?;
        Ok(raw)
    }

    fn palette(&mut self) -> Result<Option<Vec<[u8; 3]>>, ImageError> {
        if self.file.number(self.directory, ifd::PHOTOMETRIC) != Some(PALETTE) {
            return Ok(None);
        }
        let map = self.list(Tag::ColorMap)?;
        let third = map.len() / 3;
        let colour = |i: usize| [map[i], map[third + i], map[2 * third + i]].map(|v| (v >> 8) as u8);
        Ok(Some((0..third).map(colour).collect()))
    }

    /// Numbers of a tag; none when it is not there.
    fn list(&mut self, tag: Tag) -> Result<Vec<u64>, ImageError> {
        Ok(self.decoder.find_tag_unsigned_vec(tag).map_err(tiff_error)?.unwrap_or_default())
    }

    fn one(&mut self, tag: Tag) -> Result<u32, ImageError> {
        Ok(self.list(tag)?.first().copied().unwrap_or(0) as u32)
    }

    /// The compressed bytes of so many chunks.
    fn stored(&mut self, wanted: u32) -> Result<Vec<&'a [u8]>, ImageError> {
        let (offsets, sizes) = if self.tiled {
            (self.list(Tag::TileOffsets)?, self.list(Tag::TileByteCounts)?)
        } else {
            (self.list(Tag::StripOffsets)?, self.list(Tag::StripByteCounts)?)
        };
        let part = |(offset, size): (&u64, &u64)| {
            let start = usize::try_from(*offset).ok()?;
            self.file.bytes.get(start..start.checked_add(usize::try_from(*size).ok()?)?)
        };
        if offsets.len().min(sizes.len()) < wanted as usize {
            return Err(ImageError::Truncated);
        }
        let wanted = offsets.iter().zip(&sizes).take(wanted as usize);
        wanted.map(|pair| part(pair).ok_or(ImageError::Truncated)).collect()
    }

    fn decode_ccitt(&mut self, compression: u32) -> Result<RgbImage, ImageError> {
        let t4_options = self.one(Tag::Unknown(292))?;
        let coding = Coding { compression, t4_options, reversed: self.one(Tag::FillOrder)? == 2 };
        if !matches!(self.decoder.colortype(), Ok(ColorType::Gray(1))) {
            return Err(unsupported("CCITT of more than one bit".into()));
        }
        // Black runs are ones: with BlackIsZero they show white.
        let inverted = self.file.number(self.directory, ifd::PHOTOMETRIC) == Some(1);
        let mut page = self.canvas(u64::from(self.chunk.0) * u64::from(self.chunk.1))?;
        let count = self.chunk_count();
        for (i, data) in (0..).zip(self.stored(count)?) {
            let (x, y, w, h) = self.place(i);
            let rows = if self.tiled { self.chunk.1 } else { h };
            let pixels = ccitt::decode(data, (self.chunk.0, rows), coding)?;
            for (dy, row) in (0..h).zip(pixels.chunks_exact(self.chunk.0 as usize)) {
                for (rgb, &v) in row_of(&mut page, (x, y + dy), w).as_chunks_mut::<3>().0.iter_mut().zip(row)
                {
                    *rgb = [if inverted { 255 - v } else { v }; 3];
                }
            }
        }
        Ok(page)
    }

    /// Every chunk is a JPEG that lacks the tables common to all; of one colour each where the planes lie apart.
    fn decode_jpeg(&mut self) -> Result<RgbImage, ImageError> {
        let tables: Vec<u8> = self.list(Tag::JPEGTables)?.into_iter().map(|v| v as u8).collect();
        let tables = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(&tables);
        let photometric = self.file.number(self.directory, ifd::PHOTOMETRIC).unwrap_or(YCC);
        let samples = self.file.number(self.directory, ifd::SAMPLES_PER_PIXEL).unwrap_or(1);
        let apart = samples > 1 && self.file.number(self.directory, ifd::PLANAR_CONFIGURATION) == Some(2);
        if apart && samples != 3 {
            return Err(unsupported(format!("{samples} planes of JPEG")));
        }
        let colour = if photometric == RGB { jpeg::Colour::AsRgb } else { jpeg::Colour::Own };
        let mut page = self.canvas(u64::from(self.chunk.0) * u64::from(self.chunk.1) * 4)?;
        let count = self.chunk_count();
        let parts = self.stored(if apart { 3 * count } else { count })?;
        for (i, data) in (0..).zip(parts) {
            let part = jpeg::decode(&with_tables(data, tables), colour, &self.limits)?;
            let place = self.place(i % count);
            if part.width() < place.2 || part.height() < place.3 {
                let reason = "a strip that is smaller than its tags say".into();
                return Err(ImageError::Damaged { reason });
            }
            put_part(&mut page, place, |dx, dy, kept| {
                let Rgb(rgb) = *part.get_pixel(dx, dy);
                match (apart, photometric) {
                    (true, _) => kept[(i / count) as usize] = rgb[0],
                    (false, WHITE_IS_ZERO) => *kept = rgb.map(|v| 255 - v),
                    (false, _) => *kept = rgb,
                }
            });
        }
        if apart && photometric == YCC {
            page.pixels_mut().for_each(|p| p.0 = ycc_to_rgb(p.0));
        }
        Ok(page)
    }
}

/// A chunk with the tables that all share.
fn with_tables<'a>(chunk: &'a [u8], tables: &[u8]) -> Cow<'a, [u8]> {
    match chunk.strip_prefix(&[0xFF, 0xD8]) {
        Some(rest) if !tables.is_empty() => [tables, rest].concat().into(),
        _ => chunk.into(),
    }
}

/// Sets the pixels of the page in which a chunk (x, y, width, height) lies, each from its place in the chunk.
fn put_part(page: &mut RgbImage, (x, y, w, h): (u32, u32, u32, u32), set: impl Fn(u32, u32, &mut [u8; 3])) {
    for dy in 0..h {
        for dx in 0..w {
            set(dx, dy, &mut page.get_pixel_mut(x + dx, y + dy).0);
        }
    }
}

/// `width` pixels of a row of the page from `at` on.
fn row_of(page: &mut RgbImage, at: (u32, u32), width: u32) -> &mut [u8] {
    let start = 3 * (at.1 as usize * page.width() as usize + at.0 as usize);
    &mut page.as_mut()[start..start + 3 * width as usize]
}

fn tiff_error(error: TiffError) -> ImageError {
    match error {
        TiffError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => ImageError::Truncated,
        TiffError::UnsupportedError(why) => unsupported(why.to_string()),
        other => ImageError::Damaged { reason: other.to_string() },
    }
}
