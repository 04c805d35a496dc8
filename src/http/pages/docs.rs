//! `/` and the pages under `/docs/`.

use super::assets;
use crate::http::{Request, Response, State, error::Result};

fn page(request: &Request, name: &str) -> Result<Response> {
    let path = format!("docs/{name}.html");
    Ok(assets::file(&path, &request.headers))
}

/// `/`: what this server is, and links to everything else.
pub fn home(_: &State, request: &Request) -> Result<Response> {
    page(request, "home")
}

pub fn guide(_: &State, request: &Request) -> Result<Response> {
    page(request, "guide")
}

/// Recipes for test runners.
pub fn testing(_: &State, request: &Request) -> Result<Response> {
    page(request, "testing")
}

pub fn cli(_: &State, request: &Request) -> Result<Response> {
    page(request, "cli")
}

/// The format of seed files.
pub fn seed(_: &State, request: &Request) -> Result<Response> {
    page(request, "seed")
}

pub fn lab(_: &State, request: &Request) -> Result<Response> {
    page(request, "lab")
}

/// What differs from the original.
pub fn compatibility(_: &State, request: &Request) -> Result<Response> {
    page(request, "compatibility")
}

/// What hoglet protects against, and its limits.
pub fn security(_: &State, request: &Request) -> Result<Response> {
    page(request, "security")
}

/// The API reference, which can send requests.
pub fn api(_: &State, request: &Request) -> Result<Response> {
    page(request, "api")
}

pub fn changes(_: &State, request: &Request) -> Result<Response> {
    page(request, "changes")
}

/// How to work on hoglet.
pub fn contributing(_: &State, request: &Request) -> Result<Response> {
    page(request, "contributing")
}

/// What the program contains of others; `tests/licences` makes the page.
pub fn licences(_: &State, request: &Request) -> Result<Response> {
    page(request, "licences")
}
