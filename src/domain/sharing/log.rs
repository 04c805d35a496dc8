//! What the activity log says of shares; of recordings' it says nothing (`sharing.md` 7.3).

use serde_json::{Value, json};

use crate::{
    domain::{Context, Result, activity},
    model::*,
    store::Write,
};

/// A change has left the share on or off. The log names that state even when the change was about something else: so
/// does the service.
pub fn switched(db: &Write, context: Context, parent: &Parent, enabled: bool) -> Result<()> {
    let activity = if enabled {
        "sharing enabled"
    } else {
        "sharing disabled"
    };
    let changes = match parent.kind {
        ParentKind::Insight | ParentKind::Notebook => json!([{
            "type": scope(parent.kind),
            "action": "changed",
            "field": "sharing",
            "before": null,
            "after": enabled,
        }]),
        ParentKind::Dashboard | ParentKind::SessionRecording => Value::Null,
    };
    record(db, context, parent, activity, changes)
}

/// The share has a new token.
pub fn refreshed(db: &Write, context: Context, parent: &Parent) -> Result<()> {
    record(db, context, parent, "access token refreshed", Value::Null)
}

fn record(
    db: &Write,
    context: Context,
    parent: &Parent,
    activity: &'static str,
    changes: Value,
) -> Result<()> {
    let Some(scope) = scope(parent.kind) else {
        return Ok(());
    };
    let (name, short_id) = (&parent.name, &parent.short_id);
    let detail = json!({"name": name, "short_id": short_id, "type": null, "changes": changes});
    let entry = activity::Entry {
        scope,
        item: &parent.id,
        activity,
        detail,
        is_system: false,
    };
    activity::record(db, context, entry)
}

/// What the log calls a kind of parent; `None`: it has no place there.
pub fn scope(kind: ParentKind) -> Option<&'static str> {
    match kind {
        ParentKind::Insight => Some("Insight"),
        ParentKind::Dashboard => Some("Dashboard"),
        ParentKind::Notebook => Some("Notebook"),
        ParentKind::SessionRecording => None,
    }
}
