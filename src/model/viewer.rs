//! A share as anonymous visitors open it.

use super::{
    AccessToken, Features, OrganizationId, ParentKind, PasswordHash, ProjectId, SharePasswordId,
    SharingConfigurationNumber, SharingSettings, Timestamp,
};

/// A share whose token works: it is enabled and not expired, and its organization allows public sharing.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenShare {
    pub number: SharingConfigurationNumber,
    /// The project of the shared object.
    pub project: ProjectId,
    /// The organization of that project.
    pub organization: OrganizationId,
    /// The paid features of that organization on this server.
    pub features: Features,
    /// The kind of the shared object.
    pub kind: ParentKind,
    /// The id of the shared object as text; for a notebook its `short_id`.
    pub parent: String,
    /// The token that opened it.
    pub access_token: AccessToken,
    /// When it was first stored, or its token last refreshed.
    pub created_at: Timestamp,
    /// The settings of the page.
    pub settings: SharingSettings,
    /// Whether the page asks for one of the passwords.
    pub password_required: bool,
}

/// A password of a share, to compare guesses with.
#[derive(Clone)]
pub struct ShareLock {
    /// The id of the password.
    pub id: SharePasswordId,
    /// The hash of the password.
    pub hash: PasswordHash,
    /// The note of the password; may be empty.
    pub note: String,
}
