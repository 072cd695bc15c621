//! How much room around a rule goes into its line's picture: as far as the writing reaches, which runs over the end
//! of its rule and is rarely as tall as the form allows. A picture cut close is read at a larger scale.

use super::crops::Room;
use super::extents::FoundRule;
use super::writing::{Blob, blobs};
use image::GrayImage;

/// The upright page that rules lie on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// Ink of the page, 0..=255.
    pub(super) ink: &'a GrayImage,
    /// More ink than this is a stroke.
    pub(super) threshold: u8,
    /// Pixels per millimetre.
    pub(super) px_per_mm: f32,
}

/// What stands beside a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Beside {
    /// Whether its printed label stands in front of it: that cannot be told from writing, so nothing is followed
    /// there.
    pub(super) has_label: bool,
    /// Writing belongs to the rule from here to there, px.
    pub(super) free: [f32; 2],
}

/// Writing further beyond the end of its rule is not looked for, mm.
const LONGEST_MM: f32 = 14.0;
/// Letters and figures of one word stand no further apart, mm.
const APART_MM: f32 = 1.6;
/// Writing this close to the end of the rule, inside, may run over it, mm.
const NEAR_END_MM: f32 = 1.5;
/// Bare paper left beside, above and below writing, mm.
const RIM_MM: f32 = 0.7;
const MARGIN_MM: f32 = 1.0;
/// The zone above a rule in which letters are sought, mm; nearer are the rule's own dots, further tails from above.
const ZONE_MM: [f32; 2] = [0.6, 5.0];
/// A dark column over this zone, above and below the rule, is a line of the frame, mm.
const FRAME_MM: [f32; 2] = [8.0, 3.0];
/// Below a rule its dots end, mm.
const UNDER_MM: f32 = 0.5;
/// A tone mark stands no further above its letter, mm.
const MARK_MM: f32 = 1.0;
/// Smaller marks are specks, mm².
const SPECK_MM2: f32 = 0.12;
/// Room that is always left above and below a rule, mm.
const LEAST_MM: [f32; 2] = [5.5, 1.8];

impl Surroundings<'_> {
    /// The room that the writing on a rule takes; at the ends never less than `usual`, above and below never more.
    pub(super) fn room(&self, rule: &FoundRule, usual: Room, beside: Beside) -> Room {
        let mm = self.px_per_mm;
        let columns = Columns::of(self, rule);
        let (from, to) = (rule.x0 - usual.left, rule.x1 + usual.right);
        let reach = |limit: f32| limit.min(LONGEST_MM * mm);
        let right = columns.follow(rule.x1, to, reach(beside.free[1] - rule.x1), 1.0) - rule.x1;
        let left = if beside.has_label {
            usual.left
        } else {
            rule.x0 - columns.follow(rule.x0, from, reach(rule.x0 - beside.free[0]), -1.0)
        };
        let wide = Room { left: left.max(usual.left), right: right.max(usual.right), ..usual };
        self.close(rule, wide)
    }

    /// Takes away what is bare above and below.
    fn close(&self, rule: &FoundRule, room: Room) -> Room {
        let mm = self.px_per_mm;
        let columns = [rule.x0 - room.left, rule.x1 + room.right];
        let over = self.marks(columns, [rule.y - room.above, rule.y - ZONE_MM[0] * mm]);
        let height = (room.above - ZONE_MM[0] * mm).max(1.0);
        // A mark at the top belongs to the letter close below it, if there is one.
        let belongs = |tail: &Blob| {
            over.iter().any(|b| {
                let gap = b.top as f32 - tail.bottom as f32;
                b.top > 0 && gap < MARK_MM * mm && b.left <= tail.right && tail.left <= b.right
            })
        };
        let is_tail = |blob: &Blob| blob.top == 0 && (blob.bottom as f32) < height / 3.0 && !belongs(blob);
        let Some(top) = over.iter().filter(|b| !is_tail(b)).map(|b| b.top as f32).reduce(f32::min) else {
            return room;
        };
        let under = self.marks(columns, [rule.y + UNDER_MM * mm, rule.y + room.below]);
        let foot = under.iter().map(|b| b.bottom as f32 + UNDER_MM * mm).reduce(f32::max).unwrap_or(0.0);
        Room {
            above: (room.above - top + MARGIN_MM * mm).clamp((LEAST_MM[0] * mm).min(room.above), room.above),
            below: (foot + MARGIN_MM * mm).clamp((LEAST_MM[1] * mm).min(room.below), room.below),
            ..room
        }
    }

    /// Marks larger than specks between these columns and rows, px from the zone's corner.
    fn marks(&self, [left, right]: [f32; 2], [top, bottom]: [f32; 2]) -> Vec<Blob> {
        let (w, h) = (self.ink.width() as usize, self.ink.height() as usize);
        let within = |v: f32, most: usize| v.round().clamp(0.0, most as f32) as usize;
        let (left, right, top, bottom) =
            (within(left, w), within(right, w), within(top, h), within(bottom, h));
        if left >= right || top >= bottom {
            return Vec::new();
        }
        let mut dark = Vec::with_capacity((right - left) * (bottom - top));
        for y in top..bottom {
            let row = &self.ink.as_raw()[y * w..][left..right];
            dark.extend(row.iter().map(|&v| v > self.threshold));
        }
        let least = (SPECK_MM2 * self.px_per_mm * self.px_per_mm).max(1.0) as usize;
        blobs(&mut dark, right - left).into_iter().filter(|b| b.area >= least).collect()
    }
}

/// Which columns around a rule have writing above them.
struct Columns {
    px_per_mm: f32,
    /// The first column.
    from: usize,
    inked: Vec<bool>,
    frame: Vec<bool>,
}

impl Columns {
    fn of(page: &Surroundings<'_>, rule: &FoundRule) -> Self {
        let mm = page.px_per_mm;
        let (w, h) = (page.ink.width() as usize, page.ink.height() as usize);
        let row = |at: f32| (rule.y + at * mm).round().clamp(0.0, h as f32) as usize;
        let column = |x: f32| x.clamp(0.0, w as f32) as usize;
        let beyond = (LONGEST_MM + 1.0) * mm;
        let (from, to) = (column(rule.x0 - beyond), column(rule.x1 + beyond));
        let count = |top: usize, foot: usize| {
            let mut dark = vec![0_usize; to - from];
            for y in top..foot {
                let line = &page.ink.as_raw()[y * w..][from..to];
                for (count, &ink) in dark.iter_mut().zip(line) {
                    *count += usize::from(ink > page.threshold);
                }
            }
            dark
        };
        let (top, foot) = (row(-FRAME_MM[0]), row(FRAME_MM[1]));
        // A line that leans a little stands in two or three columns.
        let dark = count(top, foot);
        let near = |x: usize| dark[x.saturating_sub(1)..(x + 2).min(dark.len())].iter().sum::<usize>();
        let is_line = |x: usize| foot > top && near(x) * 10 >= (foot - top) * 9 && dark[x] > 0;
        let frame = (0..dark.len()).map(is_line).collect();
        let inked = count(row(-ZONE_MM[1]), row(-ZONE_MM[0])).into_iter().map(|n| n > 0).collect();
        Self { px_per_mm: mm, from, inked, frame }
    }

    /// The column's place among those looked at.
    fn at(&self, x: f32) -> Option<usize> {
        (x >= 0.0).then(|| (x as usize).checked_sub(self.from)).flatten()
    }

    fn is_inked(&self, x: f32) -> bool {
        self.at(x).and_then(|x| self.inked.get(x)) == Some(&true)
    }

    fn is_frame(&self, x: f32) -> bool {
        self.at(x).and_then(|x| self.frame.get(x)) != Some(&false)
    }

    /// Where writing ends that runs over `end` of a rule outwards (`side` 1 right, −1 left), with its rim, at most
    /// `reach` px from `end`; `usual` where none does.
    fn follow(&self, end: f32, usual: f32, reach: f32, side: f32) -> f32 {
        let mm = self.px_per_mm;
        let near = (NEAR_END_MM * mm) as i32;
        let at = |off: i32| end + side * off as f32;
        let Some(start) = (-near..=1).rev().find(|&off| self.is_inked(at(off))) else { return usual };
        let (mut last, mut off) = (start, start + 1);
        while off - last <= (APART_MM * mm) as i32 && (off as f32) < reach && !self.is_frame(at(off)) {
            if self.is_inked(at(off)) {
                last = off;
            }
            off += 1;
        }
        // Bare paper up to the frame or the next label, not more.
        at((last + (RIM_MM * mm) as i32).min(off - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const MM: f32 = 5.0;
    const RULE: FoundRule = FoundRule { field: 0, rule: 0, x0: 100.0, x1: 300.0, y: 100.0, evidence: 1.0 };
    const USUAL: Room = Room { above: 37.0, below: 12.0, left: 4.0, right: 5.0 };
    const ALONE: Beside = Beside { has_label: false, free: [0.0, 500.0] };

    /// A dotted rule with dark boxes `[x0, y0, x1, y1]`.
    fn page(marks: &[[u32; 4]]) -> GrayImage {
        GrayImage::from_fn(500, 200, |x, y| {
            let dot = (99..101).contains(&y) && (100..300).contains(&x) && x % 6 < 2;
            let inside = |m: &[u32; 4]| (m[0]..m[2]).contains(&x) && (m[1]..m[3]).contains(&y);
            Luma([if dot || marks.iter().any(inside) { 200 } else { 0 }])
        })
    }

    fn room(marks: &[[u32; 4]], beside: Beside) -> Room {
        Surroundings { ink: &page(marks), threshold: 60, px_per_mm: MM }.room(&RULE, USUAL, beside)
    }

    #[test]
    fn a_blank_rule_keeps_the_usual_room() {
        assert_eq!(room(&[], ALONE), USUAL);
        assert_eq!(room(&[[200, 63, 203, 70]], ALONE), USUAL, "a tail from above");
    }

    #[test]
    fn writing_is_followed_over_both_ends() {
        let over = room(&[[280, 85, 299, 98], [303, 85, 320, 98]], ALONE);
        assert_eq!(over.right, 22.0);
        assert_eq!(over.left, USUAL.left);
        assert_eq!(room(&[[80, 85, 103, 98]], ALONE).left, 23.0);
        let apart = room(&[[280, 85, 299, 98], [310, 85, 320, 98]], ALONE);
        assert_eq!(apart.right, USUAL.right, "two millimetres of bare paper");
    }

    #[test]
    fn what_is_printed_beside_a_rule_stays_outside() {
        let long = [[280, 85, 450, 98]];
        let next = Beside { free: [0.0, 312.0], ..ALONE };
        assert!(room(&long, next).right <= 12.0);
        assert_eq!(room(&long, ALONE).right, LONGEST_MM * MM - 1.0);
        let frame = room(&[[280, 85, 308, 98], [309, 0, 311, 200], [312, 85, 330, 98]], ALONE);
        assert!((5.0..9.0).contains(&frame.right), "{frame:?}");
    }

    #[test]
    fn a_label_is_not_followed() {
        let label = Beside { has_label: true, ..ALONE };
        assert_eq!(room(&[[60, 85, 110, 98]], label).left, USUAL.left);
        assert!(room(&[[60, 85, 110, 98]], ALONE).left > 40.0);
    }

    #[test]
    fn low_writing_is_cut_close_and_tails_are_kept() {
        let low = room(&[[150, 86, 170, 98]], ALONE);
        assert_eq!((low.above, low.below), (LEAST_MM[0] * MM, LEAST_MM[1] * MM));
        let tall = room(&[[150, 70, 170, 98]], ALONE);
        assert!((33.0..36.0).contains(&tall.above), "{tall:?}");
        assert!(room(&[[150, 70, 170, 98], [155, 63, 160, 67]], ALONE).above >= 36.0, "a tone mark");
        let tail = room(&[[150, 86, 170, 109]], ALONE);
        assert!((10.0..=12.0).contains(&tail.below), "{tail:?}");
    }
}
