//! Event definitions: table `event_definition`.

mod list;

pub use list::list;

use rusqlite::{Row, named_params};

use super::{
    Read, Result, Write,
    columns::{self, Columns},
    definitions::Listed as _,
    instant::RowKey,
};
use crate::model::{EventDefinition, EventDefinitionId, ProjectId, Timestamp, ordered_uuid};

/// The columns that [`from_row`] reads, in its order.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, owner, tags, default_columns, created_at, last_seen_at, primary_property, description,
                    verified, verified_at, verified_by, hidden, updated_at, updated_by FROM event_definition ",
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
            ", number, verified, hidden, last_seen_at, created_at, updated_at, tags ",
            $tail
        )
    };
}
use columns_of_facts;

const ONE: &str = select!("WHERE project_id = :project AND id = :id");
const NAMED: &str = select!("WHERE project_id = :project AND name = :name");
const INSERT: &str = "
    INSERT INTO event_definition (id, project_id, name, owner, tags, default_columns, created_at, last_seen_at,
                                  primary_property, description, verified, verified_at, verified_by, hidden, updated_at, updated_by)
    VALUES (:id, :project, :name, :owner, :tags, :default_columns, :created_at, :last_seen_at,
            :primary_property, :description, :verified, :verified_at, :verified_by, :hidden, :updated_at, :updated_by)";
const UPDATE: &str = "
    UPDATE event_definition
       SET owner = :owner, tags = :tags, default_columns = :default_columns,
           primary_property = :primary_property, description = :description, verified = :verified, verified_at = :verified_at, verified_by = :verified_by, hidden = :hidden,
           updated_at = :updated_at, updated_by = :updated_by
     WHERE project_id = :project AND id = :id";
const DELETE: &str = "DELETE FROM event_definition WHERE project_id = :project AND id = :id";
const SEEN: &str = "
    INSERT INTO event_definition (id, project_id, name, created_at, last_seen_at)
    VALUES (:id, :project, :name, :now, :now)
    ON CONFLICT (project_id, name) DO UPDATE
       SET created_at = coalesce(created_at, :now), last_seen_at = max(coalesce(last_seen_at, :now), :now)
     WHERE created_at IS NULL OR last_seen_at IS NULL OR last_seen_at <= :now - 3600000000";
const PRIMARY_PROPERTIES: &str = "
    SELECT name, primary_property FROM event_definition
     WHERE project_id = :project AND primary_property IS NOT NULL
       AND (:names IS NULL OR name IN (SELECT value FROM json_each(:names)))
     ORDER BY name";
const LAST_SEEN: &str = "
    SELECT last_seen_at FROM event_definition WHERE project_id = :project AND name = :name";

impl RowKey for (ProjectId, EventDefinitionId) {
    type Row = EventDefinition;

    fn is_small(&self, definition: &EventDefinition) -> bool {
        definition.is_short()
    }
}

/// Returns the definition `id`; `None` if `project` has no such definition.
pub fn find(
    db: &Read,
    project: ProjectId,
    id: EventDefinitionId,
) -> Result<Option<EventDefinition>> {
    db.remembered((project, id), || {
        let params = named_params! { ":project": project, ":id": id };
        db.one(ONE, params, from_row)
    })
}

/// Returns the definition of the event `name`; `None` if `project` has no such definition.
pub fn find_named(db: &Read, project: ProjectId, name: &str) -> Result<Option<EventDefinition>> {
    db.one(
        NAMED,
        named_params! { ":project": project, ":name": name },
        from_row,
    )
}

/// Returns the names of the events that have a primary property, each with it, sorted: of all, or of those in `names`.
pub fn primary_properties(
    db: &Read,
    project: ProjectId,
    names: Option<&[String]>,
) -> Result<Vec<(String, String)>> {
    let names = names.map(|names| columns::to_json(&names));
    let params = named_params! { ":project": project, ":names": names };
    db.all(PRIMARY_PROPERTIES, params, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Adds `definition` to `project`.
///
/// Errors: `Taken` if its id is in use, or `project` has one of its name.
pub fn insert(db: &Write, project: ProjectId, definition: &EventDefinition) -> Result<()> {
    let params = named_params! {
        ":id": definition.id, ":project": project, ":name": definition.name, ":owner": definition.owner,
        ":tags": columns::to_json(&definition.tags), ":default_columns": columns::to_json(&definition.default_columns),
        ":created_at": definition.created_at, ":last_seen_at": definition.last_seen_at,
        ":primary_property": definition.primary_property,
    };
    columns::with_notes(definition.notes.as_ref(), params, |params| {
        db.run(INSERT, params)
    })?;
    Ok(())
}

/// Stores what people can change of `definition`: owner, tags, columns, primary property and notes.
pub fn update(db: &Write, project: ProjectId, definition: &EventDefinition) -> Result<()> {
    let params = named_params! {
        ":id": definition.id, ":project": project, ":owner": definition.owner,
        ":tags": columns::to_json(&definition.tags), ":default_columns": columns::to_json(&definition.default_columns),
        ":primary_property": definition.primary_property,
    };
    columns::with_notes(definition.notes.as_ref(), params, |params| {
        db.run(UPDATE, params)
    })?;
    Ok(())
}

/// Deletes definition `id` of `project`; returns whether there was one.
pub fn delete(db: &Write, project: ProjectId, id: EventDefinitionId) -> Result<bool> {
    Ok(db.run(DELETE, named_params! { ":project": project, ":id": id })? > 0)
}

/// Records that the event `name` came in at `now`: creates its definition, or updates when it was last seen if that is an
/// hour ago or more. Returns whether anything changed.
pub fn seen(db: &Write, project: ProjectId, name: &str, now: Timestamp) -> Result<bool> {
    let id = EventDefinitionId(ordered_uuid());
    let params = named_params! { ":id": id, ":project": project, ":name": name, ":now": now };
    Ok(db.run(SEEN, params)? > 0)
}

/// Returns when the event `name` was last seen, as far as it is stored; `None` if it never was.
pub fn last_seen(db: &Read, project: ProjectId, name: &str) -> Result<Option<Timestamp>> {
    let params = named_params! { ":project": project, ":name": name };
    let found: Option<Option<Timestamp>> = db.one(LAST_SEEN, params, |row| row.get(0))?;
    Ok(found.flatten())
}

fn from_row(row: &Row) -> rusqlite::Result<EventDefinition> {
    let mut columns = Columns::of(row);
    Ok(EventDefinition {
        id: columns.next()?,
        name: columns.next()?,
        owner: columns.next()?,
        tags: columns.texts()?,
        default_columns: columns.texts()?,
        created_at: columns.next()?,
        last_seen_at: columns.next()?,
        primary_property: columns.next()?,
        notes: columns.notes()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Durability,
        store::{Store, StoreError, tests::project},
    };

    #[test]
    fn sightings_make_a_definition_and_move_it_once_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        let project = project(&store);
        let see = |name: &'static str, micros: i64| {
            let change = move |db: &Write| {
                let is_new = seen(db, project, name, Timestamp(micros))?;
                let times = "SELECT created_at, last_seen_at FROM event_definition WHERE name = ?";
                let read = |row: &Row| Ok((row.get(0)?, row.get(1)?));
                let times: (i64, i64) = db.one(times, [name], read)?.unwrap();
                Ok::<_, StoreError>((is_new, times))
            };
            store.write(change).unwrap()
        };
        let (start, hour) = (1_700_000_000_000_000, 3_600_000_000);
        assert_eq!(see("a", start), (true, (start, start)));
        assert_eq!(see("a", start + hour - 1), (false, (start, start)));
        assert_eq!(see("a", start + hour), (true, (start, start + hour)));
        let made = EventDefinition::new("b");
        let insert = move |db: &Write| super::insert(db, project, &made);
        store.write::<_, StoreError>(insert).unwrap();
        assert_eq!(see("b", start), (true, (start, start)));
    }

    #[test]
    fn primary_properties_are_found_in_their_own_index() {
        let index = "SEARCH event_definition USING INDEX event_definition_with_primary_property (project_id=?)";
        assert_eq!(crate::store::plans::plan(PRIMARY_PROPERTIES)[0], index);
    }
}
