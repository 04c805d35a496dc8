//! Dashboards and their tiles.

use super::*;

/// A board of insights and texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    /// Its number.
    pub id: DashboardId,
    /// At most 400 characters, may be empty.
    pub name: Option<String>,
    /// May be empty.
    pub description: String,
    /// Pinned ones come first.
    pub pinned: bool,
    /// A deleted one is only found by those who restore it.
    pub deleted: bool,
    /// What narrows all its insights: an object, as it was sent.
    pub filters: JsonText,
    /// Values for the variables of its insights: an object, as it was sent.
    pub variables: JsonText,
    /// Who may edit it: 21, everyone in the project, or 37, collaborators.
    pub restriction_level: i64,
    /// In normal form: lower case, unique, sorted.
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was last looked at by itself.
    pub last_accessed_at: Option<Timestamp>,
    /// Whether a link to it is open to the public: what its sharing configuration says.
    pub is_shared: bool,
}

/// A place on a dashboard: an insight's, or a text's.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Its number.
    pub id: TileId,
    /// What it shows, if it is an insight's.
    pub insight: Option<InsightId>,
    /// What it says, if it is a text's.
    pub text: Option<String>,
    /// Where it stands, by size of the screen: an object, as it was sent.
    pub layouts: JsonText,
    /// The colour of its edge, in the client's words.
    pub color: Option<String>,
    /// Whether the insight's description stands on it; `None`: never said.
    pub show_description: Option<bool>,
    /// Whether it lets the ground show through; `None`: never said.
    pub transparent_background: Option<bool>,
    /// A deleted one keeps its layout for the day it comes back.
    pub deleted: bool,
}
