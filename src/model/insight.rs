//! Insights.

use super::*;

/// A saved question about a project's events. Nothing here answers it: `result` is kept for those who draw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Insight {
    /// Its number.
    pub id: InsightId,
    /// The id in its page's address.
    pub short_id: InsightShortId,
    /// At most 400 characters, may be empty.
    pub name: Option<String>,
    /// A name that a client made from the query, for when there is no other.
    pub derived_name: Option<String>,
    /// At most 400 characters, may be empty.
    pub description: Option<String>,
    /// What is asked: an object, as it was sent.
    pub query: Option<JsonText>,
    /// The older way to say what is asked: an object. Not shown beside a query.
    pub filters: JsonText,
    /// The answer, as somebody stored it: an array or an object.
    pub result: Option<JsonText>,
    /// Its place among others; 32 bits.
    pub order: Option<i64>,
    /// A deleted one is only found by those who restore it.
    pub deleted: bool,
    /// Whether it is a favourite.
    pub favorited: bool,
    /// Whether it is kept on purpose, not just a trace of somebody looking around.
    pub saved: bool,
    /// Whether it came with the project and was never changed.
    pub is_sample: bool,
    /// In normal form: lower case, unique, sorted.
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When anything of it was last changed.
    pub updated_at: Timestamp,
    /// When its name, description or filters were last sent.
    pub last_modified_at: Timestamp,
    /// Who sent them.
    pub last_modified_by: Option<UserId>,
    /// When it was last looked at by itself.
    pub last_viewed_at: Option<Timestamp>,
    /// Its tiles that are not deleted, oldest first.
    pub tiles: Vec<Placement>,
}

/// An insight's place on a dashboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// The tile.
    pub tile: TileId,
    /// The dashboard that it is on.
    pub dashboard: DashboardId,
}

impl Insight {
    /// The dashboards that it is on.
    pub fn dashboards(&self) -> Vec<DashboardId> {
        self.tiles.iter().map(|tile| tile.dashboard).collect()
    }
}
