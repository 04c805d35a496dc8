//! The latest events of each project, in memory: for people who want to see that theirs arrive.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use crate::model::*;

/// The most bytes of events that are kept of one project.
const MOST_BYTES: usize = 4 << 20;

/// The latest events of all projects.
pub struct Recent {
    keep: usize,
    projects: Mutex<HashMap<ProjectId, Ring>>,
}

/// An event that came in.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentEvent {
    /// What it is known by, unless it was sent with a uuid of its own.
    pub id: Uuid,
    /// When it did.
    pub received: Timestamp,
    /// The event as it was sent, in JSON.
    pub sent: Arc<str>,
}

#[derive(Default)]
struct Ring {
    events: VecDeque<RecentEvent>,
    bytes: usize,
    /// How many there have been.
    count: u64,
}

impl Recent {
    /// Will keep so many events of each project.
    pub fn new(keep: usize) -> Recent {
        Recent {
            keep,
            projects: Mutex::default(),
        }
    }

    /// How many events of each project are kept at most.
    pub fn most(&self) -> usize {
        self.keep
    }

    /// Keeps events that were received together, in their order. The oldest make room.
    pub fn add<'t>(
        &self,
        project: ProjectId,
        received: Timestamp,
        events: impl IntoIterator<Item = &'t str>,
    ) {
        let events = events.into_iter().filter(|sent| sent.len() <= MOST_BYTES);
        let events: Vec<Arc<str>> = events.map(Arc::from).collect(); // copied before anybody has to wait
        let mut projects = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = projects.entry(project).or_default();
        for sent in events {
            ring.bytes += sent.len();
            ring.events.push_back(RecentEvent {
                id: id(received, ring.count),
                received,
                sent,
            });
            ring.count += 1;
            while ring.events.len() > self.keep || ring.bytes > MOST_BYTES {
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

/// A uuid in the order of time for the event that came after `count` others: made without randomness, since there may be a
/// hundred thousand a second.
fn id(received: Timestamp, count: u64) -> Uuid {
    let milliseconds = received.0.unsigned_abs() / 1_000;
    Uuid::from_u64_pair(milliseconds << 16, 1 << 63 | count)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            recent.add(ProjectId(project), Timestamp(1), events);
        };
        add(1, &[1, 2]);
        add(1, &[3, 4]);
        add(2, &[9]);
        assert_eq!((latest(1), latest(2)), (vec![4, 3, 2], vec![9]));
        add(1, &[MOST_BYTES - 4, MOST_BYTES + 1]);
        assert_eq!(latest(1), [MOST_BYTES - 4, 4]);
        assert_eq!(latest(3), [0; 0]);
        Recent::new(0).add(ProjectId(1), Timestamp(1), ["x"]);
    }
}
