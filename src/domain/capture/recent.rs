//! The latest events of each project, in memory: for people who want to see that their events arrive.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use uuid::Uuid;

use super::Clock;
use crate::model::{CaptureTarget, ProjectId, Timestamp};

/// The most bytes of events kept per project.
const MAX_BYTES: usize = 4 << 20;

/// The most bytes of events kept of all projects together.
const MAX_TOTAL: usize = 256 << 20;

/// The latest events of all projects.
pub struct Recent {
    capacity: usize,
    kept: Mutex<RecentEvents>,
    news: News,
}

/// Wakes those who wait for events. They subscribe first and look at what is there then, so that they miss none.
type News = watch::Sender<()>;

/// What [`Recent`] keeps at one moment. Copies share the events.
#[derive(Clone, Default)]
pub struct RecentEvents {
    /// The generation of the database that the events belong to. Those of requests from an earlier one are dropped.
    generation: i64,
    /// The number of the event that came last.
    last: u64,
    projects: HashMap<ProjectId, Ring>,
    bytes: usize,
}

/// How many events there are and were.
#[derive(Clone, Copy, Debug)]
pub struct RecentSizes {
    /// How many events of all projects have come in since the start.
    pub received: u64,
    pub kept: usize,
    /// What those that are kept take.
    pub bytes: usize,
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

#[derive(Clone, Default)]
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

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.events.pop_front() {
            self.bytes -= oldest.sent.len();
            self.dropped = self.dropped.max(oldest.number);
        }
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

    /// Adds events that were received together, in their order, and drops the oldest beyond the limits. `skipped` more came
    /// before them, and are dropped already.
    pub fn add<'t>(
        &self,
        target: CaptureTarget,
        clock: Clock,
        skipped: u64,
        events: impl IntoIterator<Item = &'t str>,
    ) {
        let fitting = |sent: &'t str| (sent.len() <= MAX_BYTES).then(|| Arc::from(sent));
        let events: Vec<Option<Arc<str>>> = events.into_iter().map(fitting).collect(); // copied before the lock is taken
        let mut lock = self.lock();
        let kept = &mut *lock;
        if target.generation() < kept.generation {
            return;
        }
        let ring = kept.projects.entry(target.project).or_default();
        let before = ring.bytes;
        if skipped > 0 {
            kept.last += skipped;
            ring.count += skipped;
            ring.dropped = kept.last;
        }
        for sent in events {
            kept.last += 1;
            let others = ring.count;
            ring.count += 1;
            let Some(sent) = sent else {
                ring.dropped = kept.last;
                continue;
            };
            ring.bytes += sent.len();
            ring.events.push_back(RecentEvent {
                number: kept.last,
                id: id(clock.now, others),
                clock,
                sent,
            });
            while ring.events.len() > self.capacity || ring.bytes > MAX_BYTES {
                ring.drop_oldest();
            }
        }
        wake(&ring.news);
        kept.bytes = kept.bytes + ring.bytes - before;
        kept.make_room(MAX_TOTAL);
        drop(lock);
        wake(&self.news);
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

    /// Drops the events of `project`.
    pub fn remove(&self, project: ProjectId) {
        let mut kept = self.lock();
        if let Some(ring) = kept.projects.remove(&project) {
            kept.bytes -= ring.bytes;
            kept.keep_news(project, ring.news);
        }
    }

    /// Takes over the events of a project that has none here.
    pub fn adopt(&self, other: &Recent, project: ProjectId) {
        let Some(mut ring) = other.lock().projects.remove(&project) else {
            return;
        };
        let mut lock = self.lock();
        let kept = &mut *lock;
        for event in &mut ring.events {
            kept.last += 1;
            event.number = kept.last;
        }
        ring.dropped = 0;
        kept.bytes += ring.bytes;
        kept.projects.insert(project, ring);
        kept.make_room(MAX_TOTAL);
        drop(lock);
        wake(&self.news);
    }

    /// How many bytes of events there are.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// How many events there are and were.
    pub fn sizes(&self) -> RecentSizes {
        let kept = self.lock();
        RecentSizes {
            received: kept.last,
            kept: kept.projects.values().map(|ring| ring.events.len()).sum(),
            bytes: kept.bytes,
        }
    }

    /// All that is kept.
    pub fn all(&self) -> RecentEvents {
        self.lock().clone()
    }

    /// Replaces all that is kept, from now on that of `generation` of the database. Returns what was kept before. Numbers go on,
    /// so that who waits for later events gets only those.
    pub fn replace(&self, generation: i64, events: RecentEvents) -> RecentEvents {
        let mut kept = self.lock();
        let events = RecentEvents {
            generation,
            last: kept.last,
            ..events
        };
        let before = mem::replace(&mut *kept, events);
        for (project, ring) in &before.projects {
            kept.keep_news(*project, ring.news.clone());
        }
        before
    }

    fn lock(&self) -> MutexGuard<'_, RecentEvents> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecentEvents {
    /// How many bytes of events there are.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Lets those who wait for `news` of `project` go on waiting.
    fn keep_news(&mut self, project: ProjectId, news: News) {
        if news.receiver_count() > 0 {
            self.projects.entry(project).or_default().news = news;
        }
    }

    /// Drops the older half of the events of the projects that have most, until all take at most `most` bytes.
    fn make_room(&mut self, most: usize) {
        while self.bytes > most
            && let Some(ring) = self.projects.values_mut().max_by_key(|ring| ring.bytes)
        {
            let before = ring.bytes;
            while ring.bytes > before / 2 {
                ring.drop_oldest();
            }
            self.bytes = self.bytes + ring.bytes - before;
        }
    }
}

/// Wakes those who wait for `news`. Usually there are none, and then this is only a read: to send takes a dozen locks.
///
/// Who subscribes meanwhile misses nothing. The lock of the events is taken in between, here after adding and there before
/// looking, so either the subscription is seen here or the event there.
fn wake(news: &News) {
    if news.receiver_count() > 0 {
        news.send_replace(());
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
    use crate::model::GENERATION_SHIFT;

    const CLOCK: Clock = Clock {
        now: Timestamp(1),
        sent_at: None,
    };

    fn target(project: i64, generation: i64) -> CaptureTarget {
        CaptureTarget {
            project: ProjectId(project),
            cache_epoch: generation << GENERATION_SHIFT,
        }
    }

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
            recent.add(target(project, 0), CLOCK, 0, events);
        };
        add(1, &[1, 2]);
        add(1, &[3, 4]);
        add(2, &[9]);
        assert_eq!((latest(1), latest(2)), (vec![4, 3, 2], vec![9]));
        add(1, &[MAX_BYTES - 4, MAX_BYTES + 1]);
        assert_eq!(latest(1), [MAX_BYTES - 4, 4]);
        assert_eq!(latest(3), [0; 0]);
        Recent::new(0).add(target(1, 0), CLOCK, 0, ["x"]);
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
            recent.add(target(project, 0), CLOCK, 0, ["x"]);
        }
        assert_eq!(after(1, None, 9), (vec![2, 3, 4, 5], None));
        assert_eq!(after(0, None, 9), (vec![2, 3, 4, 5], Some(1)));
        assert_eq!(after(2, None, 2), (vec![3, 4], None));
        assert_eq!(after(0, Some(2), 9), (vec![2, 5], None));
        assert_eq!(after(3, Some(1), 9), (vec![4], None));
        assert_eq!(after(5, None, 9), (vec![], None));
        assert_eq!(after(6, None, 9), (vec![2, 3, 4, 5], Some(1)));
        assert_eq!(after(0, Some(3), 9), (vec![], None));
        recent.add(target(3, 0), CLOCK, 3, ["x"]);
        assert_eq!(after(5, None, 9), (vec![9], Some(8)));
        let too_large = "x".repeat(MAX_BYTES + 1);
        recent.add(target(3, 0), CLOCK, 0, ["x", &too_large]);
        assert_eq!(after(9, None, 9), (vec![10], Some(11)));
    }

    #[test]
    fn news_is_of_one_project_or_of_all() {
        let recent = Recent::new(0);
        let (one, all) = (recent.news(Some(ProjectId(1))), recent.news(None));
        let has_news = |news: &watch::Receiver<()>| news.has_changed().unwrap();
        recent.add(target(2, 0), CLOCK, 0, ["x"]);
        assert_eq!((has_news(&one), has_news(&all)), (false, true));
        recent.add(target(1, 0), CLOCK, 0, ["x"]);
        assert!(has_news(&one));
    }

    #[test]
    fn events_of_an_earlier_generation_are_dropped() {
        let recent = Recent::new(3);
        recent.add(target(1, 0), CLOCK, 0, ["a"]);
        let start = recent.all();
        recent.add(target(1, 0), CLOCK, 0, ["bc"]);
        recent.add(target(2, 0), CLOCK, 0, ["d"]);
        let count = |project| recent.latest(ProjectId(project)).len();
        let before = recent.replace(1, start);
        assert_eq!((count(1), count(2), before.bytes()), (1, 0, 4));
        recent.add(target(1, 0), CLOCK, 0, ["late"]);
        assert_eq!(count(1), 1);
        recent.add(target(1, 1), CLOCK, 0, ["now"]);
        assert_eq!((count(1), recent.all().bytes()), (2, 4));
        recent.remove(ProjectId(1));
        assert_eq!((count(1), recent.all().bytes()), (0, 0));
    }

    #[test]
    fn who_waits_for_later_events_goes_on_when_all_are_replaced() {
        let recent = Recent::new(3);
        let start = recent.all();
        let (mut one, mut other) = (
            recent.news(Some(ProjectId(1))),
            recent.news(Some(ProjectId(2))),
        );
        recent.add(target(1, 0), CLOCK, 0, ["a"]);
        let place = recent.last();
        one.mark_unchanged();
        recent.replace(1, start);
        recent.remove(ProjectId(2));
        recent.add(target(1, 1), CLOCK, 0, ["b"]);
        recent.adopt(
            &{
                let seed = Recent::new(3);
                seed.add(target(3, 1), CLOCK, 0, ["c"]);
                seed
            },
            ProjectId(3),
        );
        assert!(one.has_changed().unwrap() && !other.has_changed().unwrap());
        recent.add(target(2, 1), CLOCK, 0, ["d"]);
        other.mark_unchanged();
        let later = recent.after(place, None, 9).events.into_iter();
        let later: Vec<_> = later
            .map(|(project, event)| (project.0, event.number))
            .collect();
        assert_eq!(later, [(1, place + 1), (3, place + 2), (2, place + 3)]);
    }

    #[test]
    fn the_projects_with_most_make_room() {
        let recent = Recent::new(100);
        recent.add(target(1, 0), CLOCK, 0, ["x"; 40]);
        recent.add(target(2, 0), CLOCK, 0, ["x"; 20]);
        let mut all = recent.all();
        all.make_room(45);
        assert_eq!((all.bytes(), all.projects[&ProjectId(2)].bytes), (40, 20));
    }
}
