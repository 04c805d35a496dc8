//! `/_lab/reset` and `/_lab/snapshots`: going back to the data of an earlier moment.

use serde_json::json;

use super::Lab;
use crate::http::{Request, Response, State, error::Result};

/// 204 once all data is as it was when the server started.
pub fn reset(state: &State, lab: &Lab, _: &Request) -> Result<Response> {
    lab.snapshots.reset(&state.store, &state.capture)?;
    Ok(restored(state))
}

/// 200 with all snapshots, by name.
pub fn list(_: &State, lab: &Lab, _: &Request) -> Result<Response> {
    Ok(Response::ok(&json!({"results": lab.snapshots.list()})))
}

/// 201 with the new snapshot, which replaces one of the same name.
pub fn take(state: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let name = request.segment("name");
    let taken = lab.snapshots.take(&state.capture, name, request.now)?;
    Ok(Response::created(&taken))
}

/// 204 once all data is as it was when the snapshot was taken.
pub fn restore(state: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let name = request.segment("name");
    lab.snapshots.restore(&state.store, &state.capture, name)?;
    Ok(restored(state))
}

/// 204.
pub fn delete(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    lab.snapshots.delete(request.segment("name"))?;
    Ok(Response::no_content())
}

/// Forgets what was counted of requests so far.
fn restored(state: &State) -> Response {
    if let Some(throttle) = &state.throttle {
        throttle.clear();
    }
    state.key_uses.clear();
    state.guesses.clear();
    state.entrance.forget_failures();
    state.unserved.clear();
    Response::no_content()
}
