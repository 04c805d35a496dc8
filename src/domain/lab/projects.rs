//! Projects for tests: each with an organization, an owner and keys of its own, so that tests that run side by side share a
//! server and do not see each other.

use serde_json::{Map, Value};

use crate::{
    domain::{
        Error, Form, Origin, Result, access, accounts,
        capture::Capture,
        personal_api_keys, project_secret_api_keys,
        projects::NAME_LENGTH,
        seed::{self, Seed},
    },
    model::{
        Json, Level, Organization, PersonalApiKey, Project, ProjectId, Secret, Timestamp, User,
        UserId, random_id,
    },
    store::{Store, Write, organizations, projects as table, removal, users},
};

/// The most projects of tests at once.
const MOST: i64 = 10_000;

/// The name of a project that is created without one.
const USUAL_NAME: &str = "Lab project";

/// What the slugs of their organizations begin with: no other slug has an underscore.
const SLUG: &str = "lab_";

/// A project with all that a test needs to use it.
pub struct LabProject {
    pub project: Project,
    /// A key of its owner, limited to the project.
    pub personal_key: Secret,
    /// A project secret key that has `feature_flag:read`.
    pub secret_key: Secret,
    /// What a client needs to use each object of `seed` that has a ref.
    pub refs: Map<String, Value>,
}

/// Creates a project as `form` says: its `name`, and `seed`, the lists of a seed file that are about one project.
///
/// Errors: `Invalid` for the fields, for a seed that cannot be applied, and if there are too many such projects.
pub fn create(store: &Store, capture: &Capture, form: &Form, now: Timestamp) -> Result<LabProject> {
    seed::check_keys(form, &["name", "seed"])?;
    let name = form.field("name").nullable().text(Some(NAME_LENGTH))?;
    let name = name.value().unwrap_or_else(|| USUAL_NAME.into());
    let seed = match form.raw("seed") {
        None | Some(Json::Null) => None,
        Some(sent) => Some(Seed::of_project(sent).map_err(in_seed)?),
    };
    let keep = capture.recent.capacity();
    let (made, events) = store.write(move |db| {
        let (mut made, owner) = insert(db, name, now)?;
        let Some(seed) = seed else {
            return Ok((made, None));
        };
        let created = seed.apply_to(db, made.project.id, owner, now, keep);
        let created = created.map_err(in_seed)?;
        made.refs = created.refs;
        Ok::<_, Error>((made, Some(created.capture)))
    })?;
    if let Some(events) = events {
        capture.recent.adopt(&events.recent, made.project.id);
    }
    Ok(made)
}

/// All projects, oldest first: those of tests and the others.
pub fn list(store: &Store) -> Result<Vec<Project>> {
    Ok(store.read(table::all)?)
}

/// The error of a seed as one of the field.
fn in_seed(problem: seed::Problem) -> Error {
    match problem {
        seed::Problem::Store(error) => error.into(),
        other => Error::field("seed", "invalid_input", other.to_string()),
    }
}

fn insert(db: &Write, name: String, now: Timestamp) -> Result<(LabProject, UserId)> {
    if organizations::count_with_slug(db, SLUG, MOST)? >= MOST {
        let detail = format!(
            "There are {MOST} lab projects already. Delete some with DELETE /_lab/projects/ID/, or reset the server."
        );
        return Err(Error::request(detail));
    }
    let id = random_id();
    let owner = User {
        first_name: "Owner".into(),
        ..accounts::new_user(format!("{id}@lab.hoglet.local"), now)
    };
    let owner = users::insert(db, &owner, None)?;
    let organization = Organization {
        slug: format!("{SLUG}{id}"),
        ..accounts::new_organization(db, name.clone(), now)?
    };
    organizations::insert(db, &organization)?;
    users::join(
        db,
        organization.id,
        &accounts::new_member(owner, Level::Owner, now),
    )?;
    let project = accounts::create_project(db, organization.id, &name, now)?;
    users::set_current_project(db, owner, project.id)?;
    let (personal_key, secret_key) = (Secret::generate("phx_"), Secret::generate("phs_"));
    let key = PersonalApiKey {
        label: "Lab".into(),
        scopes: vec!["*".into()],
        scoped_teams: vec![project.id],
        ..personal_api_keys::blank(owner, now)
    };
    personal_api_keys::insert(db, key, &personal_key)?;
    let origin = Origin {
        project: project.id,
        by: Some(owner),
        now,
    };
    let scopes = vec![access::FLAGS.into()];
    project_secret_api_keys::insert(db, origin, "Lab".into(), scopes, &secret_key)?;
    let made = LabProject {
        project,
        personal_key,
        secret_key,
        refs: Map::new(),
    };
    Ok((made, owner))
}

/// Deletes the project `id` with all that it has; of a project of a test, also its organization, owner and keys.
///
/// Errors: `NotFound`.
pub fn delete(store: &Store, capture: &Capture, id: ProjectId) -> Result<()> {
    store.write(move |db| {
        let missing = Error::NotFound("There is no project with this id.");
        let project = table::find(db, id)?.ok_or(missing)?;
        removal::project(db, id)?;
        let organization = organizations::find(db, project.organization)?;
        if organization.is_some_and(|organization| organization.slug.starts_with(SLUG))
            && table::count(db, project.organization)? == 0
        {
            removal::organization(db, project.organization)?;
        }
        Ok::<_, Error>(())
    })?;
    capture.recent.remove(id);
    capture.refused.remove(id);
    store.forget(id);
    Ok(())
}
