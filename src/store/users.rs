//! Users and memberships: tables `user` and `membership`.

use std::sync::Arc;

use rusqlite::{Row, ToSql, named_params};

use super::{
    Read, Result, Write,
    columns::{self, Columns},
    instant::RowKey,
};
use crate::model::{Level, Member, OrganizationId, ProjectId, User, UserId};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT user.id, user.uuid, distinct_id, email, first_name, last_name, role_at_organization,
                    password_hash IS NOT NULL AS has_password, is_active, current_project_id, date_joined,
                    is_email_verified FROM user ",
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
                      date_joined, is_email_verified)
    VALUES (:id, :uuid, :distinct_id, :email, :first_name, :last_name, :role, :password_hash, :is_active, :date_joined,
            :is_email_verified)";
const REPLACE: &str = "
    UPDATE user SET uuid = :uuid, distinct_id = :distinct_id, email = :email, first_name = :first_name, last_name = :last_name,
                    role_at_organization = :role, password_hash = :password_hash, is_active = :is_active,
                    date_joined = :date_joined, is_email_verified = :is_email_verified
     WHERE id = :id";
const SET_NAMES: &str =
    "UPDATE user SET first_name = :first_name, last_name = :last_name WHERE id = :id";
const SET_CURRENT: &str = "UPDATE user SET current_project_id = :project WHERE id = :id";
const LEVEL: &str =
    "SELECT level FROM membership WHERE organization_id = :organization AND user_id = :user";
const ADMINISTERS_ALL: &str = "
    SELECT NOT EXISTS (
        SELECT 1 FROM organization
         WHERE NOT EXISTS (SELECT 1 FROM membership
                            WHERE organization_id = organization.id AND user_id = :user AND level >= :admin))";
const JOIN: &str = "
    INSERT INTO membership (organization_id, user_id, level, id, joined_at)
    VALUES (:organization, :user, :level, :id, :now)";
const COUNT_MEMBERS: &str = "
    SELECT count(*) FROM membership JOIN user ON user.id = user_id
     WHERE organization_id = :organization AND is_active = 1";
const MEMBERS: &str = "
    SELECT membership.id, user_id, level, joined_at FROM membership JOIN user ON user.id = user_id
     WHERE organization_id = :organization AND is_active = 1
     ORDER BY joined_at DESC, user_id LIMIT :limit OFFSET :offset";

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

impl RowKey for UserId {
    type Row = Arc<User>;
}

fn mentioned(db: &Read, id: UserId) -> Result<Option<Arc<User>>> {
    db.remembered(id, || Ok(find(db, id)?.map(Arc::new)))
}

/// The users `ids` that exist, without duplicates, in no particular order.
pub fn many(db: &Read, ids: &[UserId]) -> Result<Vec<Arc<User>>> {
    if let [id] = ids {
        return Ok(mentioned(db, *id)?.into_iter().collect()); // as nearly always
    }
    let params = named_params! { ":ids": columns::to_json(&ids) };
    let found = db.all(MANY, params, from_row)?;
    Ok(found.into_iter().map(Arc::new).collect())
}

/// Inserts a user and returns the id: `user.id`, or the next free one if that is zero.
///
/// Errors: `Taken` if another user has the id, the uuid or the address.
pub fn insert(db: &Write, user: &User, password_hash: Option<&str>) -> Result<UserId> {
    let id = (user.id.0 != 0).then_some(user.id);
    with_columns(user, id, password_hash, |params| db.insert(INSERT, params)).map(UserId)
}

/// Stores all of `user`, who exists, but the current project.
///
/// Errors: `Taken` if another user has the uuid or the address.
pub fn replace(db: &Write, user: &User, password_hash: Option<&str>) -> Result<()> {
    with_columns(user, Some(user.id), password_hash, |params| {
        db.run(REPLACE, params)
    })?;
    Ok(())
}

fn with_columns<T>(
    user: &User,
    id: Option<UserId>,
    password_hash: Option<&str>,
    run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
) -> T {
    run(named_params! {
        ":id": id, ":uuid": user.uuid.to_string(), ":distinct_id": user.distinct_id, ":email": user.email,
        ":first_name": user.first_name, ":last_name": user.last_name, ":role": user.role_at_organization,
        ":password_hash": password_hash, ":is_active": user.is_active, ":date_joined": user.date_joined,
        ":is_email_verified": user.is_email_verified,
    })
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

/// Whether `user` is an admin or an owner of every organization.
pub fn administers_all(db: &Read, user: UserId) -> Result<bool> {
    let params = named_params! { ":user": user, ":admin": Level::Admin };
    let found = db.one(ADMINISTERS_ALL, params, |row| row.get(0))?;
    Ok(found.unwrap_or(false))
}

/// Stores the names of `user`.
pub fn update_names(db: &Write, user: &User) -> Result<()> {
    let params = named_params! {
        ":id": user.id, ":first_name": user.first_name, ":last_name": user.last_name,
    };
    db.run(SET_NAMES, params)?;
    Ok(())
}

/// Stores that `member` belongs to `organization`.
pub fn join(db: &Write, organization: OrganizationId, member: &Member) -> Result<()> {
    let params = named_params! {
        ":organization": organization, ":user": member.user, ":level": member.level, ":id": member.id.to_string(),
        ":now": member.joined_at,
    };
    db.run(JOIN, params)?;
    Ok(())
}

/// The number of active members of `organization`.
pub fn count_members(db: &Read, organization: OrganizationId) -> Result<i64> {
    db.count(
        COUNT_MEMBERS,
        named_params! { ":organization": organization },
    )
}

/// Returns at most `limit` active members of `organization` after the first `offset`, who joined last first.
pub fn members(
    db: &Read,
    organization: OrganizationId,
    limit: i64,
    offset: i64,
) -> Result<Vec<Member>> {
    let params =
        named_params! { ":organization": organization, ":limit": limit, ":offset": offset };
    db.all(MEMBERS, params, |row| {
        let mut columns = Columns::of(row);
        Ok(Member {
            id: columns.uuid()?,
            user: columns.next()?,
            level: columns.next()?,
            joined_at: columns.next()?,
        })
    })
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
        is_email_verified: columns.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::plan;

    #[test]
    fn members_are_listed_along_an_index() {
        let lines = plan(MEMBERS);
        assert!(
            lines[0].contains("INDEX membership_by_age (organization_id=?"),
            "{lines:#?}"
        );
        assert_eq!(lines.len(), 2, "it sorts: {lines:#?}");
    }
}
