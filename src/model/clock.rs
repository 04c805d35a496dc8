//! The clock of everything that is stored, compared or reported: creation times, expiry, sessions, limits, ids.
//!
//! It is the system's clock, until lab mode freezes or moves it. Timeouts, queues and the log do not follow it: they use the
//! clocks of the standard library.
//!
//! It shows two times. [`Timestamp::now`] is the date. [`elapsed`] is what limits count in; it never goes back. When the date
//! is moved forward, as much time elapses; when it is moved back, none does; while it is frozen, none does either.
//!
//! Reading it takes one or two atomic loads and no lock. A reader loads [`FROZEN`] first, and [`update`] stores it last, so that
//! what the reader loads next belongs to it.

use std::{
    convert::Infallible,
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{
            AtomicI64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::{Duration, Instant},
};

use serde::Serialize;
use time::{OffsetDateTime, macros::datetime};

use super::Timestamp;

/// Where the clock stops. What is created then and expires later still has a year of four digits.
const LATEST: Timestamp = Timestamp(datetime!(9999-01-01 0:00 UTC).unix_timestamp() * 1_000_000);

/// The most time that elapses when the date is moved forward. No limit looks further back, and sums of such steps stay small.
const MOST_ELAPSED: i64 = 24 * 60 * 60 * 1_000_000;

/// The value of [`FROZEN`] while the clock runs.
const RUNNING: i64 = i64::MIN;

/// The date at which the clock is frozen, in microseconds since 1970, or [`RUNNING`].
static FROZEN: AtomicI64 = AtomicI64::new(RUNNING);

/// The elapsed microseconds at which it is frozen.
static FROZEN_ELAPSED: AtomicI64 = AtomicI64::new(0);

/// How far the running clock is ahead of the system's, in microseconds.
static AHEAD: AtomicI64 = AtomicI64::new(0);

/// How far its elapsed time is ahead of the system's, in microseconds.
static ELAPSED_AHEAD: AtomicI64 = AtomicI64::new(0);

static UPDATE: Mutex<()> = Mutex::new(());

/// The instant from which elapsed time is counted.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClockReading {
    pub now: Timestamp,
    /// Whether it stands still.
    pub frozen: bool,
}

impl Timestamp {
    /// The date that the clock shows.
    pub fn now() -> Timestamp {
        read().now
    }
}

pub fn read() -> ClockReading {
    match FROZEN.load(Acquire) {
        RUNNING => running(system_time()),
        frozen => ClockReading {
            now: Timestamp(frozen),
            frozen: true,
        },
    }
}

/// The time that has elapsed on the clock since the process first asked for it.
pub fn elapsed() -> Duration {
    let elapsed = match FROZEN.load(Acquire) {
        RUNNING => system_elapsed() + ELAPSED_AHEAD.load(Relaxed),
        _ => FROZEN_ELAPSED.load(Relaxed),
    };
    Duration::from_micros(elapsed.max(0) as u64)
}

/// Makes the clock show what `change` returns when given what it shows now. That must be a date that it [can
/// show](can_show).
pub fn update<E>(
    change: impl FnOnce(ClockReading) -> Result<ClockReading, E>,
) -> Result<ClockReading, E> {
    let _updating = UPDATE.lock().unwrap_or_else(PoisonError::into_inner);
    let (system, system_elapsed) = (system_time(), system_elapsed());
    let (before, elapsed) = match FROZEN.load(Relaxed) {
        RUNNING => (
            running(system),
            system_elapsed + ELAPSED_AHEAD.load(Relaxed),
        ),
        _ => (read(), FROZEN_ELAPSED.load(Relaxed)),
    };
    let after = change(before)?;
    let passed = (after.now.0 - before.now.0).clamp(0, MOST_ELAPSED);
    let elapsed = elapsed.saturating_add(passed);
    if after.frozen {
        FROZEN_ELAPSED.store(elapsed, Relaxed);
        FROZEN.store(after.now.0, Release);
    } else {
        AHEAD.store(after.now.0 - system.0, Relaxed);
        ELAPSED_AHEAD.store(elapsed - system_elapsed, Relaxed);
        FROZEN.store(RUNNING, Release);
    }
    Ok(after)
}

/// Whether the clock can be set to `date`: from 1970 to [`LATEST`].
pub fn can_show(date: Timestamp) -> bool {
    (Timestamp(0)..=LATEST).contains(&date)
}

/// Freezes the clock at `date`, one that it [can show](can_show).
pub fn freeze(date: Timestamp) {
    let reading = ClockReading {
        now: date,
        frozen: true,
    };
    let Ok(_) = update(|_| Ok::<_, Infallible>(reading));
}

/// Lets the clock run with the system's.
pub fn follow_system() -> ClockReading {
    let Ok(reading) = update(|_| {
        Ok::<_, Infallible>(ClockReading {
            now: system_time(),
            frozen: false,
        })
    });
    reading
}

/// The date by the system's clock, for what does not follow this one.
pub fn system_time() -> Timestamp {
    OffsetDateTime::now_utc().into()
}

fn system_elapsed() -> i64 {
    START.elapsed().as_micros() as i64
}

/// What the running clock shows when the system's clock shows `system`.
fn running(system: Timestamp) -> ClockReading {
    let now = Timestamp(system.0 + AHEAD.load(Relaxed));
    ClockReading {
        now: now.min(LATEST),
        frozen: false,
    }
}
