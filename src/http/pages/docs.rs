//! `/` and `/docs/`: what this is, and how it is used.

use crate::http::{Request, Response, State, error::Result};

/// `/`: what answers here, and where to go from there.
pub fn home(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/home.html"))
}

/// The guide.
pub fn guide(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/guide.html"))
}

/// Every command and option.
pub fn cli(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/cli.html"))
}

/// What a seed file may say.
pub fn seed(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/seed.html"))
}

/// What differs from the original.
pub fn compatibility(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/compatibility.html"))
}

/// The API reference, where requests can be tried.
pub fn api(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/api.html"))
}

/// What changed, newest first.
pub fn changes(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/changes.html"))
}

/// How to work on hoglet.
pub fn contributing(_: &State, _: &Request) -> Result<Response> {
    Ok(super::file("/docs/contributing.html"))
}
