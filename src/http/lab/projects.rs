//! `/_lab/projects`: a project for each test.

use serde_json::json;

use super::Lab;
use crate::{
    domain::lab::projects,
    http::{Request, Response, State, error::Result},
    model::Project,
};

/// 201 with a new project and its keys, which are returned only in this response.
pub fn create(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    request.body()?;
    let form = request.form()?;
    let made = projects::create(&state.store, &state.capture, &form, request.now)?;
    Ok(Response::created(&json!({
        "url": state.site.url(),
        "project_id": made.project.id,
        "name": made.project.name,
        "project_token": made.project.api_token,
        "personal_api_key": made.personal_key.expose(),
        "project_secret_api_key": made.secret_key.expose(),
        "refs": made.refs,
    })))
}

/// 200 with a page of all projects, oldest first; their keys are not shown.
pub fn list(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let (all, page) = (projects::list(&state.store)?, request.page());
    let view = |project: &Project| json!({"project_id": project.id, "name": project.name, "project_token": project.api_token});
    let shown: Vec<_> = page.of(&all).map(view).collect();
    Ok(Response::page(request, page, all.len() as i64, &shown))
}

/// 204.
pub fn delete(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    projects::delete(&state.store, &state.capture, request.path("project_id")?)?;
    Ok(Response::no_content())
}
