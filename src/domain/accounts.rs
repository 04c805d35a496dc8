//! Organizations, projects and users: what the endpoints about the caller's account return, and creating them.

use super::{Caller, Error, Form, Listing, Page, Result, WithUsers, auth, personal_api_keys};
use crate::{
    model::{
        Feature, Features, Level, Member, Organization, OrganizationId, PersonalApiKey, Project,
        ProjectId, ProjectSettings, Secret, Timestamp, User, UserId, ordered_uuid, random_id,
    },
    store::{Read, Store, Write, organizations, projects, users},
};

/// The most characters in a user's first or last name.
const NAME_LENGTH: usize = 150;

/// A user with the user's organizations and current project.
pub struct Account {
    pub user: User,
    /// The organizations that the user belongs to, oldest first.
    pub memberships: Vec<Membership>,
    pub project: Option<Project>,
    pub organization: Option<OrganizationId>,
}

pub fn account(store: &Store, caller: Caller) -> Result<Account> {
    store.read(|db| find_account(db, caller.user))
}

/// Changes the caller's names; what `form` leaves out stays. Errors: the error of `form`, then `Invalid`.
pub fn update_names(store: &Store, caller: Caller, form: Result<Form>) -> Result<Account> {
    store.write(move |db| {
        let form = form?;
        let mut account = find_account(db, caller.user)?;
        let name = |field| form.field(field).blank().text(NAME_LENGTH)?.not_null(field);
        let (first, last) = (name("first_name")?, name("last_name")?);
        account.user.first_name = first.unwrap_or(account.user.first_name);
        account.user.last_name = last.unwrap_or(account.user.last_name);
        users::update_names(db, &account.user)?;
        Ok(account)
    })
}

fn find_account(db: &Read, user: UserId) -> Result<Account> {
    Ok(Account {
        user: users::find(db, user)?.ok_or(Error::NOT_FOUND)?,
        memberships: memberships(db, user)?,
        project: auth::current_project(db, user)?,
        organization: auth::current_organization(db, user)?,
    })
}

/// The organizations that the caller belongs to and its key reaches, oldest first.
pub fn organizations(store: &Store, caller: Caller) -> Result<Vec<Membership>> {
    store.read(|db| {
        let key = personal_api_keys::in_use(db, caller)?;
        let mut all = memberships(db, caller.user)?;
        all.retain(|membership| auth::reaches(key.as_ref(), membership.organization.id));
        Ok(all)
    })
}

/// The organization that `segment` of a path names: a UUID, or `@current`.
///
/// Errors: `NotFound` if there is no such organization or the caller is not a member.
pub fn organization(store: &Store, caller: Caller, segment: &str) -> Result<Membership> {
    store.read(|db| find_organization(db, caller.user, segment))
}

/// A page of the active members of the organization that `segment` of a path names, who joined last first.
///
/// Errors: `NotFound` if there is no such organization or the caller is not a member.
pub fn members(
    store: &Store,
    caller: Caller,
    segment: &str,
    page: Page,
) -> Result<WithUsers<Listing<Member>>> {
    store.read(|db| {
        let found = find_organization(db, caller.user, segment).map_err(organization_not_found)?;
        let items = users::members(db, found.organization.id, page.limit, page.offset)?;
        let count = found.member_count;
        WithUsers::load(db, Listing { items, count })
    })
}

/// The projects that the caller can see and whose name contains `search`; with `organization`, a segment of a path, those
/// of that organization.
///
/// Errors: `NotFound` if there is no such organization or the caller is not a member.
pub fn projects(
    store: &Store,
    caller: Caller,
    organization: Option<&str>,
    search: &str,
) -> Result<Vec<Project>> {
    store.read(|db| list_projects(db, caller, organization, search))
}

/// The project that `segment` of a path names, and how much the caller may do there; `off` are features that are off on this
/// server.
///
/// Errors, in this order: `Invalid` if it is not a number, `NotFound` if there is no such project or the caller cannot see
/// it (`http-conventions.md` 2.9), `Denied` if the key is limited to other projects.
pub fn project(
    store: &Store,
    caller: Caller,
    organization: Option<&str>,
    segment: &str,
    off: Features,
) -> Result<(Project, Level)> {
    store.read(|db| find_project(db, caller, organization, segment, off))
}

/// An organization as one of its members sees it.
pub struct Membership {
    pub organization: Organization,
    /// How much the member may do.
    pub level: Level,
    /// Its projects, oldest first.
    pub projects: Vec<Project>,
    /// How many active members it has.
    pub member_count: i64,
}

/// The organizations that `user` belongs to, oldest first.
fn memberships(db: &Read, user: UserId) -> Result<Vec<Membership>> {
    let all = organizations::of_user(db, user)?;
    all.into_iter()
        .map(|organization| membership(db, user, organization))
        .collect()
}

fn membership(db: &Read, user: UserId, organization: Organization) -> Result<Membership> {
    let id = organization.id;
    Ok(Membership {
        level: users::level(db, id, user)?.ok_or(Error::NOT_FOUND)?,
        projects: projects::of_organization(db, id)?,
        member_count: users::count_members(db, id)?,
        organization,
    })
}

/// The organization that `segment` of a path names. Errors: `NotFound`, also if `user` is not a member.
pub(super) fn find_organization(db: &Read, user: UserId, segment: &str) -> Result<Membership> {
    let id = auth::named_organization(db, user, segment)?;
    let found = id
        .map(|id| organizations::find(db, id))
        .transpose()?
        .flatten();
    let organization = found.ok_or(Error::NOT_FOUND)?;
    membership(db, user, organization)
}

fn list_projects(
    db: &Read,
    caller: Caller,
    organization: Option<&str>,
    search: &str,
) -> Result<Vec<Project>> {
    let mut all = match organization {
        None => projects::of_user(db, caller.user)?,
        Some(segment) => {
            find_organization(db, caller.user, segment)
                .map_err(organization_not_found)?
                .projects
        }
    };
    let key = personal_api_keys::in_use(db, caller)?;
    let search = search.to_lowercase();
    all.retain(|project| {
        auth::reaches(key.as_ref(), project.organization)
            && project.name.to_lowercase().contains(&search)
    });
    Ok(all)
}

pub(super) fn find_project(
    db: &Read,
    caller: Caller,
    organization: Option<&str>,
    segment: &str,
    off: Features,
) -> Result<(Project, Level)> {
    if let Some(segment) = organization {
        find_organization(db, caller.user, segment).map_err(organization_not_found)?;
    }
    if segment != "@current" && !is_number(segment) {
        return Err(Error::request(format!(
            "Field 'id' expected a number but got '{segment}'."
        )));
    }
    let found = auth::visible_project(db, caller.user, organization, segment)?;
    let (project, level) = found.ok_or(Error::NOT_FOUND)?;
    // Admission has checked this, but `@current` may mean another project by now.
    if let Some(key) = personal_api_keys::in_use(db, caller)? {
        auth::check_limits(&key, project.id, project.organization)?;
    }
    let level = effective_level(db, project.organization, level, off)?;
    Ok((project, level))
}

/// What a member with `level` may do in the projects of `organization`: with the access control feature every member counts as
/// an admin (`keys-and-auth.md` 6.4).
pub(super) fn effective_level(
    db: &Read,
    organization: OrganizationId,
    level: Level,
    off: Features,
) -> Result<Level> {
    let organization = organizations::find(db, organization)?.ok_or(Error::NOT_FOUND)?;
    let has_access_control = organization.features.less(off).has(Feature::AccessControl);
    Ok(match has_access_control {
        true => level.max(Level::Admin),
        false => level,
    })
}

/// Whether `text` is a whole number, however large.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// The same error with the text of paths below an organization.
pub(super) fn organization_not_found(error: Error) -> Error {
    match error {
        Error::NotFound(_) => Error::NotFound("Organization not found."),
        other => other,
    }
}

/// What the owner of a new database needs for a first request.
pub struct Welcome {
    pub project: Project,
    /// The secret of the owner's key, which may do everything. Only its hash is stored.
    pub key: Secret,
}

/// Creates an organization, its owner, a project and a key that may do everything. Returns `None` if the database already
/// has an organization.
pub fn welcome(store: &Store, now: Timestamp) -> Result<Option<Welcome>> {
    store.write(move |db| create_first(db, now))
}

fn create_first(db: &Write, now: Timestamp) -> Result<Option<Welcome>> {
    if organizations::any(db)? {
        return Ok(None);
    }
    let owner = User {
        first_name: "Owner".into(),
        ..new_user("owner@hoglet.local".into(), now)
    };
    let user = users::insert(db, &owner, None)?;
    let organization = new_organization(db, "Local".into(), now)?;
    organizations::insert(db, &organization)?;
    users::join(db, organization.id, &new_member(user, Level::Owner, now))?;
    let project = create_project(db, organization.id, "Default project", now)?;
    users::set_current_project(db, user, project.id)?;
    let key = PersonalApiKey {
        label: "Made at first start".into(),
        scopes: vec!["*".into()],
        ..personal_api_keys::blank(user, now)
    };
    let secret = Secret::generate("phx_");
    personal_api_keys::insert(db, key, &secret)?;
    Ok(Some(Welcome {
        project,
        key: secret,
    }))
}

/// A new user without a password, not stored yet.
pub(super) fn new_user(email: String, now: Timestamp) -> User {
    User {
        id: UserId(0),
        uuid: ordered_uuid(),
        distinct_id: random_id(),
        email,
        first_name: String::new(),
        last_name: String::new(),
        role_at_organization: None,
        has_password: false,
        is_active: true,
        current_project: None,
        date_joined: now,
        is_email_verified: Some(true),
    }
}

/// A new membership of `user`, not stored yet.
pub(super) fn new_member(user: UserId, level: Level, now: Timestamp) -> Member {
    Member {
        id: ordered_uuid(),
        user,
        level,
        joined_at: now,
    }
}

/// A new organization with every feature, not stored yet.
pub(super) fn new_organization(db: &Read, name: String, now: Timestamp) -> Result<Organization> {
    Ok(Organization {
        id: OrganizationId(ordered_uuid()),
        slug: free_slug(db, &name)?,
        name,
        features: Features::ALL,
        allow_publicly_shared_resources: true,
        created_at: now,
        updated_at: now,
    })
}

/// The slug of a new organization: `name` in lower case with hyphens, and a number after it if the slug is taken.
/// A name without letters and digits becomes `organization`.
fn free_slug(db: &Read, name: &str) -> Result<String> {
    let words: Vec<_> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut plain = words.join("-").to_lowercase();
    if plain.is_empty() {
        plain = "organization".into();
    }
    let mut slug = plain.clone();
    for number in 2.. {
        if !organizations::is_slug_taken(db, &slug)? {
            break;
        }
        slug = format!("{plain}-{number}");
    }
    Ok(slug)
}

/// Stores a new project of `organization` with a new public token.
pub(super) fn create_project(
    db: &Write,
    organization: OrganizationId,
    name: &str,
    now: Timestamp,
) -> Result<Project> {
    let mut project = new_project(organization, name.into(), now);
    project.id = projects::insert(db, &project)?;
    Ok(project)
}

/// A new project with a new public token, not stored yet.
pub(super) fn new_project(organization: OrganizationId, name: String, now: Timestamp) -> Project {
    Project {
        id: ProjectId(0),
        uuid: ordered_uuid(),
        organization,
        api_token: format!("phc_{}", random_id()),
        name,
        timezone: "UTC".into(),
        ingested_event: false,
        created_at: now,
        updated_at: now,
        settings: ProjectSettings::default(),
    }
}
