//! Users and memberships: tables `user` and `membership`.

use rusqlite::{Row, named_params};

use super::{
    Read, Result, Write,
    columns::{self, Columns},
};
use crate::model::{Level, OrganizationId, ProjectId, User, UserId};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT user.id, user.uuid, distinct_id, email, first_name, last_name, role_at_organization,
                    password_hash IS NOT NULL AS has_password, is_active, current_project_id, date_joined FROM user ",
            $tail
        )
    };
}

const ONE: &str = select!("WHERE id = :id");
const BY_EMAIL: &str = select!("WHERE email = :email");
const FIRST: &str = select!("ORDER BY id LIMIT 1");
const MANY: &str = select!("WHERE id IN (SELECT value FROM json_each(:ids))");
const INSERT: &str = "
    INSERT INTO user (id, uuid, distinct_id, email, first_name, last_name, role_at_organization, password_hash, is_active,
                      date_joined)
    VALUES (:id, :uuid, :distinct_id, :email, :first_name, :last_name, :role, :password_hash, :is_active, :date_joined)";
const SET_CURRENT: &str = "UPDATE user SET current_project_id = :project WHERE id = :id";
const LEVEL: &str =
    "SELECT level FROM membership WHERE organization_id = :organization AND user_id = :user";
const JOIN: &str = "INSERT INTO membership (organization_id, user_id, level) VALUES (:organization, :user, :level)";
const MEMBERS: &str = "SELECT count(*) FROM membership WHERE organization_id = :organization";

pub fn find(db: &Read, id: UserId) -> Result<Option<User>> {
    db.one(ONE, named_params! { ":id": id }, from_row)
}

/// The user with this address.
pub fn find_by_email(db: &Read, email: &str) -> Result<Option<User>> {
    db.one(BY_EMAIL, named_params! { ":email": email }, from_row)
}

/// The user with the lowest id.
pub fn first(db: &Read) -> Result<Option<User>> {
    db.one(FIRST, [], from_row)
}

/// The users `ids` that exist, without duplicates, in no particular order.
pub fn many(db: &Read, ids: &[UserId]) -> Result<Vec<User>> {
    db.all(
        MANY,
        named_params! { ":ids": columns::to_json(&ids) },
        from_row,
    )
}

/// Inserts a user and returns the id: `user.id`, or the next free one if that is zero.
///
/// Errors: `Taken` if another user has the id, the uuid or the address.
pub fn insert(db: &Write, user: &User, password_hash: Option<&str>) -> Result<UserId> {
    let id = (user.id.0 != 0).then_some(user.id);
    let params = named_params! {
        ":id": id, ":uuid": user.uuid.to_string(), ":distinct_id": user.distinct_id, ":email": user.email,
        ":first_name": user.first_name, ":last_name": user.last_name, ":role": user.role_at_organization,
        ":password_hash": password_hash, ":is_active": user.is_active, ":date_joined": user.date_joined,
    };
    db.insert(INSERT, params).map(UserId)
}

/// Sets the project that `@current` stands for.
pub fn set_current_project(db: &Write, user: UserId, project: ProjectId) -> Result<()> {
    db.run(
        SET_CURRENT,
        named_params! { ":id": user, ":project": project },
    )?;
    Ok(())
}

/// The level of `user` in `organization`; `None` if the user is not a member.
pub fn level(db: &Read, organization: OrganizationId, user: UserId) -> Result<Option<Level>> {
    let params = named_params! { ":organization": organization, ":user": user };
    db.one(LEVEL, params, |row| row.get(0))
}

/// Makes `user` a member of `organization`.
pub fn join(db: &Write, organization: OrganizationId, user: UserId, level: Level) -> Result<()> {
    db.run(
        JOIN,
        named_params! { ":organization": organization, ":user": user, ":level": level },
    )?;
    Ok(())
}

/// The number of members of `organization`.
pub fn count_members(db: &Read, organization: OrganizationId) -> Result<i64> {
    db.count(MEMBERS, named_params! { ":organization": organization })
}

fn from_row(row: &Row) -> rusqlite::Result<User> {
    let mut columns = Columns::of(row);
    Ok(User {
        id: columns.next()?,
        uuid: columns.uuid()?,
        distinct_id: columns.next()?,
        email: columns.next()?,
        first_name: columns.next()?,
        last_name: columns.next()?,
        role_at_organization: columns.next()?,
        has_password: columns.next()?,
        is_active: columns.next()?,
        current_project: columns.next()?,
        date_joined: columns.next()?,
    })
}
