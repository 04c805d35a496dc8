//! The clock of the server.

use crate::{
    domain::lab::clock,
    http::{Lab, Request, Response, State, error::Result},
};

/// 200 with what the clock shows.
pub fn show(_: &State, _: &Lab, _: &Request) -> Result<Response> {
    Ok(Response::ok(&clock::read()))
}

/// 200 with what the clock shows after it was set, advanced, frozen or released.
pub fn update(_: &State, _: &Lab, request: &Request) -> Result<Response> {
    request.check_json()?;
    request.body()?;
    Ok(Response::ok(&clock::change(&request.form()?)?))
}

/// 200 with what the clock shows after it was released to run with the system's.
pub fn reset(_: &State, _: &Lab, _: &Request) -> Result<Response> {
    Ok(Response::ok(&clock::follow_system()))
}
