//! Entries about insights in the activity log.

use serde_json::{Value, json};

use crate::{
    domain::{Context, Result, activity},
    model::Insight,
    store::Write,
};

/// The type of insights.
pub const SCOPE: &str = "Insight";

/// Records that `after` was created (`before` is `None`), or what changed since `before`.
pub fn record(
    db: &Write,
    context: Context,
    before: Option<&Insight>,
    after: &Insight,
) -> Result<()> {
    let name = after.name.as_ref().filter(|name| !name.is_empty());
    let subject = activity::Subject {
        scope: SCOPE,
        item: after.id.to_string(),
        name: name.or(after.derived_name.as_ref()).map(String::as_str),
        short_id: Some(&after.short_id.0),
    };
    activity::record_change(db, context, subject, before.map(fields), fields(after))
}

/// The fields that the log follows. `result` is too large to log.
fn fields(insight: &Insight) -> activity::LoggedFields<11> {
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
