//! The latest events that were refused or dropped, in memory, with the reason: for people who look for an event that is
//! missing.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::Event;
use crate::model::{ProjectId, Timestamp};

/// The most that are kept of a project.
const MOST: usize = 100;

/// The most that are kept of all projects.
const MOST_IN_ALL: usize = 2_000;

/// How much is kept of the text of one, and how much of a name, in bytes.
const LONGEST: usize = 2_000;
const LONGEST_NAME: usize = 200;

/// An event that was refused or dropped, or a request that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedEvent {
    /// Counts all of them.
    pub number: u64,
    /// `None` if it is not known: the request could not be read, or has a token that no project has.
    pub project: Option<ProjectId>,
    /// When it came in; of several, the last.
    pub at: Timestamp,
    pub reason: String,
    /// How many with this reason and name came one after the other.
    pub times: u64,
    /// The name, if it has one. Only of those whose project is known, as all that follows.
    pub event: Option<String>,
    pub distinct_id: Option<String>,
    /// The beginning of the JSON that was sent.
    pub sent: Option<String>,
}

/// The latest refused events of all projects.
pub struct RefusedEvents {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    last: u64,
    events: VecDeque<RefusedEvent>,
}

impl RefusedEvents {
    /// Keeps at most `capacity` of each project.
    pub fn new(capacity: usize) -> RefusedEvents {
        RefusedEvents {
            capacity: capacity.min(MOST),
            kept: Mutex::default(),
        }
    }

    /// Adds one. `sent` is the JSON of the event that is to blame, if it is known.
    pub fn add(&self, project: Option<ProjectId>, at: Timestamp, reason: &str, sent: Option<&str>) {
        let sent = sent.filter(|_| project.is_some());
        let event = sent.and_then(Event::read);
        let name = event.as_ref().and_then(|event| event.name.as_deref());
        let distinct_id = event.as_ref().and_then(Event::distinct_id);
        let mut new = RefusedEvent {
            number: 0,
            project,
            at,
            reason: start(reason, LONGEST),
            times: 1,
            event: name.map(|name| start(name, LONGEST_NAME)),
            distinct_id: distinct_id.map(|id| start(&id, LONGEST_NAME)),
            sent: sent.map(|sent| start(sent, LONGEST)),
        };
        let mut lock = self.lock();
        let kept = &mut *lock;
        kept.last += 1;
        new.number = kept.last;
        let mut of_project = (kept.events.iter().enumerate())
            .filter(|(_, event)| event.project == project)
            .map(|(place, _)| place);
        let (first, count) = (of_project.next(), 1 + of_project.clone().count());
        let last = of_project.next_back().or(first);
        let alike = last.filter(|last| {
            let last = &kept.events[*last];
            last.reason == new.reason && last.event == new.event
        });
        if let Some(alike) = alike {
            new.times += kept.events.remove(alike).map_or(0, |event| event.times);
        } else if let Some(first) = first
            && count >= self.capacity
        {
            kept.events.remove(first);
        } else if kept.events.len() >= MOST_IN_ALL {
            kept.events.pop_front();
        }
        if self.capacity > 0 {
            kept.events.push_back(new);
        }
    }

    /// Those of `project` and those whose project is not known, the latest first.
    pub fn latest(&self, project: ProjectId) -> Vec<RefusedEvent> {
        let kept = self.lock();
        let events = kept.events.iter().rev();
        let shown = events.filter(|event| event.project.is_none_or(|of| of == project));
        shown.cloned().collect()
    }

    /// Forgets those of `project`.
    pub fn remove(&self, project: ProjectId) {
        let mut kept = self.lock();
        kept.events.retain(|event| event.project != Some(project));
    }

    pub fn clear(&self) {
        self.lock().events.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first `most` bytes of `text`, and a sign that there is more.
fn start(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut ends = (0..=most).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    format!("{}…", &text[..end.unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Option<ProjectId> = Some(ProjectId(1));

    fn shown(refused: &RefusedEvents, project: i64) -> Vec<(String, u64, Option<String>)> {
        let latest = refused.latest(ProjectId(project)).into_iter();
        latest
            .map(|event| (event.reason, event.times, event.event))
            .collect()
    }

    fn entry(reason: &str, times: u64, event: Option<&str>) -> (String, u64, Option<String>) {
        (reason.into(), times, event.map(str::to_owned))
    }

    #[test]
    fn those_alike_that_follow_each_other_are_one() {
        let refused = RefusedEvents::new(3);
        let add = |project, reason: &str, name: &str| {
            let sent = format!(r#"{{"event": "{name}"}}"#);
            refused.add(project, Timestamp(1), reason, Some(&sent));
        };
        add(ONE, "no id", "a");
        add(None, "no token", "secret");
        add(ONE, "no id", "a");
        add(ONE, "no id", "b");
        add(Some(ProjectId(2)), "no id", "b");
        let expected = [
            entry("no id", 1, Some("b")),
            entry("no id", 2, Some("a")),
            entry("no token", 1, None),
        ];
        assert_eq!(shown(&refused, 1), expected);
        refused.remove(ProjectId(1));
        assert_eq!(shown(&refused, 1), [entry("no token", 1, None)]);
        assert_eq!(shown(&refused, 2).len(), 2);
        refused.clear();
        assert_eq!(shown(&refused, 2), []);
    }

    #[test]
    fn there_is_room_for_some_of_each_project_and_for_some_in_all() {
        let (few, refused) = (RefusedEvents::new(2), RefusedEvents::new(1_000));
        for number in 0..5 {
            few.add(ONE, Timestamp(1), &number.to_string(), None);
        }
        assert_eq!(shown(&few, 1), [entry("4", 1, None), entry("3", 1, None)]);
        let none = RefusedEvents::new(0);
        none.add(ONE, Timestamp(1), "x", None);
        assert_eq!(shown(&none, 1), []);
        for number in 0..6_000 {
            let project = Some(ProjectId(number % 30));
            refused.add(project, Timestamp(1), &number.to_string(), None);
        }
        let count = refused.lock().events.len();
        assert_eq!(
            (count, shown(&refused, 1).len() <= MOST),
            (MOST_IN_ALL, true)
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let refused = RefusedEvents::new(1);
        let sent = format!(r#"{{"event": "{}"}}"#, "é".repeat(5_000));
        refused.add(ONE, Timestamp(1), &"r".repeat(9_000), Some(&sent));
        let event = refused.latest(ProjectId(1)).remove(0);
        let ellipsis = '…'.len_utf8();
        assert_eq!(event.reason.len(), LONGEST + ellipsis);
        assert!(event.sent.unwrap().len() <= LONGEST + ellipsis);
        assert!(event.event.unwrap().len() <= LONGEST_NAME + ellipsis);
    }
}
