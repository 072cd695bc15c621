//! What looks at a page before it is read: the measuring gate in service, a fake in tests.

use super::PageError;
use super::form_choice::choose;
use crate::domain::gate::{Finding, Measured, Reason, Thresholds, judge};
use crate::domain::{Form, RegisterKind};
use crate::image::{ImageError, Imprint, Limits, PageMap, Sight, by_confidence, decode, measure};
use image::RgbImage;

/// Looks at a page's picture. Implementations compute on the calling thread: call them where blocking is fine.
pub trait PageGate: Send + Sync + std::fmt::Debug {
    /// What is wrong with the picture, and what it is known by.
    ///
    /// # Errors
    /// [`PageError::Bad`] for a file that is no picture; [`PageError::Failed`] when the machine is to blame.
    fn look(&self, bytes: &[u8], question: &GateQuestion<'_>) -> Result<GateAnswer, PageError>;
}

/// What is known of a page before anybody looks at it.
#[derive(Debug, Clone, Copy)]
pub struct GateQuestion<'a> {
    /// The form's id, where the book has one.
    pub form: Option<&'a str>,
    /// The register of its book.
    pub register: RegisterKind,
    /// The year in which the book was opened.
    pub year: i64,
}

/// What a look at a page gave.
#[derive(Debug, Clone, Default)]
pub struct GateAnswer {
    /// What is wrong, gravest first; empty: nothing.
    pub findings: Vec<Finding>,
    /// What the page is known by, where enough is written on it.
    pub imprint: Option<Imprint>,
}

/// A whole look, for reports.
#[derive(Debug)]
pub struct Look<'f> {
    /// What is wrong.
    pub answer: GateAnswer,
    /// The figures that it was judged by.
    pub measured: Measured,
    /// The form, where one was sought.
    pub form: Option<&'f Form>,
}

/// The gate that measures: first what spoils a picture as a whole, then, on the form, what hides a part of it.
#[derive(Debug)]
pub struct MeasuringGate {
    forms: Vec<Form>,
    limits: Limits,
    thresholds: Thresholds,
}

/// This share of the least resolution is missed however the page lies on the picture.
const SURELY_COARSE: f32 = 0.6;
/// Forms of one time are printed alike: of another register's form as much as this is found on a page that is on it,
/// and more than this of it on a page that is not (0.96 on made pages). Only where so little of the own form is found that
/// its places are not believed either, a page is taken for one of another register.
const SURELY_OTHER: f32 = 0.8;
/// The long side of A4, mm: what a picture is taken to show where no form says otherwise.
const A4_MM: f32 = 297.0;

impl MeasuringGate {
    /// A gate over these forms, with the limits for whole pages.
    #[must_use]
    pub fn new(forms: Vec<Form>) -> Self {
        Self { forms, limits: Limits::default(), thresholds: *Thresholds::embedded() }
    }

    /// The same gate with other thresholds.
    #[must_use]
    pub fn with_thresholds(self, thresholds: Thresholds) -> Self {
        Self { thresholds, ..self }
    }

    /// Looks at a page that is on one of the forms that `fits` takes; `usual` is tried first.
    ///
    /// # Errors
    /// As [`PageGate::look`].
    pub fn look_at(
        &self,
        bytes: &[u8],
        fits: impl Fn(&Form) -> bool,
        usual: Option<&Form>,
    ) -> Result<Look<'_>, PageError> {
        let thresholds = &self.thresholds;
        let rgb = decode(bytes, &self.limits).map_err(bad)?;
        let candidates: Vec<&Form> = self.forms.iter().filter(|form| fits(form)).collect();
        if too_few_pixels(&rgb, &candidates, thresholds) {
            let answer = GateAnswer { findings: vec![Finding::of(Reason::ResolutionTooLow)], imprint: None };
            return Ok(Look { answer, measured: Measured::default(), form: None });
        }
        // Taken for smaller than it is a page only seems sharper; on its form it is measured again.
        let long_side = candidates.iter().map(|form| long_side(form)).reduce(f32::min).unwrap_or(A4_MM);
        let Sight { measured, .. } = measure(&rgb, None, long_side);
        let findings: Vec<Finding> = judge(&measured, thresholds).into_iter().map(|(f, _)| f).collect();
        if !findings.is_empty() || candidates.is_empty() {
            return Ok(Look { answer: GateAnswer { findings, imprint: None }, measured, form: None });
        }
        let chosen = choose(&rgb, candidates, usual).map_err(bad)?;
        let (form, page) = chosen.expect("there is at least one candidate");
        let Sight { measured, imprint, flat } = measure(&rgb, Some((form, &page)), long_side);
        let mut findings = in_pixels(judge(&measured, thresholds), &page.map);
        let on_form = page.form_confidence >= thresholds.layout_confidence;
        let lost = findings.iter().all(|f| f.reason == Reason::FormNotFound);
        if lost && !on_form && self.is_of_other(&flat, form, fits) {
            findings = vec![Finding::of(Reason::PageOfOtherBook)];
        }
        let imprint = imprint.filter(|_| on_form);
        Ok(Look { answer: GateAnswer { findings, imprint }, measured, form: Some(form) })
    }

    /// Whether a flat page is plainly on some form that it should not be on.
    fn is_of_other(&self, flat: &RgbImage, laid: &Form, fits: impl Fn(&Form) -> bool) -> bool {
        let of_size: Vec<&Form> = self.forms.iter().filter(|form| form.page_mm == laid.page_mm).collect();
        by_confidence(flat, &of_size)
            .first()
            .is_some_and(|(found, form)| *found >= SURELY_OTHER && !fits(form))
    }
}

impl PageGate for MeasuringGate {
    fn look(&self, bytes: &[u8], question: &GateQuestion<'_>) -> Result<GateAnswer, PageError> {
        let fits = |form: &Form| {
            form.register_kind == question.register && question.form.is_none_or(|id| form.id == id)
        };
        let usual = Form::in_use(&self.forms, question.register, question.year);
        Ok(self.look_at(bytes, fits, usual)?.answer)
    }
}

fn long_side(form: &Form) -> f32 {
    form.page_mm[0].max(form.page_mm[1])
}

/// Whether the picture would be too coarse even if it showed nothing but the smallest page that it may show, and a
/// part of that.
fn too_few_pixels(rgb: &RgbImage, candidates: &[&Form], thresholds: &Thresholds) -> bool {
    let smallest = candidates.iter().map(|form| long_side(form)).fold(f32::MAX, f32::min);
    let pixels = rgb.width().max(rgb.height()) as f32;
    smallest < f32::MAX && pixels / smallest * 25.4 < SURELY_COARSE * thresholds.dpi
}

fn in_pixels(judged: Vec<(Finding, Vec<[f32; 4]>)>, map: &PageMap) -> Vec<Finding> {
    let place = |(finding, places): (Finding, Vec<[f32; 4]>)| Finding {
        places: places.into_iter().map(|around| map.quad(around)).collect(),
        ..finding
    };
    judged.into_iter().map(place).collect()
}

fn bad(error: ImageError) -> PageError {
    PageError::Bad { code: error.code().to_owned(), source: Some(Box::new(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = include_bytes!("../../tests/fixtures/pages/page_0001.jpg");

    fn reasons(register: RegisterKind) -> (Vec<Reason>, bool) {
        let gate = MeasuringGate::new(Form::embedded());
        let question = GateQuestion { form: None, register, year: 2018 };
        let answer = gate.look(PAGE, &question).unwrap();
        (answer.findings.iter().map(|f| f.reason).collect(), answer.imprint.is_some())
    }

    #[test]
    fn a_good_scan_passes_and_is_known_by_its_writing() {
        assert_eq!(reasons(RegisterKind::Birth), (vec![], true));
    }

    #[test]
    fn a_book_that_may_be_on_forms_of_several_sizes_takes_a_small_page_as_well() {
        let gate = MeasuringGate::new(Form::embedded());
        let look = gate.look_at(PAGE, |form| form.register_kind == RegisterKind::Birth, None).unwrap();
        assert_eq!(look.answer.findings, []);
        assert_eq!(look.form.map(|form| form.id.as_str()), Some("birth_2016"));
    }

    #[test]
    fn a_file_that_is_no_picture_is_bad() {
        let gate = MeasuringGate::new(Form::embedded());
        let question = GateQuestion { form: None, register: RegisterKind::Birth, year: 2018 };
        let error = gate.look(&PAGE[..2000], &question).unwrap_err();
        assert!(matches!(error, PageError::Bad { code, .. } if code == "image_truncated"));
    }
}
