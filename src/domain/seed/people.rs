//! The lists `users`, `organizations` and `projects`.

use serde_json::json;

use super::{
    file::Item,
    read::{exact, id, invalid, name, text, token, uuid},
    work::{Thing, Work},
};
use crate::{
    domain::{Error, Form, Result, accounts, projects},
    model::{
        Features, Json, Level, Organization, OrganizationId, Project, ProjectId, ProjectSettings,
        Secret, User, UserId,
    },
    store::{organizations, projects as project_table, users},
};

/// The values of `role_at_organization`.
const ROLES: [&str; 9] = [
    "engineering",
    "data",
    "product",
    "founder",
    "leadership",
    "marketing",
    "sales",
    "other",
    "",
];

/// The levels of members by name.
const LEVELS: [(&str, Level); 3] = [
    ("member", Level::Member),
    ("admin", Level::Admin),
    ("owner", Level::Owner),
];

/// The user's password: none or one.
pub fn password(form: &Form) -> Result<Vec<Secret>> {
    let sent = form.field("password").nullable().text(None)?.value();
    Ok(Vec::from_iter(
        sent.map(|_| Secret::new(exact(form, "password"))),
    ))
}

pub fn add_user(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let new = accounts::new_user(name(form, "email")?, work.now);
    let distinct_id = form.field("distinct_id").nullable().text(400)?;
    let role = form.field("role_at_organization").nullable().blank();
    let user = User {
        id: UserId(id(form)?),
        uuid: uuid(form, "uuid")?.unwrap_or(new.uuid),
        distinct_id: distinct_id.value().unwrap_or(new.distinct_id),
        first_name: text(form, "first_name")?.unwrap_or_default(),
        last_name: text(form, "last_name")?.unwrap_or_default(),
        role_at_organization: role.choice(&ROLES)?.value().map(Into::into),
        has_password: !item.hashes.is_empty(),
        is_active: form.field("is_active").boolean_or(true)?,
        is_email_verified: form
            .field("is_email_verified")
            .nullable()
            .boolean()?
            .or_keep(new.is_email_verified),
        ..new
    };
    let hash = item.hashes.first().map(|hash| hash.0.as_str());
    let id = users::insert(work.db, &user, hash)?;
    let report =
        json!({"id": id, "uuid": user.uuid, "distinct_id": user.distinct_id, "email": user.email});
    work.created(form, Thing::User(id), report)
}

pub fn add_organization(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let new = accounts::new_organization(work.db, name(form, "name")?, work.now)?;
    let organization = Organization {
        id: uuid(form, "id")?.map_or(new.id, OrganizationId),
        features: features(form)?,
        allow_publicly_shared_resources: form
            .field("allow_publicly_shared_resources")
            .boolean_or(true)?,
        ..new
    };
    organizations::insert(work.db, &organization)?;
    let members = form.field("members").nullable().list()?.value();
    for (index, member) in members.unwrap_or_default().into_iter().enumerate() {
        let field = format!("members__{index}");
        join(work, organization.id, member).map_err(|error| error.within(&field))?;
    }
    let report = json!({"id": organization.id});
    work.created(form, Thing::Organization(organization.id), report)
}

/// Adds `member`, a list of the ref of a user and a level, to `organization`.
fn join(work: &mut Work, organization: OrganizationId, member: Json) -> Result<()> {
    let pair = match member {
        Json::List(pair) if pair.len() == 2 => pair,
        _ => return Err(Error::request("expected a list of a user and a level")),
    };
    let names = ["0".to_owned(), "1".to_owned()];
    let form = Form::object(names.into_iter().zip(pair).collect());
    let user = work.find(&form, "0")?;
    let level = form.field("1").choice(&LEVELS.map(|(name, _)| name))?;
    let level = level.required("1")?;
    let known = LEVELS.iter().find(|(name, _)| *name == level);
    let (_, level) = known.expect("it is one of the names");
    work.join(organization, user, *level)
}

/// The paid features: `"all"`, the default, or a list of their keys.
fn features(form: &Form) -> Result<Features> {
    let sent = form.raw("features");
    if sent.is_none_or(|sent| *sent == "all".into()) {
        return Ok(Features::ALL);
    }
    let keys = form.field("features").texts(None)?.required("features")?;
    let mut features = Features::default();
    for (index, key) in keys.iter().enumerate() {
        let feature = key.parse();
        features = features.with(feature.map_err(|what: String| {
            invalid(format!("features__{index}"), format!("{key:?}: {what}"))
        })?);
    }
    Ok(features)
}

pub fn add_project(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let organization = work.find(form, "org")?;
    let name = form
        .field("name")
        .text(projects::NAME_LENGTH)?
        .required("name")?;
    let new = accounts::new_project(organization, name, work.now);
    let project = Project {
        id: ProjectId(id(form)?),
        api_token: token(form, "api_token", "phc_", "-_")?.unwrap_or(new.api_token),
        settings: ProjectSettings {
            session_recording_opt_in: form.field("session_recording_opt_in").boolean_or(false)?,
            ..new.settings
        },
        ..new
    };
    let id = project_table::insert(work.db, &project)?;
    work.access.project.get_or_insert_with(|| Project {
        id,
        ..project.clone()
    });
    work.projects.push(id);
    work.welcome_members(organization, id)?;
    let users = match form.raw("current_of") {
        Some(Json::List(_)) => work.find_all(form, "current_of")?,
        _ => Vec::from_iter(work.find_any(form, "current_of")?),
    };
    for user in users {
        work.settle(user, id)?;
    }
    let report = json!({"id": id, "uuid": project.uuid, "api_token": project.api_token});
    work.created(form, Thing::Project(id), report)
}
