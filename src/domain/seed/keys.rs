//! The lists `personal_api_keys` and `project_secret_api_keys`.

use serde_json::json;

use super::{file, problem::*, shape::Label, work::*};
use crate::{
    model::*,
    store::{personal_api_keys, project_secret_api_keys, seed},
};

/// The fewest characters of a key that may be shown to strangers (`seed-file.md`).
const SAFE_LENGTH: usize = 40;

/// Makes the keys of users.
pub fn make_personal_keys(work: &mut Work, list: &[file::PersonalApiKey]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("personal_api_keys", index);
        let secret = item
            .value
            .as_ref()
            .map_or_else(|| Secret::generate("phx_"), |value| value.0.clone());
        let teams = item.scoped_teams.iter().enumerate();
        let organizations = item.scoped_organizations.iter().enumerate();
        let key = PersonalApiKey {
            number: PersonalApiKeyNumber(0),
            id: random_id(),
            user: work.user(&item.user, &place.key("user"))?,
            label: label(item.label.as_ref(), item.r#ref.as_deref(), &place)?,
            mask: secret.mask(),
            scopes: item.scopes.iter().map(|scope| scope.to_string()).collect(),
            scoped_teams: teams
                .map(|(number, name)| work.project(name, &place.key("scoped_teams").nth(number)))
                .collect::<Result<_>>()?,
            scoped_organizations: organizations
                .map(|(number, name)| {
                    work.organization(name, &place.key("scoped_organizations").nth(number))
                })
                .collect::<Result<_>>()?,
            created_at: work.now,
            last_used_at: None,
            last_rolled_at: None,
        };
        personal_api_keys::insert(work.db, &key, secret.hash()).map_err(place.blame())?;
        mark_if_weak(work, &secret)?;
        let told = json!({"id": key.id, "value": secret.expose()});
        work.made(item.r#ref.as_deref(), &place, Thing::Told, told)?;
    }
    Ok(())
}

/// Makes the keys of projects.
pub fn make_project_keys(work: &mut Work, list: &[file::ProjectSecretApiKey]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("project_secret_api_keys", index);
        let secret = item
            .value
            .as_ref()
            .map_or_else(|| Secret::generate("phs_"), |value| value.0.clone());
        let project = work.project(&item.project, &place.key("project"))?;
        let key = ProjectSecretApiKey {
            id: ProjectSecretApiKeyId(random_id()),
            label: label(item.label.as_ref(), item.r#ref.as_deref(), &place)?,
            mask: secret.mask(),
            scopes: item.scopes.iter().map(|scope| scope.to_string()).collect(),
            created_by: work.some_user(item.created_by.as_deref(), &place.key("created_by"))?,
            created_at: work.now,
            last_used_at: None,
            last_rolled_at: None,
        };
        project_secret_api_keys::insert(work.db, project, &key, secret.hash())
            .map_err(place.blame())?;
        mark_if_weak(work, &secret)?;
        let told = json!({"id": key.id, "value": secret.expose()});
        work.made(item.r#ref.as_deref(), &place, Thing::Told, told)?;
    }
    Ok(())
}

/// Notes that a key is easily guessed, so that the server can warn when strangers can reach it.
fn mark_if_weak(work: &Work, secret: &Secret) -> Result<()> {
    if secret.expose().len() < SAFE_LENGTH {
        seed::mark_weak(work.db, secret.hash())?;
    }
    Ok(())
}

/// The label that the file gives, or else the ref.
fn label(label: Option<&Label>, name: Option<&str>, place: &Place) -> Result<String> {
    let written = label.map(|label| label.to_string());
    let label = written.or(name.map(|name| name.chars().take(Label::LONGEST).collect()));
    label.ok_or_else(|| place.problem("needs a label or a ref"))
}
