//! Tracing rows of print across a curved page, strip by strip.

use super::bend::Strip;
use super::strokes::{Marks, sharpness_of};

/// Width of a strip, mm; half the band in the middle that is taken for flat at first, mm.
const STRIP_MM: f32 = 6.0;
const BAND_MM: f32 = 26.0;
/// Fewer marks than this in a strip say nothing.
const FEW: usize = 25;
/// How much of what earlier strips showed stays at the next.
const MEMORY: f32 = 0.88;
/// Price of a departure from where a strip is expected, per mm² at the middle and at the ends of the page.
const PRICE: f32 = 0.05;

/// Rows of print by height.
struct Profile {
    bins: Vec<f32>,
    zero: f32,
}

impl Profile {
    fn new(half_height: f32) -> Self {
        let zero = (half_height * 1.6).ceil();
        Self { bins: vec![0.0; 2 * zero as usize + 2], zero }
    }

    fn add(&mut self, value: f32, weight: f32) {
        // A triangle four pixels wide: a millimetre.
        let at = value + self.zero;
        for i in (at - 1.5).ceil().max(0.0) as usize..=(at + 1.5).max(0.0) as usize {
            if let Some(bin) = self.bins.get_mut(i) {
                *bin += weight * (1.0 - (i as f32 - at).abs() / 2.0);
            }
        }
    }

    fn at(&self, value: f32) -> f32 {
        let at = value + self.zero;
        let low = at as usize;
        match self.bins.get(low..low + 2) {
            Some(&[a, b]) if at >= 0.0 => a + (b - a) * (at - low as f32),
            _ => 0.0,
        }
    }

    fn fade(&mut self, factor: f32) {
        self.bins.iter_mut().for_each(|b| *b *= factor);
    }

    /// The level that one bin in twenty exceeds.
    fn strong(&self) -> f32 {
        let mut sorted = self.bins.clone();
        let nth = sorted.len() * 19 / 20;
        *sorted.select_nth_unstable_by(nth, f32::total_cmp).1
    }
}

/// Marks of one strip: offset from the strip's middle, height, weight.
type InStrip = Vec<(f32, f32, f32)>;

/// Finds where each strip lies.
pub(super) struct Tracer {
    px_per_mm: f32,
    half_height: f32,
    pub(super) first: f32,
    pub(super) step: f32,
    strips: Vec<InStrip>,
}

impl Tracer {
    /// Sorts marks into strips. As [`super::bend::Bend::trace`].
    pub(super) fn new(marks: &Marks, size: (u32, u32), px_per_mm: f32) -> Self {
        let step = STRIP_MM * px_per_mm;
        let half = size.0 as f32 * 0.56;
        let count = ((2.0 * half / step).ceil() as usize).max(3);
        let first = -(count as f32 - 1.0) / 2.0 * step;
        let mut strips: Vec<InStrip> = vec![Vec::new(); count];
        for &([u, w], weight) in marks.iter() {
            let i = ((u - first) / step).round();
            if i >= 0.0 && (i as usize) < count {
                strips[i as usize].push((u - first - i * step, w, weight));
            }
        }
        Self { px_per_mm, half_height: size.1 as f32 / 2.0, first, step, strips }
    }

    /// Strips from the middle outwards, each continuing what is known.
    pub(super) fn grow(&self) -> Vec<Strip> {
        let count = self.strips.len();
        let middle = count / 2;
        let (slope, lean) = self.middle_slopes();
        let start = |i: usize| {
            let u = self.first + i as f32 * self.step;
            Strip { shift: slope * u, stretch: 1.0 + lean * u }
        };
        let mut found: Vec<Strip> = (0..count).map(start).collect();
        let band = (BAND_MM / STRIP_MM) as usize;
        let mut seen = Profile::new(self.half_height);
        for i in middle - band.min(middle)..=(middle + band).min(count - 1) {
            self.add(&mut seen, i, found[i], slopes(&found, i, self.step));
        }
        for outward in [-1_isize, 1] {
            let mut known = Profile { bins: seen.bins.clone(), zero: seen.zero };
            let mut bent = [slope, lean];
            let mut i = (middle as isize + outward * band as isize).clamp(0, count as isize - 1) as usize;
            while let Some(next) = i.checked_add_signed(outward).filter(|&n| n < count) {
                let run = outward as f32 * self.step;
                let expected = Strip {
                    shift: found[i].shift + bent[0] * run,
                    stretch: found[i].stretch + bent[1] * run,
                };
                let (strip, off) = self.settle(&known, next, (expected, bent), [0.25, 0.7]);
                bent = [bent[0] + 0.8 * off[0] / run, bent[1] + 0.8 * off[1] / run];
                found[next] = strip;
                known.fade(MEMORY);
                self.add(&mut known, next, strip, bent);
                i = next;
            }
        }
        found
    }

    /// Each strip once more, against its neighbours on both sides.
    pub(super) fn refine(&self, found: &[Strip]) -> Vec<Strip> {
        let count = found.len();
        let settle = |i: usize| {
            let mut near = Profile::new(self.half_height);
            for j in i.saturating_sub(6)..(i + 7).min(count) {
                if j != i {
                    self.add(&mut near, j, found[j], slopes(found, j, self.step));
                }
            }
            self.settle(&near, i, (found[i], slopes(found, i, self.step)), [0.08, 0.2]).0
        };
        (0..count).map(settle).collect()
    }

    /// Slopes of shift and stretch across the band in the middle, where the page is taken for a plane.
    fn middle_slopes(&self) -> (f32, f32) {
        let middle = self.strips.len() / 2;
        let band = ((BAND_MM / STRIP_MM) as usize).min(middle);
        let marks: Vec<(f32, f32, f32)> = (middle - band..=(middle + band).min(self.strips.len() - 1))
            .flat_map(|i| {
                let u = self.first + i as f32 * self.step;
                self.strips[i].iter().map(move |&(du, w, weight)| (u + du, w, weight))
            })
            .collect();
        let score = |slope: f32, lean: f32, (bin_px, stride): (f32, usize)| {
            let heights = marks
                .iter()
                .step_by(stride)
                .map(|&(u, w, weight)| (w * (1.0 + lean * u) - slope * u, weight));
            sharpness_of(heights, bin_px)
        };
        let lean_unit = 0.1 / self.half_height;
        let mut best = (f32::MIN, 0.0, 0.0);
        for (slope_step, lean_step, reach, look) in
            [(0.012, 0.3, 24_i32, (3.0, 3)), (0.004, 0.1, 4, (2.0, 1)), (0.001_5, 0.04, 4, (1.5, 1))]
        {
            let (_, slope, lean) = best;
            best.0 = score(slope, lean, look);
            for s in -reach..=reach {
                for l in -(reach.min(14))..=reach.min(14) {
                    let (a, b) = (slope + s as f32 * slope_step, lean + l as f32 * lean_step * lean_unit);
                    let value = score(a, b, look);
                    if value > best.0 {
                        best = (value, a, b);
                    }
                }
            }
        }
        (best.1, best.2)
    }

    fn add(&self, profile: &mut Profile, i: usize, strip: Strip, [shift, stretch]: [f32; 2]) {
        for &(du, w, weight) in &self.strips[i] {
            profile.add(w * (strip.stretch + stretch * du) - strip.shift - shift * du, weight);
        }
    }

    /// Where a strip's rows meet known ones best, near where it is expected with these slopes; also how far off
    /// that was.
    /// `steps` of the search: shift in mm, stretch in mm at the end of the page.
    fn settle(
        &self,
        known: &Profile,
        i: usize,
        (expected, [shift, stretch]): (Strip, [f32; 2]),
        steps: [f32; 2],
    ) -> (Strip, [f32; 2]) {
        let marks = &self.strips[i];
        if marks.len() < FEW {
            return (expected, [0.0; 2]);
        }
        let full = known.strong().max(1e-3);
        let total: f32 = marks.iter().map(|m| m.2).sum();
        let mut best = (f32::MIN, expected, [0.0; 2]);
        for s in -7_i32..=7 {
            for t in -4_i32..=4 {
                let (s_mm, t_mm) = (s as f32 * steps[0], t as f32 * steps[1]);
                let off = [s_mm * self.px_per_mm, t_mm * self.px_per_mm / self.half_height];
                let strip = Strip { shift: expected.shift + off[0], stretch: expected.stretch + off[1] };
                let met: f32 = marks
                    .iter()
                    .map(|&(du, w, weight)| {
                        let height = w * (strip.stretch + stretch * du) - strip.shift - shift * du;
                        weight * (known.at(height) / full).min(1.5)
                    })
                    .sum();
                let value = met / total - PRICE * (s_mm * s_mm + 0.5 * t_mm * t_mm);
                if value > best.0 {
                    best = (value, strip, off);
                }
            }
        }
        (best.1, best.2)
    }
}

/// How shift and stretch change per pixel at a strip.
fn slopes(found: &[Strip], i: usize, step: f32) -> [f32; 2] {
    let (a, b) = (i.saturating_sub(1), (i + 1).min(found.len() - 1));
    let run = (b - a).max(1) as f32 * step;
    [(found[b].shift - found[a].shift) / run, (found[b].stretch - found[a].stretch) / run]
}
