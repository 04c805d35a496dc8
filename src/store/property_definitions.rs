//! Property definitions: table `property_definition`. And on which events the properties were seen: table `event_property`,
//! whose rows are never deleted.

mod list;

pub use list::list;

use rusqlite::{Row, named_params};

use super::{
    Read, Result, Write,
    columns::{self, Columns},
    definitions::Listed as _,
    instant::RowKey,
};
use crate::model::{
    DefinitionType, NameClass, ProjectId, PropertyDefinition, PropertyDefinitionId, PropertyType,
    ordered_uuid,
};

/// The columns that [`from_row`] reads, in its order.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, type, group_type_index, name, property_type, tags, description, verified, verified_at, verified_by,
                    hidden, updated_at, updated_by FROM property_definition ",
            $tail
        )
    };
}
use select;

/// What the index in memory holds of a definition; [`Listed::facts`](super::definitions::Listed::facts) reads it.
macro_rules! columns_of_facts {
    ($name:literal, $tail:literal) => {
        concat!(
            "SELECT ",
            $name,
            ", number, class, property_type, is_seen, verified, hidden, updated_at, tags ",
            $tail
        )
    };
}
use columns_of_facts;

const ONE: &str = select!("WHERE project_id = :project AND id = :id");
const INSERT: &str = "
    INSERT INTO property_definition (id, project_id, type, group_type_index, name, class, property_type, tags,
                                     description, verified, verified_at, verified_by, hidden, updated_at, updated_by)
    VALUES (:id, :project, :type, :group_type_index, :name, :class, :property_type, :tags,
            :description, :verified, :verified_at, :verified_by, :hidden, :updated_at, :updated_by)";
const SEE: &str = "
    INSERT INTO property_definition (id, project_id, type, group_type_index, name, class, property_type)
    VALUES (:id, :project, :type, :group_type_index, :name, :class, :property_type)
    ON CONFLICT (project_id, type, group_type_index, name) DO UPDATE SET property_type = :property_type
     WHERE property_type IS NULL AND :property_type IS NOT NULL";
const UPDATE: &str = "
    UPDATE property_definition
       SET tags = :tags, description = :description, verified = :verified, verified_at = :verified_at,
           verified_by = :verified_by, hidden = :hidden, updated_at = :updated_at, updated_by = :updated_by
     WHERE project_id = :project AND id = :id";
/// By itself, since each check of the type fills a temporary table with all types: a third of the work of an update.
const UPDATE_TYPE: &str = "
    UPDATE property_definition SET property_type = :property_type WHERE project_id = :project AND id = :id";
const DELETE: &str = "DELETE FROM property_definition WHERE project_id = :project AND id = :id";
const SEEN_ON: &str = "
    SELECT event FROM event_property
     WHERE project_id = :project AND property = :property AND event IN (SELECT value FROM json_each(:events))";
const INSERT_PAIR: &str = "
    INSERT INTO event_property (project_id, event, property) VALUES (:project, :event, :property) ON CONFLICT DO NOTHING";

impl RowKey for (ProjectId, PropertyDefinitionId) {
    type Row = PropertyDefinition;

    fn is_small(&self, definition: &PropertyDefinition) -> bool {
        definition.is_short()
    }
}

/// Returns the definition `id`; `None` if `project` has no such definition.
pub fn find(
    db: &Read,
    project: ProjectId,
    id: PropertyDefinitionId,
) -> Result<Option<PropertyDefinition>> {
    db.remembered((project, id), || {
        let params = named_params! { ":project": project, ":id": id };
        db.one(ONE, params, from_row)
    })
}

/// Adds `definition` to `project`. `class` is what its name means to PostHog.
///
/// Errors: `Taken` if its id is in use, or `project` has one of its type and name.
pub fn insert(
    db: &Write,
    project: ProjectId,
    definition: &PropertyDefinition,
    class: NameClass,
) -> Result<()> {
    let params = named_params! {
        ":id": definition.id, ":project": project, ":type": definition.of.code(),
        ":group_type_index": definition.of.group_type_index(), ":name": definition.name,
        ":class": class as i64, ":property_type": definition.property_type, ":tags": columns::to_json(&definition.tags),
    };
    columns::with_notes(definition.notes.as_ref(), params, |params| {
        db.run(INSERT, params)
    })?;
    Ok(())
}

/// Records that a value of the property came in, of type `property_type`. The first value that has a type decides;
/// nothing else of an existing definition changes.
pub fn see(
    db: &Write,
    project: ProjectId,
    of: DefinitionType,
    name: &str,
    class: NameClass,
    property_type: Option<PropertyType>,
) -> Result<()> {
    let params = named_params! {
        ":id": PropertyDefinitionId(ordered_uuid()), ":project": project, ":type": of.code(),
        ":group_type_index": of.group_type_index(), ":name": name, ":class": class as i64,
        ":property_type": property_type,
    };
    db.run(SEE, params)?;
    Ok(())
}

/// Stores the tags and notes of `definition`.
pub fn update(db: &Write, project: ProjectId, definition: &PropertyDefinition) -> Result<()> {
    let params = named_params! {
        ":project": project, ":id": definition.id, ":tags": columns::to_json(&definition.tags),
    };
    columns::with_notes(definition.notes.as_ref(), params, |params| {
        db.run(UPDATE, params)
    })?;
    Ok(())
}

/// Stores the type of definition `id` of `project`.
pub fn update_type(
    db: &Write,
    project: ProjectId,
    id: PropertyDefinitionId,
    property_type: Option<PropertyType>,
) -> Result<()> {
    let params = named_params! { ":project": project, ":id": id, ":property_type": property_type };
    db.run(UPDATE_TYPE, params)?;
    Ok(())
}

/// Deletes definition `id` of `project`; returns whether there was one.
pub fn delete(db: &Write, project: ProjectId, id: PropertyDefinitionId) -> Result<bool> {
    Ok(db.run(DELETE, named_params! { ":project": project, ":id": id })? > 0)
}

/// The `events` on which `property` was seen, without duplicates, in no particular order.
pub fn seen_on(
    db: &Read,
    project: ProjectId,
    property: &str,
    events: &[String],
) -> Result<Vec<String>> {
    let params = named_params! { ":project": project, ":property": property, ":events": columns::to_json(&events) };
    db.all(SEEN_ON, params, |row| row.get(0))
}

/// Inserts that `property` was seen on `event`; returns whether that is new.
pub fn insert_pair(db: &Write, project: ProjectId, event: &str, property: &str) -> Result<bool> {
    let params = named_params! { ":project": project, ":event": event, ":property": property };
    Ok(db.run(INSERT_PAIR, params)? > 0)
}

fn from_row(row: &Row) -> rusqlite::Result<PropertyDefinition> {
    let mut columns = Columns::of(row);
    let id = columns.next()?;
    let (code, index) = (columns.next()?, columns.next()?);
    let of = DefinitionType::from_codes(code, index)
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(1, code))?;
    Ok(PropertyDefinition {
        id,
        of,
        name: columns.next()?,
        property_type: columns.next()?,
        tags: columns.texts()?,
        notes: columns.notes()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::instructions;

    #[test]
    fn an_update_without_the_type_fills_no_temporary_table() {
        let fills = |sql| instructions(sql).contains(&"OpenEphemeral".to_owned());
        assert!(fills(UPDATE_TYPE) && !fills(UPDATE));
    }
}
