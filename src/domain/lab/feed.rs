//! The events of one project or of all, read as they come in.

use std::sync::Arc;

use crate::{
    domain::{
        capture::{Recent, RecentEvent},
        events::SeenEvent,
    },
    model::ProjectId,
};

/// The most events of a batch, and how many bytes of events it takes, more or less.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 64 << 10;

/// Which events are read.
pub struct FeedFilter {
    /// The project; `None` for all.
    pub project: Option<ProjectId>,
    /// The name; `None` for all.
    pub event: Option<String>,
}

/// A reader that keeps its place among the events in memory, and nothing else.
pub struct Feed {
    recent: Arc<Recent>,
    wanted: FeedFilter,
    /// The number of the last event that was read.
    place: u64,
    /// Up to which number the reader knows that events are lost.
    known_lost: u64,
}

/// What a reader has not seen yet.
#[derive(Default)]
pub struct Batch {
    /// The number of the last event that was dropped from memory before it was read, if there is a new one.
    pub lost: Option<u64>,
    pub events: Vec<FedEvent>,
}

/// An event with its place.
pub struct FedEvent {
    pub number: u64,
    pub project: ProjectId,
    pub event: SeenEvent,
}

impl Feed {
    /// A reader of what came after the event with the number `since`, or of what will come from now on.
    pub fn new(recent: Arc<Recent>, wanted: FeedFilter, since: Option<u64>) -> Feed {
        let last = recent.last();
        Feed {
            wanted,
            // A number that no event has is from an earlier start of the server.
            place: since.map_or(last, |since| if since > last { 0 } else { since }),
            known_lost: 0,
            recent,
        }
    }

    /// The next events; `None` if there are none yet.
    pub fn next(&mut self) -> Option<Batch> {
        loop {
            let later = self.recent.after(self.place, self.wanted.project, BATCH);
            let lost = later.lost.filter(|lost| *lost > self.known_lost);
            self.known_lost = lost.unwrap_or(self.known_lost);
            let is_end = later.events.is_empty();
            let events = self.read(&later.events);
            if lost.is_some() || !events.is_empty() {
                return Some(Batch { lost, events });
            }
            if is_end {
                return None;
            }
        }
    }

    /// The events that are wanted, as far as they fit a batch.
    fn read(&mut self, events: &[(ProjectId, RecentEvent)]) -> Vec<FedEvent> {
        let (mut wanted, mut bytes) = (Vec::new(), 0);
        for (project, kept) in events {
            if bytes > BATCH_BYTES {
                break;
            }
            self.place = kept.number;
            let name = self.wanted.event.as_deref();
            let seen = SeenEvent::new(kept);
            if let Some(event) = seen.filter(|seen| name.is_none_or(|name| name == seen.event)) {
                bytes += kept.sent.len();
                wanted.push(FedEvent {
                    number: kept.number,
                    project: *project,
                    event,
                });
            }
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::capture::Clock,
        model::{CaptureTarget, Timestamp},
    };

    const CLOCK: Clock = Clock {
        now: Timestamp(1),
        sent_at: None,
    };

    fn add(recent: &Recent, project: i64, name: &str, size: usize) {
        let filler = "x".repeat(size);
        let sent = format!(r#"{{"event": "{name}", "distinct_id": "d", "filler": "{filler}"}}"#);
        let target = CaptureTarget {
            project: ProjectId(project),
            cache_epoch: 0,
        };
        recent.add(target, CLOCK, 0, [&*sent]);
    }

    fn numbers(batch: Option<Batch>) -> (Option<u64>, Vec<u64>) {
        let batch = batch.unwrap_or_default();
        let numbers = batch.events.iter().map(|event| event.number).collect();
        (batch.lost, numbers)
    }

    fn feed(recent: &Arc<Recent>, project: Option<i64>, event: &str, since: Option<u64>) -> Feed {
        let wanted = FeedFilter {
            project: project.map(ProjectId),
            event: Some(event.to_owned()).filter(|event| !event.is_empty()),
        };
        Feed::new(recent.clone(), wanted, since)
    }

    #[test]
    fn a_feed_goes_on_from_its_place() {
        let recent = Arc::new(Recent::new(1000));
        (0..250).for_each(|n| add(&recent, 1, ["a", "b"][n / 249], 0));
        let mut new = feed(&recent, None, "", None);
        assert!(new.next().is_none());
        add(&recent, 2, "a", 0);
        assert_eq!(numbers(new.next()), (None, vec![251]));
        assert!(new.next().is_none());
        assert_eq!(numbers(feed(&recent, None, "b", Some(0)).next()).1, [250]);
        assert_eq!(numbers(feed(&recent, Some(2), "", Some(7)).next()).1, [251]);
        let from_another_start = numbers(feed(&recent, None, "", Some(9000)).next()).1;
        assert_eq!(from_another_start, Vec::from_iter(1..=100));
    }

    #[test]
    fn a_batch_of_large_events_is_short() {
        let recent = Arc::new(Recent::new(1000));
        (0..5).for_each(|_| add(&recent, 1, "a", 40_000));
        let mut feed = feed(&recent, None, "", Some(0));
        let mut batches = || numbers(feed.next()).1;
        assert_eq!((batches(), batches()), (vec![1, 2], vec![3, 4]));
        assert_eq!((batches(), batches()), (vec![5], vec![]));
    }

    #[test]
    fn what_is_dropped_before_it_is_read_is_reported_once() {
        let recent = Arc::new(Recent::new(2));
        let mut feed = feed(&recent, None, "", None);
        (0..3).for_each(|_| add(&recent, 1, "a", 0));
        assert_eq!(numbers(feed.next()), (Some(1), vec![2, 3]));
        add(&recent, 1, "a", 0);
        assert_eq!(numbers(feed.next()), (None, vec![4]));
        (0..5).for_each(|_| add(&recent, 1, "a", 0));
        assert_eq!(numbers(feed.next()), (Some(7), vec![8, 9]));
    }
}
