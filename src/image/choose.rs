//! How much of each of several forms is found on a page, judged as if it were a scan: at a fraction of the cost of
//! laying it on all of them.

use super::page::Upright;
use crate::domain::Form;
use image::RgbImage;

/// The forms with how much of each is found on the page, 0..=1 (see [`super::PreparedPage::form_confidence`]); most
/// first.
#[must_use]
pub fn by_confidence<'f>(rgb: &RgbImage, forms: &[&'f Form]) -> Vec<(f32, &'f Form)> {
    // Turning the page upright depends on the form's size only.
    let mut uprights: Vec<([f32; 2], Upright)> = Vec::new();
    let mut ranked: Vec<(f32, &Form)> = Vec::with_capacity(forms.len());
    for form in forms {
        let known = uprights.iter().position(|(size, _)| *size == form.page_mm);
        let at = known.unwrap_or_else(|| {
            uprights.push((form.page_mm, Upright::new(rgb, form)));
            uprights.len() - 1
        });
        ranked.push((uprights[at].1.lay_out(&form.whole_page().form).confidence(), form));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked
}

#[cfg(test)]
mod tests {
    use super::super::testpage::{Print, draw};
    use super::*;

    #[test]
    fn of_the_form_that_was_printed_most_is_found() {
        let forms = Form::embedded();
        let birth = |id: &str| forms.iter().find(|f| f.id == id).unwrap();
        let known = [birth("birth_2016"), birth("birth_2006")];
        for printed in known {
            let print = Print { px_per_mm: 120.0 / 25.4, angle_deg: -0.4, ..Print::default() };
            let (picture, _) = draw(printed, &print);
            assert_eq!(by_confidence(&picture, &known)[0].1.id, printed.id);
        }
    }
}
