//! `/_lab/flags`: feature flags, which tests create and change.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Lab;
use crate::{
    domain::{
        Form, feature_flags,
        lab::flags::{self, LabFlag},
    },
    http::{Request, Response, State, body::ParsedBody, error::Result},
    model::{FeatureFlagId, FlagValue, Json, JsonText, ProjectId, Timestamp},
};

#[derive(Serialize)]
struct LabFlagView<'f> {
    id: FeatureFlagId,
    key: &'f str,
    name: &'f str,
    active: bool,
    filters: &'f JsonText,
    version: i64,
    /// By distinct id.
    overrides: BTreeMap<&'f str, &'f FlagValue>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl<'f> LabFlagView<'f> {
    fn new(LabFlag { flag, overrides }: &'f LabFlag) -> Self {
        let overrides = overrides.iter();
        LabFlagView {
            id: flag.id,
            key: &flag.key,
            name: &flag.name,
            active: flag.active,
            filters: &flag.filters,
            version: flag.version,
            overrides: overrides.map(|(id, value)| (&**id, value)).collect(),
            created_at: flag.created_at,
            updated_at: flag.updated_at,
        }
    }
}

/// 200 with a page of the project's flags, newest first.
pub fn list(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let page = request.page();
    let flags = flags::list(&state.store, project(state, request)?, page)?;
    let views: Vec<_> = flags.items.iter().map(LabFlagView::new).collect();
    Ok(Response::page(request, page, flags.count, &views))
}

pub fn show(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let flag = flags::show(
        &state.store,
        project(state, request)?,
        request.segment("key"),
    )?;
    Ok(Response::ok(&LabFlagView::new(&flag)))
}

/// 201 with a new flag; 200 if there was one with this key, which is replaced.
pub fn create(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let (project, key, form) = change(state, request)?;
    let (flag, is_new) = flags::create(&state.store, project, key, form, request.now)?;
    let view = LabFlagView::new(&flag);
    Ok(match is_new {
        true => Response::created(&view),
        false => Response::ok(&view),
    })
}

/// 200 with the changed flag.
pub fn update(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let (project, key, form) = change(state, request)?;
    let flag = flags::change(&state.store, project, key, form, request.now)?;
    Ok(Response::ok(&LabFlagView::new(&flag)))
}

pub fn destroy(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let key = request.segment("key").to_owned();
    flags::delete(&state.store, project(state, request)?, key)?;
    Ok(Response::no_content())
}

/// 200 with the flag, which has the value in the body for one distinct id.
pub fn set_override(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let (project, key, form) = change(state, request)?;
    let distinct_id = request.segment("distinct_id").to_owned();
    let value = form.field("value").json()?.required("value")?;
    let value = feature_flags::read_value(&value)?;
    let flag = flags::set_override(&state.store, project, key, distinct_id, value)?;
    Ok(Response::ok(&LabFlagView::new(&flag)))
}

pub fn delete_override(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let project = project(state, request)?;
    let [key, distinct_id] = ["key", "distinct_id"].map(|name| request.segment(name).to_owned());
    flags::delete_override(&state.store, project, key, distinct_id)?;
    Ok(Response::no_content())
}

/// The project in the query string, or the only one.
fn project(state: &State, request: &Request) -> Result<ProjectId> {
    let named = request.parameter("project");
    Ok(flags::project(
        &state.store,
        &state.capture,
        named,
        request.now,
    )?)
}

/// The project and the flag that a request is about, and its body: an object, or a value alone.
fn change(state: &State, request: &Request) -> Result<(ProjectId, String, Form)> {
    let form = match request.body()? {
        ParsedBody::Json(value @ (Json::Bool(_) | Json::Text(_))) => {
            Form::object(vec![("value".to_owned(), value.clone())])
        }
        _ => request.form()?,
    };
    let key = request.segment("key").to_owned();
    Ok((project(state, request)?, key, form))
}
