//! How often the password of a share may be guessed, whoever guesses (`sharing.md` 6.4).

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::model::SharingConfigurationNumber;

/// How long a guess counts.
const WINDOW: Duration = Duration::from_secs(60);

/// The most submissions in that time, right or wrong.
const SUBMISSIONS: usize = 60;

/// The most wrong ones.
const WRONG: usize = 10;

/// Counts the guesses at every share, in sliding windows. It knows only shares that are there, so it stays small.
#[derive(Default)]
pub struct Guesses(Mutex<HashMap<SharingConfigurationNumber, Seen>>);

#[derive(Default)]
struct Seen {
    submissions: VecDeque<Instant>,
    wrong: VecDeque<Instant>,
}

impl Guesses {
    /// Counts a submission for `share`; false when there were too many.
    pub fn submit(&self, share: SharingConfigurationNumber) -> bool {
        count(
            &mut self.seen().entry(share).or_default().submissions,
            SUBMISSIONS,
            Instant::now(),
        )
    }

    /// Counts a submission for `share` that turned out wrong; false when there were too many of those.
    pub fn miss(&self, share: SharingConfigurationNumber) -> bool {
        count(
            &mut self.seen().entry(share).or_default().wrong,
            WRONG,
            Instant::now(),
        )
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<SharingConfigurationNumber, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds `now` to `times`, unless `most` of them are younger than the window.
fn count(times: &mut VecDeque<Instant>, most: usize, now: Instant) -> bool {
    while times.front().is_some_and(|time| now - *time >= WINDOW) {
        times.pop_front();
    }
    let admitted = times.len() < most;
    if admitted {
        times.push_back(now);
    }
    admitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let (mut times, start) = (VecDeque::new(), Instant::now());
        let mut at = |seconds| count(&mut times, 2, start + Duration::from_secs(seconds));
        assert_eq!(
            [at(0), at(30), at(59), at(60), at(61), at(90)],
            [true, true, false, true, false, true]
        );
    }
}
