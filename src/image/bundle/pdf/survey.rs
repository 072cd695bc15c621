//! What a page consists of, found without decoding or drawing anything.

use super::UNITS_PER_INCH;
use crate::image::formats::jpeg;
use crate::image::{ImageError, Limits};
use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_syntax::Filter;
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, TransformExt, interpret_page,
};
use hayro::kurbo::{Affine, BezPath, Rect, Shape};
use image::metadata::Orientation;

/// An image on the page.
#[derive(Debug)]
struct Placed {
    /// Pixels (right, down) to the page as it is shown (right, down, units of 1/72 inch).
    transform: Affine,
    width: u32,
    height: u32,
    /// A picture that needs no other colour and lets nothing through.
    is_plain: bool,
    /// A JPEG that does not reach its end.
    is_cut: bool,
    /// Parts of it are not shown.
    is_clipped: bool,
}

/// Everything on a page.
#[derive(Debug)]
pub(super) struct Survey {
    /// The page as shown, units of 1/72 inch, origin top left.
    area: Rect,
    images: Vec<Placed>,
    /// Something else is drawn: text, lines, shapes.
    has_drawing: bool,
    clips: Vec<Rect>,
    /// Groups that change what is drawn in them.
    groups: Vec<bool>,
}

/// A scan covers at least this share of its page.
const SCAN_SHARE: f64 = 0.8;
/// An image that covers less of the page does not decide its resolution.
const LARGE_SHARE: f64 = 0.1;

impl Survey {
    pub(super) fn of<'a>(
        page: &'a Page<'a>,
        cache: &InterpreterCache<'a>,
        settings: &InterpreterSettings,
    ) -> Self {
        let (width, height) = page.render_dimensions();
        let area = Rect::new(0.0, 0.0, width.into(), height.into());
        let mut survey =
            Self { area, images: Vec::new(), has_drawing: false, clips: Vec::new(), groups: Vec::new() };
        walk(page, cache, settings, &mut survey);
        survey
    }

    /// Holds every image against the limits, and refuses pages whose scans are cut off.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), ImageError> {
        for image in &self.images {
            limits.check_most(image.width, image.height)?;
            if image.is_cut {
                return Err(ImageError::Truncated);
            }
        }
        Ok(())
    }

    /// How the one scan that the page consists of must be turned.
    pub(super) fn single_scan(&self) -> Option<Orientation> {
        let [image] = &self.images[..] else { return None };
        let alone = !self.has_drawing && image.is_plain && !image.is_clipped;
        let large = self.share(image) >= SCAN_SHARE;
        (alone && large).then(|| orientation(image)).flatten()
    }

    /// Resolution of the finest large image across and down, dots per inch.
    pub(super) fn finest_dpi(&self) -> Option<(f64, f64)> {
        let large = self.images.iter().filter(|image| self.share(image) >= LARGE_SHARE);
        let dpi = large.map(|image| {
            let [a, b, c, d, ..] = image.transform.as_coeffs();
            (UNITS_PER_INCH / a.hypot(c), UNITS_PER_INCH / b.hypot(d))
        });
        dpi.filter(|(x, y)| x.is_finite() && y.is_finite()).max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The part of the page that an image covers.
    fn share(&self, image: &Placed) -> f64 {
        image.bounds().intersect(self.area).area() / self.area.area().max(1.0)
    }
}

impl Placed {
    fn bounds(&self) -> Rect {
        let own = Rect::new(0.0, 0.0, self.width.into(), self.height.into());
        self.transform.transform_rect_bbox(own)
    }
}

/// How pixels must be turned to lie as the transform has them, where it only turns and flips.
fn orientation(image: &Placed) -> Option<Orientation> {
    let [a, b, c, d, ..] = image.transform.as_coeffs();
    let (w, h) = (f64::from(image.width), f64::from(image.height));
    // Up to one pixel of slant over the whole image is none.
    let upright = (b * w).abs() < d.abs() && (c * h).abs() < a.abs();
    let lying = (a * w).abs() < c.abs() && (d * h).abs() < b.abs();
    let exif = match (upright, lying) {
        (true, _) => match (a > 0.0, d > 0.0) {
            (true, true) => 1,
            (false, true) => 2,
            (false, false) => 3,
            (true, false) => 4,
        },
        (_, true) => match (b > 0.0, c > 0.0) {
            (true, true) => 5,
            (true, false) => 6,
            (false, false) => 7,
            (false, true) => 8,
        },
        _ => return None,
    };
    Orientation::from_exif(exif)
}

/// Interprets a page in units of 1/72 inch.
pub(super) fn walk<'a>(
    page: &'a Page<'a>,
    cache: &InterpreterCache<'a>,
    settings: &InterpreterSettings,
    device: &mut impl Device<'a>,
) {
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, width.into(), height.into());
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, area, cache, page.xref(), settings.clone());
    interpret_page(page, &mut context, device);
}

impl Survey {
    /// A white shape behind everything is paper.
    fn draw(&mut self, paint: &Paint<'_>, mode: &DrawMode) {
        let is_paper = self.images.is_empty()
            && matches!(paint, Paint::Color(colour) if colour.to_rgba().components()[..3] == [1.0; 3]);
        if !matches!(mode, DrawMode::Invisible) && !is_paper {
            self.has_drawing = true;
        }
    }
}

impl<'a> Device<'a> for Survey {
    fn draw_path(&mut self, _: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.draw(&props.paint, mode);
    }

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.draw(&props.paint, mode);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let bounds = clip.path.bounding_box();
        // A clip that is no rectangle hides more than its bounds.
        let is_rectangle = clip.path.area().abs() > 0.99 * bounds.area();
        self.clips.push(if is_rectangle { bounds } else { Rect::ZERO });
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        self.groups.push(opacity < 1.0 || mask.is_some() || blend_mode != BlendMode::Normal);
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (is_raster, stream) = match &image {
            Image::Raster(raster) => (true, raster.stream()),
            Image::Stencil(stencil) => (false, stencil.stream()),
        };
        let lets_through =
            ["SMask", "Mask", "SMaskInData"].iter().any(|key| stream.dict().contains_key(key.as_bytes()));
        let is_jpeg = stream.filters()[..] == [Filter::DctDecode];
        let mut placed = Placed {
            transform: props.transform,
            width: image.width(),
            height: image.height(),
            is_plain: is_raster && !lets_through && !self.groups.contains(&true),
            is_cut: is_jpeg && !jpeg::is_complete(&stream.raw_data()),
            is_clipped: false,
        };
        // What a clip hides outside the page is not missed.
        let shown = placed.bounds().intersect(self.area).inset(-1.0);
        placed.is_clipped = self.clips.iter().any(|clip| !clip.inset(2.0).contains_rect(shown));
        self.images.push(placed);
    }
}
