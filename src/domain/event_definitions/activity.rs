//! What the activity log says of event definitions.

use serde_json::{Value, json};

use crate::{
    domain::{
        Context, Result,
        activity::{self, Fields},
    },
    model::*,
    store::Write,
};

const SCOPE: &str = "EventDefinition";

/// Records a change, field by field; a change of nothing too.
pub fn changed(
    db: &Write,
    context: Context,
    before: &EventDefinition,
    after: &EventDefinition,
) -> Result<()> {
    let changes = activity::changes(SCOPE, fields(before), fields(after));
    record(db, context, after, "changed", changes.into())
}

/// Records a deed.
pub fn record(
    db: &Write,
    context: Context,
    definition: &EventDefinition,
    activity: &'static str,
    changes: Value,
) -> Result<()> {
    let entry = activity::Entry {
        scope: SCOPE,
        item: &definition.id.to_string(),
        activity,
        detail: json!({"name": definition.name, "type": null, "changes": changes}),
        is_system: false,
    };
    activity::record(db, context, entry)
}

fn fields(definition: &EventDefinition) -> Fields<6> {
    let notes = definition.notes.as_ref();
    [
        ("owner", json!(definition.owner)),
        ("description", json!(notes.map(|notes| &notes.description))),
        ("tags", json!(definition.tags)),
        ("verified", json!(notes.map(|notes| notes.verified))),
        ("hidden", json!(notes.map(|notes| notes.hidden))),
        ("default_columns", json!(definition.default_columns)),
    ]
}
