//! Rate limits: a limiter counts the events of each key in sliding windows.
//!
//! The service uses sliding windows and reports when the oldest event leaves one. Libraries use token buckets, which would
//! report other times.
//!
//! Times are what has elapsed on the clock (`model::clock`), which never goes back.
//!
//! Memory is bounded: a limiter stores at most [`MOST_KEYS`] keys. To make room it removes the keys without an event in its
//! longest window and, if that is not enough, an eighth of all keys, the least recently active ones. A removed key starts
//! from zero. A client can exploit that only with more than [`MOST_KEYS`] addresses, each of which has its own limit anyway.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The most keys that one limiter stores.
const MOST_KEYS: usize = 4096;

/// A limit: at most `most` events in any span of `length`.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The most events in the window.
    pub most: usize,
    /// The length of the window.
    pub length: Duration,
}

impl Window {
    /// At most `most` in any 60 seconds.
    pub const fn minute(most: usize) -> Window {
        Window {
            most,
            length: Duration::from_secs(60),
        }
    }
}

/// Counts the events of each key; all keys have the same windows.
pub struct Limiter<K> {
    windows: Vec<Window>,
    longest: Duration,
    seen: Mutex<HashMap<K, Events>>,
}

/// The events of one key, oldest first.
#[derive(Default)]
struct Events {
    /// The time of each event, and the total before it. With running totals the amount since an event is one subtraction, so
    /// binary search finds the event that has to leave a window.
    times: VecDeque<(Duration, u64)>,
    /// The total of all events, including those that were pruned.
    total: u64,
}

impl Events {
    fn prune(&mut self, longest: Duration, now: Duration) {
        let has_left = |(time, _): &(Duration, u64)| now.saturating_sub(*time) >= longest;
        while self.times.front().is_some_and(has_left) {
            self.times.pop_front();
        }
    }

    /// The amount in the longest window.
    fn count(&self) -> usize {
        let before = self.times.front().map_or(self.total, |(_, before)| *before);
        (self.total - before) as usize
    }

    /// How long until `window` has room; `None` if it has room now.
    fn wait(&self, window: &Window, now: Duration) -> Option<Duration> {
        let limit = self.total.checked_sub(window.most as u64)?;
        let last = self.times.partition_point(|(_, before)| *before <= limit);
        let (time, _) = self.times.get(last.checked_sub(1)?)?;
        let left = window.length.checked_sub(now.saturating_sub(*time))?;
        (!left.is_zero()).then_some(left)
    }

    fn add(&mut self, amount: usize, now: Duration) {
        self.times.push_back((now, self.total));
        self.total += amount as u64;
    }
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// Creates a limiter that has counted nothing.
    pub fn new(windows: impl Into<Vec<Window>>) -> Limiter<K> {
        let windows = windows.into();
        let lengths = windows.iter().map(|window| window.length);
        Limiter {
            longest: lengths.max().unwrap_or_default(),
            windows,
            seen: Mutex::default(),
        }
    }

    /// Counts one event of `key`. If a window is full, returns how long to wait and counts nothing.
    pub fn try_count(&self, key: K, now: Duration) -> Result<(), Duration> {
        self.try_count_all(&[key], now)
    }

    /// Counts one event of each of `keys`. If a window of any is full, returns how long to wait for all and counts nothing.
    pub fn try_count_all(&self, keys: &[K], now: Duration) -> Result<(), Duration> {
        let mut seen = self.seen();
        let waits = keys.iter().filter_map(|key| {
            let events = self.events(&mut seen, key, now);
            longest_wait(&self.windows, events, now)
        });
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        for key in keys {
            self.events(&mut seen, key, now).add(1, now);
        }
        Ok(())
    }

    /// Counts `amount` for `key`, even if a window is full.
    pub fn add(&self, key: K, amount: usize, now: Duration) {
        let mut seen = self.seen();
        self.events(&mut seen, &key, now).add(amount, now);
    }

    /// How long until all windows of `key` have room; `None` if they have room now.
    pub fn wait(&self, key: K, now: Duration) -> Option<Duration> {
        let mut seen = self.seen();
        let events = seen.get_mut(&key)?;
        events.prune(self.longest, now);
        longest_wait(&self.windows, events, now)
    }

    /// How long until all events of `key` have left the longest window; `None` if it is empty.
    pub fn wait_for_silence(&self, key: K, now: Duration) -> Option<Duration> {
        let mut seen = self.seen();
        let events = seen.get_mut(&key)?;
        events.prune(self.longest, now);
        let (last, _) = events.times.back()?;
        Some(self.longest.saturating_sub(now.saturating_sub(*last)))
    }

    /// The amount counted for `key` in the longest window.
    pub fn count(&self, key: K, now: Duration) -> usize {
        let mut seen = self.seen();
        seen.get_mut(&key).map_or(0, |events| {
            events.prune(self.longest, now);
            events.count()
        })
    }

    /// Forgets all that was counted.
    pub fn clear(&self) {
        self.seen().clear();
    }

    fn events<'s>(
        &self,
        seen: &'s mut HashMap<K, Events>,
        key: &K,
        now: Duration,
    ) -> &'s mut Events {
        if seen.len() >= MOST_KEYS && !seen.contains_key(key) {
            self.evict(seen, now);
        }
        let events = seen.entry(key.clone()).or_default();
        events.prune(self.longest, now);
        events
    }

    /// Removes at least an eighth of all keys, so that the next keys find room without another removal.
    fn evict(&self, seen: &mut HashMap<K, Events>, now: Duration) {
        let last = |events: &Events| events.times.back().map(|(time, _)| *time);
        let counts = |time: Duration| now.saturating_sub(time) < self.longest;
        seen.retain(|_, events| last(events).is_some_and(counts));
        let most = MOST_KEYS - MOST_KEYS / 8;
        let mut excess = seen.len().saturating_sub(most);
        if excess > 0 {
            let mut times: Vec<_> = seen.values().filter_map(last).collect();
            let newest_evicted = *times.select_nth_unstable(excess - 1).1;
            seen.retain(|_, events| {
                let stays = excess == 0 || last(events).is_some_and(|time| time > newest_evicted);
                excess -= usize::from(!stays);
                stays
            });
        }
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<K, Events>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner) // no change can panic half way
    }
}

fn longest_wait(windows: &[Window], events: &Events, now: Duration) -> Option<Duration> {
    windows
        .iter()
        .filter_map(|window| events.wait(window, now))
        .max()
}

/// `wait` in whole seconds, rounded up, for `Retry-After`.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Duration {
        Duration::from_secs(second)
    }

    #[test]
    fn windows_slide_and_rejected_events_do_not_count() {
        let hour = Window {
            most: 3,
            length: Duration::from_secs(3600),
        };
        let limiter = Limiter::new([Window::minute(2), hour]);
        let ask = |key: u8, second| {
            let admitted = limiter.try_count(key, at(second));
            admitted.err().map(seconds)
        };
        assert_eq!(
            [ask(1, 0), ask(1, 10), ask(1, 20), ask(1, 59)],
            [None, None, Some(40), Some(1)]
        );
        assert_eq!(ask(2, 20), None);
        assert_eq!(ask(1, 60), None);
        assert_eq!(ask(1, 71), Some(3529)); // the hour is full now
        assert_eq!(ask(1, 3600), None);
    }

    #[test]
    fn an_event_of_several_keys_counts_for_all_or_for_none() {
        let limiter = Limiter::new([Window::minute(2)]);
        let ask = |keys: &[u8], second| {
            let admitted = limiter.try_count_all(keys, at(second));
            admitted.err().map(seconds)
        };
        assert_eq!([ask(&[1, 9], 0), ask(&[1, 9], 10)], [None, None]);
        assert_eq!([ask(&[2, 9], 20), ask(&[2, 9], 21)], [Some(40), Some(39)]);
        assert_eq!(
            [ask(&[2], 22), ask(&[2], 23)],
            [None, None],
            "refused: not counted"
        );
        assert_eq!(ask(&[2, 9], 60), Some(22)); // 9 has room, 2 has none
        assert_eq!(ask(&[9], 60), None);
    }

    #[test]
    fn amounts_fill_a_window_and_leave_it_in_order() {
        let limiter = Limiter::new([Window::minute(10)]);
        for (second, amount) in [(0, 4), (10, 5), (20, 7)] {
            assert_eq!(limiter.wait((), at(second)), None);
            limiter.add((), amount, at(second));
        }
        let wait = |second| limiter.wait((), at(second)).map(seconds);
        assert_eq!(limiter.count((), at(21)), 16);
        assert_eq!(wait(30), Some(40)); // 16, then 12 at 60, 7 at 70
        assert_eq!(limiter.count((), at(60)), 12);
        assert_eq!((wait(69), wait(70)), (Some(1), None));
        let silence = |second| limiter.wait_for_silence((), at(second)).map(seconds);
        assert_eq!((silence(70), silence(80)), (Some(10), None));
        assert_eq!(limiter.count((), at(80)), 0);
    }

    #[test]
    fn the_least_recently_active_keys_are_evicted() {
        let limiter = Limiter::new([Window::minute(1)]);
        let moment = |key: usize| Duration::from_millis(key as u64);
        for key in 0..3 * MOST_KEYS {
            assert_eq!(limiter.try_count(key, moment(key)), Ok(()));
            assert!(limiter.seen().len() <= MOST_KEYS);
        }
        let end = moment(3 * MOST_KEYS);
        let last = 3 * MOST_KEYS - 1;
        assert!(
            limiter.wait(last, end).is_some() && limiter.wait(last - MOST_KEYS / 2, end).is_some()
        );
        assert_eq!(limiter.wait(0, end), None);
        // Keys whose events have all left the windows are evicted first.
        let later = end + Duration::from_secs(60);
        for key in 0..MOST_KEYS {
            limiter.add(key, 1, later);
        }
        assert!((0..MOST_KEYS).all(|key| limiter.count(key, later) == 1));
    }
}
