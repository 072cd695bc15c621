//! The reliability diagram: how often readings of a confidence were right.

use super::ECE_BINS;
use std::fmt::Write;

const SIDE: f64 = 320.0;
const RIM: f64 = 48.0;

/// One bin of equal mass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Readings in it.
    pub count: usize,
    /// Their mean confidence, 0 to 1.
    pub confidence: f64,
    /// Share of them that was right, 0 to 1.
    pub accuracy: f64,
}

/// Ten bins of equal mass over outcomes `(confidence, was right)`, least sure first; empty ones left out.
#[must_use]
pub fn bins(outcomes: &[(f32, bool)]) -> Vec<Bin> {
    let sorted = super::by_confidence(outcomes);
    let n = sorted.len();
    let parts = (0..ECE_BINS).map(|bin| &sorted[bin * n / ECE_BINS..(bin + 1) * n / ECE_BINS]);
    let of = |part: &[(f32, bool)]| Bin {
        count: part.len(),
        confidence: part.iter().map(|o| f64::from(o.0)).sum::<f64>() / part.len() as f64,
        accuracy: part.iter().filter(|o| o.1).count() as f64 / part.len() as f64,
    };
    parts.filter(|part| !part.is_empty()).map(of).collect()
}

/// The diagram as SVG: one dot a bin, the bar its 95 % interval (Wilson 1927); on the diagonal confidence is
/// honest. `title` is put in as text.
#[must_use]
pub fn reliability_svg(title: &str, outcomes: &[(f32, bool)]) -> String {
    let size = SIDE + 2.0 * RIM;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"{size}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{RIM}\" y=\"24\">{}</text>\n",
        escaped(title)
    );
    let at = |x: f64, y: f64| (RIM + x * SIDE, RIM + (1.0 - y) * SIDE);
    let mut line = |from: (f64, f64), to: (f64, f64), colour: &str| {
        let ((x1, y1), (x2, y2)) = (at(from.0, from.1), at(to.0, to.1));
        let _ = writeln!(
            svg,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\"/>"
        );
    };
    for tenth in 0..=5 {
        let v = f64::from(tenth) / 5.0;
        line((v, 0.0), (v, 1.0), "#ddd");
        line((0.0, v), (1.0, v), "#ddd");
    }
    line((0.0, 0.0), (1.0, 1.0), "#888");
    let bins = bins(outcomes);
    for bin in &bins {
        let (low, high) = wilson(bin.accuracy, bin.count);
        line((bin.confidence, low), (bin.confidence, high), "#2468b0");
    }
    for bin in &bins {
        let (x, y) = at(bin.confidence, bin.accuracy);
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#2468b0\"/>");
    }
    for tenth in 0..=5 {
        let v = f64::from(tenth) / 5.0;
        let ((x, y0), (x0, y)) = (at(v, 0.0), at(0.0, v));
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{v}</text>", y0 + 16.0);
        let _ =
            writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{v}</text>", x0 - 6.0, y + 4.0);
    }
    let _ =
        writeln!(svg, "<text x=\"{}\" y=\"{}\">confidence →, share right ↑</text>\n</svg>", RIM, size - 8.0);
    svg
}

/// 95 % interval of a share by Wilson's score.
fn wilson(share: f64, count: usize) -> (f64, f64) {
    let (n, z) = (count as f64, 1.96_f64);
    let middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let reach = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    (middle - reach, middle + reach)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_equal_shares_in_order() {
        let outcomes: Vec<(f32, bool)> = (0..100).map(|n| (n as f32 / 100.0, n % 2 == 0)).collect();
        let found = bins(&outcomes);
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|b| b.count == 10 && (b.accuracy - 0.5).abs() < 1e-9));
        assert!((found[3].confidence - 0.345).abs() < 1e-6);
        assert!(bins(&[]).is_empty());
    }

    #[test]
    fn wilsons_interval_of_eight_in_ten() {
        let (low, high) = wilson(0.8, 10);
        assert!((low - 0.490).abs() < 1e-3 && (high - 0.943).abs() < 1e-3, "{low} {high}");
    }

    #[test]
    fn the_diagram_is_one_dot_a_bin_and_titles_are_escaped() {
        let outcomes: Vec<(f32, bool)> = (0..40).map(|n| (n as f32 / 40.0, n > 20)).collect();
        let svg = reliability_svg("a < b", &outcomes);
        assert_eq!(svg.matches("<circle").count(), 10);
        assert!(svg.contains("a &lt; b") && svg.trim_end().ends_with("</svg>"));
    }
}
