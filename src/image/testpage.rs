//! Plain printed pages for tests: frame, labels, dotted rules, tick boxes and strokes, with the truth about them.

use super::crops::warp;
use super::geometry::Affine;
use crate::domain::form::{Form, FormField};
use image::{DynamicImage, GrayImage, Luma, RgbImage};

/// How a test page departs from the form.
#[derive(Debug, Clone)]
pub(super) struct Print {
    /// Pixels per millimetre.
    pub(super) px_per_mm: f32,
    /// Scale of the print along x and y.
    pub(super) scale: [f32; 2],
    /// Shift of the print, mm.
    pub(super) shift_mm: [f32; 2],
    /// Clockwise turn of the whole page, degrees.
    pub(super) angle_deg: f32,
    /// Width of labels against the form's.
    pub(super) label_scale: f32,
    /// Rows of the left column from this height on stand lower by so much, mm.
    pub(super) step_mm: (f32, f32),
    /// A frame line that is not there.
    pub(super) missing: &'static str,
    /// Fields that stay empty.
    pub(super) blank: Vec<&'static str>,
    /// Options that are ticked.
    pub(super) ticked: Vec<usize>,
}

impl Default for Print {
    fn default() -> Self {
        Self {
            px_per_mm: 150.0 / 25.4,
            scale: [1.0, 1.0],
            shift_mm: [0.0, 0.0],
            angle_deg: 0.0,
            label_scale: 1.0,
            step_mm: (500.0, 0.0),
            missing: "",
            blank: vec!["ghi_chu", "nks_so_dinh_danh"],
            ticked: vec![0],
        }
    }
}

/// The birth form.
pub(super) fn form() -> Form {
    Form::embedded().into_iter().find(|f| f.id == "birth_2016").expect("the birth form is embedded")
}

struct Pen<'a> {
    paper: GrayImage,
    print: &'a Print,
}

impl Pen<'_> {
    fn px(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let at = |v: f32, axis: usize| {
            (v * self.print.scale[axis] + self.print.shift_mm[axis]) * self.print.px_per_mm
        };
        [at(x, 0), at(y, 1)]
    }

    /// Fills a rectangle given in mm of the form; never thinner than two pixels.
    fn bar(&mut self, [x0, y0, x1, y1]: [f32; 4], grey: u8) {
        let ([x0, y0], [x1, y1]) = (self.px([x0, y0]), self.px([x1, y1]));
        let (w, h) = ((x1 - x0).max(2.0), (y1 - y0).max(2.0));
        let (cx, cy) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        for y in (cy - h / 2.0).round() as i64..(cy + h / 2.0).round() as i64 {
            for x in (cx - w / 2.0).round() as i64..(cx + w / 2.0).round() as i64 {
                let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { continue };
                if x < self.paper.width() && y < self.paper.height() {
                    self.paper.put_pixel(x, y, Luma([grey]));
                }
            }
        }
    }

    fn row(&self, x: f32, y: f32) -> f32 {
        let (from, step) = self.print.step_mm;
        if x < 145.0 && y > 36.0 && y >= from - 0.1 { y + step } else { y }
    }

    fn dotted(&mut self, [x0, x1, y]: [f32; 3]) {
        let dots = ((x1 - x0) / 1.1) as usize;
        for i in 0..=dots {
            let x = x0 + i as f32 * (x1 - x0) / dots as f32;
            self.bar([x - 0.12, y - 0.12, x + 0.12, y + 0.12], 70);
        }
    }

    /// Upright strokes that could be letters, from `x0` to `x1` on a baseline.
    fn strokes(&mut self, [x0, x1, y]: [f32; 3], height: f32, grey: u8) {
        let mut x = x0;
        let mut i = 0;
        while x < x1 - 0.6 {
            let tall = if i % 5 == 0 { 1.6 } else { 1.0 };
            self.bar([x, y - height * tall, x + 0.3, y], grey);
            if i % 3 != 2 {
                self.bar([x, y - height, x + 0.9, y - height + 0.3], grey);
            }
            x += if i % 6 == 5 { 1.9 } else { 0.9 };
            i += 1;
        }
    }

    /// Draws one field; returns its true box `[x0, y0, x1, y1]`, mm.
    fn field(&mut self, form: &Form, field: &FormField) -> [f32; 4] {
        let mut spans = Vec::new();
        for (i, &[x0, x1, y]) in field.rules.iter().enumerate() {
            let y = self.row((x0 + x1) / 2.0, y);
            let x0 = match field.label_at.filter(|_| i == 0 && !field.label.is_empty()) {
                Some([start, _]) if start < x0 - 1.0 => {
                    let end = start + (x0 - start) * self.print.label_scale;
                    self.strokes([start, end - 1.4, y], 2.0, 50);
                    end
                }
                _ => x0,
            };
            self.dotted([x0, x1, y]);
            if i == 0 && !self.print.blank.contains(&field.key.as_str()) {
                self.strokes([x0 + 2.0, x0 + (x1 - x0) * 0.7, y - 0.2], 2.6, 60);
            }
            spans.push([x0, y - form.ascent_mm, x1, y + form.descent_mm]);
        }
        for (i, option) in field.options.iter().enumerate() {
            let [x, y, w, h] = option.tick;
            for side in
                [[x, y, x + w, y], [x, y + h, x + w, y + h], [x, y, x, y + h], [x + w, y, x + w, y + h]]
            {
                self.bar(side, 50);
            }
            if self.print.ticked.contains(&i) {
                self.bar([x + 1.0, y + 1.7, x + w - 1.0, y + 2.3], 40);
                self.bar([x + 1.7, y + 1.0, x + 2.3, y + h - 1.0], 40);
            }
            spans.push([x, y, x + w, y + h]);
        }
        let joined =
            spans.into_iter().reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
        joined.expect("every field has rules or options")
    }
}

/// Draws a page; returns it with every field's true corners, clockwise from the top left, px.
pub(super) fn draw(form: &Form, print: &Print) -> (RgbImage, Vec<[[f32; 2]; 4]>) {
    let [w, h] = form.page_mm.map(|mm| (mm * print.px_per_mm).round() as u32);
    let mut pen = Pen { paper: GrayImage::from_pixel(w, h, Luma([228])), print };
    for frame in form.frame.iter().filter(|f| f.id != print.missing) {
        pen.bar(frame.line, 60);
    }
    let boxes: Vec<[f32; 4]> = form.fields.iter().map(|field| pen.field(form, field)).collect();
    let centre = [w as f32 / 2.0, h as f32 / 2.0];
    let turn = Affine::rotation(print.angle_deg, centre, centre);
    let quads = boxes.iter().map(|&[x0, y0, x1, y1]| {
        [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(|corner| turn.apply(pen.px(corner)))
    });
    let quads = quads.collect();
    let back = Affine::rotation(-print.angle_deg, centre, centre);
    let turned = warp(&pen.paper, &back, (w, h), 228);
    (DynamicImage::ImageLuma8(turned).into_rgb8(), quads)
}
