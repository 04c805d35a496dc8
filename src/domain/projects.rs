//! Creating and changing projects, and listing them on the command line. How clients see them: [`super::accounts`].

mod fields;
mod log;

pub use fields::NAME_LENGTH;
pub(super) use fields::{SETTINGS, read};

use super::{Caller, Context, Error, Form, Result, accounts};
use crate::{
    model::{
        CaptureTarget, Features, Level, Organization, Project, ProjectId, ProjectSettings,
        Timestamp,
    },
    store::{Store, StoreError, Write, organizations, projects as table, users},
};

/// The most projects that clients can create in an organization. Every answer with an organization names all of them.
const MOST_PROJECTS: usize = 1000;

/// The name of a project that is created without one.
const USUAL_NAME: &str = "Default project";

/// Creates a project as `form` says, in the organization that `organization` of a path names or else in the caller's current
/// one, and makes it the caller's current project. Returns it with what the caller may do there; `off` are features that are
/// off on this server.
///
/// Errors, in this order: `NotFound` without such an organization; `Denied` for members who are not admins, and if there are
/// too many projects; the error of `form`; `Invalid`.
pub fn create_as(
    store: &Store,
    caller: Caller,
    organization: Option<String>,
    form: Result<Form>,
    off: Features,
) -> Result<(Project, Level)> {
    store.write(move |db| {
        let segment = organization.as_deref().unwrap_or("@current");
        let within = accounts::find_organization(db, caller.user, segment)
            .map_err(accounts::organization_not_found)?;
        check_new(&within)?;
        let organization = within.organization.id;
        let mut project = accounts::new_project(organization, USUAL_NAME.into(), caller.now);
        fields::read(db, &mut project, &form?)?;
        project.id = table::insert(db, &project)?;
        users::set_current_project(db, caller.user, project.id)?;
        log::record(db, context(caller, &project), None, &project)?;
        let level = accounts::effective_level(db, organization, within.level, off)?;
        Ok((project, level))
    })
}

/// Returns `Denied` for members who may not create projects, and if there are too many.
fn check_new(within: &accounts::Membership) -> Result<()> {
    let detail = if within.level < Level::Admin {
        "You need to be an organization admin or above to create new projects."
    } else if within.projects.len() >= MOST_PROJECTS {
        "You have reached the maximum limit of allowed projects for your current plan. Upgrade your plan to be able to create and manage more projects."
    } else {
        return Ok(());
    };
    Err(Error::Denied(detail.into()))
}

/// Changes the project that `segment` of a path names, as `form` says; what it leaves out stays.
///
/// Errors: those of [`accounts::project`]; `Denied` for members who are not admins; the error of `form`; `Invalid`.
pub fn update(
    store: &Store,
    caller: Caller,
    organization: Option<String>,
    segment: String,
    form: Result<Form>,
    off: Features,
) -> Result<(Project, Level)> {
    store.write(move |db| {
        let organization = organization.as_deref();
        let (before, level) = accounts::find_project(db, caller, organization, &segment, off)?;
        if level < Level::Admin {
            let detail = "You don't have sufficient permissions in the project.";
            return Err(Error::Denied(detail.into()));
        }
        let project = change(db, caller, before, &form?)?;
        Ok((project, level))
    })
}

fn change(db: &Write, caller: Caller, before: Project, form: &Form) -> Result<Project> {
    let mut project = before.clone();
    fields::read(db, &mut project, form)?;
    if project != before {
        project.updated_at = caller.now;
        table::update(db, &project)?;
        log::record(db, context(caller, &project), Some(&before), &project)?;
    }
    Ok(project)
}

/// The context of what `caller` does to `project` itself.
fn context(caller: Caller, project: &Project) -> Context {
    Context {
        user: caller.user,
        key: caller.key,
        project: project.id,
        organization: project.organization,
        features: Features::default(),
        now: caller.now,
        source: caller.source,
    }
}

/// The settings of the project with the public token `token`, for SDKs; the default ones if there is no such project.
pub fn settings(store: &Store, token: &str) -> Result<ProjectSettings> {
    let project = store.read(|db| table::find_by_token(db, token))?;
    Ok(project.map(|project| project.settings).unwrap_or_default())
}

/// The project with the public token `token`.
pub fn with_token(store: &Store, token: &str) -> Result<Option<ProjectId>> {
    let project = store.read(|db| table::find_by_token(db, token))?;
    Ok(project.map(|project| project.id))
}

/// Creates the project with the public token `token`, which is also its name, in the oldest organization. Returns it; also if
/// another request has created it meanwhile. `None` for a token of another form, without an organization, and if there are too
/// many projects.
pub fn create_for_token(
    store: &Store,
    token: &str,
    now: Timestamp,
) -> Result<Option<CaptureTarget>, StoreError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !token.starts_with("phc_") || token.len() > NAME_LENGTH || !token.bytes().all(is_plain) {
        return Ok(None);
    }
    let token = token.to_owned();
    store.write(move |db| {
        let found = table::find_target(db, &token)?;
        let organization = organizations::oldest(db)?;
        let (None, Some(organization)) = (found, organization) else {
            return Ok(found);
        };
        if table::count(db, organization)? >= MOST_PROJECTS as i64 {
            return Ok(None);
        }
        let project = Project {
            api_token: token.clone(),
            ..accounts::new_project(organization, token.clone(), now)
        };
        table::insert(db, &project)?;
        table::find_target(db, &token)
    })
}

/// Creates a project in the organization with the id or slug `organization`; by default in the oldest one.
///
/// Errors: `Invalid` if the name is blank or too long, or there is no such organization; `NotFound` if there are no
/// organizations.
pub fn create(
    store: &Store,
    organization: Option<String>,
    name: String,
    now: Timestamp,
) -> Result<Project> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        let detail = format!("A name has 1 to {NAME_LENGTH} characters.");
        return Err(Error::field("name", "invalid_input", detail));
    }
    store.write(move |db| {
        let all = organizations::all(db)?;
        let chosen = match &organization {
            None => all
                .first()
                .ok_or(Error::NotFound("There are no organizations yet."))?,
            Some(wanted) => all
                .iter()
                .find(|known| known.slug == *wanted || known.id.to_string() == *wanted)
                .ok_or_else(|| unknown_organization(&all, wanted))?,
        };
        accounts::create_project(db, chosen.id, &name, now)
    })
}

fn unknown_organization(all: &[Organization], wanted: &str) -> Error {
    let known: Vec<_> = all.iter().map(|known| known.slug.as_str()).collect();
    let detail = format!(
        "No organization is called {wanted}; there are: {}.",
        known.join(", ")
    );
    Error::field("organization", "invalid_input", detail)
}

/// Returns every project of the installation with the slug of its organization, oldest first.
pub fn list(store: &Store) -> Result<Vec<(Project, String)>> {
    let (organizations, projects) =
        store.read(|db| Ok::<_, Error>((organizations::all(db)?, table::all(db)?)))?;
    let slug = |project: &Project| {
        let owner = organizations
            .iter()
            .find(|owner| owner.id == project.organization);
        owner.map(|owner| owner.slug.clone()).unwrap_or_default()
    };
    let with_slug = |project: Project| {
        let slug = slug(&project);
        (project, slug)
    };
    Ok(projects.into_iter().map(with_slug).collect())
}
