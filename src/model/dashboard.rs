//! Dashboards and their tiles.

use super::{DashboardId, InsightId, JsonText, TileId, Timestamp, UserId};

/// A collection of insights and texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    pub id: DashboardId,
    /// At most 400 characters, may be empty.
    pub name: Option<String>,
    /// May be empty.
    pub description: String,
    /// Pinned dashboards come first in lists.
    pub pinned: bool,
    /// A deleted dashboard can only be restored.
    pub deleted: bool,
    /// Filters for all its insights: an object, as it was sent.
    pub filters: JsonText,
    /// Values for the variables of its insights: an object, as it was sent.
    pub variables: JsonText,
    /// Who may edit it: 21 is everyone in the project, 37 collaborators.
    pub restriction_level: i64,
    /// Lower case, unique, sorted.
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    /// The user who created it.
    pub created_by: Option<UserId>,
    /// When it was last retrieved by id.
    pub last_accessed_at: Option<Timestamp>,
    /// Until when it is shared publicly, from its sharing configuration; `None` if it is not.
    pub shared_until: Option<Timestamp>,
}

impl Dashboard {
    /// Whether it is shared publicly at `now`.
    pub fn is_shared(&self, now: Timestamp) -> bool {
        self.shared_until.is_some_and(|end| end > now)
    }
}

/// An insight, a text or something else on a dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    pub id: TileId,
    /// The insight that it shows.
    pub insight: Option<InsightId>,
    /// The text that it shows.
    pub text: Option<String>,
    /// What a tile of another type shows: an object with the name of the type as its key, such as `button_tile` or `widget`,
    /// as it was sent.
    pub other: Option<JsonText>,
    /// Its position for each screen size: an object, as it was sent.
    pub layouts: JsonText,
    /// The name of a colour, as it was sent.
    pub color: Option<String>,
    /// Whether it shows the insight's description; `None` if never set.
    pub show_description: Option<bool>,
    /// Whether its background is transparent; `None` if never set.
    pub transparent_background: Option<bool>,
    /// A deleted tile keeps its layout, so that it can be restored.
    pub deleted: bool,
}
