//! Which form a page is on: the one that its book's year leads to expect, where that fits; else the best fitting.

use crate::domain::Form;
use crate::image::{AnyWay, ImageError, PreparedPage, by_confidence, prepare_scan};
use image::RgbImage;

/// A form, and the page laid on it.
pub(super) type OnForm<'f> = (&'f Form, PreparedPage);

/// From this confidence on a page is on a form, and no other is tried.
const SURE_FORM_CONFIDENCE: f32 = 0.8;
/// On how many forms a page that is no upright scan is tried.
const FORMS_TRIED: usize = 3;

/// Lays the page on one of the candidates; on the usual one, if that is among them and surely fits. None without
/// candidates.
///
/// # Errors
/// As [`prepare_scan`].
pub(super) fn choose<'f>(
    rgb: &RgbImage,
    mut candidates: Vec<&'f Form>,
    usual: Option<&Form>,
) -> Result<Option<OnForm<'f>>, ImageError> {
    let first = candidates.iter().position(|form| usual.is_some_and(|usual| usual.id == form.id));
    let first: Vec<&Form> = first.map(|at| candidates.remove(at)).into_iter().collect();
    let best = best_of(rgb, &first)?;
    if best.as_ref().is_some_and(fits_surely) {
        return Ok(best);
    }
    if candidates.len() > 1 {
        candidates = by_confidence(rgb, &candidates).into_iter().map(|(_, form)| form).collect();
    }
    let other = best_of(rgb, &candidates)?;
    let scan = other.filter(|other| best.as_ref().is_none_or(|best| fits_better(other, best))).or(best);
    if scan.as_ref().is_none_or(|(_, page)| page.is_surely_scan()) {
        return Ok(scan);
    }
    let any_way = best_any_way(rgb, first, candidates)?;
    Ok(any_way.filter(|any| scan.as_ref().is_none_or(|scan| fits_better(any, scan))).or(scan))
}

/// As [`best_of`], for a page that is no upright scan, on the forms whose lines it seems to show; `first` before all.
fn best_any_way<'f>(
    rgb: &RgbImage,
    first: Vec<&'f Form>,
    others: Vec<&'f Form>,
) -> Result<Option<OnForm<'f>>, ImageError> {
    let page = AnyWay::new(rgb);
    let mut ranked: Vec<(f32, &Form)> = others.into_iter().map(|form| (page.likeness(form), form)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let forms = first.into_iter().chain(ranked.into_iter().map(|(_, form)| form));
    let mut best: Option<OnForm<'f>> = None;
    for form in forms.take(FORMS_TRIED) {
        let laid: OnForm<'f> = (form, page.prepare(form)?);
        if best.as_ref().is_none_or(|best| fits_better(&laid, best)) {
            best = Some(laid);
        }
        if best.as_ref().is_some_and(fits_surely) {
            break;
        }
    }
    Ok(best)
}

/// The best fitting of the forms on which the page lies as an upright scan; those after one that surely fits are not tried.
fn best_of<'f>(rgb: &RgbImage, forms: &[&'f Form]) -> Result<Option<OnForm<'f>>, ImageError> {
    let mut best: Option<OnForm<'f>> = None;
    for form in forms {
        let laid: OnForm<'f> = (form, prepare_scan(rgb, form)?);
        if best.as_ref().is_none_or(|best| fits_better(&laid, best)) {
            best = Some(laid);
        }
        if best.as_ref().is_some_and(fits_surely) {
            break;
        }
    }
    Ok(best)
}

fn fits_surely((_, page): &OnForm<'_>) -> bool {
    page.form_confidence >= SURE_FORM_CONFIDENCE
}

fn fits_better((_, page): &OnForm<'_>, (_, other): &OnForm<'_>) -> bool {
    page.form_confidence > other.form_confidence
}
