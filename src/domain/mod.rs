//! The rules: what may happen, and what follows. Knows no HTTP and no SQL.

pub mod accounts;
pub mod activity;
pub mod auth;
pub mod capture;
pub mod dashboards;
mod date_filter;
pub mod definitions;
mod error;
pub mod event_definitions;
pub mod events;
mod form;
pub mod health;
pub mod insights;
pub mod limiter;
pub mod notebooks;
mod notes;
mod page;
pub mod passwords;
pub mod personal_api_keys;
pub mod project_secret_api_keys;
pub mod projects;
pub mod property_definitions;
pub mod seed;
pub mod session_recordings;
pub mod sessions;
pub mod sharing;
pub mod tags;
pub mod taxonomy;
mod users;
pub mod viewer;

pub use error::*;
pub use form::*;
pub use page::*;
pub use users::{Mentions, Users, WithUsers};

/// The database, which use cases take.
pub use crate::store::Store;

use crate::model::{Features, OrganizationId, PersonalApiKeyNumber, ProjectId, Timestamp, UserId};

/// Who asks, and when.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The user whose key or session was shown.
    pub user: UserId,
    /// The key itself; `None`: a session, which may do all that its user may.
    pub key: Option<PersonalApiKeyNumber>,
    /// The moment that the request counts as.
    pub now: Timestamp,
}

/// Where a new object belongs, who creates it, and when. A seed file may leave out who.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The project that the object belongs to.
    pub project: ProjectId,
    /// Who creates it, if known.
    pub by: Option<UserId>,
    /// When.
    pub now: Timestamp,
}

impl From<Context> for Origin {
    fn from(context: Context) -> Origin {
        Origin {
            project: context.project,
            by: Some(context.user),
            now: context.now,
        }
    }
}

/// Who asks, for which project, and when: one for a whole request.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The user whose key was shown.
    pub user: UserId,
    /// The project asked about.
    pub project: ProjectId,
    /// The organization that the project hangs under.
    pub organization: OrganizationId,
    /// The paid features that count here: the organization's, less those switched off for the whole server.
    pub features: Features,
    /// The moment that the request counts as.
    pub now: Timestamp,
}
