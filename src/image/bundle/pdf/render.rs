//! Pages that are more than one scan, drawn.

use super::UNITS_PER_INCH;
use crate::image::{ImageError, Limits};
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::{InterpreterSettings, TransformExt};
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use image::RgbImage;

/// Resolution of drawn pages, dots per inch.
const DPI: f64 = 300.0;
/// Most pixels of a drawn page: four bytes each while drawing, and layers.
const MAX_PIXELS: f64 = 80e6;

/// Draws a page on white at the resolution of its finest image, 300 dpi at least, as far as the limits allow.
/// Gives the picture and its resolution.
pub(super) fn render<'a>(
    page: &'a Page<'a>,
    settings: &InterpreterSettings,
    finest_dpi: Option<(f64, f64)>,
    limits: &Limits,
) -> Result<(RgbImage, f64), ImageError> {
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let wish = finest_dpi.map_or(DPI, |(x, y)| x.max(y).max(DPI));
    let most = MAX_PIXELS.min(limits.max_pixels as f64);
    let longest = f64::from(limits.max_side_px.min(u32::from(u16::MAX)));
    let scale =
        (wish / UNITS_PER_INCH).min((most / (width * height)).sqrt()).min(longest / width.max(height));
    let side = |units: f64| (units * scale).round().max(1.0) as u16;
    limits.check(side(width).into(), side(height).into())?;
    let mut context = RenderContext::new(side(width), side(height));
    let transform = Affine::scale(scale) * page.initial_transform(true).to_kurbo();
    render_into(page, &RenderCache::new(), settings, &RenderSettings::default(), &mut context, transform);
    context.flush();
    let mut pixmap = Pixmap::new(context.width(), context.height());
    let raster =
        RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..RasterizerSettings::default() };
    context.render_with(&mut pixmap, &mut Resources::default(), raster);
    let (width, height) = (pixmap.width().into(), pixmap.height().into());
    let rgb = pixmap.data().iter().flat_map(|p| [p.r, p.g, p.b]).collect();
    let picture = RgbImage::from_raw(width, height, rgb).ok_or(ImageError::NoPages)?;
    Ok((picture, scale * UNITS_PER_INCH))
}
