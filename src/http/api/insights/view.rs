//! The JSON representation of insights.

use serde::Serialize;

use crate::{
    domain::{Users, insights},
    http::api::users::UserView,
    model::{
        DashboardId, Insight, InsightId, InsightShortId, JsonText, Placement, ProjectId, TileId,
        Timestamp,
    },
};

/// A field that needs a query engine: null, as in the service's response before a result is computed.
type Unknown = ();

/// An insight in responses. For anonymous visitors, the keys that say who created it and when can be absent.
#[derive(Serialize)]
pub struct InsightView<'i> {
    id: InsightId,
    short_id: &'i InsightShortId,
    name: Option<&'i str>,
    derived_name: Option<&'i str>,
    filters: Filters<'i>,
    query: Option<&'i JsonText>,
    order: Option<i64>,
    deleted: bool,
    dashboards: Vec<DashboardId>,
    dashboard_tiles: Vec<PlacementView>,
    last_refresh: Unknown,
    cache_target_age: Unknown,
    next_allowed_client_refresh: Unknown,
    result: Option<&'i JsonText>,
    #[serde(rename = "hasMore")]
    has_more: Unknown,
    columns: Unknown,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Option<UserView<'i>>>,
    description: Option<&'i str>,
    updated_at: Timestamp,
    favorited: bool,
    saved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified_by: Option<Option<UserView<'i>>>,
    is_sample: bool,
    effective_restriction_level: i64,
    effective_privilege_level: i64,
    user_access_level: Option<&'static str>,
    timezone: Unknown,
    is_cached: bool,
    query_status: Unknown,
    hogql: Unknown,
    types: Unknown,
    resolved_date_range: Unknown,
    alerts: [Unknown; 0],
    last_viewed_at: Option<Timestamp>,
    tags: &'i [String],
    filters_hash: String,
}

/// An insight in lists with `basic=true`.
#[derive(Serialize)]
pub struct BasicInsightView<'i> {
    id: InsightId,
    short_id: &'i InsightShortId,
    name: Option<&'i str>,
    derived_name: Option<&'i str>,
    filters: Filters<'i>,
    query: Option<&'i JsonText>,
    dashboards: Vec<DashboardId>,
    dashboard_tiles: Vec<PlacementView>,
    description: Option<&'i str>,
    last_refresh: Unknown,
    refreshing: bool,
    saved: bool,
    updated_at: Timestamp,
    created_by: Option<UserView<'i>>,
    created_at: Timestamp,
    last_modified_at: Timestamp,
    favorited: bool,
    user_access_level: &'static str,
    last_viewed_at: Option<Timestamp>,
    tags: &'i [String],
}

/// The filters; an empty object if the insight has a query.
#[derive(Serialize)]
#[serde(untagged)]
enum Filters<'i> {
    Sent(&'i JsonText),
    Hidden {},
}

impl<'i> Filters<'i> {
    fn of(insight: &'i Insight) -> Self {
        match insight.query {
            None => Filters::Sent(&insight.filters),
            Some(_) => Filters::Hidden {},
        }
    }
}

/// A tile that is not deleted.
#[derive(Serialize)]
struct PlacementView {
    id: TileId,
    dashboard_id: DashboardId,
    /// Null; false if the tile was removed once and has come back.
    deleted: Option<bool>,
}

fn placements(insight: &Insight) -> Vec<PlacementView> {
    let view = |placement: &Placement| PlacementView {
        id: placement.tile,
        dashboard_id: placement.dashboard,
        deleted: placement.has_returned.then_some(false),
    };
    insight.tiles.iter().map(view).collect()
}

impl<'i> InsightView<'i> {
    /// The view of an `insight` of `project` in a list.
    pub fn new(project: ProjectId, insight: &'i Insight, users: &'i Users) -> Self {
        InsightView {
            id: insight.id,
            short_id: &insight.short_id,
            name: insight.name.as_deref(),
            derived_name: insight.derived_name.as_deref(),
            filters: Filters::of(insight),
            query: insight.query.as_ref(),
            order: insight.order,
            deleted: insight.deleted,
            dashboards: insight.dashboards(),
            dashboard_tiles: placements(insight),
            last_refresh: (),
            cache_target_age: (),
            next_allowed_client_refresh: (),
            result: insight.result.as_ref(),
            has_more: (),
            columns: (),
            created_at: Some(insight.created_at),
            created_by: Some(UserView::find(users, insight.created_by)),
            description: insight.description.as_deref(),
            updated_at: insight.updated_at,
            favorited: insight.favorited,
            saved: insight.saved,
            last_modified_at: Some(insight.last_modified_at),
            last_modified_by: Some(UserView::find(users, insight.last_modified_by)),
            is_sample: insight.is_sample,
            effective_restriction_level: 21,
            effective_privilege_level: 37,
            user_access_level: Some("manager"),
            timezone: (),
            is_cached: false,
            query_status: (),
            hogql: (),
            types: (),
            resolved_date_range: (),
            alerts: [],
            last_viewed_at: insight.last_viewed_at,
            tags: &insight.tags,
            filters_hash: insights::filters_hash(project, insight),
        }
    }

    /// The view for anonymous visitors, who cannot edit; `hides` omits who created it and when (`sharing.md` 6.5).
    pub fn for_visitors(self, hides: bool) -> Self {
        let shown = !hides;
        InsightView {
            created_at: self.created_at.filter(|_| shown),
            created_by: self.created_by.filter(|_| shown),
            last_modified_at: self.last_modified_at.filter(|_| shown),
            last_modified_by: self.last_modified_by.filter(|_| shown),
            effective_restriction_level: 37,
            effective_privilege_level: 21,
            user_access_level: None,
            last_viewed_at: None,
            ..self
        }
    }

    /// The view of a single insight, and of one on a dashboard: only lists of insights return `last_viewed_at`.
    pub fn alone(self) -> Self {
        InsightView {
            last_viewed_at: None,
            ..self
        }
    }
}

impl<'i> BasicInsightView<'i> {
    /// The view of an `insight` of any project.
    pub fn new(insight: &'i Insight, users: &'i Users) -> Self {
        BasicInsightView {
            id: insight.id,
            short_id: &insight.short_id,
            name: insight.name.as_deref(),
            derived_name: insight.derived_name.as_deref(),
            filters: Filters::of(insight),
            query: insight.query.as_ref(),
            dashboards: insight.dashboards(),
            dashboard_tiles: placements(insight),
            description: insight.description.as_deref(),
            last_refresh: (),
            refreshing: false,
            saved: insight.saved,
            updated_at: insight.updated_at,
            created_by: UserView::find(users, insight.created_by),
            created_at: insight.created_at,
            last_modified_at: insight.last_modified_at,
            favorited: insight.favorited,
            user_access_level: "manager",
            last_viewed_at: insight.last_viewed_at,
            tags: &insight.tags,
        }
    }
}
