//! Randomness as a parameter: ids, tokens, salts, passwords, shares.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use std::sync::{Mutex, PoisonError};
use uuid::Builder;

/// A cryptographic generator, seeded by the machine or, in tests, by a number.
#[derive(Debug)]
pub struct Random(Mutex<StdRng>);

impl Random {
    /// Seeded by the operating system.
    #[must_use]
    pub fn system() -> Self {
        Self(Mutex::new(StdRng::from_rng(&mut rand::rng())))
    }

    /// The same sequence for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.with(|rng| rng.fill_bytes(&mut bytes));
        bytes
    }

    /// A UUIDv7: sorts by `now_ms`, the rest is random.
    #[must_use]
    pub fn id(&self, now_ms: i64) -> String {
        let millis = u64::try_from(now_ms).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid().to_string()
    }

    /// Twelve letters and digits that are not mistaken for each other (59 bits), e.g. `k7mwqa-3hx9tb`.
    #[must_use]
    pub fn password(&self) -> String {
        const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        let letter = || char::from(LETTERS[self.with(|rng| rng.random_range(0..LETTERS.len()))]);
        let half = || (0..6).map(|_| letter()).collect::<String>();
        format!("{}-{}", half(), half())
    }

    /// True with probability `share` (0 to 1).
    #[must_use]
    pub fn chance(&self, share: f64) -> bool {
        self.with(|rng| rng.random_bool(share.clamp(0.0, 1.0)))
    }

    fn with<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_never_repeat() {
        let random = Random::seeded(1);
        let (a, b, c) = (random.id(1_000), random.id(1_000), random.id(2_000));
        assert!(a != b && a < c && b < c);
    }

    #[test]
    fn passwords_are_readable_aloud() {
        let password = Random::system().password();
        assert_eq!(password.len(), 13);
        assert!(password.chars().all(|c| c == '-' || c.is_ascii_lowercase() || ('2'..='9').contains(&c)));
        assert!(!password.contains(['i', 'l', 'o', '0', '1']));
    }
}
