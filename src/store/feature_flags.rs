//! Feature flags: tables `feature_flag` and `feature_flag_override`.

use rusqlite::{Row, named_params};

use super::{Read, Result, Write};
use crate::model::{FeatureFlag, FeatureFlagId, FlagValue, ProjectId};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, key, name, active, filters, version, created_at, created_by, updated_at FROM feature_flag ",
            $tail
        )
    };
}

const ONE: &str = select!("WHERE project_id = :project AND id = :id");
const BY_KEY: &str = select!("WHERE project_id = :project AND key = :key");
const ALL: &str = select!("WHERE project_id = :project ORDER BY id");
const PAGE: &str = select!(
    "WHERE project_id = :project ORDER BY created_at DESC, id DESC LIMIT :limit OFFSET :offset"
);
const COUNT: &str = "SELECT count(*) FROM feature_flag WHERE project_id = :project";
const COUNT_ACTIVE: &str =
    "SELECT count(*) FROM feature_flag WHERE project_id = :project AND active = 1";
const INSERT: &str = "
    INSERT INTO feature_flag (id, project_id, key, name, active, filters, version, created_at, created_by, updated_at)
    VALUES (:id, :project, :key, :name, :active, :filters, :version, :created_at, :created_by, :updated_at)";
const UPDATE: &str = "
    UPDATE feature_flag SET key = :key, name = :name, active = :active, filters = :filters, version = :version,
                            updated_at = :updated_at
     WHERE project_id = :project AND id = :id";
const DELETE: &str = "DELETE FROM feature_flag WHERE project_id = :project AND id = :id";
const OVERRIDES_FOR: &str = "
    SELECT flag_id, value FROM feature_flag_override WHERE project_id = :project AND distinct_id = :distinct_id";
const OVERRIDES_OF: &str = "
    SELECT distinct_id, value FROM feature_flag_override
     WHERE project_id = :project AND flag_id = :flag ORDER BY distinct_id";
const COUNT_OVERRIDES: &str =
    "SELECT count(*) FROM feature_flag_override WHERE project_id = :project AND flag_id = :flag";
const SET_OVERRIDE: &str = "
    INSERT INTO feature_flag_override (project_id, distinct_id, flag_id, value)
    VALUES (:project, :distinct_id, :flag, :value) ON CONFLICT DO UPDATE SET value = excluded.value";
const DELETE_OVERRIDES: &str =
    "DELETE FROM feature_flag_override WHERE project_id = :project AND flag_id = :flag";
const DELETE_OVERRIDE: &str = "
    DELETE FROM feature_flag_override WHERE project_id = :project AND distinct_id = :distinct_id AND flag_id = :flag";

/// Finds the flag `id` of `project`.
pub fn find(db: &Read, project: ProjectId, id: FeatureFlagId) -> Result<Option<FeatureFlag>> {
    let params = named_params! { ":project": project, ":id": id };
    db.one(ONE, params, from_row)
}

/// Finds the flag of `project` whose key is `key`.
pub fn find_by_key(db: &Read, project: ProjectId, key: &str) -> Result<Option<FeatureFlag>> {
    let params = named_params! { ":project": project, ":key": key };
    db.one(BY_KEY, params, from_row)
}

/// All flags of `project`, oldest first.
pub fn all(db: &Read, project: ProjectId) -> Result<Vec<FeatureFlag>> {
    db.all(ALL, named_params! { ":project": project }, from_row)
}

/// Returns at most `limit` flags of `project` after the first `offset`, newest first.
pub fn page(db: &Read, project: ProjectId, limit: i64, offset: i64) -> Result<Vec<FeatureFlag>> {
    let params = named_params! { ":project": project, ":limit": limit, ":offset": offset };
    db.all(PAGE, params, from_row)
}

/// Counts the flags of `project`.
pub fn count(db: &Read, project: ProjectId) -> Result<i64> {
    db.count(COUNT, named_params! { ":project": project })
}

/// Counts those that are active.
pub fn count_active(db: &Read, project: ProjectId) -> Result<i64> {
    db.count(COUNT_ACTIVE, named_params! { ":project": project })
}

/// Inserts a flag and returns its id: `flag.id`, or the next free one if that is zero.
///
/// Errors: `Taken` if another flag has the id, or another one of the project the key.
pub fn insert(db: &Write, project: ProjectId, flag: &FeatureFlag) -> Result<FeatureFlagId> {
    let id = (flag.id.0 != 0).then_some(flag.id);
    let params = named_params! {
        ":id": id, ":project": project, ":key": flag.key, ":name": flag.name, ":active": flag.active,
        ":filters": flag.filters, ":version": flag.version, ":created_at": flag.created_at,
        ":created_by": flag.created_by, ":updated_at": flag.updated_at,
    };
    db.insert(INSERT, params).map(FeatureFlagId)
}

/// Stores what changes of `flag`. Errors: `Taken` if another flag of the project has the key.
pub fn update(db: &Write, project: ProjectId, flag: &FeatureFlag) -> Result<()> {
    let params = named_params! {
        ":project": project, ":id": flag.id, ":key": flag.key, ":name": flag.name, ":active": flag.active,
        ":filters": flag.filters, ":version": flag.version, ":updated_at": flag.updated_at,
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// Deletes the flag `id` with its overrides.
pub fn delete(db: &Write, project: ProjectId, id: FeatureFlagId) -> Result<()> {
    db.run(DELETE, named_params! { ":project": project, ":id": id })?;
    Ok(())
}

/// The flags of `project` that have a value of their own for `distinct_id`.
pub fn overrides_for(
    db: &Read,
    project: ProjectId,
    distinct_id: &str,
) -> Result<Vec<(FeatureFlagId, FlagValue)>> {
    let params = named_params! { ":project": project, ":distinct_id": distinct_id };
    db.all(OVERRIDES_FOR, params, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Removes all overrides of `flag`.
pub fn delete_overrides(db: &Write, project: ProjectId, flag: FeatureFlagId) -> Result<()> {
    db.run(
        DELETE_OVERRIDES,
        named_params! { ":project": project, ":flag": flag },
    )?;
    Ok(())
}

/// The overrides of `flag` by distinct id, in its order.
pub fn overrides_of(
    db: &Read,
    project: ProjectId,
    flag: FeatureFlagId,
) -> Result<Vec<(String, FlagValue)>> {
    let params = named_params! { ":project": project, ":flag": flag };
    db.all(OVERRIDES_OF, params, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Counts the overrides of `flag`.
pub fn count_overrides(db: &Read, project: ProjectId, flag: FeatureFlagId) -> Result<i64> {
    let params = named_params! { ":project": project, ":flag": flag };
    db.count(COUNT_OVERRIDES, params)
}

/// Sets what `flag` is for `distinct_id`.
pub fn set_override(
    db: &Write,
    project: ProjectId,
    flag: FeatureFlagId,
    distinct_id: &str,
    value: &FlagValue,
) -> Result<()> {
    let params = named_params! {
        ":project": project, ":distinct_id": distinct_id, ":flag": flag, ":value": value,
    };
    db.run(SET_OVERRIDE, params)?;
    Ok(())
}

/// Removes it. Returns whether there was one.
pub fn delete_override(
    db: &Write,
    project: ProjectId,
    flag: FeatureFlagId,
    distinct_id: &str,
) -> Result<bool> {
    let params = named_params! { ":project": project, ":distinct_id": distinct_id, ":flag": flag };
    Ok(db.run(DELETE_OVERRIDE, params)? > 0)
}

fn from_row(row: &Row) -> rusqlite::Result<FeatureFlag> {
    Ok(FeatureFlag {
        id: row.get("id")?,
        key: row.get("key")?,
        name: row.get("name")?,
        active: row.get("active")?,
        filters: row.get("filters")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        updated_at: row.get("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::{assert_walks, plan};

    #[test]
    fn lists_are_read_in_order_from_an_index() {
        assert_walks(PAGE, "feature_flag_by_age");
        assert_walks(ALL, "feature_flag_by_id");
        for sql in [OVERRIDES_FOR, OVERRIDES_OF, COUNT_OVERRIDES] {
            let plan = plan(sql);
            assert!(plan[0].starts_with("SEARCH"), "{plan:#?}");
            assert!(!plan.concat().contains("TEMP B-TREE"), "{plan:#?}");
        }
    }
}
