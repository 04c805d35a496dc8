//! The latest events of each project, in memory: for people who want to see that their events arrive.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::Clock;
use crate::model::{ProjectId, Timestamp};

/// The most bytes of events kept per project.
const MAX_BYTES: usize = 4 << 20;

/// The latest events of all projects.
pub struct Recent {
    capacity: usize,
    projects: Mutex<HashMap<ProjectId, Ring>>,
}

/// An event that came in.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentEvent {
    /// Its id, unless it was sent with a uuid.
    pub id: Uuid,
    /// When it came in, and was sent.
    pub clock: Clock,
    /// The JSON that was sent.
    pub sent: Arc<str>,
}

#[derive(Default)]
struct Ring {
    events: VecDeque<RecentEvent>,
    bytes: usize,
    /// How many events the project has received since the start.
    count: u64,
}

impl Recent {
    /// Keeps the `capacity` latest events of each project.
    pub fn new(capacity: usize) -> Recent {
        Recent {
            capacity,
            projects: Mutex::default(),
        }
    }

    /// How many events are kept per project.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Adds events that were received together, in their order, and drops the oldest beyond the limits.
    pub fn add<'t>(
        &self,
        project: ProjectId,
        clock: Clock,
        events: impl IntoIterator<Item = &'t str>,
    ) {
        let events = events.into_iter().filter(|sent| sent.len() <= MAX_BYTES);
        let events: Vec<Arc<str>> = events.map(Arc::from).collect(); // copied before the lock is taken
        let mut projects = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = projects.entry(project).or_default();
        for sent in events {
            ring.bytes += sent.len();
            ring.events.push_back(RecentEvent {
                id: id(clock.now, ring.count),
                clock,
                sent,
            });
            ring.count += 1;
            while ring.events.len() > self.capacity || ring.bytes > MAX_BYTES {
                let oldest = ring.events.pop_front();
                ring.bytes -= oldest.map_or(0, |event| event.sent.len());
            }
        }
    }

    /// The latest events of `project`, the newest first.
    pub fn latest(&self, project: ProjectId) -> Vec<RecentEvent> {
        let projects = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = projects.get(&project);
        ring.map_or(Vec::new(), |ring| {
            ring.events.iter().rev().cloned().collect()
        })
    }
}

/// A time-ordered uuid for the event that came after `count` others. Not random: there may be a hundred thousand a second.
fn id(received: Timestamp, count: u64) -> Uuid {
    let milliseconds = received.0.unsigned_abs() / 1_000;
    Uuid::from_u64_pair(milliseconds << 16, 1 << 63 | count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock {
        now: Timestamp(1),
        sent_at: None,
    };

    #[test]
    fn the_latest_are_kept_within_both_limits() {
        let recent = Recent::new(3);
        let latest = |project| {
            let latest = recent.latest(ProjectId(project)).into_iter();
            latest.map(|event| event.sent.len()).collect::<Vec<_>>()
        };
        let add = |project, sizes: &[usize]| {
            let events: Vec<_> = sizes.iter().map(|size| "x".repeat(*size)).collect();
            let events = events.iter().map(String::as_str);
            recent.add(ProjectId(project), CLOCK, events);
        };
        add(1, &[1, 2]);
        add(1, &[3, 4]);
        add(2, &[9]);
        assert_eq!((latest(1), latest(2)), (vec![4, 3, 2], vec![9]));
        add(1, &[MAX_BYTES - 4, MAX_BYTES + 1]);
        assert_eq!(latest(1), [MAX_BYTES - 4, 4]);
        assert_eq!(latest(3), [0; 0]);
        Recent::new(0).add(ProjectId(1), CLOCK, ["x"]);
    }
}
