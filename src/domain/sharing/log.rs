//! Activity log entries about shares. Shares of recordings get none (`sharing.md` 7.3).

use serde_json::{Value, json};

use crate::{
    domain::{Context, Result, activity},
    model::{Parent, ParentKind},
    store::Write,
};

/// Records whether a change left the share on or off, even if the change was about something else, as the service does.
pub fn record_switch(db: &Write, context: Context, parent: &Parent, enabled: bool) -> Result<()> {
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

/// Records that the share has a new token.
pub fn record_refresh(db: &Write, context: Context, parent: &Parent) -> Result<()> {
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

/// What the log calls a kind of parent; `None` for recordings, which have no entries about sharing.
pub fn scope(kind: ParentKind) -> Option<&'static str> {
    match kind {
        ParentKind::Insight => Some("Insight"),
        ParentKind::Dashboard => Some("Dashboard"),
        ParentKind::Notebook => Some("Notebook"),
        ParentKind::SessionRecording => None,
    }
}
