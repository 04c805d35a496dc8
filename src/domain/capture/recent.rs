//! The latest events of each project, in memory: for people who want to see that their events arrive.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use uuid::Uuid;

use super::Clock;
use crate::model::{ProjectId, Timestamp};

/// The most bytes of events kept per project.
const MAX_BYTES: usize = 4 << 20;

/// The latest events of all projects.
pub struct Recent {
    capacity: usize,
    kept: Mutex<Kept>,
    news: News,
}

/// Wakes those who wait for events. They subscribe first and look at what is there then, so that they miss none.
type News = watch::Sender<()>;

#[derive(Default)]
struct Kept {
    /// The number of the event that came last.
    last: u64,
    projects: HashMap<ProjectId, Ring>,
}

/// An event that came in.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentEvent {
    /// Counts the events of all projects, in the order of their arrival.
    pub number: u64,
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
    /// The number of the last event that was dropped; zero if none was.
    dropped: u64,
    news: News,
}

impl Ring {
    /// The events that came after the one with this number, the oldest first.
    fn after(&self, number: u64) -> impl Iterator<Item = &RecentEvent> {
        let start = self.events.partition_point(|event| event.number <= number);
        self.events.range(start..)
    }
}

/// The events that came after a certain one.
pub struct Later {
    /// With their projects, the oldest first.
    pub events: Vec<(ProjectId, RecentEvent)>,
    /// The number of the last one that is no longer kept, if there is one.
    pub lost: Option<u64>,
    /// The number of the last event that any project has received.
    pub last: u64,
}

impl Recent {
    /// Keeps the `capacity` latest events of each project.
    pub fn new(capacity: usize) -> Recent {
        Recent {
            capacity,
            kept: Mutex::default(),
            news: News::default(),
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
        let mut kept = self.lock();
        let mut last = kept.last;
        let ring = kept.projects.entry(project).or_default();
        for sent in events {
            last += 1;
            ring.bytes += sent.len();
            ring.events.push_back(RecentEvent {
                number: last,
                id: id(clock.now, ring.count),
                clock,
                sent,
            });
            ring.count += 1;
            while (ring.events.len() > self.capacity || ring.bytes > MAX_BYTES)
                && let Some(oldest) = ring.events.pop_front()
            {
                ring.bytes -= oldest.sent.len();
                ring.dropped = oldest.number;
            }
        }
        ring.news.send_replace(());
        kept.last = last;
        drop(kept);
        self.news.send_replace(());
    }

    /// The latest events of `project`, the newest first.
    pub fn latest(&self, project: ProjectId) -> Vec<RecentEvent> {
        let kept = self.lock();
        let ring = kept.projects.get(&project);
        ring.map_or(Vec::new(), |ring| {
            ring.events.iter().rev().cloned().collect()
        })
    }

    /// At most `most` of the events that came after the one with this number, of `project` or of all. A number that no event
    /// has yet is from an earlier start of the server, so it means all.
    pub fn after(&self, number: u64, project: Option<ProjectId>, most: usize) -> Later {
        let kept = self.lock();
        let number = Some(number).filter(|number| *number <= kept.last);
        let number = number.unwrap_or(0);
        let rings = kept.projects.iter();
        let rings = rings.filter(|(id, _)| project.is_none_or(|project| project == **id));
        let lost = rings.clone().map(|(_, ring)| ring.dropped).max();
        let events = rings.flat_map(|(id, ring)| {
            let later = ring.after(number).take(most);
            later.map(|event| (*id, event))
        });
        let mut events: Vec<_> = events.collect();
        events.sort_unstable_by_key(|(_, event)| event.number);
        events.truncate(most);
        Later {
            events: (events.into_iter())
                .map(|(id, event)| (id, event.clone()))
                .collect(),
            lost: lost.filter(|lost| *lost > number),
            last: kept.last,
        }
    }

    /// The number of the event that came last; zero before the first.
    pub fn last(&self) -> u64 {
        self.lock().last
    }

    /// Notices events of `project`, or of all, that come from now on.
    pub fn news(&self, project: Option<ProjectId>) -> watch::Receiver<()> {
        match project {
            Some(project) => {
                let mut kept = self.lock();
                kept.projects.entry(project).or_default().news.subscribe()
            }
            None => self.news.subscribe(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn those_after_a_number_are_in_the_order_of_arrival() {
        let recent = Recent::new(2);
        let after = |number, project: Option<i64>, most| {
            let later = recent.after(number, project.map(ProjectId), most);
            let numbers: Vec<_> = later.events.iter().map(|(_, event)| event.number).collect();
            assert_eq!(later.last, recent.last());
            (numbers, later.lost)
        };
        for project in [1, 2, 1, 1, 2] {
            recent.add(ProjectId(project), CLOCK, ["x"]);
        }
        assert_eq!(after(1, None, 9), (vec![2, 3, 4, 5], None));
        assert_eq!(after(0, None, 9), (vec![2, 3, 4, 5], Some(1)));
        assert_eq!(after(2, None, 2), (vec![3, 4], None));
        assert_eq!(after(0, Some(2), 9), (vec![2, 5], None));
        assert_eq!(after(3, Some(1), 9), (vec![4], None));
        assert_eq!(after(5, None, 9), (vec![], None));
        assert_eq!(after(6, None, 9), (vec![2, 3, 4, 5], Some(1)));
        assert_eq!(after(0, Some(3), 9), (vec![], None));
    }

    #[test]
    fn news_is_of_one_project_or_of_all() {
        let recent = Recent::new(0);
        let (one, all) = (recent.news(Some(ProjectId(1))), recent.news(None));
        let has_news = |news: &watch::Receiver<()>| news.has_changed().unwrap();
        recent.add(ProjectId(2), CLOCK, ["x"]);
        assert_eq!((has_news(&one), has_news(&all)), (false, true));
        recent.add(ProjectId(1), CLOCK, ["x"]);
        assert!(has_news(&one));
    }
}
