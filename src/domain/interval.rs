//! How far a share that was counted may be from the true one.

/// The 95 % interval of Wilson (1927) for a share of which `hits` of `trials` were counted, both ends within
/// 0..=1; the whole range where nothing was counted.
#[must_use]
pub fn wilson_95(hits: u64, trials: u64) -> [f64; 2] {
    const Z: f64 = 1.959_964;
    if trials == 0 {
        return [0.0, 1.0];
    }
    let (n, share) = (trials as f64, hits as f64 / trials as f64);
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    [((middle - spread) / whole).clamp(0.0, 1.0), ((middle + spread) / whole).clamp(0.0, 1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_published_one() {
        // Newcombe 1998, table I: 81 of 263 and 15 of 148, and 0 of 20.
        for (hits, trials, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)]
        {
            let [a, b] = wilson_95(hits, trials);
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{hits}/{trials}: {a} {b}");
        }
        assert!(wilson_95(0, 0) == [0.0, 1.0]);
    }
}
