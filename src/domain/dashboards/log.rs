//! Entries about dashboards in the activity log.

use serde_json::json;

use crate::{
    domain::{Context, Result, activity},
    model::Dashboard,
    store::Write,
};

/// Records that `after` was created (`before` is `None`), or what changed since `before`.
pub fn record(
    db: &Write,
    context: Context,
    before: Option<&Dashboard>,
    after: &Dashboard,
) -> Result<()> {
    let subject = activity::Subject {
        scope: "Dashboard",
        item: after.id.to_string(),
        name: after.name.as_deref(),
        short_id: None,
    };
    activity::record_change(db, context, subject, before.map(fields), fields(after))
}

fn fields(dashboard: &Dashboard) -> activity::LoggedFields<8> {
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
