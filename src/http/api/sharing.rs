//! `…/{parent}/sharing`: the same endpoints under four kinds of parents.

use serde::Serialize;

use crate::{
    domain::{
        Context, Error,
        sharing::{self, AddedPassword},
    },
    http::{Request, Response, State, error::Result, route::PARENT},
    model::{
        AccessToken, Contract, ParentKind, SharePassword, SharePasswordId, SharingConfiguration,
        SharingSettings, Timestamp,
    },
};

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

/// A password in a list, which never shows the password itself.
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
            created_by_email: creator(password),
            is_active: true,
        }
    }
}

/// A new password as the service returns it, without the configuration.
#[derive(Serialize)]
struct LiveNewPasswordView<'p> {
    id: SharePasswordId,
    password: &'p str,
    note: &'p str,
    created_at: Timestamp,
    created_by_email: &'p str,
}

/// A new password as the reference documents it: the configuration, and after it what identifies the password.
#[derive(Serialize)]
struct DocumentedNewPasswordView<'p> {
    #[serde(flatten)]
    configuration: ConfigurationView<'p>,
    id: SharePasswordId,
    password: &'p str,
    note: &'p str,
    created_by_email: &'p str,
}

fn creator(password: &SharePassword) -> &str {
    password
        .created_by_email
        .as_deref()
        .unwrap_or("deleted user")
}

/// The kind and the id of the parent that the path names.
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
    let configuration = sharing::show(&state.store, context, kind, id)?;
    Ok(Response::ok(&ConfigurationView::new(&configuration)))
}

/// 200 with the configuration as it is now.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (kind, id) = parent(request)?;
    let configuration = sharing::update(&state.store, context, kind, id.into(), request.form())?;
    Ok(Response::ok(&ConfigurationView::new(&configuration)))
}

/// 200 with the configuration under its new token.
pub fn refresh(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (kind, id) = parent(request)?;
    let configuration = sharing::refresh(&state.store, context, kind, id.into(), request.form())?;
    Ok(Response::ok(&ConfigurationView::new(&configuration)))
}

/// 200 with configuration and password, or 201 with the password, depending on the contract. Only this response shows the
/// password.
pub fn add_password(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (kind, id) = parent(request)?;
    let AddedPassword {
        secret,
        entry,
        configuration,
    } = sharing::add_password(&state.store, context, kind, id, request.form())?;
    Ok(match state.contract {
        Contract::Documented => Response::ok(&DocumentedNewPasswordView {
            configuration: ConfigurationView::new(&configuration),
            id: entry.id,
            password: secret.expose(),
            note: &entry.note,
            created_by_email: creator(&entry),
        }),
        Contract::Live => Response::created(&LiveNewPasswordView {
            id: entry.id,
            password: secret.expose(),
            note: &entry.note,
            created_at: entry.created_at,
            created_by_email: creator(&entry),
        }),
    })
}

/// 204; the password no longer opens anything.
pub fn delete_password(state: &State, context: Context, request: &Request) -> Result<Response> {
    let ((kind, id), form) = (parent(request)?, request.form());
    let password = request.segment("password_id").parse().ok();
    sharing::delete_password(&state.store, context, kind, id.into(), form, password)?;
    Ok(Response::no_content())
}
