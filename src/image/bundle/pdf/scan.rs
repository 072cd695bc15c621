//! The one image that a page consists of.

use super::survey::walk;
use crate::image::ImageError;
use crate::image::formats::jpeg;
use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_syntax::Filter;
use hayro::hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Stream};
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, RasterImage, SoftMask,
};
use hayro::kurbo::BezPath;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

/// A page's scan.
pub(super) enum Scan {
    /// A JPEG file, to be turned as its EXIF says.
    Jpeg(Vec<u8>),
    /// Upright pixels.
    Pixels(RgbImage),
}

/// Takes the page's one image.
pub(super) fn take<'a>(
    page: &'a Page<'a>,
    cache: &InterpreterCache<'a>,
    settings: &InterpreterSettings,
    orientation: Orientation,
) -> Result<Scan, ImageError> {
    let mut taker = Taker { orientation, taken: None };
    walk(page, cache, settings, &mut taker);
    taker
        .taken
        .unwrap_or_else(|| Err(ImageError::Damaged { reason: "the page's image cannot be decoded".into() }))
}

struct Taker {
    orientation: Orientation,
    taken: Option<Result<Scan, ImageError>>,
}

impl Taker {
    fn scan(&self, image: &RasterImage<'_>) -> Option<Result<Scan, ImageError>> {
        if let Some(file) = plain_jpeg(image, self.orientation) {
            return Some(Ok(Scan::Jpeg(file)));
        }
        let mut pixels = None;
        image.with_rgba(|data, _| pixels = upright(data, self.orientation), None);
        pixels.map(|picture| Ok(Scan::Pixels(picture)))
    }
}

fn upright(data: ImageData, orientation: Orientation) -> Option<RgbImage> {
    let mut picture = match data {
        ImageData::Rgb(rgb) => DynamicImage::ImageRgb8(RgbImage::from_raw(rgb.width, rgb.height, rgb.data)?),
        ImageData::Luma(luma) => {
            DynamicImage::ImageLuma8(GrayImage::from_raw(luma.width, luma.height, luma.data)?)
        }
    };
    picture.apply_orientation(orientation);
    Some(picture.into_rgb8())
}

/// The JPEG of a scan whose colours are its own, with the page's rotation as its EXIF orientation.
fn plain_jpeg(image: &RasterImage<'_>, orientation: Orientation) -> Option<Vec<u8>> {
    let stream = image.stream();
    let changes_colours = ["Decode", "D"].iter().any(|key| stream.dict().contains_key(key.as_bytes()));
    if stream.filters()[..] != [Filter::DctDecode] || changes_colours || !has_usual_colours(stream) {
        return None;
    }
    let raw = stream.raw_data();
    let (width, height, _) = jpeg::header(&raw).ok()?;
    if (width, height) != (image.width(), image.height()) {
        return None;
    }
    jpeg::with_orientation(&raw, orientation)
}

/// Grey or RGB, by device, profile or calibration, and no colour transform of the stream's own.
fn has_usual_colours(stream: &Stream<'_>) -> bool {
    let dict = stream.dict();
    let of_name = |name: &Name<'_>| {
        [&b"DeviceGray"[..], b"DeviceRGB", b"G", b"RGB", b"ICCBased", b"CalRGB", b"CalGray"]
            .contains(&&**name)
    };
    let colours = dict.get::<Name<'_>>(&b"ColorSpace"[..]).or_else(|| {
        dict.get::<Array<'_>>(&b"ColorSpace"[..]).and_then(|array| array.iter::<Name<'_>>().next())
    });
    let transformed = dict
        .get::<Dict<'_>>(&b"DecodeParms"[..])
        .is_some_and(|parameters| parameters.contains_key(&b"ColorTransform"[..]));
    colours.is_some_and(|name| of_name(&name)) && !transformed
}

impl<'a> Device<'a> for Taker {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        if let Image::Raster(raster) = image {
            self.taken = self.scan(&raster);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
