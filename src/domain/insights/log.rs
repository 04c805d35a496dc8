//! What the activity log keeps of insights.

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
    before: Option<&Insight>,
    after: &Insight,
) -> Result<()> {
    let changes = before.map_or(Vec::new(), |before| changes(before, after));
    let activity = match before {
        None => "created",
        Some(_) if changes.is_empty() => return Ok(()),
        Some(before) if after.deleted && !before.deleted => "deleted",
        Some(_) => "updated",
    };
    let name = after.name.as_ref().filter(|name| !name.is_empty());
    let detail = json!({
        "name": name.or(after.derived_name.as_ref()),
        "short_id": after.short_id,
        "type": null,
        "changes": changes,
    });
    let item = after.id.to_string();
    let entry = activity::Entry {
        scope: "Insight",
        item: &item,
        activity,
        detail,
        is_system: false,
    };
    activity::record(db, context, entry)
}

fn changes(before: &Insight, after: &Insight) -> Vec<Value> {
    let all = fields(before).into_iter().zip(fields(after));
    let changed = all.filter(|((_, one), (_, other))| one != other);
    changed
        .map(|((field, before), (_, after))| activity::change("Insight", field, before, after))
        .collect()
}

/// What of an insight the log follows; results are too large for it.
fn fields(insight: &Insight) -> [(&'static str, Value); 11] {
    [
        ("name", json!(insight.name)),
        ("derived_name", json!(insight.derived_name)),
        ("filters", activity::json(&insight.filters)),
        (
            "query",
            insight.query.as_ref().map_or(Value::Null, activity::json),
        ),
        ("order", json!(insight.order)),
        ("deleted", json!(insight.deleted)),
        ("dashboards", json!(insight.dashboards())),
        ("description", json!(insight.description)),
        ("favorited", json!(insight.favorited)),
        ("saved", json!(insight.saved)),
        ("tags", json!(insight.tags)),
    ]
}
