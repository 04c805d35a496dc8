//! The list `sharing_configurations`.

use serde_json::json;

use super::{
    file::{Item, check_keys},
    read::{exact, instant, invalid, text},
    work::{Shareable, Thing, Work},
};
use crate::{
    domain::{
        Error, Form, Origin, Result,
        sharing::{self, MOST_PASSWORDS},
    },
    model::{AccessToken, Json, Parent, ParentKind, Secret, SharingConfiguration},
    store::sharing as table,
};

/// The most characters in an access token.
const TOKEN_LENGTH: usize = 400;

/// The passwords of a configuration, in the order of the file.
///
/// Errors: also if there are more than the API allows, before time is spent on hashing them.
pub fn passwords(form: &Form) -> Result<Vec<Secret>> {
    let found = each_password(form, |form| {
        form.field("password").text(None)?.required("password")?;
        Ok(Secret::new(exact(form, "password")))
    })?;
    let count = found.len();
    match count > MOST_PASSWORDS {
        true => {
            let what = format!("has {count} passwords, at most {MOST_PASSWORDS}");
            Err(invalid("passwords", what))
        }
        false => Ok(found),
    }
}

/// Calls `read` for each object in the list `passwords`.
fn each_password<T>(form: &Form, read: impl Fn(&Form) -> Result<T>) -> Result<Vec<T>> {
    let read = |item| match item {
        Json::Object(fields) => {
            let form = Form::object(fields);
            check_keys(&form, &["password", "note"])?;
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
    let by = origin.by.or(work.owner(origin.project));
    let notes = each_password(form, sharing::note)?;
    for (note, hash) in notes.iter().zip(&item.hashes) {
        table::insert_password(work.db, stored.number, hash, note, by, work.now)?;
    }
    let report = json!({"access_token": configuration.access_token});
    work.created(form, Thing::Leaf, report)
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
    if let Some(token) = text(form, "access_token")? {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !(1..=TOKEN_LENGTH).contains(&token.len()) || !token.bytes().all(fits) {
            let what = format!("must be 1 to {TOKEN_LENGTH} letters, digits, - and _");
            return Err(invalid("access_token", what));
        }
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
        named.extend(text(form, kind.name())?.map(|name| (kind, name)));
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
