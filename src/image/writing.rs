//! Is anything written on a line? Dots of the rule, specks and the neighbours' tails do not count.

use image::GrayImage;

/// Where the rule runs in a line picture, and its resolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineGeometry {
    /// Height of the rule from the top of the picture, px.
    pub(super) rule_px: f32,
    /// Left end of the rule, px.
    pub(super) from_px: f32,
    /// Right end of the rule, px.
    pub(super) to_px: f32,
    /// Pixels per millimetre.
    pub(super) px_per_mm: f32,
    /// Ink is darker than this on paper of 255: faded pages have faint ink.
    pub(super) dark: u8,
}

/// The zone that is looked at, mm above the rule.
const ZONE_MM: [f32; 2] = [0.6, 5.4];
/// Strokes are larger than dots: least height or width, and least area.
const STROKE_MM: f32 = 0.9;
const STROKE_AREA_MM2: f32 = 0.25;

/// Ink pixels and all pixels of the writing zone of one line.
pub(super) fn ink_in_zone(line: &GrayImage, at: LineGeometry) -> (usize, usize) {
    let [near, far] = ZONE_MM.map(|mm| mm * at.px_per_mm);
    let top = (at.rule_px - far).max(0.0) as usize;
    let bottom = ((at.rule_px - near).max(0.0) as usize).min(line.height() as usize);
    let left = (at.from_px + 0.4 * at.px_per_mm).max(0.0) as usize;
    let right = ((at.to_px - 0.3 * at.px_per_mm).max(0.0) as usize).min(line.width() as usize);
    if top >= bottom || left >= right {
        return (0, 0);
    }
    let (w, h) = (right - left, bottom - top);
    let stride = line.width() as usize;
    let mut dark: Vec<bool> = Vec::with_capacity(w * h);
    for y in top..bottom {
        dark.extend(line.as_raw()[y * stride + left..][..w].iter().map(|&v| v < at.dark));
    }
    let shortest = (STROKE_MM * at.px_per_mm) as usize;
    let smallest = (STROKE_AREA_MM2 * at.px_per_mm * at.px_per_mm) as usize;
    let counts = |blob: &Blob| {
        let (bw, bh) = (blob.right - blob.left + 1, blob.bottom - blob.top + 1);
        let is_line = bh <= shortest / 2 && bw > 6 * shortest;
        let is_tail = blob.top == 0 && blob.bottom < h / 3;
        blob.area >= smallest && bw.max(bh) >= shortest && !is_line && !is_tail
    };
    let ink = blobs(&mut dark, w).iter().filter(|b| counts(b)).map(|b| b.area).sum();
    (ink, w * h)
}

/// A group of joined dark pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blob {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) area: usize,
}

/// Groups of 8-joined dark pixels; `dark` is emptied on the way.
pub(super) fn blobs(dark: &mut [bool], width: usize) -> Vec<Blob> {
    let mut found = Vec::new();
    let mut todo = Vec::new();
    for start in 0..dark.len() {
        if !dark[start] {
            continue;
        }
        let (x, y) = (start % width, start / width);
        let mut blob = Blob { left: x, right: x, top: y, bottom: y, area: 0 };
        dark[start] = false;
        todo.push(start);
        while let Some(i) = todo.pop() {
            let (x, y) = (i % width, i / width);
            blob.area += 1;
            (blob.left, blob.right) = (blob.left.min(x), blob.right.max(x));
            (blob.top, blob.bottom) = (blob.top.min(y), blob.bottom.max(y));
            for ny in y.saturating_sub(1)..=y + 1 {
                for nx in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let j = ny * width + nx;
                    if dark.get(j) == Some(&true) {
                        dark[j] = false;
                        todo.push(j);
                    }
                }
            }
        }
        found.push(blob);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const AT: LineGeometry =
        LineGeometry { rule_px: 80.0, from_px: 10.0, to_px: 390.0, px_per_mm: 12.0, dark: 170 };

    fn dotted() -> GrayImage {
        GrayImage::from_fn(400, 110, |x, y| {
            Luma([if (79..82).contains(&y) && x % 12 < 3 { 60 } else { 250 }])
        })
    }

    #[test]
    fn a_dotted_rule_alone_is_blank() {
        assert_eq!(ink_in_zone(&dotted(), AT).0, 0);
    }

    #[test]
    fn specks_and_tails_from_above_are_no_writing() {
        let mut line = dotted();
        for (x, y) in [(50, 50), (51, 50), (200, 40), (300, 60)] {
            line.put_pixel(x, y, Luma([30]));
        }
        for y in 0..24 {
            for x in 120..124 {
                line.put_pixel(x, y, Luma([30]));
            }
        }
        assert_eq!(ink_in_zone(&line, AT).0, 0);
    }

    #[test]
    fn a_stroke_is_writing() {
        let mut line = dotted();
        for y in 40..85 {
            for x in 150..154 {
                line.put_pixel(x, y, Luma([30]));
            }
        }
        assert!(ink_in_zone(&line, AT).0 > 100);
    }
}
