//! The one clock of the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time: the machine's, or in tests a time that only the test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `now_ms` (milliseconds since 1970, UTC) until [`Clock::advance`] moves it.
    /// Clones share their time.
    #[must_use]
    pub fn standing_at(now_ms: i64) -> Self {
        Self(Some(Arc::new(AtomicI64::new(now_ms))))
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one clock that everyone else takes it from")]
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Some(time) => time.load(Ordering::SeqCst),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }
        }
    }

    /// Moves a standing clock on; the machine's clock moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Some(time) = &self.0 {
            time.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_told_and_with_all_its_clones() {
        let clock = Clock::standing_at(1_000);
        let other = clock.clone();
        clock.advance(Duration::from_secs(2));
        assert_eq!((clock.now_ms(), other.now_ms()), (3_000, 3_000));
    }

    #[test]
    fn the_system_clock_is_past_the_day_this_was_written() {
        assert!(Clock::system().now_ms() > 1_700_000_000_000);
    }
}
