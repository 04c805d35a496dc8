//! `/_lab/faults`: rules that make requests fail.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    domain::lab::faults::{FaultCount, FaultRule},
    http::{Lab, Request, Response, State, error::Result},
    model::ProjectId,
};

/// A rule as it was sent, with what became of it. What was not sent is left out.
#[derive(Serialize)]
struct FaultView<'f> {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'f str>,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<ProjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncate_after: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slow_body_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    seen: u64,
    hits: u64,
}

impl<'f> FaultView<'f> {
    fn new(known: &'f FaultCount) -> FaultView<'f> {
        let (rule, action) = (&known.rule, &known.rule.action);
        FaultView {
            id: known.id,
            method: rule.method,
            path: rule.path.as_ref().map(|path| path.as_str()),
            key: rule.key.as_ref().map(|key| key.mask()),
            project: rule.project,
            status: action.status,
            retry_after: action.retry_after,
            delay_ms: action.delay.map(|(least, most)| match least == most {
                true => json!(least),
                false => json!([least, most]),
            }),
            drop: action.drop.map(|at| at.name()),
            truncate_after: action.truncate_after,
            slow_body_ms: action.slow_body.map(|time| time.as_millis() as u64),
            times: rule.times,
            every: rule.every,
            probability: rule.probability,
            seen: known.seen,
            hits: known.hits,
        }
    }
}

/// 200 with all rules and how often each applied.
pub fn list(_: &State, lab: &Lab, _: &Request) -> Result<Response> {
    let all = lab.faults.list();
    let views: Vec<_> = all.iter().map(FaultView::new).collect();
    Ok(Response::ok(&json!({"results": views})))
}

/// 201 with the new rule.
pub fn create(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    request.body()?;
    let added = lab.faults.add(FaultRule::read(&request.form()?)?)?;
    Ok(Response::created(&FaultView::new(&added)))
}

/// 200 with one rule.
pub fn show(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let known = lab.faults.find(request.path("id")?)?;
    Ok(Response::ok(&FaultView::new(&known)))
}

/// 204; the rule no longer applies.
pub fn destroy(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    lab.faults.delete(request.path("id")?)?;
    Ok(Response::no_content())
}

/// 204; no rule is left.
pub fn clear(_: &State, lab: &Lab, _: &Request) -> Result<Response> {
    lab.faults.clear();
    Ok(Response::no_content())
}
