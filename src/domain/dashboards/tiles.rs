//! The tiles of a dashboard: reading them in order, and updating them.

use std::collections::HashMap;

use serde_json::Value;

use crate::{
    domain::{Context, Error, Field, Form, Result},
    model::{Dashboard, DashboardId, Insight, Json, JsonText, Tile, TileId},
    store::{Read, Write, dashboard_tiles as table, insights},
};

/// The maximum number of characters in a text, and in the name of a colour.
const TEXT_LENGTH: usize = 4000;
const COLOR_LENGTH: usize = 400;

/// The members of a tile that are not content of another type.
const KNOWN: [&str; 12] = [
    "id",
    "insight",
    "text",
    "layouts",
    "color",
    "filters_overrides",
    "show_description",
    "transparent_background",
    "order",
    "deleted",
    "last_refresh",
    "is_cached",
];

/// The most tiles that a dashboard can have besides those of insights, deleted ones included.
const MOST_TILES: i64 = 1000;

/// The longest content of a tile of another type, as JSON.
const CONTENT_LENGTH: usize = 10_000;

/// The coordinate of a tile without a layout, which puts it after the others.
const NO_PLACE: f64 = 100.0;

/// A dashboard with its tiles and insights.
pub struct Board {
    pub dashboard: Dashboard,
    /// Its tiles from top to bottom, each with the insight that it shows.
    pub tiles: Vec<(Tile, Option<Insight>)>,
}

impl Board {
    /// The insights on the dashboard, in the order of their tiles.
    pub fn insights(&self) -> impl Iterator<Item = &Insight> {
        self.tiles
            .iter()
            .filter_map(|(_, insight)| insight.as_ref())
    }

    /// The insights that are on no other dashboard.
    pub fn insights_only_here(&self) -> impl Iterator<Item = &Insight> {
        self.insights().filter(|insight| insight.tiles.len() == 1)
    }
}

/// Reads the tiles of `dashboard`, sorted by their place on a small screen. Tiles of deleted insights are left out.
pub fn board(db: &Read, context: Context, dashboard: Dashboard) -> Result<Board> {
    let mut tiles = table::of_dashboard(db, dashboard.id)?;
    tiles.sort_by(|one, other| {
        let ((x1, y1), (x2, y2)) = (place(one), place(other));
        y1.total_cmp(&y2)
            .then(x1.total_cmp(&x2))
            .then(one.id.cmp(&other.id))
    });
    let ids: Vec<_> = tiles.iter().filter_map(|tile| tile.insight).collect();
    let found = insights::many(db, context.project, &ids)?;
    let mut found: HashMap<_, _> = found
        .into_iter()
        .map(|insight| (insight.id, insight))
        .collect();
    let with_insights = tiles.into_iter().filter_map(|tile| match tile.insight {
        None => Some((tile, None)),
        Some(id) => found.remove(&id).map(|insight| (tile, Some(insight))),
    });
    Ok(Board {
        dashboard,
        tiles: with_insights.collect(),
    })
}

/// The `x` and `y` in `layouts.sm` of `tile`.
fn place(tile: &Tile) -> (f64, f64) {
    let layouts: Value = serde_json::from_str(tile.layouts.as_str()).unwrap_or_default();
    let coordinate = |axis| layouts["sm"][axis].as_f64().unwrap_or(NO_PLACE);
    (coordinate("x"), coordinate("y"))
}

/// Updates the tiles listed in `tiles` of `form`. Other tiles do not change.
///
/// A text without an id becomes a new tile, and so does an object under a name that hoglet does not know, such as `widget`: it
/// is the content of a tile of a newer type, and is kept as it was sent.
///
/// Errors: `Invalid`, with fields such as `tiles__0__color`.
pub fn arrange(db: &Write, dashboard: DashboardId, form: &Form) -> Result<()> {
    let items = form.field("tiles").optional().list()?.not_null("tiles")?;
    for (index, item) in items.unwrap_or_default().into_iter().enumerate() {
        let path = format!("tiles__{index}");
        arrange_one(db, dashboard, item).map_err(|error| error.within(&path))?;
    }
    Ok(())
}

/// The same for one item of the list. Errors: `Invalid`.
pub fn arrange_one(db: &Write, dashboard: DashboardId, item: Json) -> Result<()> {
    let form = object(item)?;
    let mut tile = named(db, dashboard, &form)?;
    if let Field::Value(text) = form.field("text").nullable().json()? {
        let text = object(text).and_then(|form| {
            let body = form.field("body").blank().text(TEXT_LENGTH)?;
            body.required("body")
        });
        tile.text = Some(text.map_err(|error| error.within("text"))?);
    }
    if tile.insight.is_none() {
        tile.other = other_content(&form)?.or(tile.other);
    }
    match form.field("layouts").nullable().json()? {
        Field::Value(layouts @ Json::Object(_)) => tile.layouts = JsonText::new(&layouts),
        Field::Value(other) => {
            let detail = format!(
                "Expected a dictionary of items but got type \"{}\".",
                other.kind()
            );
            return Err(Error::field("layouts", "not_a_dict", detail));
        }
        _ => {}
    }
    let color = form.field("color").nullable().blank().text(COLOR_LENGTH)?;
    tile.color = color.or_keep(tile.color);
    let boolean = |name| form.field(name).nullable().boolean();
    tile.show_description = boolean("show_description")?.or_keep(tile.show_description);
    tile.transparent_background =
        boolean("transparent_background")?.or_keep(tile.transparent_background);
    tile.deleted = boolean("deleted")?.value().unwrap_or(tile.deleted);
    Ok(table::update(db, dashboard, &tile)?)
}

/// The tile with the `id` in `form`, or a new one for content without an id.
fn named(db: &Write, dashboard: DashboardId, form: &Form) -> Result<Tile> {
    let id = match form.field("id").nullable().integer()? {
        Field::Value(id) => TileId(id),
        _ if form.raw("text").is_some_and(Json::is_truthy) || other_content(form)?.is_some() => {
            if table::count_own(db, dashboard)? >= MOST_TILES {
                let detail = format!("A dashboard can have at most {MOST_TILES} tiles.");
                return Err(Error::request(detail));
            }
            table::insert(db, dashboard)?
        }
        _ => return Err(Error::field("id", "required", "This field is required.")),
    };
    let sent = || form.raw("id").map(Json::python_text).unwrap_or_default();
    table::find(db, dashboard, id)?.ok_or_else(|| Error::no_row("id", sent()))
}

/// The objects in `form` under names that hoglet does not know. Errors: `Invalid` if they are too long.
fn other_content(form: &Form) -> Result<Option<JsonText>> {
    let unknown = form.names().filter(|name| !KNOWN.contains(name));
    let content = unknown.filter_map(|name| match form.raw(name) {
        Some(content @ Json::Object(_)) => Some((name.to_owned(), content.clone())),
        _ => None,
    });
    let content: Vec<_> = content.collect();
    let Some((name, _)) = content.first() else {
        return Ok(None);
    };
    let name = name.clone();
    let text = JsonText::new(&Json::Object(content));
    if text.as_str().len() > CONTENT_LENGTH {
        let detail = format!("Ensure this field has no more than {CONTENT_LENGTH} characters.");
        return Err(Error::field(name, "max_length", detail));
    }
    Ok(Some(text))
}

fn object(value: Json) -> Result<Form> {
    match value {
        Json::Object(fields) => Ok(Form::object(fields)),
        other => {
            let kind = other.kind();
            Err(Error::request(format!(
                "Invalid data. Expected a dictionary, but got {kind}."
            )))
        }
    }
}
