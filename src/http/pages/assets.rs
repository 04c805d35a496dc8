//! The files under `static/` that browsers load, embedded in the binary.

use actix_web::http::{
    StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH,
        X_FRAME_OPTIONS,
    },
};
use rust_embed::{Embed, EmbeddedFile};

use crate::{
    domain::Error,
    http::{Request, Response, State, error::Result},
};

/// Allows a page to show its own files, send requests to its own server and frame that server's public pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The one page that needs more: the viewer of the API document styles its elements one by one, and adds style sheets made
/// from the colours that it is given.
const API_PAGE: &str = "docs/api.html";
const API_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Embed)]
#[folder = "static/admin/"]
#[prefix = "admin/"]
struct Admin;

#[derive(Embed)]
#[folder = "static/docs/"]
#[prefix = "docs/"]
struct Docs;

/// Files of the public pages.
#[derive(Embed)]
#[folder = "static/viewer/"]
#[prefix = "static/viewer/"]
struct Viewer;

/// Libraries of others, each in a folder named after its version.
#[derive(Embed)]
#[folder = "static/vendor/"]
#[prefix = "static/vendor/"]
struct Vendor;

/// The text of a file of the public pages, which has to exist.
pub fn text(name: &str) -> String {
    let file = Viewer::get(&format!("static/viewer/{name}"));
    let file = file.expect("the file is part of the binary");
    String::from_utf8_lossy(&file.data).into_owned()
}

/// Whether the URL path `path` names a file.
pub fn is_file(path: &str) -> bool {
    find(path.trim_start_matches('/')).is_some()
}

/// Serves a file of the public pages.
pub fn viewer(_: &State, request: &Request) -> Result<Response> {
    let path = format!("static/viewer/{}", request.segment("file"));
    match is_file(&path) {
        true => Ok(file(&path, request.header(&IF_NONE_MATCH))),
        false => Err(Error::NOT_FOUND.into()),
    }
}

/// Serves the file at `path`, or 304 if it still has the tag that the client knows.
///
/// Browsers ask each time whether they have the current version, except for vendored files, whose version is part of
/// their path.
pub fn file(path: &str, known: Option<&str>) -> Response {
    let path = path.trim_start_matches('/');
    let Some(file) = find(path) else {
        return Response::empty(StatusCode::NOT_FOUND);
    };
    let tag = tag(&file);
    let mut response = match known == Some(&*tag) {
        true => Response::empty(StatusCode::NOT_MODIFIED),
        false => Response::typed(StatusCode::OK, &content_type(&file), file.data),
    };
    let is_vendored = path.starts_with("static/vendor/");
    let is_for_shares = path.starts_with("static/viewer/");
    let cache = match is_vendored {
        true => "max-age=31536000, immutable",
        false => "no-cache",
    };
    response = response.header(ETAG, tag).header(CACHE_CONTROL, cache);
    if is_vendored || is_for_shares {
        // A share in a frame without `allow-same-origin` has its own origin.
        response = response.header(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if is_for_shares {
        return response;
    }
    let policy = match path {
        API_PAGE => API_POLICY,
        _ => POLICY,
    };
    response
        .header(CONTENT_SECURITY_POLICY, policy)
        .header(X_FRAME_OPTIONS, "DENY")
}

/// The file at `path`, if browsers may load it: the HTML of public pages is a template.
fn find(path: &str) -> Option<EmbeddedFile> {
    Admin::get(path)
        .or_else(|| Docs::get(path))
        .or_else(|| Vendor::get(path))
        .or_else(|| Viewer::get(path).filter(|_| !path.ends_with(".html")))
}

fn content_type(file: &EmbeddedFile) -> String {
    let kind = file.metadata.mimetype();
    match kind.starts_with("text/") {
        true => format!("{kind}; charset=utf-8"),
        false => kind.to_owned(),
    }
}

/// Identifies the content of `file`.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
