//! What a program needs to use a project: its id and token, and a key of each kind.

use super::{Origin, Result, personal_api_keys, project_secret_api_keys};
use crate::{
    model::{PersonalApiKey, Project, Secret, Timestamp},
    store::{Store, Write, projects, users},
};

/// The scope that a project secret key is handed out for: with it, SDKs evaluate flags locally.
pub(super) const FLAGS: &str = "feature_flag:read";

/// The label of keys that are created to be handed out.
const LABEL: &str = "Handed out at start";

/// The most members among whom the owner of a new key is sought.
const MOST_MEMBERS: i64 = 1000;

/// What to hand out. Nothing is known of the secrets in a database that was filled earlier.
#[derive(Debug, Default)]
pub struct Access {
    /// The project.
    pub project: Option<Project>,
    /// A personal key.
    pub personal_key: Option<Secret>,
    /// A project secret key that has `feature_flag:read`.
    pub secret_key: Option<Secret>,
}

/// The access to a database that was filled earlier: its first project, without keys.
pub fn to_existing(store: &Store) -> Result<Access> {
    let project = store.read(projects::all)?.into_iter().next();
    Ok(Access {
        project,
        ..Access::default()
    })
}

/// Creates the keys that `access` lacks. A project without members gets no personal key, and no project no keys at all.
pub fn complete(store: &Store, access: Access, now: Timestamp) -> Result<Access> {
    store.write(move |db| create_missing(db, access, now))
}

fn create_missing(db: &Write, mut access: Access, now: Timestamp) -> Result<Access> {
    let Some(project) = &access.project else {
        return Ok(access);
    };
    let members = users::members(db, project.organization, MOST_MEMBERS, 0)?;
    let owner = members.iter().max_by_key(|member| member.level);
    let owner = owner.map(|member| member.user);
    if let (None, Some(owner)) = (&access.personal_key, owner) {
        let secret = Secret::generate("phx_");
        let key = PersonalApiKey {
            label: LABEL.into(),
            scopes: vec!["*".into()],
            ..personal_api_keys::blank(owner, now)
        };
        personal_api_keys::insert(db, key, &secret)?;
        access.personal_key = Some(secret);
    }
    if access.secret_key.is_none() {
        let secret = Secret::generate("phs_");
        let origin = Origin {
            project: project.id,
            by: owner,
            now,
        };
        let scopes = vec![FLAGS.into()];
        project_secret_api_keys::insert(db, origin, LABEL.into(), scopes, &secret)?;
        access.secret_key = Some(secret);
    }
    Ok(access)
}
