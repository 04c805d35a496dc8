//! Giving the tiles of a dashboard another order, from left to right and top to bottom.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use serde_json::{Value, json};

use crate::{
    domain::{Error, Form, Refused, Result},
    model::{DashboardId, JsonText, Tile},
    store::{Write, dashboard_tiles as table},
};

/// The columns of a dashboard on a wide screen; on a small screen it has one.
const COLUMNS: usize = 12;

/// The size of a tile that has none.
const WIDTH: usize = 6;
const HEIGHT: i64 = 5;

/// The tallest tile, so that no sum of heights overflows.
const TALLEST: i64 = 1_000_000;

/// Puts the tiles that `tile_order` of `form` names in this order, in the `layout` that it names; other tiles stay where they
/// are.
///
/// Errors: `Invalid`; `Detail` if a tile is named twice, or is not on the dashboard.
pub fn reorder(db: &Write, dashboard: DashboardId, form: &Form) -> Result<()> {
    let order = order(form)?;
    let layouts = ["preserve", "two_column", "full_width"];
    let layout = form.field("layout").choice(&layouts)?;
    let mut seen = HashSet::new();
    if !order.iter().all(|id| seen.insert(id)) {
        let text = "tile_order must contain unique tile IDs";
        return Err(Error::Detail(Refused::Invalid, text.into()));
    }
    let present = table::of_dashboard(db, dashboard)?;
    let present = present.iter().map(|tile| (tile.id.0.to_string(), tile));
    let present: HashMap<_, _> = present.collect();
    let missing = order.iter().filter(|id| !present.contains_key(*id));
    let mut missing: Vec<_> = missing.map(String::as_str).collect();
    if !missing.is_empty() {
        missing.sort_unstable_by(|one, other| by_number(one, other));
        let missing = missing.join(", ");
        let text = format!("Tile IDs not found on this dashboard: [{missing}]");
        return Err(Error::Detail(Refused::Missing, text));
    }
    let forced = match layout.value() {
        Some("two_column") => Some((WIDTH, HEIGHT)),
        Some("full_width") => Some((COLUMNS, HEIGHT)),
        _ => None,
    };
    let (mut shelf, mut height) = (Shelf::default(), 0);
    for id in &order {
        let tile = present[id];
        let (w, h) = forced.unwrap_or_else(|| size(tile));
        let (x, y) = shelf.place(w, h);
        let layouts = json!({
            "sm": {"x": x, "y": y, "w": w, "h": h},
            "xs": {"x": 0, "y": height, "w": 1, "h": h},
        });
        height += h;
        table::arrange(db, dashboard, tile.id, &JsonText::new(&layouts))?;
    }
    Ok(())
}

/// Compares the digits of two whole numbers, whatever their size.
fn by_number(one: &str, other: &str) -> Ordering {
    let compare = |one: &str, other: &str| (one.len(), one).cmp(&(other.len(), other));
    match (one.strip_prefix('-'), other.strip_prefix('-')) {
        (None, None) => compare(one, other),
        (Some(one), Some(other)) => compare(other, one),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

/// The ids in `tile_order`, at least one.
fn order(form: &Form) -> Result<Vec<String>> {
    const NAME: &str = "tile_order";
    let items = form.field(NAME).list()?.required(NAME)?;
    if items.is_empty() {
        let detail = "Ensure this field has at least 1 elements.";
        return Err(Error::field(NAME, "min_length", detail));
    }
    let items = items.into_iter().enumerate().map(|(index, item)| {
        let item = Form::object(vec![("id".to_owned(), item)]);
        let id = item.field("id").digits().and_then(|id| id.required("id"));
        id.map_err(|error| error.at(format!("{NAME}__{index}")))
    });
    items.collect()
}

/// The width and the height of a tile on a wide screen.
fn size(tile: &Tile) -> (usize, i64) {
    let layouts: Value = serde_json::from_str(tile.layouts.as_str()).unwrap_or_default();
    let length = |name| layouts["sm"][name].as_i64().filter(|length| *length > 0);
    let width = length("w").map_or(WIDTH, |width| width.min(COLUMNS as i64) as usize);
    (
        width,
        length("h").map_or(HEIGHT, |height| height.min(TALLEST)),
    )
}

/// How far down each column is filled.
#[derive(Default)]
struct Shelf([i64; COLUMNS]);

impl Shelf {
    /// Puts a box of this size as far up as it fits below what is there, and then as far left.
    fn place(&mut self, width: usize, height: i64) -> (usize, i64) {
        let tops = self
            .0
            .windows(width)
            .map(|columns| *columns.iter().max().unwrap_or(&0));
        let place = tops.enumerate().min_by_key(|(_, top)| *top);
        let (x, y) = place.expect("a box is at most as wide as the dashboard");
        self.0[x..x + width].fill(y + height);
        (x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_put_where_they_fit_first() {
        let mut shelf = Shelf::default();
        let sizes = [(6, 5), (6, 3), (6, 2), (12, 1), (4, 2), (4, 2), (4, 1)];
        let places = sizes.map(|(width, height)| shelf.place(width, height));
        let expected = [(0, 0), (6, 0), (6, 3), (0, 5), (0, 6), (4, 6), (8, 6)];
        assert_eq!(places, expected);
    }
}
