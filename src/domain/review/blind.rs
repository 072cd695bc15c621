//! Which of the fields that the machine is sure of are nevertheless keyed blind.

use sha2::{Digest, Sha256};

/// Whether this field is keyed without seeing the machine's reading. The same answer every time for the same
/// secret, entry and key; nobody without `secret` can foretell it; over many fields the share is `share`
/// (0..=1).
#[must_use]
pub fn is_keyed_blind(secret: &[u8], entry_id: &str, key: &str, share: f64) -> bool {
    let mut hasher = Sha256::new();
    for part in [b"sohoa-blind-v1", secret, entry_id.as_bytes(), key.as_bytes()] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut first = [0_u8; 8];
    first.copy_from_slice(&digest[..8]);
    // 53 bits: the fraction is exact as f64 and stays below 1, so a share of 1 takes every field.
    let fraction = (u64::from_be_bytes(first) >> 11) as f64 / (1_u64 << 53) as f64;
    fraction < share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_one_field_in_twenty_is_blind_and_always_the_same_ones() {
        let blind = |secret: &[u8]| -> Vec<u32> {
            (0..20_000).filter(|i| is_keyed_blind(secret, &format!("entry-{i}"), "ho_ten", 0.05)).collect()
        };
        let first = blind(b"secret");
        // Binomial(20000, 0.05): mean 1000, standard deviation 31; five of them on either side.
        assert!((845..=1155).contains(&first.len()), "{}", first.len());
        assert_eq!(first, blind(b"secret"));
        assert_ne!(first, blind(b"another secret"));
    }

    #[test]
    fn the_ends_of_the_range_mean_never_and_always() {
        for i in 0..1_000 {
            assert!(!is_keyed_blind(b"s", &i.to_string(), "k", 0.0));
            assert!(is_keyed_blind(b"s", &i.to_string(), "k", 1.0));
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let differs = (0..200).any(|i| {
            let id = i.to_string();
            is_keyed_blind(b"s", &format!("{id}a"), "b", 0.5) != is_keyed_blind(b"s", &id, "ab", 0.5)
        });
        assert!(differs);
    }
}
