//! Which form a page is on: the one that its book's year leads to expect, where that fits; else the best fitting.

use crate::domain::Form;
use crate::image::{ImageError, PreparedPage, most_likely_first, prepare};
use image::RgbImage;

/// A form, and the page laid on it.
pub(super) type OnForm<'f> = (&'f Form, PreparedPage);

/// From this confidence on a page is on a form, and no other is tried.
const SURE_FORM_CONFIDENCE: f32 = 0.8;

/// Lays the page on one of the candidates; on the usual one, if that is among them and surely fits. None without
/// candidates.
///
/// # Errors
/// As [`prepare`].
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
        candidates = most_likely_first(rgb, &candidates);
    }
    let other = best_of(rgb, &candidates)?;
    Ok(other.filter(|other| best.as_ref().is_none_or(|best| fits_better(other, best))).or(best))
}

/// The best fitting of the forms; those after one that surely fits are not tried.
fn best_of<'f>(rgb: &RgbImage, forms: &[&'f Form]) -> Result<Option<OnForm<'f>>, ImageError> {
    let mut best: Option<OnForm<'f>> = None;
    for form in forms {
        let laid: OnForm<'f> = (form, prepare(rgb, form)?);
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
