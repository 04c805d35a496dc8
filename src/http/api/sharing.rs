//! `…/{parent}/sharing`: the same endpoints under four parents.

use serde::Serialize;

use crate::{
    domain::{Context, Error, passwords, sharing},
    http::{Request, Response, State, error::Result, router::PARENT},
    model::*,
};

/// A configuration as clients see it.
#[derive(Serialize)]
struct ConfigurationView<'c> {
    /// Null until something is stored.
    created_at: Option<Timestamp>,
    enabled: bool,
    access_token: &'c AccessToken,
    settings: Option<SharingSettings>,
    password_required: bool,
    share_passwords: Vec<PasswordView<'c>>,
}

impl<'c> ConfigurationView<'c> {
    fn new(configuration: &'c SharingConfiguration) -> Self {
        ConfigurationView {
            created_at: configuration.stored.map(|stored| stored.created_at),
            enabled: configuration.enabled,
            access_token: &configuration.access_token,
            settings: configuration.settings,
            password_required: configuration.password_required,
            share_passwords: configuration
                .share_passwords
                .iter()
                .map(PasswordView::new)
                .collect(),
        }
    }
}

/// A password as lists show it: all but itself.
#[derive(Serialize)]
struct PasswordView<'p> {
    id: SharePasswordId,
    created_at: Timestamp,
    note: &'p str,
    created_by_email: &'p str,
    /// Always true: inactive ones are not listed.
    is_active: bool,
}

impl<'p> PasswordView<'p> {
    fn new(password: &'p SharePassword) -> Self {
        PasswordView {
            id: password.id,
            created_at: password.created_at,
            note: &password.note,
            created_by_email: maker(password),
            is_active: true,
        }
    }
}

/// A new password as the service tells it, alone.
#[derive(Serialize)]
struct LiveNewPasswordView<'p> {
    id: SharePasswordId,
    password: &'p str,
    note: &'p str,
    created_at: Timestamp,
    created_by_email: &'p str,
}

/// A new password as the reference page promises it: the configuration, and behind it what no client can do without.
#[derive(Serialize)]
struct DocumentedNewPasswordView<'p> {
    #[serde(flatten)]
    configuration: ConfigurationView<'p>,
    id: SharePasswordId,
    password: &'p str,
    note: &'p str,
    created_by_email: &'p str,
}

fn maker(password: &SharePassword) -> &str {
    password
        .created_by_email
        .as_deref()
        .unwrap_or("deleted user")
}

/// The kind of the parent that the path names, and its id.
fn parent(request: &Request) -> Result<(ParentKind, &str), Error> {
    let kind = match request.segment(PARENT) {
        "insights" => ParentKind::Insight,
        "dashboards" => ParentKind::Dashboard,
        "notebooks" => ParentKind::Notebook,
        "session_recordings" => ParentKind::SessionRecording,
        _ => return Err(Error::NOT_FOUND),
    };
    Ok((kind, request.segment("parent_id")))
}

/// 200 with the configuration; one that was never stored has another token each time.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (kind, id) = parent(request)?;
    let configuration = state.store.read(|db| {
        let parent = sharing::parent(db, context, kind, id)?;
        sharing::show(db, context, &parent)
    })?;
    Ok(Response::ok(&ConfigurationView::new(&configuration)))
}

/// 200 with the configuration as it is now.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let ((kind, id), form) = (parent(request)?, request.form());
    let id = id.to_owned();
    let configuration = state.store.write(move |db| {
        let parent = sharing::open(db, context, kind, &id, &form)?;
        sharing::update(db, context, &parent, &form?)
    })?;
    Ok(Response::ok(&ConfigurationView::new(&configuration)))
}

/// 200 with the configuration under its new token.
pub fn refresh(state: &State, context: Context, request: &Request) -> Result<Response> {
    let ((kind, id), form) = (parent(request)?, request.form());
    let id = id.to_owned();
    let configuration = state.store.write(move |db| {
        let parent = sharing::open(db, context, kind, &id, &form)?;
        sharing::refresh(db, context, &parent)
    })?;
    Ok(Response::ok(&ConfigurationView::new(&configuration)))
}

/// 200 with configuration and password, or 201 with the password, as the contract says; shown this once.
pub fn add_password(state: &State, context: Context, request: &Request) -> Result<Response> {
    let ((kind, id), form) = (parent(request)?, request.form());
    let (parent, sharing::NewPassword { password, note }) = state.store.read(|db| {
        let parent = sharing::open(db, context, kind, id, &form)?;
        let new = sharing::new_password(db, context, &parent, form)?;
        Ok::<_, Error>((parent, new))
    })?;
    let hash = passwords::hash(&password).map_err(Error::from)?; // here, since it would hold up the writer
    let (added, configuration) = state
        .store
        .write(move |db| sharing::add_password(db, context, &parent, &hash, &note))?;
    Ok(told(state.contract, &configuration, &added, &password))
}

fn told(
    contract: Contract,
    configuration: &SharingConfiguration,
    added: &SharePassword,
    password: &Secret,
) -> Response {
    match contract {
        Contract::Documented => Response::ok(&DocumentedNewPasswordView {
            configuration: ConfigurationView::new(configuration),
            id: added.id,
            password: password.expose(),
            note: &added.note,
            created_by_email: maker(added),
        }),
        Contract::Live => Response::created(&LiveNewPasswordView {
            id: added.id,
            password: password.expose(),
            note: &added.note,
            created_at: added.created_at,
            created_by_email: maker(added),
        }),
    }
}

/// 204; the password opens nothing from now on.
pub fn delete_password(state: &State, context: Context, request: &Request) -> Result<Response> {
    let ((kind, id), form) = (parent(request)?, request.form());
    let id = id.to_owned();
    let password = request.segment("password_id").parse().ok();
    state.store.write(move |db| {
        let parent = sharing::open(db, context, kind, &id, &form)?;
        sharing::delete_password(db, context, &parent, password)
    })?;
    Ok(Response::no_content())
}
