//! Which units of a lot are drawn: at random, and so that anybody can repeat it from the recorded seed.

use sha2::{Digest, Sha256};

/// The `size` units of `units` (or all, if there are no more) whose SHA-256 over seed and id is smallest, in that
/// order. The same seed and units draw the same sample, in whatever order they are given; without the seed nobody
/// can foretell it.
#[must_use]
pub fn sample<'a>(seed: &[u8], units: impl IntoIterator<Item = &'a str>, size: usize) -> Vec<&'a str> {
    let mut ranked: Vec<([u8; 32], &str)> = units.into_iter().map(|unit| (rank(seed, unit), unit)).collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked.into_iter().take(size).map(|(_, unit)| unit).collect()
}

fn rank(seed: &[u8], unit: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [b"sohoa-sample-v1".as_slice(), seed, unit.as_bytes()] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Random numbers below what is asked for (at least 1), the same ones for the same seed: SplitMix64 (Steele, Lea and
/// Flood 2014), begun at a hash of the seed. For figures that anybody can compute again, not for secrets.
pub fn picks(seed: &[u8]) -> impl FnMut(usize) -> usize {
    let begin = rank(seed, "picks");
    let mut state = u64::from_be_bytes(begin[..8].try_into().expect("a hash has 32 bytes"));
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // The high half of the product: as even as 64 bits allow.
        ((u128::from(mixed) * below as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_are_even_and_the_same_for_the_same_seed() {
        let (mut one, mut again, mut other) = (picks(b"a"), picks(b"a"), picks(b"b"));
        let drawn: Vec<usize> = (0..6_000).map(|_| one(6)).collect();
        assert_eq!(drawn, (0..6_000).map(|_| again(6)).collect::<Vec<_>>());
        assert_ne!(drawn, (0..6_000).map(|_| other(6)).collect::<Vec<_>>());
        // Binomial(6000, 1/6): mean 1000, standard deviation 29; five of them on either side.
        let counts: Vec<usize> = (0..6).map(|n| drawn.iter().filter(|d| **d == n).count()).collect();
        assert!(counts.iter().all(|n| (855..=1145).contains(n)), "{counts:?}");
    }

    fn lot() -> Vec<String> {
        (0..200).map(|i| format!("entry-{i}")).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_units_whatever_their_order() {
        let lot = lot();
        let forth = sample(b"seed", lot.iter().map(String::as_str), 32);
        assert_eq!(forth, sample(b"seed", lot.iter().rev().map(String::as_str), 32));
        assert_ne!(forth, sample(b"another", lot.iter().map(String::as_str), 32));
        assert_eq!(forth.len(), 32);
    }

    #[test]
    fn every_unit_is_as_likely_as_any_other() {
        let lot = lot();
        let mut drawn = vec![0_u32; lot.len()];
        for seed in 0..2_000_u32 {
            for unit in sample(&seed.to_be_bytes(), lot.iter().map(String::as_str), 20) {
                drawn[lot.iter().position(|id| id == unit).unwrap()] += 1;
            }
        }
        // Binomial(2000, 0.1): mean 200, standard deviation 13.4; five of them on either side.
        assert!(drawn.iter().all(|n| (133..=267).contains(n)), "{drawn:?}");
    }

    #[test]
    fn a_sample_larger_than_the_lot_is_the_lot_and_nothing_counts_twice() {
        assert_eq!(sample(b"s", ["a", "b", "a"], 9).len(), 2);
    }
}
