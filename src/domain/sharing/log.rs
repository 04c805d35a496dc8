//! Activity log entries about shares (`sharing.md` 7.3). Shares of recordings get those about passwords only.

use serde_json::{Value, json};

use crate::{
    domain::{Context, Result, activity},
    model::{Parent, ParentKind, SharePassword, Timestamp},
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

/// Records that the share has a new password, or (`is_new` is false) lost one. The service logs neither, but these changes decide
/// who can see the share.
pub fn record_password(
    db: &Write,
    context: Context,
    parent: &Parent,
    password: &SharePassword,
    is_new: bool,
) -> Result<()> {
    let it = json!({"id": password.id.to_string(), "note": password.note});
    let (activity, before, after) = match is_new {
        true => ("share password added", Value::Null, it),
        false => ("share password deleted", it, Value::Null),
    };
    let kind = scope(parent.kind).unwrap_or(RECORDINGS);
    let change = activity::change(kind, "share_password", before, after);
    record_as(db, context, kind, parent, activity, json!([change]))
}

/// Records that the share ends at another time. This is an extension of hoglet, and decides who can see the share.
pub fn record_end(
    db: &Write,
    context: Context,
    parent: &Parent,
    before: Option<Timestamp>,
    after: Option<Timestamp>,
) -> Result<()> {
    let kind = scope(parent.kind).unwrap_or(RECORDINGS);
    let (before, after) = (activity::instant(before), activity::instant(after));
    let change = activity::change(kind, "expires_at", before, after);
    record_as(
        db,
        context,
        kind,
        parent,
        "share end changed",
        json!([change]),
    )
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
    match scope(parent.kind) {
        Some(scope) => record_as(db, context, scope, parent, activity, changes),
        None => Ok(()),
    }
}

fn record_as(
    db: &Write,
    context: Context,
    scope: &'static str,
    parent: &Parent,
    activity: &'static str,
    changes: Value,
) -> Result<()> {
    let entry = activity::Entry {
        scope,
        item: &parent.id,
        activity,
        detail: activity::Detail {
            name: parent.name.as_deref(),
            short_id: parent.short_id.as_deref(),
            changes,
            ..activity::Detail::default()
        },
        organization: None,
        is_system: false,
    };
    activity::record(db, context, entry)
}

/// What the log calls recordings, which are seldom mentioned.
pub const RECORDINGS: &str = "Replay";

/// What the log calls a kind of parent; `None` for recordings, which have no entries about sharing.
pub fn scope(kind: ParentKind) -> Option<&'static str> {
    match kind {
        ParentKind::Insight => Some("Insight"),
        ParentKind::Dashboard => Some("Dashboard"),
        ParentKind::Notebook => Some("Notebook"),
        ParentKind::SessionRecording => None,
    }
}
