//! The lists `users`, `organizations` and `projects`.

use std::collections::HashMap;

use serde_json::json;

use super::{file, problem::*, work::*};
use crate::{
    domain::accounts::free_slug,
    model::*,
    store::{organizations, projects, users},
};

/// Makes the users. `hashes` holds the hash of each one's password.
pub fn make_users(
    work: &mut Work,
    list: &[file::User],
    hashes: &[Option<PasswordHash>],
) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("users", index);
        let mut user = User {
            id: UserId(item.id.map_or(0, |id| id.0)),
            uuid: item.uuid.unwrap_or_else(ordered_uuid),
            distinct_id: item
                .distinct_id
                .as_ref()
                .map_or_else(random_id, |id| id.to_string()),
            email: item.email.to_string(),
            first_name: item.first_name.clone(),
            last_name: item.last_name.clone(),
            role_at_organization: item
                .role_at_organization
                .as_ref()
                .map(|role| role.to_string()),
            has_password: item.password.is_some(),
            is_active: item.is_active.0,
            current_project: None,
            date_joined: work.now,
        };
        let hash = hashes.get(index).and_then(Option::as_ref);
        user.id = users::insert(work.db, &user, hash.map(|hash| hash.0.as_str()))
            .map_err(place.blame())?;
        let told = json!({"id": user.id, "uuid": user.uuid, "distinct_id": user.distinct_id, "email": user.email});
        work.made(item.r#ref.as_deref(), &place, Thing::User(user.id), told)?;
    }
    Ok(())
}

/// Who belongs to an organization, in the file's order.
pub type Members = HashMap<OrganizationId, Vec<(UserId, Level)>>;

/// Makes the organizations and their memberships.
pub fn make_organizations(work: &mut Work, list: &[file::Organization]) -> Result<Members> {
    let mut all = Members::new();
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("organizations", index);
        let organization = Organization {
            id: OrganizationId(item.id.unwrap_or_else(ordered_uuid)),
            name: item.name.to_string(),
            slug: free_slug(work.db, &item.name)?,
            features: item.features.0,
            allow_publicly_shared_resources: item.allow_publicly_shared_resources.0,
            created_at: work.now,
            updated_at: work.now,
        };
        organizations::insert(work.db, &organization).map_err(place.blame())?;
        for (number, (name, level)) in item.members.iter().enumerate() {
            let place = place.key("members").nth(number);
            let user = work.user(name, &place.nth(0))?;
            users::join(work.db, organization.id, user, level.0).map_err(place.blame())?;
            all.entry(organization.id)
                .or_default()
                .push((user, level.0));
        }
        let told = json!({"id": organization.id});
        work.made(
            item.r#ref.as_deref(),
            &place,
            Thing::Organization(organization.id),
            told,
        )?;
    }
    Ok(all)
}

/// Makes the projects, and says which is current for whom.
///
/// Unless the file says so itself, a user's is the first project of the first organization that has both.
pub fn make_projects(work: &mut Work, list: &[file::Project], members: &Members) -> Result<()> {
    let mut current: HashMap<UserId, ProjectId> = HashMap::new();
    let mut chosen: HashMap<UserId, ProjectId> = HashMap::new();
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("projects", index);
        let mut project = new_project(work, item, &place)?;
        project.id = projects::insert(work.db, &project).map_err(place.blame())?;
        let of_organization = members
            .get(&project.organization)
            .map_or(&[][..], Vec::as_slice);
        for (user, _) in of_organization {
            current.entry(*user).or_insert(project.id);
        }
        // Reversed, because of several equal levels the last one found wins.
        if let Some((owner, _)) = of_organization.iter().rev().max_by_key(|(_, level)| *level) {
            work.set_owner(project.id, *owner);
        }
        for name in item.current_of.refs() {
            chosen.insert(work.user(name, &place.key("current_of"))?, project.id);
        }
        let told = json!({"id": project.id, "uuid": project.uuid, "api_token": project.api_token});
        work.made(
            item.r#ref.as_deref(),
            &place,
            Thing::Project(project.id),
            told,
        )?;
    }
    current.extend(chosen);
    for (user, project) in current {
        users::set_current_project(work.db, user, project)?;
    }
    Ok(())
}

fn new_project(work: &Work, item: &file::Project, place: &Place) -> Result<Project> {
    Ok(Project {
        id: ProjectId(item.id.map_or(0, |id| id.0)),
        uuid: ordered_uuid(),
        organization: work.organization(&item.org, &place.key("org"))?,
        api_token: item
            .api_token
            .as_ref()
            .map_or_else(|| format!("phc_{}", random_id()), |token| token.to_string()),
        name: item.name.to_string(),
        timezone: "UTC".into(),
        ingested_event: false,
        created_at: work.now,
        updated_at: work.now,
    })
}
