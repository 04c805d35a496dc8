//! What the activity log keeps of dashboards.

use serde_json::{Value, json};

use crate::{
    domain::{Context, Result, activity},
    model::*,
    store::Write,
};

/// Records that `after` came to be, or what changed since `before`; nothing when nothing did.
pub fn record(
    db: &Write,
    context: Context,
    before: Option<&Dashboard>,
    after: &Dashboard,
) -> Result<()> {
    let changes = before.map_or(Vec::new(), |before| changes(before, after));
    let activity = match before {
        None => "created",
        Some(_) if changes.is_empty() => return Ok(()),
        Some(before) if after.deleted && !before.deleted => "deleted",
        Some(_) => "updated",
    };
    let detail = json!({"name": after.name, "short_id": null, "type": null, "changes": changes});
    let item = after.id.to_string();
    let entry = activity::Entry {
        scope: "Dashboard",
        item: &item,
        activity,
        detail,
        is_system: false,
    };
    activity::record(db, context, entry)
}

fn changes(before: &Dashboard, after: &Dashboard) -> Vec<Value> {
    let all = fields(before).into_iter().zip(fields(after));
    let changed = all.filter(|((_, one), (_, other))| one != other);
    changed
        .map(|((field, before), (_, after))| activity::change("Dashboard", field, before, after))
        .collect()
}

fn fields(dashboard: &Dashboard) -> [(&'static str, Value); 8] {
    [
        ("name", json!(dashboard.name)),
        ("description", json!(dashboard.description)),
        ("pinned", json!(dashboard.pinned)),
        ("deleted", json!(dashboard.deleted)),
        ("filters", activity::json(&dashboard.filters)),
        ("variables", activity::json(&dashboard.variables)),
        ("restriction_level", json!(dashboard.restriction_level)),
        ("tags", json!(dashboard.tags)),
    ]
}
