//! Where thin printed lines may run: rules (dots, dashes, thin lines) along rows, frame lines along both axes.

use image::GrayImage;

/// For every pixel, how much more ink it has than the pixels `gap` above and below it (the larger of both).
pub(super) fn thin_rows(ink: &GrayImage, gap: usize) -> Vec<u8> {
    let (w, h) = (ink.width() as usize, ink.height() as usize);
    let data = ink.as_raw();
    let mut out = vec![0; w * h];
    if h <= 2 * gap {
        return out;
    }
    for y in gap..h - gap {
        let (above, here, below) =
            (&data[(y - gap) * w..][..w], &data[y * w..][..w], &data[(y + gap) * w..][..w]);
        for (x, to) in out[y * w..][..w].iter_mut().enumerate() {
            *to = here[x].saturating_sub(above[x].max(below[x]));
        }
    }
    out
}

/// Thin-line evidence along one direction, ready for sums over stretches.
#[derive(Debug, Clone)]
pub(super) struct LineMap {
    /// Length of a line (columns when lines run along rows).
    pub(super) len: usize,
    /// Number of lines.
    pub(super) count: usize,
    /// What stands out on a pixel, 0..=255, 255 being usual for this page's print.
    thin: Vec<u8>,
    /// How much ink a usual mark has more than its surroundings, 0..=255.
    pub(super) strength: u8,
    /// Evidence 0..=255 per pixel, line by line: `thin` with gaps bridged.
    cells: Vec<u8>,
    /// Running sums of `cells`, `len + 1` per line.
    sums: Vec<u32>,
}

impl LineMap {
    /// Evidence along rows. `reach` pixels of gap between dots are bridged.
    pub(super) fn along_rows(ink: &GrayImage, gap: usize, reach: usize) -> Self {
        let thin = thin_rows(ink, gap);
        Self::from_thin(thin, ink.width() as usize, ink.height() as usize, reach)
    }

    /// Evidence along columns: the same on the picture mirrored at its diagonal.
    pub(super) fn along_columns(ink: &GrayImage, gap: usize, reach: usize) -> Self {
        let (w, h) = (ink.width(), ink.height());
        let mut turned = GrayImage::new(h, w);
        let (from, to) = (ink.as_raw(), &mut *turned);
        let (w, h) = (w as usize, h as usize);
        // Square blocks, so that both sides stay in the cache.
        for y0 in (0..h).step_by(32) {
            for x0 in (0..w).step_by(32) {
                for y in y0..(y0 + 32).min(h) {
                    for x in x0..(x0 + 32).min(w) {
                        to[x * h + y] = from[y * w + x];
                    }
                }
            }
        }
        Self::along_rows(&turned, gap, reach)
    }

    fn from_thin(mut thin: Vec<u8>, len: usize, count: usize, reach: usize) -> Self {
        let full = full_strength(&thin);
        for v in &mut thin {
            let share = u32::from(*v) * 255 / u32::from(full);
            // A third of the usual strength is noise.
            *v = if share < 80 { 0 } else { share.min(255) as u8 };
        }
        let mut map = Self { len, count, thin: thin.clone(), strength: full, cells: thin, sums: Vec::new() };
        map.bridge(reach);
        map.resum();
        map
    }

    /// Running maximum over `2·reach + 1` pixels along every line.
    fn bridge(&mut self, reach: usize) {
        let mut line = vec![0; self.len];
        for cells in self.cells.chunks_exact_mut(self.len.max(1)) {
            line.copy_from_slice(cells);
            for (x, &v) in line.iter().enumerate().filter(|(_, v)| **v > 0) {
                for to in &mut cells[x.saturating_sub(reach)..(x + reach + 1).min(self.len)] {
                    *to = (*to).max(v);
                }
            }
        }
    }

    /// Brings the running sums up to date.
    pub(super) fn resum(&mut self) {
        self.sums = Vec::with_capacity((self.len + 1) * self.count);
        for cells in self.cells.chunks_exact(self.len.max(1)) {
            let mut sum = 0;
            self.sums.push(0);
            self.sums.extend(cells.iter().map(|&v| {
                sum += u32::from(v);
                sum
            }));
        }
    }

    /// Whether a mark stands out on a pixel itself, gaps not bridged.
    pub(super) fn stands_out(&self, line: usize, x: usize) -> bool {
        self.thin[line * self.len + x] > 0
    }

    /// Mean evidence 0..=1 from `from` to `to` on a line; 0 outside the picture.
    pub(super) fn coverage(&self, line: i32, from: f32, to: f32) -> f32 {
        let Ok(line) = usize::try_from(line) else { return 0.0 };
        let wanted = to - from;
        if line >= self.count || wanted < 1.0 {
            return 0.0;
        }
        let (a, b) = (from.max(0.0) as usize, to.max(0.0) as usize);
        let (a, b) = (a.min(self.len), b.min(self.len));
        let sums = &self.sums[line * (self.len + 1)..][..=self.len];
        sums[b].saturating_sub(sums[a]) as f32 / (255.0 * wanted)
    }

    /// Share of the pixels from `from` to `to` on which a mark itself stands out on a line or its neighbours:
    /// nearly 1 for a solid line, a third for dots.
    pub(super) fn solid(&self, line: i32, from: f32, to: f32) -> f32 {
        let lines: Vec<usize> = (line - 1..=line + 1)
            .filter_map(|l| usize::try_from(l).ok())
            .filter(|&l| l < self.count)
            .collect();
        let (a, b) = ((from.max(0.0) as usize).min(self.len), (to.max(0.0) as usize).min(self.len));
        let marked = (a..b).filter(|&x| lines.iter().any(|&l| self.stands_out(l, x))).count();
        marked as f32 / (to - from).max(1.0)
    }

    /// Best coverage over the lines within `slack` of `line`.
    pub(super) fn coverage_near(&self, line: f32, slack: i32, from: f32, to: f32) -> f32 {
        let line = line.round() as i32;
        (line - slack..=line + slack).map(|l| self.coverage(l, from, to)).fold(0.0, f32::max)
    }

    /// Removes the evidence within `slack` lines of a line, from `from` to `to`; [`Self::resum`] must follow.
    pub(super) fn erase(&mut self, line: f32, slack: i32, from: f32, to: f32) {
        let line = line.round() as i32;
        let (a, b) = (from.max(0.0) as usize, to.max(0.0) as usize);
        for l in line - slack..=line + slack {
            let Ok(l) = usize::try_from(l) else { continue };
            if l < self.count {
                self.cells[l * self.len..][..self.len][a.min(self.len)..b.min(self.len)].fill(0);
            }
        }
    }
}

/// The strength of a usual printed mark on this page: the upper quartile of what stands out at all.
fn full_strength(thin: &[u8]) -> u8 {
    let mut counts = [0_usize; 256];
    for &v in thin {
        counts[usize::from(v)] += 1;
    }
    let total: usize = counts[20..].iter().sum();
    let mut seen = 0;
    let strong = (20..256).find(|&v| {
        seen += counts[v];
        seen * 2 > total
    });
    strong.unwrap_or(60).clamp(36, 110) as u8
}
