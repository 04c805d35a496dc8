//! The lists `users`, `organizations` and `projects`.

use serde_json::json;

use super::{
    file::{Item, check_keys},
    read::{exact, id, instant, invalid, name, password_hash, text, token, uuid},
    work::{Thing, Work},
};
use crate::{
    domain::{Error, Form, Result, accounts, projects},
    model::{
        DashboardId, Features, Json, Level, Member, Organization, OrganizationId, Project,
        ProjectId, Secret, User, UserId,
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
    if sent.is_some() && text(form, "password_hash")?.is_some() {
        return Err(invalid("password_hash", "is instead of a password"));
    }
    Ok(Vec::from_iter(
        sent.map(|_| Secret::new(exact(form, "password"))),
    ))
}

pub fn add_user(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let new = accounts::new_user(name(form, "email")?, work.now);
    let distinct_id = form.field("distinct_id").nullable().text(400)?;
    let role = form.field("role_at_organization").nullable().blank();
    let given = password_hash(form, "password_hash")?;
    let hash = item.hashes.first().or(given.as_ref());
    let user = User {
        id: UserId(id(form)?),
        uuid: uuid(form, "uuid")?.unwrap_or(new.uuid),
        distinct_id: distinct_id.value().unwrap_or(new.distinct_id),
        first_name: text(form, "first_name")?.unwrap_or_default(),
        last_name: text(form, "last_name")?.unwrap_or_default(),
        role_at_organization: role.choice(&ROLES)?.value().map(Into::into),
        has_password: hash.is_some(),
        date_joined: instant(form, "date_joined")?.unwrap_or(new.date_joined),
        is_active: form.field("is_active").boolean_or(true)?,
        is_email_verified: form
            .field("is_email_verified")
            .nullable()
            .boolean()?
            .or_keep(new.is_email_verified),
        ..new
    };
    let hash = hash.map(|hash| hash.0.as_str());
    let id = if work.is_replacing {
        users::replace(work.db, &user, hash)?;
        user.id
    } else {
        users::insert(work.db, &user, hash)?
    };
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
        slug: match text(form, "slug")? {
            Some(_) => name(form, "slug")?,
            None => new.slug,
        },
        created_at: instant(form, "created_at")?.unwrap_or(new.created_at),
        updated_at: instant(form, "updated_at")?.unwrap_or(new.updated_at),
        ..new
    };
    match work.is_replacing {
        true => organizations::replace(work.db, &organization)?,
        false => organizations::insert(work.db, &organization)?,
    }
    let members = form.field("members").nullable().list()?.value();
    for (index, member) in members.unwrap_or_default().into_iter().enumerate() {
        let field = format!("members__{index}");
        join(work, organization.id, member).map_err(|error| error.within(&field))?;
    }
    let report = json!({"id": organization.id});
    work.created(form, Thing::Organization(organization.id), report)
}

/// Adds `member` to `organization`: a list of the ref of a user and a level, then, if it is known, the id of the membership and
/// when it began.
fn join(work: &mut Work, organization: OrganizationId, member: Json) -> Result<()> {
    let pair = match member {
        Json::List(pair) if (2..=4).contains(&pair.len()) => pair,
        _ => return Err(Error::request("expected a list of a user and a level")),
    };
    let names = ["0", "1", "2", "3"].map(str::to_owned);
    let form = Form::object(names.into_iter().zip(pair).collect());
    let user = work.find(&form, "0")?;
    let level = form.field("1").choice(&LEVELS.map(|(name, _)| name))?;
    let level = level.required("1")?;
    let known = LEVELS.iter().find(|(name, _)| *name == level);
    let (_, level) = known.expect("it is one of the names");
    let new = accounts::new_member(user, *level, work.now);
    let member = Member {
        id: uuid(&form, "2")?.unwrap_or(new.id),
        joined_at: instant(&form, "3")?.unwrap_or(new.joined_at),
        ..new
    };
    work.join(organization, &member)
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
    let mut project = Project {
        id: ProjectId(id(form)?),
        uuid: uuid(form, "uuid")?.unwrap_or(new.uuid),
        ingested_event: form.field("ingested_event").boolean_or(false)?,
        created_at: instant(form, "created_at")?.unwrap_or(new.created_at),
        updated_at: instant(form, "updated_at")?.unwrap_or(new.updated_at),
        api_token: token(form, "api_token", "phc_", "-_")?.unwrap_or(new.api_token),
        ..new
    };
    settings(work, form, &mut project)?;
    let id = if work.is_replacing {
        project_table::replace(work.db, &project)?;
        project.id
    } else {
        project_table::insert(work.db, &project)?
    };
    work.access.project.get_or_insert_with(|| Project {
        id,
        ..project.clone()
    });
    work.projects.push(id);
    work.welcome_members(organization, id, form.raw("current_of").is_none())?;
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

/// Sets what the admins of `project` can change, from `timezone` and the object `settings` of `form`.
fn settings(work: &Work, form: &Form, project: &mut Project) -> Result<()> {
    const SETTINGS: &str = "settings";
    let fields = match form.raw(SETTINGS) {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Object(fields)) => fields.clone(),
        Some(_) => return Err(invalid(SETTINGS, "must be an object")),
    };
    let read = |project: &mut Project, fields| {
        let form = Form::object(fields);
        check_keys(&form, projects::SETTINGS)?;
        // Dashboards come later: this one cannot be looked up yet.
        let dashboard = form.field("primary_dashboard").nullable().pk()?.value();
        let fields = form.names().filter(|name| *name != "primary_dashboard");
        let fields = fields.filter_map(|name| Some((name.to_owned(), form.raw(name)?.clone())));
        projects::read(work.db, project, &Form::object(fields.collect()))?;
        project.settings.primary_dashboard = dashboard.map(DashboardId);
        Ok(())
    };
    read(project, fields).map_err(|error: Error| error.within(SETTINGS))?;
    let outside = ["timezone", "session_recording_opt_in"];
    let outside = outside.map(|name| Some((name.to_owned(), form.raw(name)?.clone())));
    let outside = Form::object(outside.into_iter().flatten().collect());
    projects::read(work.db, project, &outside)
}
