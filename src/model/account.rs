//! Users, organizations, projects, and the keys of users.

use uuid::Uuid;

use super::{
    Features, OrganizationId, PersonalApiKeyNumber, ProjectId, ProjectSettings, Timestamp, UserId,
};

/// A person with an account.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: UserId,
    /// The UUID, which the API returns beside the numeric id.
    pub uuid: Uuid,
    /// The distinct id of the user's own events.
    pub distinct_id: String,
    /// Unique in the installation.
    pub email: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// `engineering`, `data`, …
    pub role_at_organization: Option<String>,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether the user's keys and sessions are valid.
    pub is_active: bool,
    /// The project that `@current` in a path stands for.
    pub current_project: Option<ProjectId>,
    /// When the user was created.
    pub date_joined: Timestamp,
    /// Whether the address belongs to the user; `None`: never asked.
    pub is_email_verified: Option<bool>,
}

impl User {
    /// First and last name, as far as there are any.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }
}

/// What a member may do in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Works in the projects.
    Member = 1,
    /// Manages the projects too.
    Admin = 8,
    /// Manages the organization too.
    Owner = 15,
}

/// A group of users that owns projects.
#[derive(Clone, Debug, PartialEq)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    /// The name in lower case with hyphens; unique in the installation.
    pub slug: String,
    /// The paid features it has.
    pub features: Features,
    /// False disables all shares, if the organization has `organization_security_settings`.
    pub allow_publicly_shared_resources: bool,
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A user in an organization.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The UUID of the membership.
    pub id: Uuid,
    pub user: UserId,
    /// What the user may do.
    pub level: Level,
    pub joined_at: Timestamp,
}

/// Owns all other objects. The API also calls it a team.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    pub id: ProjectId,
    pub uuid: Uuid,
    /// The organization that owns it.
    pub organization: OrganizationId,
    /// The public token with which events are sent, `phc_…`.
    pub api_token: String,
    pub name: String,
    /// The IANA name of the time zone.
    pub timezone: String,
    /// Whether the project ever received an event.
    pub ingested_event: bool,
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What its admins can change.
    pub settings: ProjectSettings,
}

/// What decides whether a user may enter a project.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProjectAccess {
    pub project: ProjectId,
    pub organization: OrganizationId,
    /// The features of the organization.
    pub features: Features,
    /// The user's level in the organization; `None`: not a member.
    pub level: Option<Level>,
}

/// The project that captured events belong to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaptureTarget {
    pub project: ProjectId,
    /// Rises whenever one of its definitions is deleted or loses its type, which makes the cache of an earlier epoch invalid.
    pub cache_epoch: i64,
}

/// The bits of a counter below those that hold the generation of the database: each restored copy begins a new one.
pub const GENERATION_SHIFT: u32 = 32;

impl CaptureTarget {
    /// The generation of the database that the project was found in.
    pub fn generation(self) -> i64 {
        self.cache_epoch >> GENERATION_SHIFT
    }
}

/// A key that acts as its user, within its scopes and limits.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonalApiKey {
    /// The primary key in the database.
    pub number: PersonalApiKeyNumber,
    /// The id in the API.
    pub id: String,
    /// The user that it acts as.
    pub user: UserId,
    /// The label; need not be unique.
    pub label: String,
    /// The first and last characters of the secret.
    pub mask: String,
    /// What it may do: `object:action`, or `*`.
    pub scopes: Vec<String>,
    /// The projects it is limited to; empty: no limit.
    pub scoped_teams: Vec<ProjectId>,
    /// The organizations it is limited to; empty: no limit.
    pub scoped_organizations: Vec<OrganizationId>,
    pub created_at: Timestamp,
    /// When it was last used, with a precision of an hour.
    pub last_used_at: Option<Timestamp>,
    /// When its secret was last replaced.
    pub last_rolled_at: Option<Timestamp>,
}
