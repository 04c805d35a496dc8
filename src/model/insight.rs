//! Insights.

use super::{DashboardId, InsightId, InsightShortId, JsonText, TileId, Timestamp, UserId};

/// A saved query about a project's events. hoglet does not run queries: clients store `result` themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Insight {
    pub id: InsightId,
    /// The id in the URL of its page.
    pub short_id: InsightShortId,
    /// At most 400 characters, may be empty.
    pub name: Option<String>,
    /// A name that a client derived from the query; shown if there is no name.
    pub derived_name: Option<String>,
    /// At most 400 characters, may be empty.
    pub description: Option<String>,
    /// The query: an object, as it was sent.
    pub query: Option<JsonText>,
    /// The older form of a query: an object. Responses omit it if there is a query.
    pub filters: JsonText,
    /// The result, as a client stored it: an array or an object.
    pub result: Option<JsonText>,
    /// The position in ordered lists; 32 bits.
    pub order: Option<i64>,
    /// A deleted insight can only be restored.
    pub deleted: bool,
    /// Whether it is a favourite.
    pub favorited: bool,
    /// Whether a user saved it, as opposed to a trace of exploring.
    pub saved: bool,
    /// Whether it came with the project and was never changed.
    pub is_sample: bool,
    /// Lower case, unique, sorted.
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    /// The user who created it.
    pub created_by: Option<UserId>,
    /// When it was last updated.
    pub updated_at: Timestamp,
    /// When an update last contained its name, description or filters.
    pub last_modified_at: Timestamp,
    /// The user who sent that update.
    pub last_modified_by: Option<UserId>,
    /// When it was last retrieved by id.
    pub last_viewed_at: Option<Timestamp>,
    /// Its tiles that are not deleted, oldest first.
    pub tiles: Vec<Placement>,
}

/// An insight's place on a dashboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    pub tile: TileId,
    /// The dashboard that it is on.
    pub dashboard: DashboardId,
    /// Whether it was removed once and has come back.
    pub has_returned: bool,
}

impl Insight {
    /// The dashboards that it is on.
    pub fn dashboards(&self) -> Vec<DashboardId> {
        self.tiles.iter().map(|tile| tile.dashboard).collect()
    }
}
