//! That something of a project has changed, so that pages which show it ask for it again.
//!
//! Nothing is kept for a project that no page shows, and of one only how often each topic has changed. Changes by another
//! process, such as `hoglet seed`, are not noticed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::model::{ProjectId, Scope};

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Shares, and what is shared.
    Shares,
    Definitions,
    Events,
    RefusedEvents,
}

impl Topic {
    /// Every topic, in the order of [`TopicCounts`].
    pub const ALL: [Topic; 4] = [
        Topic::Shares,
        Topic::Definitions,
        Topic::Events,
        Topic::RefusedEvents,
    ];

    /// What a request has changed that needed `scope`, if pages show it.
    pub fn of(scope: Scope) -> Option<Topic> {
        match scope.object {
            "sharing_configuration"
            | "insight"
            | "dashboard"
            | "notebook"
            | "session_recording" => Some(Topic::Shares),
            "event_definition" | "property_definition" => Some(Topic::Definitions),
            _ => None,
        }
    }
}

/// How often each topic of a project has changed since pages began to show it.
pub type TopicCounts = [u64; Topic::ALL.len()];

/// Tells pages of changes.
#[derive(Default)]
pub struct Changes {
    watched: Mutex<HashMap<ProjectId, watch::Sender<TopicCounts>>>,
}

impl Changes {
    /// Notes a change in `project`.
    pub fn note(&self, project: ProjectId, topic: Topic) {
        if let Some(counts) = self.lock().get(&project) {
            counts.send_modify(|counts| counts[topic as usize] += 1);
        }
    }

    /// Notes a change in every project.
    pub fn note_all(&self, topic: Topic) {
        for counts in self.lock().values() {
            counts.send_modify(|counts| counts[topic as usize] += 1);
        }
    }

    /// Notices the changes in `project` from now on.
    pub fn watch(&self, project: ProjectId) -> watch::Receiver<TopicCounts> {
        let mut watched = self.lock();
        watched.retain(|_, counts| counts.receiver_count() > 0);
        watched.entry(project).or_default().subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ProjectId, watch::Sender<TopicCounts>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ProjectId = ProjectId(1);
    const OTHER: ProjectId = ProjectId(2);

    #[test]
    fn changes_reach_those_who_watch_the_project_and_nothing_else_is_kept() {
        let changes = Changes::default();
        changes.note(ONE, Topic::Shares);
        let (mut one, other) = (changes.watch(ONE), changes.watch(OTHER));
        assert_eq!(*one.borrow(), [0; 4]);
        changes.note(ONE, Topic::Definitions);
        changes.note(ONE, Topic::Events);
        changes.note(ONE, Topic::Events);
        assert_eq!(*one.borrow_and_update(), [0, 1, 2, 0]);
        assert!(!one.has_changed().unwrap() && !other.has_changed().unwrap());
        changes.note_all(Topic::Shares);
        assert!(one.has_changed().unwrap() && other.has_changed().unwrap());
        drop((one, other));
        drop(changes.watch(OTHER));
        assert_eq!(changes.lock().len(), 1);
    }
}
