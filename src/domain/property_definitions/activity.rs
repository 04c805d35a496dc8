//! What the activity log says of definitions.

use serde_json::{Value, json};

use crate::{
    domain::{
        Context, Result,
        activity::{self, Fields},
    },
    model::*,
    store::Write,
};

/// Records a change, field by field; a change of nothing too.
///
/// The service tells tags as if there had been none before, and lists them even when they stay; here the log tells
/// what was.
pub fn changed(
    db: &Write,
    context: Context,
    before: &PropertyDefinition,
    after: &PropertyDefinition,
) -> Result<()> {
    let changes = activity::changes("PropertyDefinition", fields(before), fields(after));
    record(db, context, after, "changed", changes.into())
}

/// Records a deed.
pub fn record(
    db: &Write,
    context: Context,
    definition: &PropertyDefinition,
    activity: &'static str,
    changes: Value,
) -> Result<()> {
    let entry = activity::Entry {
        scope: "PropertyDefinition",
        item: &definition.id.to_string(),
        activity,
        detail: json!({"name": definition.name, "type": definition.of.name(), "changes": changes}),
        is_system: false,
    };
    activity::record(db, context, entry)
}

fn fields(definition: &PropertyDefinition) -> Fields<6> {
    let notes = definition.notes.as_ref();
    [
        ("description", json!(notes.map(|notes| &notes.description))),
        ("tags", json!(definition.tags)),
        ("property_type", json!(definition.property_type)),
        ("is_numerical", json!(definition.is_numerical())),
        ("verified", json!(notes.map(|notes| notes.verified))),
        ("hidden", json!(notes.map(|notes| notes.hidden))),
    ]
}
