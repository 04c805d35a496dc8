//! The list `sharing_configurations`.

use serde_json::json;

use super::{
    file::{Item, check_keys},
    read::{self, captured, count, exact, instant, invalid, password_hash, word},
    work::{Shareable, Thing, Work},
};
use crate::{
    domain::{
        Error, Form, Origin, Result,
        sharing::{self, MOST_PASSWORDS},
    },
    model::{AccessToken, Json, Parent, ParentKind, Secret, SharePasswordId, SharingConfiguration},
    store::sharing as table,
};

/// The keys of a password.
const PASSWORD_KEYS: &[&str] = &["password", "hash", "note", "id", "created_at", "created_by"];

/// The passwords of a configuration of which the file has no hash, in the order of the file.
///
/// Errors: also if there are more than the API allows, before time is spent on hashing them.
pub fn passwords(form: &Form) -> Result<Vec<Secret>> {
    let found = each_password(form, |form| {
        if password_hash(form, "hash")?.is_some() {
            return match form.raw("password") {
                None => Ok(None),
                Some(_) => Err(invalid("hash", "is instead of a password")),
            };
        }
        form.field("password").text(None)?.required("password")?;
        Ok(Some(Secret::new(exact(form, "password"))))
    })?;
    let count = found.len();
    match count > MOST_PASSWORDS {
        true => {
            let what = format!("has {count} passwords, at most {MOST_PASSWORDS}");
            Err(invalid("passwords", what))
        }
        false => Ok(found.into_iter().flatten().collect()),
    }
}

/// Calls `read` for each object in the list `passwords`.
fn each_password<T>(form: &Form, mut read: impl FnMut(&Form) -> Result<T>) -> Result<Vec<T>> {
    let mut read = |item| match item {
        Json::Object(fields) => {
            let form = Form::object(fields);
            check_keys(&form, PASSWORD_KEYS)?;
            read(&form)
        }
        _ => Err(Error::request("expected an object")),
    };
    let items = form.field("passwords").nullable().list()?.value();
    let items = items.unwrap_or_default().into_iter().enumerate();
    let read = |(index, item)| {
        read(item).map_err(|error: Error| error.within(&format!("passwords__{index}")))
    };
    items.map(read).collect()
}

pub fn add_share(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let Shareable { kind, origin, id } = shared(work, form)?;
    let (name, short_id) = (None, None); // only for the activity log, which gets no entry
    let parent = Parent {
        kind,
        id,
        name,
        short_id,
    };
    let configuration = configuration(form)?;
    let created_at = instant(form, "created_at")?.unwrap_or(work.now);
    let stored = sharing::insert(work.db, origin.project, &parent, &configuration, created_at)
        .map_err(|error| error.at("session_recording"))?;
    let (views, last) = (count(form, "views")?, instant(form, "last_viewed_at")?);
    table::set_views(work.db, origin.project, stored.number, views, last)?;
    for (date, views) in days(form)? {
        if !table::set_day(work.db, origin.project, stored.number, &date, views)? {
            let what = format!("{date:?} is no day such as 2026-01-02");
            return Err(invalid("views_by_day", what));
        }
    }
    let owner = origin.by.or(work.owner(origin.project));
    let mut hashes = item.hashes.iter();
    each_password(form, |form| {
        let given = password_hash(form, "hash")?;
        let hash = given.as_ref().or_else(|| hashes.next());
        let hash = hash.ok_or_else(|| invalid("password", "must be a hash in JSON lines"))?;
        let by = match form.raw("created_by") {
            None => owner,
            Some(_) => work.find_any(form, "created_by")?,
        };
        let id = Some(read::id(form)?).filter(|id| *id != 0);
        let (id, note) = (id.map(SharePasswordId), sharing::note(form)?);
        let created_at = instant(form, "created_at")?.unwrap_or(work.now);
        Ok(table::insert_password(
            work.db,
            stored.number,
            id,
            hash,
            &note,
            by,
            created_at,
        )?)
    })?;
    let report = json!({"access_token": configuration.access_token});
    work.created(form, Thing::Leaf, report)
}

/// How often the link was opened on each day.
fn days(form: &Form) -> Result<Vec<(String, i64)>> {
    const NAME: &str = "views_by_day";
    let members = match form.raw(NAME) {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Object(members)) => members,
        Some(_) => return Err(invalid(NAME, "must be an object")),
    };
    let read = |(date, views): &(String, Json)| match views {
        Json::Int(digits) if date.len() == 10 => {
            digits.parse().ok().map(|views| (date.clone(), views))
        }
        _ => None,
    };
    let days = members.iter().map(read).collect::<Option<_>>();
    days.ok_or_else(|| invalid(NAME, "must have counts by days such as 2026-01-02"))
}

/// The configuration. Default: enabled, and password protected if there are passwords.
fn configuration(form: &Form) -> Result<SharingConfiguration> {
    let mut configuration = SharingConfiguration {
        enabled: true,
        password_required: form.raw("passwords").is_some_and(Json::is_truthy),
        ..sharing::unsaved()
    };
    sharing::read(&mut configuration, form)?;
    check_settings(form, &configuration)?;
    if let Some(token) = word(form, "access_token")? {
        configuration.access_token = AccessToken(token);
    }
    configuration.ends_at = sharing::read_end(form)?.value();
    Ok(configuration)
}

/// Errors: `Invalid` for an unknown setting, which the API would ignore.
fn check_settings(form: &Form, configuration: &SharingConfiguration) -> Result<()> {
    let Some(Json::Object(sent)) = form.raw("settings") else {
        return Ok(());
    };
    let kept = json!(configuration.settings);
    let is_lost = |(key, value): &&(String, Json)| *value != Json::Null && kept.get(key).is_none();
    match sent.iter().find(is_lost) {
        Some((key, _)) => Err(invalid(
            format!("settings__{key}"),
            format!("unknown field `{key}`"),
        )),
        None => Ok(()),
    }
}

/// The one object that the file names.
fn shared(work: &Work, form: &Form) -> Result<Shareable> {
    let project = work.find_any(form, "project")?;
    let mut named = Vec::new();
    for kind in ParentKind::ALL {
        named.extend(captured(form, kind.name(), None)?.map(|name| (kind, name)));
    }
    let [(kind, id)] = &named[..] else {
        let keys = ParentKind::ALL.map(ParentKind::name).join(", ");
        return Err(Error::request(format!("needs exactly one of {keys}")));
    };
    if *kind != ParentKind::SessionRecording || work.knows(id) {
        return work.shareable(*kind, id, kind.name().into(), project);
    }
    let what = format!("{id:?} is no ref; the id of a recording needs a project beside it");
    let origin = Origin {
        project: project.ok_or_else(|| invalid(kind.name(), what))?,
        by: None,
        now: work.now,
    };
    Ok(Shareable {
        kind: *kind,
        origin,
        id: id.clone(),
    })
}
