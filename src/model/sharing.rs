//! What is shared, and how.

use serde::{Deserialize, Serialize};

use super::*;

/// A kind of thing that can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParentKind {
    /// A saved question.
    Insight,
    /// A board of insights.
    Dashboard,
    /// A document.
    Notebook,
    /// A replay.
    SessionRecording,
}

/// A thing of a project that can be shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent {
    /// What kind of thing it is.
    pub kind: ParentKind,
    /// Its id as text; a notebook's is its `short_id`.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// The id in its page's address, where its kind has one.
    pub short_id: Option<String>,
}

/// How a thing is shared, as long as its token is in force.
#[derive(Clone, Debug, PartialEq)]
pub struct SharingConfiguration {
    /// Its row; `None` until the first change makes one, and then `access_token` opens nothing.
    pub stored: Option<StoredSharing>,
    /// Whether the link shows the thing.
    pub enabled: bool,
    /// The secret part of the link; unique over the installation.
    pub access_token: AccessToken,
    /// How the page looks; `None`: never set.
    pub settings: Option<SharingSettings>,
    /// Whether the page asks for one of the passwords.
    pub password_required: bool,
    /// The active passwords, newest first.
    pub share_passwords: Vec<SharePassword>,
}

/// What a configuration has from the moment it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoredSharing {
    /// Its place in the database.
    pub number: SharingConfigurationNumber,
    /// When it was first stored, or its token last replaced.
    pub created_at: Timestamp,
}

/// A share in the list of all that a project shares, or once shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// What is shared; `short_id` is told of an insight only.
    pub parent: Parent,
    /// Whether the thing is deleted, which closes its share.
    pub parent_deleted: bool,
    /// Whether the link shows the thing.
    pub enabled: bool,
    /// Whether the page asks for a password.
    pub password_required: bool,
    /// The secret part of the link.
    pub access_token: AccessToken,
    /// When it was first stored, or its token last replaced.
    pub created_at: Timestamp,
    /// When somebody last opened the link.
    pub last_viewed_at: Option<Timestamp>,
    /// How often the link was opened.
    pub views: i64,
}

/// How a shared page looks. What is `None` was not said, which is not the same as `false` on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SharingSettings {
    /// Hides our name; counts only with the feature `white_labelling`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whitelabel: Option<bool>,
    /// Insight: hides title and description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_header: Option<bool>,
    /// Insight: shows the legend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legend: Option<bool>,
    /// Insight: shows the table of results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detailed: Option<bool>,
    /// Insight, notebook: leaves out who made it and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_extra_details: Option<bool>,
    /// Recording: shows the inspector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_inspector: Option<bool>,
    /// The colours, whatever the visitor's system prefers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
}

/// The colours of a shared page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the visitor's system prefers.
    System,
}

/// A password that opens a share; only its hash is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct SharePassword {
    /// Names it in URLs; a rotation gives its copy another.
    pub id: SharePasswordId,
    /// When it was made, or copied by a rotation.
    pub created_at: Timestamp,
    /// What it is for, at most 100 characters; may be empty.
    pub note: String,
    /// The address of its maker; `None` when nobody is known.
    pub created_by_email: Option<String>,
}

impl AccessToken {
    /// A new token: 176 random bits in 30 characters (`sharing.md` 2.1).
    pub fn generate() -> AccessToken {
        AccessToken(random_base64url(22))
    }
}
