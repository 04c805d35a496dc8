//! What is noted in passing: when a key was last used, how often a thing was viewed. Nothing that a client was promised.
//!
//! A read notes its usage and answers whether or not it can be written. The writer writes usages together with the changes
//! that wait, or at once if none do, and a caller waits for that a moment, so that on a server in order the next read shows
//! the usage. Usages of one thing that wait are merged into one. While nothing can be written they wait, up to a bound, and
//! are dropped beyond it, which the log says once.

use std::collections::HashMap;

use super::{
    Result, Write, dashboards, event_definitions, insights, personal_api_keys,
    project_secret_api_keys, property_definitions, viewer,
};
use crate::model::{
    DashboardId, EventDefinitionId, InsightId, Notes, PersonalApiKeyNumber, ProjectId,
    ProjectSecretApiKeyId, PropertyDefinitionId, SharingConfigurationNumber, Timestamp,
};

/// What was used or viewed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// A personal API key authenticated a request.
    PersonalApiKey(PersonalApiKeyNumber),
    /// A project secret API key did.
    ProjectSecretApiKey(ProjectId, ProjectSecretApiKeyId),
    /// A shared page was shown on this [day](Timestamp::day): its views are counted by day.
    Share(SharingConfigurationNumber, i64),
    Insight(ProjectId, InsightId),
    Dashboard(ProjectId, DashboardId),
    /// An event definition was retrieved; the first time creates its editable half.
    EventDefinition(ProjectId, EventDefinitionId),
    /// A property definition was; the same.
    PropertyDefinition(ProjectId, PropertyDefinitionId),
}

/// Usages that wait, each thing once.
pub type Usages = HashMap<Usage, Seen>;

/// When and how often something was used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    times: i64,
    first: Timestamp,
    last: Timestamp,
}

impl Seen {
    pub fn once(at: Timestamp) -> Seen {
        Seen {
            times: 1,
            first: at,
            last: at,
        }
    }

    /// These uses and `other` ones.
    pub fn and(self, other: Seen) -> Seen {
        Seen {
            times: self.times + other.times,
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }
}

/// Writes `usages` down, in the order in which they were last seen; of things that are gone by now, nothing.
pub fn write_all(db: &Write, usages: &Usages) -> Result<()> {
    let mut usages: Vec<_> = usages.iter().collect();
    usages.sort_by_key(|(_, seen)| seen.last);
    let mut usages = usages.into_iter();
    usages.try_for_each(|(usage, seen)| write(db, usage, seen))
}

fn write(db: &Write, usage: &Usage, seen: &Seen) -> Result<()> {
    match usage {
        Usage::PersonalApiKey(number) => personal_api_keys::touch(db, *number, seen.last),
        Usage::ProjectSecretApiKey(project, id) => {
            project_secret_api_keys::touch(db, *project, id, seen.last)
        }
        Usage::Share(number, _) => viewer::note_views(db, *number, seen.times, seen.last),
        Usage::Insight(project, id) => insights::note_view(db, *project, *id, seen.last),
        Usage::Dashboard(project, id) => dashboards::note_access(db, *project, *id, seen.last),
        Usage::EventDefinition(project, id) => match event_definitions::find(db, *project, *id)? {
            Some(mut definition) if definition.notes.is_none() => {
                definition.notes = Some(Notes::blank(seen.first));
                event_definitions::update(db, *project, &definition)
            }
            _ => Ok(()),
        },
        Usage::PropertyDefinition(project, id) => {
            match property_definitions::find(db, *project, *id)? {
                Some(mut definition) if definition.notes.is_none() => {
                    definition.notes = Some(Notes::blank(seen.first));
                    property_definitions::update(db, *project, &definition)
                }
                _ => Ok(()),
            }
        }
    }
}
