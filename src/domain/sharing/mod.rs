//! Sharing: a look makes nothing, the first change stores; one code for four kinds of parents (`sharing.md` 1 to 5).

mod log;
mod passwords;
mod settings;

pub use log::scope;
pub use passwords::{
    MOST_PASSWORDS, NewPassword, add_password, delete_password, new_password, note,
};
pub use settings::theme;

use super::{Context, Error, Form, Listing, Page, Refused, Result};
use crate::{
    model::*,
    store::{Read, Store, Write, organizations, parents, sharing as table, sharing_list},
};

/// How long an old token works after a rotation, in seconds.
const GRACE: i64 = 300;

/// The most characters in a recording's id.
pub const RECORDING_ID_LENGTH: usize = 200;

/// The thing of the context's project that a path names; every text names a recording. Errors: `NotFound`.
pub fn parent(db: &Read, context: Context, kind: ParentKind, id: &str) -> Result<Parent> {
    let project = context.project;
    let (found, missing) = match kind {
        ParentKind::Insight => (parents::insight(db, project, id)?, "Insight not found."),
        ParentKind::Dashboard => (parents::dashboard(db, project, id)?, "Dashboard not found."),
        ParentKind::Notebook => (parents::notebook(db, project, id)?, "Notebook not found."),
        ParentKind::SessionRecording => {
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

/// The thing that a path names, about to be changed as `form` says; a body that is no form has no say here.
///
/// Errors: `NotFound`; `Denied` when the organization forbids what is asked.
pub fn open(
    db: &Read,
    context: Context,
    kind: ParentKind,
    id: &str,
    form: &Result<Form>,
) -> Result<Parent> {
    let parent = parent(db, context, kind, id)?;
    match form {
        Ok(form) if is_truthy(form, "enabled") => check_public_sharing(db, context)?,
        _ => {}
    }
    Ok(parent)
}

/// How `parent` is shared; when that was never stored, what the first change would start from.
pub fn show(db: &Read, context: Context, parent: &Parent) -> Result<SharingConfiguration> {
    Ok(table::find(db, context.project, parent)?.unwrap_or_else(unsaved))
}

/// A page of all that the project shares or once shared, the newest share first.
pub fn list(store: &Store, context: Context, page: Page) -> Result<Listing<Share>> {
    store.read(|db| {
        Ok(Listing {
            items: sharing_list::page(db, context.project, page.limit, page.offset)?,
            count: sharing_list::count(db, context.project)?,
        })
    })
}

/// Changes how `parent` is shared as `form` says; what it leaves out stays.
///
/// Disabling, and starting to ask for a password, ends the old tokens that a rotation left alive.
/// Errors: `Bare` without the feature, then `Invalid`.
pub fn update(
    db: &Write,
    context: Context,
    parent: &Parent,
    form: &Form,
) -> Result<SharingConfiguration> {
    if !context.features.has(Feature::AccessControl) && is_truthy(form, "password_required") {
        let text = "Sharing with password requires the Access Control feature";
        return Err(Error::Bare(Refused::Denied, text));
    }
    let mut configuration = show(db, context, parent)?;
    let was_protected = configuration.password_required;
    let enabled = read(&mut configuration, form)?;
    match configuration.stored {
        Some(stored) => table::update(db, context.project, stored.number, &configuration)?,
        None => {
            configuration.stored = Some(store(
                db,
                context.project,
                parent,
                &configuration,
                context.now,
            )?)
        }
    }
    if enabled == Some(false) || (configuration.password_required && !was_protected) {
        table::end_grace(db, context.project, parent, context.now)?;
    }
    if parent.kind != ParentKind::Dashboard || form.raw("enabled").is_some() {
        log::switched(db, context, parent, configuration.enabled)?;
    }
    Ok(configuration)
}

/// Reads `form` into `configuration`; what it leaves out stays. Returns `enabled`, if it was sent. Errors: `Invalid`.
pub fn read(configuration: &mut SharingConfiguration, form: &Form) -> Result<Option<bool>> {
    let boolean = |name| form.field(name).optional().boolean()?.not_null(name);
    let enabled = boolean("enabled")?;
    let settings = settings::read(form)?;
    let required = boolean("password_required")?;
    configuration.enabled = enabled.unwrap_or(configuration.enabled);
    configuration.settings = settings.or_keep(configuration.settings);
    configuration.password_required = required.unwrap_or(configuration.password_required);
    Ok(enabled)
}

/// Gives the share of `parent` a new token; the old one works for five minutes more.
///
/// All else is carried over, the active passwords too if the share asks for one.
pub fn refresh(db: &Write, context: Context, parent: &Parent) -> Result<SharingConfiguration> {
    let (project, now) = (context.project, context.now);
    let before = show(db, context, parent)?;
    if let Some(StoredSharing { number: old, .. }) = before.stored {
        table::retire(db, project, old, now.plus_seconds(GRACE))?;
        let new = table::succeed(db, project, old, &AccessToken::generate(), now)?;
        if before.password_required {
            table::copy_passwords(db, old, new, now)?;
        }
    } else {
        store(db, project, parent, &before, now)?;
    }
    log::refreshed(db, context, parent)?;
    show(db, context, parent)
}

/// How an object is shared before anything is stored: not at all.
pub fn unsaved() -> SharingConfiguration {
    SharingConfiguration {
        stored: None,
        enabled: false,
        access_token: AccessToken::generate(),
        settings: None,
        password_required: false,
        share_passwords: Vec::new(),
    }
}

/// Stores the first `configuration` of `parent`, and a recording itself with it. Errors: `Invalid` for too long an id.
pub fn store(
    db: &Write,
    project: ProjectId,
    parent: &Parent,
    configuration: &SharingConfiguration,
    created_at: Timestamp,
) -> Result<StoredSharing> {
    if parent.kind == ParentKind::SessionRecording {
        if parent.id.chars().count() > RECORDING_ID_LENGTH {
            let detail =
                format!("Ensure this field has no more than {RECORDING_ID_LENGTH} characters.");
            return Err(Error::field("recording_id", "max_length", detail));
        }
        parents::insert_recording(db, project, &parent.id)?;
    }
    let number = table::insert(db, project, parent, configuration, created_at)?;
    Ok(StoredSharing { number, created_at })
}

/// Whether `form` says anything as `name` that Python takes for true, the text `false` included: so the gates ask.
fn is_truthy(form: &Form, name: &str) -> bool {
    form.raw(name).is_some_and(Json::is_truthy)
}

/// `Denied` when the organization forbids public sharing, and has the feature that makes this count.
fn check_public_sharing(db: &Read, context: Context) -> Result<()> {
    let organization = organizations::find(db, context.organization)?.ok_or(Error::NOT_FOUND)?;
    let counts = context.features.has(Feature::OrganizationSecuritySettings);
    if counts && !organization.allow_publicly_shared_resources {
        let detail = "Public sharing is disabled for this organization.";
        return Err(Error::Denied(detail.into()));
    }
    Ok(())
}
