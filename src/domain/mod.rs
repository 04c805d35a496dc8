//! The rules: what may happen, and what follows. Knows no HTTP and no SQL.

pub mod access;
pub(crate) mod accounts;
pub(crate) mod activity;
pub(crate) mod auth;
pub(crate) mod backups;
pub mod capture;
mod change;
pub(crate) mod changes;
pub(crate) mod dashboards;
mod date_filter;
pub(crate) mod definitions;
mod error;
pub(crate) mod event_definitions;
pub(crate) mod events;
pub(crate) mod feature_flags;
mod form;
pub(crate) mod health;
pub(crate) mod insights;
pub(crate) mod key_uses;
pub(crate) mod lab;
pub(crate) mod limiter;
pub(crate) mod notebooks;
mod notes;
mod page;
pub(crate) mod passwords;
pub(crate) mod personal_api_keys;
pub(crate) mod project_secret_api_keys;
pub(crate) mod projects;
pub(crate) mod property_definitions;
mod restoring;
pub mod seed;
pub(crate) mod session_recordings;
pub(crate) mod sessions;
pub(crate) mod sharing;
pub(crate) mod tags;
pub(crate) mod taxonomy;
mod users;
pub mod viewer;

pub(crate) use change::Change;
pub(crate) use error::*;
pub(crate) use form::*;
pub(crate) use page::*;
pub(crate) use users::{Mentions, Users, WithUsers};

/// The database, which use cases take, a definition as it keeps them for lists, and a change that waits.
pub(crate) use crate::store::{Kept, Queued, Store, at_one_instant};

use crate::model::{
    Features, OrganizationId, PersonalApiKeyNumber, ProjectId, RequestSource, Timestamp, UserId,
};

/// When and from where a request comes.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The moment that the request counts as.
    pub now: Timestamp,
    /// Where it comes from.
    pub source: RequestSource,
}

/// The user a request acts for, with which key, and when.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The user whose key or session was shown.
    pub user: UserId,
    /// The key itself; `None`: a session, which may do all that its user may.
    pub key: Option<PersonalApiKeyNumber>,
    /// The moment that the request counts as.
    pub now: Timestamp,
    /// Where the request comes from.
    pub source: RequestSource,
}

/// Where a new object belongs, who creates it, and when. A seed file may leave out who.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The project that the object belongs to.
    pub project: ProjectId,
    /// Who creates it, if known.
    pub by: Option<UserId>,
    /// When it is created.
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
    /// The user whose key or session was shown.
    pub user: UserId,
    /// The key itself; `None`: a session, or no key at all.
    pub key: Option<PersonalApiKeyNumber>,
    /// The project in the path.
    pub project: ProjectId,
    /// The organization that the project hangs under.
    pub organization: OrganizationId,
    /// The paid features that count here: the organization's, less those switched off for the whole server.
    pub features: Features,
    /// The moment that the request counts as.
    pub now: Timestamp,
    /// Where the request comes from.
    pub source: RequestSource,
}
