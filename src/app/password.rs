//! Passwords are kept as argon2id hashes (RFC 9106), with the parameters in the hash.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Fewest characters of a password that a person chooses.
pub const MIN_PASSWORD_CHARS: usize = 10;

/// Hashes a password with a fresh random salt. Takes some 20 ms and 19 MiB on purpose: call it where
/// blocking is fine.
#[must_use]
pub fn hash_password(password: &str, salt: [u8; 16]) -> String {
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .expect("default parameters and a salt of 16 bytes are valid");
    hash.to_string()
}

/// Whether the password belongs to the hash. Without a hash (no such user) it takes as long as with one
/// and says no, so that nobody learns which user names exist.
#[must_use]
pub fn password_matches(password: &str, hash: Option<&str>) -> bool {
    // A valid hash of a password that nobody knows.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29ob2Etbm9ib2R5LXNhbHQ$\
                          5n4K0bNGcnSBNkP2QjYO0nU5dqBPeySTv0aDkBFN1R0";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches() {
        let hash = hash_password("mật khẩu dài", [1; 16]);
        assert!(hash.starts_with("$argon2id$"));
        assert!(password_matches("mật khẩu dài", Some(&hash)));
        assert!(!password_matches("mật khẩu dai", Some(&hash)));
        assert!(!password_matches("mật khẩu dài", None));
        assert!(!password_matches("mật khẩu dài", Some("not a hash")));
    }

    #[test]
    fn an_unknown_user_costs_the_same_work() {
        let started = std::time::Instant::now();
        assert!(!password_matches("x", None));
        assert!(started.elapsed().as_millis() >= 2, "the hash of nobody was not even computed");
    }

    #[test]
    fn the_salt_counts() {
        assert_ne!(hash_password("mật khẩu dài", [1; 16]), hash_password("mật khẩu dài", [2; 16]));
    }
}
