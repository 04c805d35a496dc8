//! Organizations: table `organization`.

use rusqlite::{Row, named_params};
use serde_json::Value;

use super::{
    Read, Result, Write,
    columns::{self, Columns},
};
use crate::model::{FEATURES, Features, Organization, OrganizationId, UserId};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT organization.id, name, slug, features, allow_publicly_shared_resources, created_at, updated_at
             FROM organization ",
            $tail
        )
    };
}

const ONE: &str = select!("WHERE id = :id");
const OF_USER: &str = select!(
    "JOIN membership ON organization_id = organization.id WHERE user_id = :user ORDER BY created_at, organization.id"
);
const ALL: &str = select!("ORDER BY created_at, id");
const OLDEST: &str = "SELECT id FROM organization ORDER BY created_at, id LIMIT 1";
const ANY: &str = "SELECT count(*) FROM (SELECT 1 FROM organization LIMIT 1)";
const SLUG: &str = "SELECT count(*) FROM organization WHERE slug = :slug";
const COUNT_WITH_SLUG: &str = "
    SELECT count(*) FROM (SELECT 1 FROM organization WHERE slug >= :start AND slug < :start || char(0x10ffff) LIMIT :most)";
const INSERT: &str = "
    INSERT INTO organization (id, name, slug, features, allow_publicly_shared_resources, created_at, updated_at)
    VALUES (:id, :name, :slug, :features, :allow, :created_at, :updated_at)";
const REPLACE: &str = "
    UPDATE organization SET name = :name, slug = :slug, features = :features, allow_publicly_shared_resources = :allow,
                            created_at = :created_at, updated_at = :updated_at
     WHERE id = :id";

pub fn find(db: &Read, id: OrganizationId) -> Result<Option<Organization>> {
    db.one(ONE, named_params! { ":id": id }, from_row)
}

/// The organizations that `user` is a member of, oldest first.
pub fn of_user(db: &Read, user: UserId) -> Result<Vec<Organization>> {
    db.all(OF_USER, named_params! { ":user": user }, from_row)
}

/// Every organization of the installation, oldest first.
pub fn all(db: &Read) -> Result<Vec<Organization>> {
    db.all(ALL, [], from_row)
}

/// The organization that was created first.
pub fn oldest(db: &Read) -> Result<Option<OrganizationId>> {
    db.one(OLDEST, [], |row| row.get(0))
}

/// Whether there is any organization: a database without one is new.
pub fn any(db: &Read) -> Result<bool> {
    Ok(db.count(ANY, [])? > 0)
}

/// Whether `slug` is in use.
pub fn is_slug_taken(db: &Read, slug: &str) -> Result<bool> {
    Ok(db.count(SLUG, named_params! { ":slug": slug })? > 0)
}

/// How many organizations have a slug that begins with `start`; at most `most` are counted.
pub fn count_with_slug(db: &Read, start: &str, most: i64) -> Result<i64> {
    db.count(
        COUNT_WITH_SLUG,
        named_params! { ":start": start, ":most": most },
    )
}

/// Inserts `organization`. Errors: `Taken` if another one has the id or the slug.
pub fn insert(db: &Write, organization: &Organization) -> Result<()> {
    store(db, INSERT, organization)
}

/// Stores all of `organization`, which exists. Errors: `Taken` if another one has the slug.
pub fn replace(db: &Write, organization: &Organization) -> Result<()> {
    store(db, REPLACE, organization)
}

fn store(db: &Write, sql: &'static str, organization: &Organization) -> Result<()> {
    let params = named_params! {
        ":id": organization.id, ":name": organization.name, ":slug": organization.slug,
        ":features": features_to_json(organization.features), ":allow": organization.allow_publicly_shared_resources,
        ":created_at": organization.created_at, ":updated_at": organization.updated_at,
    };
    db.run(sql, params)?;
    Ok(())
}

fn features_to_json(features: Features) -> String {
    if features == Features::ALL {
        return columns::to_json(&"all");
    }
    let keys: Vec<_> = FEATURES
        .iter()
        .filter(|(feature, _)| features.has(*feature))
        .map(|(_, key)| key)
        .collect();
    columns::to_json(&keys)
}

/// Ignores unknown features.
pub(super) fn features_from_json(value: &Value) -> Features {
    let Some(keys) = value.as_array() else {
        return Features::ALL;
    };
    let known = keys.iter().filter_map(|key| key.as_str()?.parse().ok());
    known.fold(Features::default(), Features::with)
}

fn from_row(row: &Row) -> rusqlite::Result<Organization> {
    let mut columns = Columns::of(row);
    Ok(Organization {
        id: columns.next()?,
        name: columns.next()?,
        slug: columns.next()?,
        features: features_from_json(&columns.json()?),
        allow_publicly_shared_resources: columns.next()?,
        created_at: columns.next()?,
        updated_at: columns.next()?,
    })
}
