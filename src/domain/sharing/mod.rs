//! Sharing: showing how something is shared stores nothing, the first change does. The same for four kinds of parents
//! (`sharing.md` 1 to 5).

mod log;
mod passwords;
mod settings;

pub use passwords::{AddedPassword, add_password, delete_password};

pub(super) use log::{RECORDINGS, scope};
pub(super) use passwords::{MOST_PASSWORDS, note};
pub(super) use settings::theme;

use super::{Context, Error, Field, Form, Listing, Page, Refused, Result};
use crate::{
    model::{
        AccessToken, Feature, Json, Parent, ParentKind, ProjectId, Share, SharingConfiguration,
        StoredSharing, Timestamp,
    },
    store::{Read, Store, Write, organizations, parents, sharing as table, sharing_list},
};

/// How long an old token works after a rotation, in seconds.
const GRACE: i64 = 300;

/// The most characters in a recording's id.
pub(super) const RECORDING_ID_LENGTH: usize = 200;

/// A page of all shares of the project, including those that are switched off; newest first.
pub fn list(store: &Store, context: Context, page: Page) -> Result<Listing<Share>> {
    store.read(|db| {
        Ok(Listing {
            items: sharing_list::page(db, context.project, page.limit, page.offset, context.now)?,
            count: sharing_list::count(db, context.project)?,
        })
    })
}

/// The share of the parent `id` as in the list of all shares.
///
/// Errors: as for [`find_parent`]; `NotFound` if nothing about it was ever stored.
pub fn find(store: &Store, context: Context, kind: ParentKind, id: &str) -> Result<Share> {
    store.read(|db| listed(db, context, &find_parent(db, context, kind, id)?))
}

/// Changes when the share of the parent `id` ends, as `form` says. Its links open nothing from then on, old ones included.
///
/// Errors: as for [`find_parent`], those of `form`, then `Invalid`.
pub fn set_end(
    store: &Store,
    context: Context,
    kind: ParentKind,
    id: String,
    form: Result<Form>,
) -> Result<Share> {
    store.write(move |db| {
        let parent = find_parent(db, context, kind, &id)?;
        change_end(db, context, &parent, &form?)?;
        listed(db, context, &parent)
    })
}

/// How the parent `id` is shared; if that was never stored, what the first change would start from.
///
/// Errors: as for [`find_parent`].
pub fn show(
    store: &Store,
    context: Context,
    kind: ParentKind,
    id: &str,
) -> Result<SharingConfiguration> {
    store.read(|db| configuration(db, context, &find_parent(db, context, kind, id)?))
}

/// Changes how the parent `id` is shared as `form` says; what it leaves out stays.
///
/// Disabling, and starting to ask for a password, ends the old tokens that a rotation left alive.
/// Errors: as for [`find_parent_to_change`], those of `form`, `Bare` without the feature, then `Invalid`.
pub fn update(
    store: &Store,
    context: Context,
    kind: ParentKind,
    id: String,
    form: Result<Form>,
) -> Result<SharingConfiguration> {
    store.write(move |db| {
        let parent = find_parent_to_change(db, context, kind, &id, &form)?;
        change(db, context, &parent, &form?)
    })
}

/// Gives the share of the parent `id` a new token; the old one works for five more minutes.
///
/// All else is carried over, the active passwords too if the share asks for one.
/// Errors: as for [`find_parent_to_change`]; `form` is not used for anything else.
pub fn refresh(
    store: &Store,
    context: Context,
    kind: ParentKind,
    id: String,
    form: Result<Form>,
) -> Result<SharingConfiguration> {
    store.write(move |db| {
        let parent = find_parent_to_change(db, context, kind, &id, &form)?;
        rotate(db, context, &parent)
    })
}

/// The parent that a path names; any text that is not too long and has no NUL names a recording. Errors: `NotFound`; `Invalid`
/// for another text.
fn find_parent(db: &Read, context: Context, kind: ParentKind, id: &str) -> Result<Parent> {
    let project = context.project;
    let (found, missing) = match kind {
        ParentKind::Insight => (parents::insight(db, project, id)?, "Insight not found."),
        ParentKind::Dashboard => (parents::dashboard(db, project, id)?, "Dashboard not found."),
        ParentKind::Notebook => (parents::notebook(db, project, id)?, "Notebook not found."),
        ParentKind::SessionRecording => {
            if id.chars().count() > RECORDING_ID_LENGTH {
                let detail =
                    format!("Ensure this field has no more than {RECORDING_ID_LENGTH} characters.");
                return Err(Error::field("recording_id", "max_length", detail));
            }
            if id.contains('\0') {
                let detail = "Null characters are not allowed.";
                return Err(Error::field(
                    "recording_id",
                    "null_characters_not_allowed",
                    detail,
                ));
            }
            return Ok(Parent {
                kind,
                id: id.to_owned(),
                name: None,
                short_id: None,
            });
        }
    };
    found.ok_or(Error::NotFound(missing))
}

/// The parent that a path names, before a change. A body that cannot be read is not an error here.
///
/// Errors: as for [`find_parent`]; `Denied` if `form` enables the share and the organization forbids public sharing.
fn find_parent_to_change(
    db: &Read,
    context: Context,
    kind: ParentKind,
    id: &str,
    form: &Result<Form>,
) -> Result<Parent> {
    let parent = find_parent(db, context, kind, id)?;
    match form {
        Ok(form) if is_truthy(form, "enabled") => check_public_sharing(db, context)?,
        _ => {}
    }
    Ok(parent)
}

fn configuration(db: &Read, context: Context, parent: &Parent) -> Result<SharingConfiguration> {
    Ok(table::find(db, context.project, parent)?.unwrap_or_else(unsaved))
}

fn listed(db: &Read, context: Context, parent: &Parent) -> Result<Share> {
    let found = sharing_list::find(db, context.project, parent, context.now)?;
    found.ok_or(Error::NotFound("This was never shared."))
}

fn change_end(db: &Write, context: Context, parent: &Parent, form: &Form) -> Result<()> {
    let before = configuration(db, context, parent)?;
    let ends_at = read_end(form)?.or_keep(before.ends_at);
    if before.stored.is_none() {
        insert(db, context.project, parent, &before, context.now)?;
    }
    if ends_at != before.ends_at {
        table::end(db, context.project, parent, ends_at)?;
        log::record_end(db, context, parent, before.ends_at, ends_at)?;
    }
    Ok(())
}

/// Reads when a share ends from `form`. Errors: `Invalid`.
pub(super) fn read_end(form: &Form) -> Result<Field<Timestamp>> {
    const NAME: &str = "expires_at";
    match form.field(NAME).nullable().text(None)? {
        Field::Absent => Ok(Field::Absent),
        Field::Null => Ok(Field::Null),
        Field::Value(text) => match text.parse() {
            Ok(instant) => Ok(Field::Value(instant)),
            Err(_) => {
                let detail = "Enter an instant such as 2026-01-02T03:04:05Z.";
                Err(Error::field(NAME, "invalid_input", detail))
            }
        },
    }
}

fn change(
    db: &Write,
    context: Context,
    parent: &Parent,
    form: &Form,
) -> Result<SharingConfiguration> {
    if !context.features.has(Feature::AccessControl) && is_truthy(form, "password_required") {
        let text = "Sharing with password requires the Access Control feature";
        return Err(Error::Bare(Refused::Denied, text));
    }
    let (project, now) = (context.project, context.now);
    let mut configuration = configuration(db, context, parent)?;
    let was_protected = configuration.password_required;
    let enabled = read(&mut configuration, form)?;
    match configuration.stored {
        Some(stored) => table::update(db, project, stored.number, &configuration)?,
        None => configuration.stored = Some(insert(db, project, parent, &configuration, now)?),
    }
    if enabled == Some(false) || (configuration.password_required && !was_protected) {
        table::end_grace(db, project, parent, now)?;
    }
    if parent.kind != ParentKind::Dashboard || form.raw("enabled").is_some() {
        log::record_switch(db, context, parent, configuration.enabled)?;
    }
    Ok(configuration)
}

/// Reads `form` into `configuration`; what it leaves out stays. Returns `enabled`, if it was sent. Errors: `Invalid`.
pub(super) fn read(configuration: &mut SharingConfiguration, form: &Form) -> Result<Option<bool>> {
    let boolean = |name| form.field(name).optional().boolean()?.not_null(name);
    let enabled = boolean("enabled")?;
    let settings = settings::read(form)?;
    let required = boolean("password_required")?;
    configuration.enabled = enabled.unwrap_or(configuration.enabled);
    configuration.settings = settings.or_keep(configuration.settings);
    configuration.password_required = required.unwrap_or(configuration.password_required);
    Ok(enabled)
}

fn rotate(db: &Write, context: Context, parent: &Parent) -> Result<SharingConfiguration> {
    let (project, now) = (context.project, context.now);
    let before = configuration(db, context, parent)?;
    if let Some(StoredSharing { number: old, .. }) = before.stored {
        table::retire(db, project, old, now.plus_seconds(GRACE))?;
        let new = table::succeed(db, project, old, &AccessToken::generate(), now)?;
        if before.password_required {
            table::copy_passwords(db, old, new, now)?;
        }
    } else {
        insert(db, project, parent, &before, now)?;
    }
    log::record_refresh(db, context, parent)?;
    configuration(db, context, parent)
}

/// How something is shared before anything is stored: not at all.
pub(super) fn unsaved() -> SharingConfiguration {
    SharingConfiguration {
        stored: None,
        enabled: false,
        access_token: AccessToken::generate(),
        settings: None,
        password_required: false,
        ends_at: None,
        share_passwords: Vec::new(),
    }
}

/// Stores the first `configuration` of `parent`, and a recording itself with it.
pub(super) fn insert(
    db: &Write,
    project: ProjectId,
    parent: &Parent,
    configuration: &SharingConfiguration,
    created_at: Timestamp,
) -> Result<StoredSharing> {
    if parent.kind == ParentKind::SessionRecording {
        parents::insert_recording(db, project, &parent.id)?;
    }
    let number = table::insert(db, project, parent, configuration, created_at)?;
    Ok(StoredSharing { number, created_at })
}

/// Whether `form` has a value for `name` that is true in Python. The reference checks features and permissions this way,
/// so the text `false` counts as true here.
fn is_truthy(form: &Form, name: &str) -> bool {
    form.raw(name).is_some_and(Json::is_truthy)
}

/// Returns `Denied` if the organization forbids public sharing and has the feature that enforces this setting.
fn check_public_sharing(db: &Read, context: Context) -> Result<()> {
    let organization = organizations::find(db, context.organization)?.ok_or(Error::NOT_FOUND)?;
    let is_enforced = context.features.has(Feature::OrganizationSecuritySettings);
    if is_enforced && !organization.allow_publicly_shared_resources {
        let detail = "Public sharing is disabled for this organization.";
        return Err(Error::Denied(detail.into()));
    }
    Ok(())
}
