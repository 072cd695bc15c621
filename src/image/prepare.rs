//! From a picture to a page laid on its form, whatever way the page lies on it.

use super::ImageError;
use super::flatten::{Photo, SHOWN_MM};
use super::illumination::reduced_luma;
use super::page::{Layout, PreparedPage, READ_PX_PER_MM, Upright, reduced_grey};
use crate::domain::form::Form;
use image::RgbImage;

/// A page on which so much of the form is found where a scanner leaves it is a scan and nothing else: fresh scans
/// stay above 0.84, photos below 0.65.
const SURELY_SCAN: f32 = 0.8;
/// Enough to stop looking for another way to lay a photo on the form.
const SURELY_FLAT: f32 = 0.9;

/// Finds every field of `form` on a page and cuts out its lines: on a scan (upright within ±5°), on a scan turned by
/// a quarter or half, and on a photo, where the page may lean and be curved.
///
/// Fields that cannot be seen are placed where the form and their neighbours suggest; how much of the form was
/// found stands in [`PreparedPage::form_confidence`].
///
/// # Errors
/// [`ImageError::UnusableForm`] when the form has no frame or no rules to hold on to.
pub fn prepare(rgb: &RgbImage, form: &Form) -> Result<PreparedPage, ImageError> {
    let scan = prepare_scan(rgb, form)?;
    if scan.is_surely_scan() {
        return Ok(scan);
    }
    let photo = AnyWay::new(rgb).prepare(form)?;
    Ok(if photo.form_confidence > scan.form_confidence { photo } else { scan })
}

/// [`prepare`] for pages that are known to be upright scans.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_scan(rgb: &RgbImage, form: &Form) -> Result<PreparedPage, ImageError> {
    check(form)?;
    let whole = form.whole_page();
    let page = Upright::new(rgb, &whole.form);
    let layout = page.lay_out(&whole.form);
    Ok(page.finish(&whole, &layout))
}

fn check(form: &Form) -> Result<(), ImageError> {
    if form.frame.is_empty() || form.fields.iter().all(|f| f.rules.is_empty()) {
        return Err(ImageError::UnusableForm { reason: "it has no frame lines or no rules" });
    }
    Ok(())
}

impl PreparedPage {
    /// Whether the form was found so well where a scanner leaves it that the page needs no other look.
    #[must_use]
    pub fn is_surely_scan(&self) -> bool {
        self.form_confidence >= SURELY_SCAN
    }
}

/// A page that may lie any way up, lean and be curved. What depends on no form is measured once.
#[derive(Debug)]
pub struct AnyWay {
    photo: Photo,
    /// Source pixels per reading pixel.
    read: u32,
}

impl AnyWay {
    /// Looks at a picture for the first time.
    #[must_use]
    pub fn new(rgb: &RgbImage) -> Self {
        let scale = rgb.width().max(rgb.height()) as f32 / SHOWN_MM;
        let read = ((scale / READ_PX_PER_MM).ceil() as u32).clamp(1, 16);
        Self { photo: Photo::new(reduced_luma(rgb, read), reduced_grey), read }
    }

    /// How well the form's lines lie on the page; comparable between forms on one page only.
    #[must_use]
    pub fn likeness(&self, form: &Form) -> f32 {
        self.photo.likeness(&form.whole_page().form)
    }

    /// As [`prepare`], without the look at the page as an upright scan.
    ///
    /// # Errors
    /// As [`prepare`].
    pub fn prepare(&self, form: &Form) -> Result<PreparedPage, ImageError> {
        check(form)?;
        let whole = form.whole_page();
        let form = &whole.form;
        let mut best: Option<(Upright, Layout)> = None;
        let mut consider = |page: Upright, enough: f32| {
            let layout = page.lay_out(form);
            if best.as_ref().is_none_or(|(_, known)| layout.confidence() > known.confidence()) {
                best = Some((page, layout));
            }
            best.as_ref().is_some_and(|(_, known)| known.confidence() >= enough)
        };
        let luma = &self.photo.luma;
        self.photo.flats(form, &mut |flat| {
            let turned = || Upright::of_turned(luma, form, self.read, flat.quarter_turns);
            (flat.quarter_turns > 0 && consider(turned(), SURELY_SCAN))
                || consider(Upright::of_flat(flat, self.read), SURELY_FLAT)
        });
        let (page, layout) = best.expect("some flat page is always shown");
        Ok(page.finish(&whole, &layout))
    }
}
