//! The JSON representation of dashboards and their tiles.

use serde::Serialize;

use crate::{
    domain::{Users, dashboards::Board},
    http::api::{insights::InsightView, users::UserView},
    model::{
        Dashboard, DashboardId, Insight, InsightId, InsightShortId, Json, JsonText, ProjectId,
        Tile, TileId, Timestamp, parse_json,
    },
};

/// A field that hoglet does not support: always null.
type Unknown = ();

/// A dashboard with its tiles.
#[derive(Serialize)]
pub struct DashboardView<'d> {
    id: DashboardId,
    name: Option<&'d str>,
    description: &'d str,
    pinned: bool,
    created_at: Timestamp,
    created_by: Option<UserView<'d>>,
    last_accessed_at: Option<Timestamp>,
    last_viewed_at: Unknown,
    folder: Unknown,
    is_shared: bool,
    deleted: bool,
    creation_mode: &'static str,
    filters: &'d JsonText,
    variables: &'d JsonText,
    breakdown_colors: [Unknown; 0],
    data_color_theme_id: Unknown,
    restriction_level: i64,
    effective_restriction_level: i64,
    effective_privilege_level: i64,
    user_access_level: Option<&'static str>,
    access_control_version: &'static str,
    last_refresh: Unknown,
    /// Equal to `filters`; null if these are empty.
    persisted_filters: Option<&'d JsonText>,
    persisted_variables: Option<&'d JsonText>,
    team_id: ProjectId,
    quick_filter_ids: [Unknown; 0],
    tiles: Vec<TileView<'d>>,
    tags: &'d [String],
}

#[derive(Serialize)]
pub struct BasicDashboardView<'d> {
    id: DashboardId,
    name: Option<&'d str>,
    description: &'d str,
    pinned: bool,
    created_at: Timestamp,
    created_by: Option<UserView<'d>>,
    last_accessed_at: Option<Timestamp>,
    last_viewed_at: Unknown,
    folder: Unknown,
    is_shared: bool,
    deleted: bool,
    creation_mode: &'static str,
    tags: &'d [String],
    restriction_level: i64,
    effective_restriction_level: i64,
    effective_privilege_level: i64,
    user_access_level: &'static str,
    access_control_version: &'static str,
    last_refresh: Unknown,
    team_id: ProjectId,
}

#[derive(Serialize)]
struct TileView<'d> {
    id: TileId,
    insight: Option<InsightView<'d>>,
    text: Option<TextView<'d>>,
    button_tile: Option<Json>,
    widget: Option<Json>,
    layouts: &'d JsonText,
    color: Option<&'d str>,
    filters_overrides: NoOverrides,
    show_description: Option<bool>,
    transparent_background: Option<bool>,
    /// The position from top to bottom, counted from 0.
    order: usize,
    last_refresh: Unknown,
    is_cached: bool,
    /// Content of other types, by their names.
    #[serde(flatten)]
    other: Json,
}

/// The text of a tile. Its id is that of the tile.
#[derive(Serialize)]
struct TextView<'d> {
    id: TileId,
    body: &'d str,
}

#[derive(Serialize)]
struct NoOverrides {}

/// The tiles whose insights have a query.
#[derive(Serialize)]
pub struct ResultsView<'d> {
    results: Vec<ResultView<'d>>,
}

/// A tile with the result of its insight.
#[derive(Serialize)]
struct ResultView<'d> {
    id: TileId,
    insight: InsightResultView<'d>,
    order: usize,
    last_refresh: Unknown,
    is_cached: bool,
}

#[derive(Serialize)]
struct InsightResultView<'d> {
    id: InsightId,
    short_id: &'d InsightShortId,
    name: Option<&'d str>,
    derived_name: Option<&'d str>,
    result: Option<&'d JsonText>,
}

impl<'d> ResultsView<'d> {
    /// The view of the results on `board`.
    pub fn new(board: &'d Board) -> Self {
        let tiles = board.tiles.iter().enumerate();
        let with_query = tiles.filter_map(|(order, (tile, insight))| {
            let insight = insight.as_ref().filter(|insight| insight.query.is_some())?;
            Some(ResultView {
                id: tile.id,
                insight: InsightResultView {
                    id: insight.id,
                    short_id: &insight.short_id,
                    name: insight.name.as_deref(),
                    derived_name: insight.derived_name.as_deref(),
                    result: insight.result.as_ref(),
                },
                order,
                last_refresh: (),
                is_cached: false,
            })
        });
        ResultsView {
            results: with_query.collect(),
        }
    }
}

impl<'d> DashboardView<'d> {
    /// The view of a dashboard of `project` at `now`.
    pub fn new(project: ProjectId, board: &'d Board, users: &'d Users, now: Timestamp) -> Self {
        let dashboard = &board.dashboard;
        let persisted = |object: &'d JsonText| (object.as_str() != "{}").then_some(object);
        let tiles = board.tiles.iter().enumerate();
        DashboardView {
            id: dashboard.id,
            name: dashboard.name.as_deref(),
            description: &dashboard.description,
            pinned: dashboard.pinned,
            created_at: dashboard.created_at,
            created_by: UserView::find(users, dashboard.created_by),
            last_accessed_at: dashboard.last_accessed_at,
            last_viewed_at: (),
            folder: (),
            is_shared: dashboard.is_shared(now),
            deleted: dashboard.deleted,
            creation_mode: "default",
            filters: &dashboard.filters,
            variables: &dashboard.variables,
            breakdown_colors: [],
            data_color_theme_id: (),
            restriction_level: dashboard.restriction_level,
            effective_restriction_level: dashboard.restriction_level,
            effective_privilege_level: 37,
            user_access_level: Some("manager"),
            access_control_version: access_control_version(dashboard),
            last_refresh: (),
            persisted_filters: persisted(&dashboard.filters),
            persisted_variables: persisted(&dashboard.variables),
            team_id: project,
            quick_filter_ids: [],
            tiles: tiles
                .map(|(place, tile)| TileView::new(project, place, tile, users))
                .collect(),
            tags: &dashboard.tags,
        }
    }

    /// The view for anonymous visitors, who cannot edit and see no content that the page does not draw; `hides` omits who
    /// created its insights and when.
    pub fn for_visitors(self, hides: bool) -> Self {
        let tile = |tile: TileView<'d>| TileView {
            button_tile: tile.button_tile.and_then(button_for_visitors),
            widget: None,
            other: Json::Object(Vec::new()),
            insight: tile.insight.map(|insight| insight.for_visitors(hides)),
            ..tile
        };
        DashboardView {
            effective_restriction_level: 37,
            effective_privilege_level: 21,
            user_access_level: None,
            tiles: self.tiles.into_iter().map(tile).collect(),
            ..self
        }
    }
}

impl<'d> BasicDashboardView<'d> {
    /// The view of a dashboard of `project` at `now`.
    pub fn new(
        project: ProjectId,
        dashboard: &'d Dashboard,
        users: &'d Users,
        now: Timestamp,
    ) -> Self {
        BasicDashboardView {
            id: dashboard.id,
            name: dashboard.name.as_deref(),
            description: &dashboard.description,
            pinned: dashboard.pinned,
            created_at: dashboard.created_at,
            created_by: UserView::find(users, dashboard.created_by),
            last_accessed_at: dashboard.last_accessed_at,
            last_viewed_at: (),
            folder: (),
            is_shared: dashboard.is_shared(now),
            deleted: dashboard.deleted,
            creation_mode: "default",
            tags: &dashboard.tags,
            restriction_level: dashboard.restriction_level,
            effective_restriction_level: dashboard.restriction_level,
            effective_privilege_level: 37,
            user_access_level: "manager",
            access_control_version: access_control_version(dashboard),
            last_refresh: (),
            team_id: project,
        }
    }
}

impl<'d> TileView<'d> {
    fn new(
        project: ProjectId,
        order: usize,
        (tile, insight): &'d (Tile, Option<Insight>),
        users: &'d Users,
    ) -> Self {
        let mut other = match tile
            .other
            .as_ref()
            .map(|text| parse_json(text.as_str().as_bytes()))
        {
            Some(Ok(Json::Object(content))) => content,
            _ => Vec::new(),
        };
        let mut take = |name| {
            let place = other.iter().position(|(key, _)| key == name)?;
            Some(other.remove(place).1)
        };
        let (button_tile, widget) = (take("button_tile"), take("widget"));
        TileView {
            id: tile.id,
            insight: insight
                .as_ref()
                .map(|insight| InsightView::new(project, insight, users).alone()),
            text: tile
                .text
                .as_deref()
                .map(|body| TextView { id: tile.id, body }),
            button_tile,
            widget,
            layouts: &tile.layouts,
            color: tile.color.as_deref(),
            filters_overrides: NoOverrides {},
            show_description: tile.show_description,
            transparent_background: tile.transparent_background,
            order,
            last_refresh: (),
            is_cached: false,
            other: Json::Object(other),
        }
    }
}

/// The part of a button that visitors see: its text, and its address if it leads to another site.
fn button_for_visitors(button: Json) -> Option<Json> {
    let Json::Object(members) = button else {
        return None;
    };
    let is_outside = |url: &str| {
        ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
    };
    let is_seen = |(name, value): &(String, Json)| match (&**name, value) {
        ("text", Json::Text(_)) => true,
        ("url", Json::Text(url)) => is_outside(&url.value),
        _ => false,
    };
    Some(Json::Object(members.into_iter().filter(is_seen).collect()))
}

fn access_control_version(dashboard: &Dashboard) -> &'static str {
    if dashboard.restriction_level > 21 {
        "v1"
    } else {
        "v2"
    }
}
