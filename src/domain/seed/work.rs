//! The state of applying a file: what its refs stand for so far, and what is reported about them.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Created,
    problem::{Position, Problem},
    read::{exact, exact_items, invalid},
};
use crate::{
    domain::{Error, Form, Origin, Result, access::Access, capture::Capture, feature_flags},
    model::{
        FeatureFlagId, Json, Level, Member, OrganizationId, ParentKind, ProjectId, Timestamp,
        UserId,
    },
    store::{
        Write,
        export::{self, Found},
        organizations, projects, users,
    },
};

/// What a ref stands for.
#[derive(Clone, Debug)]
pub enum Thing {
    User(UserId),
    Organization(OrganizationId),
    Project(ProjectId),
    Shareable(Shareable),
    /// An object that nothing refers to; its ref is only used in the output.
    Leaf,
}

/// An object that can be shared.
#[derive(Clone, Debug)]
pub struct Shareable {
    pub kind: ParentKind,
    pub origin: Origin,
    /// The id that sharing configurations use.
    pub id: String,
}

/// An id that a ref can stand for.
pub trait Ref: Copy {
    /// The name in error messages.
    const KIND: &'static str;

    fn of(thing: &Thing) -> Option<Self>;
}

macro_rules! refs {
    ($($id:ident, $variant:ident, $kind:literal;)*) => {
        $(impl Ref for $id {
            const KIND: &'static str = $kind;

            fn of(thing: &Thing) -> Option<Self> {
                match thing {
                    Thing::$variant(id) => Some(*id),
                    _ => None,
                }
            }
        })*
    };
}

refs! {
    UserId, User, "a user";
    OrganizationId, Organization, "an organization";
    ProjectId, Project, "a project";
}

/// The database, the time, and what the refs so far stand for.
pub struct Work<'a> {
    pub db: &'a Write<'a>,
    /// The creation time of everything.
    pub now: Timestamp,
    pub position: Position,
    pub capture: Capture,
    /// The first project and the first keys so far.
    pub access: Access,
    /// The projects so far.
    pub projects: Vec<ProjectId>,
    /// The feature flags so far.
    pub flags: Vec<(ProjectId, FeatureFlagId, Position)>,
    things: HashMap<String, (Position, Thing)>,
    refs: Map<String, Value>,
    members: HashMap<OrganizationId, Vec<(UserId, Level)>>,
    /// The default creator of objects in a project: the first owner of its organization.
    owners: HashMap<ProjectId, UserId>,
    /// Whether the item takes the place of a row whose id it has: an import changes it.
    pub is_replacing: bool,
    is_import: bool,
}

impl<'a> Work<'a> {
    pub fn new(db: &'a Write<'a>, now: Timestamp, keep: usize) -> Work<'a> {
        Work {
            db,
            now,
            position: Position::default(),
            capture: Capture::new(keep),
            access: Access::default(),
            projects: Vec::new(),
            flags: Vec::new(),
            things: HashMap::new(),
            refs: Map::new(),
            members: HashMap::new(),
            owners: HashMap::new(),
            is_replacing: false,
            is_import: false,
        }
    }

    /// The same for an import, whose refs may also stand for what the database has.
    pub fn importing(db: &'a Write<'a>, now: Timestamp) -> Work<'a> {
        Work {
            is_import: true,
            ..Work::new(db, now, 0)
        }
    }

    /// Lets refs stand for a project that exists and for its owner, who creates what names no other creator.
    pub fn adopt(&mut self, project: (&str, ProjectId), owner: (&str, UserId)) {
        let position = Position::new("projects", 0);
        self.owners.insert(project.1, owner.1);
        let things = [
            (project.0, Thing::Project(project.1)),
            (owner.0, Thing::User(owner.1)),
        ];
        for (name, thing) in things {
            self.things.insert(name.into(), (position, thing));
        }
    }

    /// Checks what only shows when all items are known.
    pub fn finish(self) -> Result<Created, Problem> {
        self.check_flags()?;
        Ok(Created {
            refs: self.refs,
            capture: self.capture,
            access: self.access,
        })
    }

    /// Checks that the flags of the file do not depend on each other too much: an item may name a flag that comes after it.
    pub fn check_flags(&self) -> Result<(), Problem> {
        let projects: BTreeSet<_> = self.flags.iter().map(|(project, ..)| *project).collect();
        for project in projects {
            let long = feature_flags::find_long_chains(self.db, project);
            let long = long.map_err(|error| self.position.problem(error))?;
            let Some((flag, error)) = long else {
                continue;
            };
            let mut flags = self.flags.iter().filter(|(of, ..)| *of == project);
            let found = flags.clone().find(|(_, id, _)| *id == flag);
            // An import may leave that flag as it is, and let others depend on more.
            let position = found.or(flags.next_back()).map(|(.., position)| *position);
            return Err(position.unwrap_or(self.position).problem(error));
        }
        Ok(())
    }

    /// Registers what the item created, and what to report about it, if it has a ref.
    pub fn created(&mut self, form: &Form, thing: Thing, report: Value) -> Result<()> {
        let Some(name) = self.name(form, "ref")? else {
            return Ok(());
        };
        if let Some((first, _)) = self.things.insert(name.clone(), (self.position, thing)) {
            let what = format!("{name:?} is the ref of {first} already");
            return Err(invalid("ref", what));
        }
        self.refs.insert(name, report);
        Ok(())
    }

    /// What the ref in the field `field` stands for.
    pub fn find<T: Ref>(&self, form: &Form, field: &'static str) -> Result<T> {
        form.field(field).text(None)?.required(field)?;
        self.resolve(&exact(form, field), field.into())
    }

    /// The same for a field that may be left out.
    pub fn find_any<T: Ref>(&self, form: &Form, field: &'static str) -> Result<Option<T>> {
        let name = self.name(form, field)?;
        name.map(|name| self.resolve(&name, field.into()))
            .transpose()
    }

    /// The same for a list of refs, which may be left out.
    pub fn find_all<T: Ref>(&self, form: &Form, field: &'static str) -> Result<Vec<T>> {
        form.field(field).nullable().texts(None)?;
        let names = exact_items(form, field).into_iter().enumerate();
        let find =
            |(index, name): (usize, String)| self.resolve(&name, format!("{field}__{index}"));
        names.map(find).collect()
    }

    /// What the ref `name`, written in `field`, stands for.
    pub fn resolve<T: Ref>(&self, name: &str, field: String) -> Result<T> {
        self.pick(name, field, T::KIND, T::of)
    }

    /// The object of kind `kind` that the ref `name`, written in `field`, stands for; with `project`, one of that project.
    pub fn shareable(
        &self,
        kind: ParentKind,
        name: &str,
        field: String,
        project: Option<ProjectId>,
    ) -> Result<Shareable> {
        let described = match kind {
            ParentKind::Insight => "an insight",
            ParentKind::Dashboard => "a dashboard",
            ParentKind::Notebook => "a notebook",
            ParentKind::SessionRecording => "a recording",
        };
        let found = self.pick(name, field.clone(), described, |thing| match thing {
            Thing::Shareable(found) if found.kind == kind => Some(found.clone()),
            _ => None,
        })?;
        if project.is_some_and(|project| project != found.origin.project) {
            let what = format!("{name:?} belongs to another project");
            return Err(invalid(field, what));
        }
        Ok(found)
    }

    /// Whether `name` is a ref of the file.
    pub fn knows(&self, name: &str) -> bool {
        self.things.contains_key(name)
    }

    /// The project and the creator that an object names.
    pub fn origin(&self, form: &Form) -> Result<Origin> {
        Ok(Origin {
            project: self.find(form, "project")?,
            by: self.find_any(form, "created_by")?,
            now: self.now,
        })
    }

    /// Makes a user a member of `organization`.
    pub fn join(&mut self, organization: OrganizationId, member: &Member) -> Result<()> {
        let members = self.members.entry(organization).or_default();
        if members.iter().any(|(known, _)| *known == member.user) {
            return Err(invalid("0", "is a member already"));
        }
        members.push((member.user, member.level));
        Ok(users::join(self.db, organization, member)?)
    }

    /// Notes the owner of a new `project`, and with `is_current` makes it current for the members of `organization` that have no
    /// current project yet.
    pub fn welcome_members(
        &mut self,
        organization: OrganizationId,
        project: ProjectId,
        is_current: bool,
    ) -> Result<()> {
        let members = self
            .members
            .get(&organization)
            .map_or(&[][..], Vec::as_slice);
        for (user, _) in members {
            let is_settled = || -> Result<bool> {
                let user = users::find(self.db, *user)?;
                Ok(user.is_some_and(|user| user.current_project.is_some()))
            };
            if is_current && !is_settled()? {
                users::set_current_project(self.db, *user, project)?;
            }
        }
        // `max_by_key` returns the last of equal levels: reversed, that is the first member.
        if let Some((owner, _)) = members.iter().rev().max_by_key(|(_, level)| *level) {
            self.owners.insert(project, *owner);
        }
        Ok(())
    }

    /// Makes `project` current for `user`.
    pub fn settle(&self, user: UserId, project: ProjectId) -> Result<()> {
        Ok(users::set_current_project(self.db, user, project)?)
    }

    /// The default creator of objects in `project`.
    pub fn owner(&self, project: ProjectId) -> Option<UserId> {
        self.owners.get(&project).copied()
    }

    /// A ref that may be left out. The id of a recording, which ends the ref of one in an export, may end in blanks.
    fn name(&self, form: &Form, field: &'static str) -> Result<Option<String>> {
        let sent = form.field(field).nullable().text(None)?.value();
        Ok(sent.map(|_| exact(form, field)))
    }

    fn pick<T>(
        &self,
        name: &str,
        field: String,
        kind: &str,
        pick: impl Fn(&Thing) -> Option<T>,
    ) -> Result<T> {
        if let Some((position, thing)) = self.things.get(name) {
            let wrong = || invalid(field, format!("{name:?} is {position}, not {kind}"));
            return pick(thing).ok_or_else(wrong);
        }
        let stored = match self.is_import {
            true => self.stored(name)?,
            false => None,
        };
        let missing = || invalid(field, format!("nothing in the file has the ref {name:?}"));
        stored.as_ref().and_then(pick).ok_or_else(missing)
    }

    /// What the database has under a ref as exports write them, such as `user:1` or `insight:1:7`.
    pub fn stored(&self, name: &str) -> Result<Option<Thing>> {
        let db = self.db;
        let Some((kind, rest)) = name.split_once(':') else {
            return Ok(None);
        };
        let number = || rest.parse::<i64>().unwrap_or_default();
        let thing = match kind {
            "user" => users::find(db, UserId(number()))?.map(|user| Thing::User(user.id)),
            "organization" => {
                let id = Uuid::parse_str(rest).unwrap_or_default();
                let found = organizations::find(db, OrganizationId(id))?;
                found.map(|organization| Thing::Organization(organization.id))
            }
            "project" => {
                let found = projects::find(db, ProjectId(number()))?;
                found.map(|project| Thing::Project(project.id))
            }
            kind => self.stored_shareable(kind, rest)?.map(Thing::Shareable),
        };
        Ok(thing)
    }

    fn stored_shareable(&self, kind: &str, rest: &str) -> Result<Option<Shareable>> {
        let Some(kind) = ParentKind::named(kind) else {
            return Ok(None);
        };
        let table = match kind {
            ParentKind::Insight => &export::INSIGHTS,
            ParentKind::Dashboard => &export::DASHBOARDS,
            ParentKind::Notebook => &export::NOTEBOOKS,
            ParentKind::SessionRecording => &export::SESSION_RECORDINGS,
        };
        let Some((project, id)) = rest.split_once(':') else {
            return Ok(None);
        };
        let key = if kind == ParentKind::Notebook {
            "short_id"
        } else {
            "id"
        };
        let value = |name: &str| match name {
            "project" => Ok(Some(Json::from(project))),
            name if name == key => Ok(Some(Json::from(id))),
            _ => Ok::<_, Error>(None),
        };
        let origin = Origin {
            project: ProjectId(project.parse().unwrap_or_default()),
            by: None,
            now: self.now,
        };
        Ok(match export::find(self.db, table, value)? {
            Found::Item(_) => Some(Shareable {
                kind,
                origin,
                id: id.into(),
            }),
            _ => None,
        })
    }

    /// The ref that an export writes for what the ref `name` of the file stands for.
    pub fn canonical(&self, name: &str) -> Option<String> {
        let (_, thing) = self.things.get(name)?;
        Some(match thing {
            Thing::User(id) => format!("user:{id}"),
            Thing::Organization(id) => format!("organization:{id}"),
            Thing::Project(id) => format!("project:{id}"),
            Thing::Shareable(thing) => {
                let kind = thing.kind.name();
                format!("{kind}:{}:{}", thing.origin.project, thing.id)
            }
            Thing::Leaf => return None,
        })
    }

    /// The id, as the database has it, of what the ref `name`, written in `field`, stands for.
    pub fn id_of(&self, name: &str, field: &str) -> Result<Json> {
        let thing = match self.things.get(name) {
            Some((_, thing)) => Some(thing.clone()),
            None => self.stored(name)?,
        };
        match thing {
            Some(Thing::User(id)) => Ok(Json::Int(id.to_string())),
            Some(Thing::Organization(id)) => Ok(id.to_string().into()),
            Some(Thing::Project(id)) => Ok(Json::Int(id.to_string())),
            Some(Thing::Shareable(thing)) => Ok(thing.id.into()),
            Some(Thing::Leaf) | None => {
                let what = format!("nothing in the file has the ref {name:?}");
                Err(invalid(field.to_owned(), what))
            }
        }
    }
}
