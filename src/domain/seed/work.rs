//! A seed in the making: what its refs stand for so far, and what there is to tell about them.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::problem::*;
use crate::{model::*, store::Write};

/// What a ref stands for. Things of a project carry the project.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    /// Somebody who can act.
    User(UserId),
    /// An organization.
    Organization(OrganizationId),
    /// A project.
    Project(ProjectId),
    /// What can be shared: the id that a sharing configuration knows it by, and who made it.
    Shareable(ParentKind, ProjectId, String, Option<UserId>),
    /// Something that has a ref only so that the result can tell of it.
    Told,
}

/// The database, the moment, and what the refs so far stand for.
pub struct Work<'a> {
    /// Where everything goes.
    pub db: &'a Write<'a>,
    /// When everything is made.
    pub now: Timestamp,
    things: HashMap<String, (Place, Thing)>,
    told: Map<String, Value>,
    /// The first owner of each project's organization: acts where the file names nobody.
    owners: HashMap<ProjectId, UserId>,
}

impl<'a> Work<'a> {
    /// Nothing made yet.
    pub fn new(db: &'a Write<'a>, now: Timestamp) -> Work<'a> {
        Work {
            db,
            now,
            things: HashMap::new(),
            told: Map::new(),
            owners: HashMap::new(),
        }
    }

    /// What was made, by ref.
    pub fn told(self) -> Map<String, Value> {
        self.told
    }

    /// Remembers what the object at `place` became, and what to tell of it, if it has a ref.
    pub fn made(
        &mut self,
        name: Option<&str>,
        place: &Place,
        thing: Thing,
        told: Value,
    ) -> Result<()> {
        let Some(name) = name else { return Ok(()) };
        if let Some((first, _)) = self.things.insert(name.to_owned(), (place.clone(), thing)) {
            return Err(place
                .key("ref")
                .problem(format!("{name:?} is the ref of {first} already")));
        }
        self.told.insert(name.to_owned(), told);
        Ok(())
    }

    /// The user that `name`, written at `place`, stands for.
    pub fn user(&self, name: &str, place: &Place) -> Result<UserId> {
        self.find(name, place, "a user", |thing| match thing {
            Thing::User(id) => Some(*id),
            _ => None,
        })
    }

    /// The same, where the file may name nobody.
    pub fn some_user(&self, name: Option<&str>, place: &Place) -> Result<Option<UserId>> {
        name.map(|name| self.user(name, place)).transpose()
    }

    /// The organization that `name` stands for.
    pub fn organization(&self, name: &str, place: &Place) -> Result<OrganizationId> {
        self.find(name, place, "an organization", |thing| match thing {
            Thing::Organization(id) => Some(*id),
            _ => None,
        })
    }

    /// The project that `name` stands for.
    pub fn project(&self, name: &str, place: &Place) -> Result<ProjectId> {
        self.find(name, place, "a project", |thing| match thing {
            Thing::Project(id) => Some(*id),
            _ => None,
        })
    }

    /// The thing of kind `kind` that `name` stands for: its project, its id, its maker.
    pub fn shareable(
        &self,
        kind: ParentKind,
        name: &str,
        place: &Place,
    ) -> Result<(ProjectId, String, Option<UserId>)> {
        let described = match kind {
            ParentKind::Insight => "an insight",
            ParentKind::Dashboard => "a dashboard",
            ParentKind::Notebook => "a notebook",
            ParentKind::SessionRecording => "a recording",
        };
        self.find(name, place, described, |thing| match thing {
            Thing::Shareable(found, project, id, maker) if *found == kind => {
                Some((*project, id.clone(), *maker))
            }
            _ => None,
        })
    }

    /// Whether `name` is a ref of the file at all.
    pub fn knows(&self, name: &str) -> bool {
        self.things.contains_key(name)
    }

    /// Remembers who acts for `project` where the file names nobody.
    pub fn set_owner(&mut self, project: ProjectId, owner: UserId) {
        self.owners.insert(project, owner);
    }

    /// Who acts for `project` where the file names nobody.
    pub fn owner(&self, project: ProjectId) -> Option<UserId> {
        self.owners.get(&project).copied()
    }

    fn find<T>(
        &self,
        name: &str,
        place: &Place,
        kind: &str,
        pick: impl Fn(&Thing) -> Option<T>,
    ) -> Result<T> {
        let Some((made_at, thing)) = self.things.get(name) else {
            return Err(place.problem(format!("nothing in the file has the ref {name:?}")));
        };
        pick(thing).ok_or_else(|| place.problem(format!("{name:?} is {made_at}, not {kind}")))
    }
}

/// Where a thing belongs, and by whom and when it was made.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The project it belongs to.
    pub project: ProjectId,
    /// Who made it, if the file says so.
    pub by: Option<UserId>,
    /// When.
    pub now: Timestamp,
}

impl Origin {
    /// What the keys `project` and `created_by` of the object at `place` say.
    pub fn of(work: &Work, project: &str, by: Option<&str>, place: &Place) -> Result<Origin> {
        Ok(Origin {
            project: work.project(project, &place.key("project"))?,
            by: work.some_user(by, &place.key("created_by"))?,
            now: work.now,
        })
    }
}
