//! Removing a project with all that belongs to it: only lab mode does.

use rusqlite::named_params;

use super::{Result, Write, error};
use crate::model::{OrganizationId, ProjectId, UserId};

/// What belongs to a project, before what it refers to. Tables with ON DELETE CASCADE follow by themselves.
const OF_PROJECT: [&str; 16] = [
    "DELETE FROM session_recording_view WHERE recording IN
        (SELECT number FROM session_recording WHERE project_id = :project)",
    "DELETE FROM dashboard_tile WHERE dashboard_id IN (SELECT id FROM dashboard WHERE project_id = :project)",
    "DELETE FROM share_password WHERE configuration IN
        (SELECT number FROM sharing_configuration WHERE project_id = :project)",
    "DELETE FROM sharing_configuration WHERE project_id = :project",
    "DELETE FROM session_recording WHERE project_id = :project",
    "DELETE FROM notebook WHERE project_id = :project",
    "DELETE FROM insight WHERE project_id = :project",
    "DELETE FROM dashboard WHERE project_id = :project",
    "DELETE FROM event_property WHERE project_id = :project",
    "DELETE FROM property_definition WHERE project_id = :project",
    "DELETE FROM event_definition WHERE project_id = :project",
    "DELETE FROM group_type WHERE project_id = :project",
    "DELETE FROM activity WHERE project_id = :project",
    "DELETE FROM project_secret_api_key WHERE project_id = :project",
    "UPDATE user SET current_project_id = NULL WHERE current_project_id = :project",
    "DELETE FROM project WHERE id = :project",
];

const MEMBERS: &str = "SELECT user_id FROM membership WHERE organization_id = :organization";
const LEAVE: &str = "DELETE FROM membership WHERE organization_id = :organization";
const ORGANIZATION: &str = "DELETE FROM organization WHERE id = :organization";

/// What belongs to a user who is in no organization.
const OF_USER: [&str; 3] = [
    "DELETE FROM session WHERE user_id = :user",
    "DELETE FROM personal_api_key WHERE user_id = :user",
    "DELETE FROM user WHERE id = :user",
];

/// Deletes the project `id` and all that it has. Keys that were limited to it stay.
pub fn project(db: &Write, id: ProjectId) -> Result<()> {
    error::note_removal();
    let each = |sql: &&'static str| db.run(sql, named_params! { ":project": id }).map(drop);
    OF_PROJECT.iter().try_for_each(each)
}

/// Deletes an organization that has no projects, and its members with their keys, who must be in no other one.
pub fn organization(db: &Write, id: OrganizationId) -> Result<()> {
    let organization = named_params! { ":organization": id };
    let members: Vec<UserId> = db.all(MEMBERS, organization, |row| row.get(0))?;
    db.run(LEAVE, organization)?;
    for user in members {
        for sql in OF_USER {
            db.run(sql, named_params! { ":user": user })?;
        }
    }
    db.run(ORGANIZATION, organization)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn every_table_that_refers_to_a_project_is_emptied() {
        let sql = "
            SELECT DISTINCT tables.name FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS key
             WHERE key.\"table\" = 'project' AND key.on_delete <> 'CASCADE' ORDER BY 1";
        let database = Connection::open_in_memory().unwrap();
        let schema = include_str!("../../schema.sql");
        database.execute_batch(schema).unwrap();
        let mut tables = database.prepare(sql).unwrap();
        let tables = tables.query_map([], |row| row.get::<_, String>(0));
        for table in tables.unwrap().map(rusqlite::Result::unwrap) {
            let is_about = |sql: &&str| sql.split_whitespace().any(|word| word == table);
            assert!(OF_PROJECT.iter().any(is_about), "{table} is left out");
        }
    }
}
