//! What SDKs and browsers send besides events: logs, metrics, traces, reports of violated policies. Hoglet accepts it, so that
//! they neither retry nor complain, and discards it (`ingestion.md` 3).

use serde_json::json;

use super::{Failure, decode, refuse, welcome};
use crate::{
    domain::capture::{Rejection, check_token},
    http::{Request, Response, State, error::Result},
};

/// Logs, metrics or traces, as JSON or protobuf. 200 with the empty object; 401 without a project's token, in `Authorization`
/// or else in the query string.
pub fn telemetry(state: &State, request: &Request) -> Result<Response> {
    accept(state, request).map_or_else(refuse, |()| Ok(Response::ok(&json!({}))))
}

/// A browser's report of what a content security policy kept out. 204.
pub fn report(_: &State, request: &Request) -> Result<Response> {
    let received = decode::received(request).map_err(Failure::from);
    received.map_or_else(refuse, |_| Ok(Response::no_content()))
}

fn accept(state: &State, request: &Request) -> Result<(), Failure> {
    let token = request.bearer().or_else(|| request.parameter("token"));
    let token = token.ok_or(Rejection::NoToken)?;
    check_token(token)?;
    decode::received(request)?;
    Ok(welcome(state, request, || token.into())?)
}
