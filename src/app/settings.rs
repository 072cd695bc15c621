//! What the use cases are set to.

use crate::image::{BundleLimits, Limits};
use std::time::Duration;

/// Settings of the application; those of a project (thresholds, leases) are in the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What may be uploaded as a page.
    pub limits: Limits,
    /// Largest file of many pages, in bytes.
    pub max_bundle_bytes: usize,
    /// Most pages of one file.
    pub max_bundle_pages: usize,
    /// Most bytes of pictures that may come out of one file.
    pub max_bundle_output_bytes: u64,
    /// How long an upload may bring next to nothing before it is broken off.
    pub upload_patience: Duration,
    /// How long a session lasts, seconds.
    pub session_secs: u32,
    /// Send the session cookie over TLS only. Needed behind a TLS proxy, wrong on plain loopback.
    pub secure_cookies: bool,
    /// How many entries one person may hold in one role: the one on screen and the one loaded ahead.
    pub leases_per_person: u32,
    /// How often a page is tried before it becomes a dead letter.
    pub read_attempts: u32,
    /// How many pages may wait at once to be read in the shadow; what is read meanwhile is not compared.
    pub shadow_backlog: u32,
    /// Make the pictures that screens will ask for as soon as a page is read, so that no clerk waits.
    pub pictures_ahead: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            max_bundle_bytes: BundleLimits::default().max_bytes,
            max_bundle_pages: BundleLimits::default().max_pages,
            max_bundle_output_bytes: BundleLimits::default().max_output_bytes,
            upload_patience: Duration::from_secs(30),
            session_secs: 12 * 3600,
            secure_cookies: false,
            leases_per_person: 2,
            read_attempts: 15,
            shadow_backlog: 2_000,
            pictures_ahead: true,
        }
    }
}

impl Settings {
    /// What may be unpacked.
    #[must_use]
    pub fn bundle_limits(&self) -> BundleLimits {
        BundleLimits {
            max_bytes: self.max_bundle_bytes,
            max_pages: self.max_bundle_pages,
            max_output_bytes: self.max_bundle_output_bytes,
            page: self.limits,
            ..BundleLimits::default()
        }
    }

    /// The largest file that is taken off the wire.
    #[must_use]
    pub fn max_upload_bytes(&self) -> usize {
        self.limits.max_bytes.max(self.max_bundle_bytes)
    }
}
