//! Users, organizations, projects, and the keys of users.

use uuid::Uuid;

use super::*;

/// Somebody who can act.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// The number that clients see.
    pub id: UserId,
    /// The other id that clients see.
    pub uuid: Uuid,
    /// What the user's own events are filed under.
    pub distinct_id: String,
    /// Unique over the installation.
    pub email: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// `engineering`, `data`, …
    pub role_at_organization: Option<String>,
    /// Whether a password is set.
    pub has_password: bool,
    /// An inactive user's keys open nothing.
    pub is_active: bool,
    /// What `@current` means for this user.
    pub current_project: Option<ProjectId>,
    /// When the user was made.
    pub date_joined: Timestamp,
}

/// How much a member may do in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Works in the projects.
    Member = 1,
    /// Manages the projects too.
    Admin = 8,
    /// Manages the organization too.
    Owner = 15,
}

/// What people belong to and projects hang under.
#[derive(Clone, Debug, PartialEq)]
pub struct Organization {
    /// Its uuid.
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// The name in lower case and hyphens; unique over the installation.
    pub slug: String,
    /// The paid features it has.
    pub features: Features,
    /// False: its shares are closed, if it has the feature that makes the switch count.
    pub allow_publicly_shared_resources: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What everything else belongs to. Upstream's code calls it a team.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Its number.
    pub id: ProjectId,
    /// Its uuid.
    pub uuid: Uuid,
    /// The organization it hangs under.
    pub organization: OrganizationId,
    /// The public token that events are sent with, `phc_…`.
    pub api_token: String,
    /// What people call it.
    pub name: String,
    /// An IANA name.
    pub timezone: String,
    /// Whether an event ever came in.
    pub ingested_event: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The project that captured events belong to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaptureTarget {
    /// Its id.
    pub project: ProjectId,
    /// Rises whenever one of its definitions is deleted or loses its type: what is cached of an earlier epoch is void.
    pub cache_epoch: i64,
}

/// A key that acts as its user, within its scopes and limits.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonalApiKey {
    /// Its place in the database.
    pub number: PersonalApiKeyNumber,
    /// What clients know it by.
    pub id: String,
    /// Whose it is.
    pub user: UserId,
    /// What people call it; need not be unique.
    pub label: String,
    /// The secret's first and last characters.
    pub mask: String,
    /// What it may do: `object:action`, or `*`.
    pub scopes: Vec<String>,
    /// The projects it is limited to; empty: no limit.
    pub scoped_teams: Vec<ProjectId>,
    /// The organizations it is limited to; empty: no limit.
    pub scoped_organizations: Vec<OrganizationId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// When its secret was last replaced.
    pub last_rolled_at: Option<Timestamp>,
}
