//! Pages for people, and the files they are made of: all in the binary, nothing from elsewhere.

pub mod admin;
pub mod assets;
mod bundle;
pub mod docs;
pub mod viewer;

use actix_web::http::{StatusCode, header::HeaderMap};

use super::Response;

/// Whether a client with this `Accept` header shows pages to people.
pub fn is_browser(accept: Option<&str>) -> bool {
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// 404 with a page that leads to those that exist.
pub fn not_found(headers: &HeaderMap) -> Response {
    let mut page = assets::file("docs/not-found.html", headers);
    page.status = StatusCode::NOT_FOUND;
    page
}
