//! An upright page becomes lines that can be read: the whole road, step by step.

use super::align::{Evidence, Placement, is_vertical};
use super::crops::{self, Room, Source};
use super::extents::{self, FoundRule};
use super::flatten::Flat;
use super::geometry::Affine;
use super::illumination::{Paper, reduced_luma};
use super::origin::Origin;
use super::page_map::PageMap;
use super::response::LineMap;
use super::room::{Beside, Surroundings};
use super::rows::{self, FoundRow};
use super::ticks::{self, Square};
use super::writing::{LineGeometry, ink_in_zone};
use super::{Quality, skew};
use crate::domain::form::{Form, FormField};
use crate::domain::whole_page::WholePage;
use image::{GrayImage, RgbImage, imageops};

/// A page laid on its form.
#[derive(Debug, Clone)]
pub struct PreparedPage {
    /// Share of the form's printed lines that were found, 0..=1. Below about 0.3 it is probably another form.
    pub form_confidence: f32,
    /// How far the page was turned clockwise, degrees.
    pub angle_deg: f32,
    /// Figures on the scan.
    pub quality: Quality,
    /// Where each place of the page stands in the picture.
    pub map: PageMap,
    /// One region for every field of every entry, in the form's order: see [`Form::whole_page`].
    pub fields: Vec<FieldRegion>,
}

/// One field on the page.
#[derive(Debug, Clone)]
pub struct FieldRegion {
    /// The form's key of the field.
    pub key: String,
    /// The entry of the page that it belongs to, from 0; none where it belongs to the page and so to all of them.
    pub entry: Option<usize>,
    /// Corners in pixels of the image after EXIF orientation, clockwise from the field's own top left.
    pub quad: [[f32; 2]; 4],
    /// One upright picture per rule, top to bottom: paper white, at the scan's resolution up to 120 px high,
    /// from just above the ascenders to just below the descenders. Empty for a choice.
    pub lines: Vec<GrayImage>,
    /// Share of ink in the zone above the rules, 0..=1, the rules and specks left out. Writing gives 0.01 and
    /// more, an empty field nearly 0. For a choice: the largest tick's share.
    pub ink: f32,
    /// How much each option's box is ticked, 0..=1, in the form's order; empty unless it is a choice.
    pub ticks: Vec<f32>,
}

/// Half the thickness of what counts as a thin line, and the gap between dots that is bridged, mm.
const THIN_MM: f32 = 0.5;
const BRIDGE_MM: f32 = 0.8;
/// Resolution of the picture in which lines are sought, at least; and of the one that is read, at most.
const WORK_PX_PER_MM: f32 = 5.0;
pub(super) const READ_PX_PER_MM: f32 = 12.5;

/// A stroke of faint ink against a usual printed mark.
const FAINT: f32 = 0.4;

/// First step of [`super::prepare`]: a page turned upright, its paper and ink told apart.
#[derive(Debug, Clone)]
pub struct Upright {
    angle_deg: f32,
    /// Ink 0..=255, upright.
    ink: GrayImage,
    /// Luma for reading, as scanned.
    luma: GrayImage,
    paper: Paper,
    /// Pixels per millimetre of `ink` that the picture's size suggests.
    px_per_mm: f32,
    /// Source pixels per reading pixel, reading pixels per work pixel.
    factors: [u32; 2],
    /// Upright work pixels → work pixels as scanned.
    to_scanned: Affine,
    /// How `luma` came out of the source picture at reading scale.
    origin: Origin,
}

/// Second step of [`super::prepare`]: where everything on the form stands on the upright page.
#[derive(Debug, Clone)]
pub struct Layout {
    placement: Placement,
    rules: Vec<FoundRule>,
    squares: Vec<(usize, Vec<Square>)>,
    /// Ink of a usual printed mark, 0..=255.
    strength: u8,
    confidence: f32,
}

impl Layout {
    /// Share of the form's printed lines that were found: see [`PreparedPage::form_confidence`].
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.confidence
    }
}

impl Upright {
    /// Measures paper level and skew, and turns the page upright.
    #[must_use]
    pub fn new(rgb: &RgbImage, form: &Form) -> Self {
        let source_scale = suggested_scale((rgb.width(), rgb.height()), form);
        let read = ((source_scale / READ_PX_PER_MM).ceil() as u32).max(1);
        Self::of_luma(reduced_luma(rgb, read), source_scale / read as f32, read, Origin::Scan)
    }

    /// A page that was turned clockwise by quarters, from the source's luma.
    pub(super) fn of_turned(luma: &GrayImage, form: &Form, read: u32, quarters: u8) -> Self {
        let size = [luma.width() as f32, luma.height() as f32];
        let back = match quarters % 4 {
            1 => imageops::rotate270(luma),
            2 => imageops::rotate180(luma),
            _ => imageops::rotate90(luma),
        };
        let scale = suggested_scale(back.dimensions(), form);
        Self::of_luma(back, scale, read, Origin::Turned(quarters, size))
    }

    pub(super) fn of_flat(flat: Flat, read: u32) -> Self {
        Self::of_luma(flat.luma, flat.px_per_mm, read, Origin::Photo(flat.mesh))
    }

    /// `scale` is in pixels of `luma` per millimetre; `read` source pixels made one of them.
    fn of_luma(luma: GrayImage, scale: f32, read: u32, origin: Origin) -> Self {
        let work = ((scale / WORK_PX_PER_MM) as u32).max(1);
        let reduced = reduced_grey(&luma, work);
        let px_per_mm = scale / work as f32;
        let paper = Paper::estimate(&reduced, (4.0 * px_per_mm) as u32);
        let scanned = paper.ink(&reduced);
        let angle_deg = skew::estimate_deg(&scanned, px_per_mm);
        let (w, h) = (scanned.width() as f32, scanned.height() as f32);
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        let size = (w * cos + h * sin.abs(), h * cos + w * sin.abs());
        let to_scanned =
            Affine::rotation(angle_deg, [size.0.ceil() / 2.0, size.1.ceil() / 2.0], [w / 2.0, h / 2.0]);
        let ink = crops::warp(&scanned, &to_scanned, (size.0.ceil() as u32, size.1.ceil() as u32), 0);
        Self { angle_deg, ink, luma, paper, px_per_mm, factors: [read, work], to_scanned, origin }
    }

    /// Finds the form's rules and tick boxes.
    #[must_use]
    pub fn lay_out(&self, form: &Form) -> Layout {
        let gap = ((THIN_MM * self.px_per_mm).round() as usize).max(1);
        let reach = ((BRIDGE_MM * self.px_per_mm).round() as usize).max(1);
        let mut evidence = Evidence {
            rows: LineMap::along_rows(&self.ink, gap, reach),
            columns: LineMap::along_columns(&self.ink, gap, reach),
            px_per_mm: self.px_per_mm,
        };
        let chains = rows::chains(form);
        let candidates = evidence.placements(form);
        let solved = candidates.into_iter().map(|at| {
            let found: Vec<_> = chains.iter().map(|c| rows::locate(form, &evidence, &at, (c, 0.0))).collect();
            let value = at.score + found.iter().map(|(_, v)| v).sum::<f32>();
            (at, value)
        });
        let best = solved.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at);
        let placement = best.expect("the search always keeps a placement");
        let frame = evidence.erase_frame(form, &placement);
        let found: Vec<FoundRow> = chains
            .iter()
            .flat_map(|c| rows::locate(form, &evidence, &placement, (c, frame.offset_near(c[0].y_mm))).0)
            .collect();
        let page = extents::Page { form, ink: &self.ink, rows: &evidence.rows, at: &placement };
        let rules = page.find_ends(&found);
        let squares = form.fields.iter().enumerate().filter(|(_, f)| !f.options.is_empty());
        let squares = squares.map(|(i, f)| (i, ticks::locate(f, &evidence, &placement).0)).collect();
        let seen = rules.iter().filter(|r| r.evidence > 0.4).count() as f32 / rules.len().max(1) as f32;
        let confidence = (0.6 * seen + 0.4 * frame.share).clamp(0.0, 1.0);
        Layout { placement, rules, squares, strength: evidence.rows.strength, confidence }
    }

    /// Third step of [`super::prepare`]: cuts out every field's lines and measures their ink.
    #[must_use]
    pub fn cut(&self, form: &Form, layout: &Layout) -> Vec<FieldRegion> {
        let source = self.source();
        form.fields.iter().enumerate().map(|field| self.region(form, layout, &source, field)).collect()
    }

    pub(super) fn finish(&self, page: &WholePage, layout: &Layout) -> PreparedPage {
        let mut fields = self.cut(&page.form, layout);
        for (field, entry) in fields.iter_mut().zip(&page.entry_of) {
            field.entry = *entry;
        }
        PreparedPage {
            form_confidence: layout.confidence,
            angle_deg: self.angle_on_source(),
            quality: self.quality(layout),
            map: self.map(&page.form, &layout.placement),
            fields,
        }
    }

    fn map(&self, form: &Form, at: &Placement) -> PageMap {
        PageMap::new(form.page_mm, |[x, y]| self.to_source([at.x.px(x), at.y.px(y)]))
    }

    fn source(&self) -> Source<'_> {
        let factor = self.factors[1] as f32;
        Source {
            luma: &self.luma,
            paper: &self.paper,
            factor,
            from_upright: self.to_scanned.then(&Affine::pixel_scale(factor)),
        }
    }

    fn quality(&self, layout: &Layout) -> Quality {
        let work_scale = (layout.placement.x.scale + layout.placement.y.scale) / 2.0;
        let read_scale = work_scale * self.factors[1] as f32;
        let dpi = read_scale * self.origin.turn().1 * self.factors[0] as f32 * 25.4;
        Quality::measure(&self.luma, &self.ink, read_scale, dpi)
    }

    fn region(
        &self,
        form: &Form,
        layout: &Layout,
        source: &Source<'_>,
        (index, field): (usize, &FormField),
    ) -> FieldRegion {
        let squares = layout.squares.iter().find(|(i, _)| *i == index).map_or(&[][..], |(_, s)| s);
        let rules: Vec<&FoundRule> = layout.rules.iter().filter(|r| r.field == index).collect();
        let y = layout.placement.y.scale;
        let (above, below) = (form.ascent_mm * y, form.descent_mm * y);
        let mut sorted = rules;
        sorted.sort_by_key(|r| r.rule);
        let usual = Room { above: above + 0.8 * y, below: below + 0.8 * y, left: 0.8 * y, right: 1.0 * y };
        let around = self.surroundings(layout);
        let rooms: Vec<Room> =
            sorted.iter().map(|rule| around.room(rule, usual, beside(form, layout, rule))).collect();
        // People see as much of the writing beyond the ends of a rule as the reader.
        let boxes = sorted.iter().zip(&rooms).map(|(r, room)| {
            let [left, right] = [room.left - usual.left, room.right - usual.right];
            [r.x0 - left, r.y - above, r.x1 + right, r.y + below]
        });
        let boxes = boxes.chain(squares.iter().map(|s| [s.x, s.y, s.x + s.w, s.y + s.h]));
        let [x0, y0, x1, y1] = boxes
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
            .expect("a checked form's field has rules or options");
        let cuts = sorted.iter().zip(&rooms);
        let lines: Vec<GrayImage> = cuts.map(|(rule, room)| crops::line(source, rule, *room)).collect();
        let ticks: Vec<f32> = squares.iter().map(|s| ticks::tick(&self.ink, s, layout.strength)).collect();
        let ink = if squares.is_empty() {
            let dark = 255 - (f32::from(layout.strength) * 0.8) as u8;
            share_of_ink(&lines, &sorted, &rooms, (y, dark))
        } else {
            ticks.iter().copied().fold(0.0, f32::max)
        };
        let quad = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(|p| self.to_source(p));
        FieldRegion { key: field.key.clone(), entry: Some(0), quad, lines, ink, ticks }
    }

    fn surroundings(&self, layout: &Layout) -> Surroundings<'_> {
        let threshold = (f32::from(layout.strength) * FAINT).max(20.0) as u8;
        Surroundings { ink: &self.ink, threshold, px_per_mm: layout.placement.y.scale }
    }

    /// From upright work pixels (centres at whole numbers) to the source picture's.
    fn to_source(&self, p: [f32; 2]) -> [f32; 2] {
        let read = self.to_scanned.then(&Affine::pixel_scale(self.factors[1] as f32)).apply(p);
        Affine::pixel_scale(self.factors[0] as f32).apply(self.origin.source(read))
    }

    /// How far the page was turned clockwise on the source, −180..=180 degrees.
    fn angle_on_source(&self) -> f32 {
        let angle = self.angle_deg + self.origin.turn().0;
        (angle + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// What stands beside a rule: its label, and the next rule of its row with the label of that, tick boxes and upright
/// lines of the frame.
fn beside(form: &Form, layout: &Layout, rule: &FoundRule) -> Beside {
    let (x, y) = (&layout.placement.x, &layout.placement.y);
    let label = |of: &FoundRule| {
        let field = &form.fields[of.field];
        field.label_at.filter(|_| of.rule == 0 && !field.label.is_empty()).map(|[start, _]| x.px(start))
    };
    let in_row = |other: &&FoundRule| (other.y - rule.y).abs() < 2.0 * y.scale;
    let after = layout.rules.iter().filter(in_row).filter(|other| other.x0 > rule.x1 - x.scale);
    let before = layout.rules.iter().filter(in_row).filter(|other| other.x1 < rule.x0 + x.scale);
    let boxes = layout.squares.iter().flat_map(|(_, squares)| squares);
    let boxes = boxes.filter(|s| s.y < rule.y + y.scale && s.y + s.h > rule.y - 5.0 * y.scale).map(|s| s.x);
    let upright = form.frame.iter().filter(|f| is_vertical(f.line));
    let upright = upright.filter(|f| {
        let [_, y0, _, y1] = f.line.map(|mm| y.px(mm));
        y0.min(y1) < rule.y && rule.y < y0.max(y1)
    });
    let lines: Vec<f32> = upright.map(|f| x.px(f.line[0])).collect();
    let printed = boxes.chain(lines.iter().copied());
    let next = after.map(|other| label(other).unwrap_or(other.x0)).chain(printed.filter(|at| *at > rule.x1));
    let last = before.map(|other| other.x1).chain(lines.iter().copied().filter(|at| *at < rule.x0));
    Beside {
        has_label: label(rule).is_some(),
        free: [last.fold(0.0, f32::max) + x.scale, next.fold(f32::INFINITY, f32::min) - x.scale],
    }
}

fn share_of_ink(
    lines: &[GrayImage],
    rules: &[&FoundRule],
    rooms: &[Room],
    (px_per_mm, dark): (f32, u8),
) -> f32 {
    let (mut ink, mut all) = (0, 0);
    for ((line, rule), room) in lines.iter().zip(rules).zip(rooms) {
        let zoom = line.height() as f32 / (room.above + room.below);
        let at = LineGeometry {
            rule_px: room.above * zoom,
            from_px: room.left * zoom,
            to_px: (room.left + rule.x1 - rule.x0) * zoom,
            px_per_mm: px_per_mm * zoom,
            dark,
        };
        let (written, total) = ink_in_zone(line, at);
        (ink, all) = (ink + written, all + total);
    }
    ink as f32 / all.max(1) as f32
}

/// Pixels per millimetre if the picture shows the whole page, give or take a scanner's margin.
fn suggested_scale((width, height): (u32, u32), form: &Form) -> f32 {
    let [w_mm, h_mm] = form.page_mm;
    let (w, h) = (width as f32 / w_mm, height as f32 / h_mm);
    // Usual resolutions at which the page fits with little to spare.
    let fits = |dpi: &f32| {
        let scale = dpi / 25.4;
        (0.97..1.12).contains(&(w / scale)) && (0.97..1.12).contains(&(h / scale))
    };
    let usual = [100.0, 120.0, 150.0, 200.0, 240.0, 300.0, 400.0, 600.0].into_iter().find(fits);
    usual.map_or(w.min(h), |dpi| dpi / 25.4)
}

pub(super) fn reduced_grey(grey: &GrayImage, factor: u32) -> GrayImage {
    if factor == 1 {
        return grey.clone();
    }
    let (width, height) = ((grey.width() / factor).max(1), (grey.height() / factor).max(1));
    let step = factor as usize;
    let mut out = GrayImage::new(width, height);
    let stride = grey.width() as usize;
    let mut sums = vec![0_u32; width as usize];
    for (to, rows) in out.chunks_exact_mut(width as usize).zip(grey.as_raw().chunks(stride * step)) {
        sums.fill(0);
        for row in rows.chunks_exact(stride) {
            for (sum, block) in sums.iter_mut().zip(row.chunks(step)) {
                *sum += block.iter().map(|&v| u32::from(v)).sum::<u32>();
            }
        }
        for (to, sum) in to.iter_mut().zip(&sums) {
            *to = (sum / (factor * factor)).min(255) as u8;
        }
    }
    out
}
