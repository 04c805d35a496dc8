//! Sharing configurations and what they share.

use serde::{Deserialize, Serialize};

use super::{
    AccessToken, SharePasswordId, SharingConfigurationNumber, Timestamp, random_base64url,
};

/// A kind of object that can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParentKind {
    Insight,
    Dashboard,
    Notebook,
    /// A recording of a session.
    SessionRecording,
}

impl ParentKind {
    pub const ALL: [ParentKind; 4] = [
        ParentKind::Insight,
        ParentKind::Dashboard,
        ParentKind::Notebook,
        ParentKind::SessionRecording,
    ];

    /// Its name in seed files, in the list of all shares and in the database.
    pub fn name(self) -> &'static str {
        match self {
            ParentKind::Insight => "insight",
            ParentKind::Dashboard => "dashboard",
            ParentKind::Notebook => "notebook",
            ParentKind::SessionRecording => "session_recording",
        }
    }

    /// The kind with this [`name`](Self::name).
    pub fn named(name: &str) -> Option<ParentKind> {
        ParentKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An object of a project that can be shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent {
    pub kind: ParentKind,
    /// Its id as text; for a notebook its `short_id`.
    pub id: String,
    pub name: Option<String>,
    /// The id in the address of its page, if its kind has one.
    pub short_id: Option<String>,
}

/// How an object is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct SharingConfiguration {
    /// Its row; `None` until the first change stores one. Until then `access_token` opens nothing.
    pub stored: Option<StoredSharing>,
    pub enabled: bool,
    /// The secret part of the link; unique in the database.
    pub access_token: AccessToken,
    /// The settings of the page; `None` if they were never set.
    pub settings: Option<SharingSettings>,
    /// Whether the page asks for one of the passwords.
    pub password_required: bool,
    /// From when on the share opens nothing, as if it were disabled; `None` for never.
    pub ends_at: Option<Timestamp>,
    /// The active passwords, newest first.
    pub share_passwords: Vec<SharePassword>,
}

/// What only a stored configuration has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoredSharing {
    pub number: SharingConfigurationNumber,
    /// When it was first stored, or its token last refreshed.
    pub created_at: Timestamp,
}

/// A share in the list of all shares of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// What is shared; only insights have a `short_id` here.
    pub parent: Parent,
    /// Whether the parent is deleted, which closes the share.
    pub parent_deleted: bool,
    pub enabled: bool,
    /// Whether the page asks for a password.
    pub password_required: bool,
    /// The secret part of the link.
    pub access_token: AccessToken,
    /// When it was first stored, or its token last refreshed.
    pub created_at: Timestamp,
    /// When the link was last opened.
    pub last_viewed_at: Option<Timestamp>,
    /// How often the link was opened.
    pub views: i64,
    /// How often it was opened on each of the last [`VIEW_DAYS`] days in UTC, today last.
    pub daily_views: Vec<i64>,
    /// From when on it opens nothing; `None` for never.
    pub ends_at: Option<Timestamp>,
}

/// For how many days views are counted one by one.
pub const VIEW_DAYS: i64 = 30;

/// The settings of a shared page. `None` stands for a key that was not sent, which responses leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SharingSettings {
    /// Hides the name of the product; has no effect without the feature `white_labelling`.
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
    /// Insight, notebook: hides the creator and the time of creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_extra_details: Option<bool>,
    /// Recording: shows the inspector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_inspector: Option<bool>,
    /// The colours of the page.
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
    /// As the system of the visitor prefers.
    System,
}

/// A password of a share, as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct SharePassword {
    /// Its id; a rotation copies the password under another id.
    pub id: SharePasswordId,
    /// When it was created, or copied by a rotation.
    pub created_at: Timestamp,
    /// What it is for, at most 100 characters; may be empty.
    pub note: String,
    /// The e-mail address of the user who created it, if known.
    pub created_by_email: Option<String>,
}

impl AccessToken {
    /// Generates a token: 176 random bits in 30 characters (`sharing.md` 2.1).
    pub fn generate() -> AccessToken {
        AccessToken(random_base64url(22))
    }
}
