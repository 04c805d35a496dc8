//! A share as strangers come to it.

use super::*;

/// A share whose token works: it is on, not expired, and its organization lets the public in.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenShare {
    /// Its place in the database.
    pub number: SharingConfigurationNumber,
    /// The project that the shared thing belongs to.
    pub project: ProjectId,
    /// The organization above that project.
    pub organization: OrganizationId,
    /// The paid features that count there.
    pub features: Features,
    /// What kind of thing is shared.
    pub kind: ParentKind,
    /// The thing's id as text; a notebook's is its `short_id`.
    pub parent: String,
    /// The token that opened it.
    pub access_token: AccessToken,
    /// When it was first stored, or its token last replaced.
    pub created_at: Timestamp,
    /// How the page looks.
    pub settings: SharingSettings,
    /// Whether one of the passwords is asked for.
    pub password_required: bool,
}

/// A password of a share, to be compared with a guess.
#[derive(Clone)]
pub struct ShareLock {
    /// Its id.
    pub id: SharePasswordId,
    /// Its hash.
    pub hash: PasswordHash,
    /// What it is for; may be empty.
    pub note: String,
}
