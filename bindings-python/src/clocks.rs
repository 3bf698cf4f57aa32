//! The time, asked of the system itself: what tests and debuggers put in the place of Python's `time` must not keep a
//! call waiting for ever.

use std::time::{SystemTime, UNIX_EPOCH};

use pyo3::prelude::*;

/// Unix time, and the time by a clock that nobody sets and that goes on while the machine sleeps, in milliseconds.
#[pyfunction]
pub(crate) fn clocks() -> (u64, u64) {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (u64::try_from(unix.as_millis()).unwrap_or(u64::MAX), monotonic_ms())
}

#[cfg(unix)]
fn monotonic_ms() -> u64 {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime; // that of `Instant` stands still in a suspended machine
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: ClockId = ClockId::Monotonic;

    let now = clock_gettime(CLOCK);
    let (seconds, nanos) = (u64::try_from(now.tv_sec), u64::try_from(now.tv_nsec));
    seconds.unwrap_or_default() * 1000 + nanos.unwrap_or_default() / 1_000_000
}

#[cfg(not(unix))]
fn monotonic_ms() -> u64 {
    use std::{sync::OnceLock, time::Instant};

    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}
