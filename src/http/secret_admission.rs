//! Who may ask for the definitions of feature flags: holders of project secret keys, which open nothing else here, and of
//! personal keys (`keys-and-auth.md` 3).

use super::{Request, State, admission, error::Result};
use crate::{
    domain::{
        Error,
        auth::{self, project_keys},
    },
    model::*,
};

/// The project of the token in the query string, or without one the key's own, if the key shown has `scope` there.
pub fn admit(state: &State, scope: Scope, request: &Request) -> Result<ProjectId> {
    match request.bearer().filter(|shown| shown.starts_with("phs_")) {
        Some(shown) => admit_project_key(state, scope, &Secret::new(shown), request),
        None => admit_person(state, scope, request),
    }
}

/// The service that evaluates flags knows fewer reasons to refuse a key than the API.
fn is_flag_service(request: &Request) -> bool {
    request.path.starts_with("/flags")
}

fn admit_project_key(
    state: &State,
    scope: Scope,
    shown: &Secret,
    request: &Request,
) -> Result<ProjectId> {
    let invalid = || match is_flag_service(request) {
        true => Error::WrongCredential("Secret API token is invalid.".into()),
        false => auth::wrong_key(auth::Shown::Header),
    };
    let (project, key) = state.store.read(|db| {
        let (project, key) = project_keys::find(db, shown)?.ok_or_else(invalid)?;
        if let Some(token) = request.parameter("token") {
            let asked = auth::find_project_of_token(db, token)?.ok_or_else(invalid)?;
            if asked.id != project && is_flag_service(request) {
                return Err(invalid());
            }
            project_keys::check_project(project, asked.id)?;
        }
        project_keys::check_scope(&key, scope)?;
        Ok::<_, Error>((project, key))
    })?;
    let now = request.now;
    if project_keys::is_use_news(&key, now) {
        project_keys::note_use(&state.store, project, &key.id, now);
    }
    Ok(project)
}

fn admit_person(state: &State, scope: Scope, request: &Request) -> Result<ProjectId> {
    let (key, caller) = admission::authenticate(state, request)?;
    let project = state.store.read(|db| {
        let project = match request.parameter("token") {
            Some(token) => auth::find_project_of_token(db, token)?,
            None => auth::current_project(db, caller.user)?,
        };
        let project = project.ok_or(Error::NotFound("Project not found."))?;
        if let Some(key) = &key {
            auth::check_limits(key, &project)?;
            auth::check_scope(key, scope)?;
        }
        auth::enter(db, caller, &project, Level::Member, state.features_off)?;
        Ok::<_, Error>(project.id)
    })?;
    key.map_or(Ok(()), |key| admission::throttle(state, &key))?;
    Ok(project)
}
