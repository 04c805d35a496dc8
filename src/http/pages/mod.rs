//! Pages for people, and the files that they are made of: all in the binary, nothing from outside.

pub mod admin;
pub mod assets;
pub mod docs;
pub mod viewer;

use actix_web::http::{
    StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS,
    },
};
use rust_embed::{Embed, EmbeddedFile};

use super::Response;

/// What a page of ours may do: nothing but show its own files, ask its own server and frame that server's public pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The one page that may do more, and what it may: the viewer of the API's document styles its elements one by one, and adds
/// sheets made out of the colours that it is given.
const VIEWER_PAGE: &str = "docs/api.html";
const VIEWER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Embed)]
#[folder = "static/admin/"]
#[prefix = "admin/"]
struct Admin;

#[derive(Embed)]
#[folder = "static/docs/"]
#[prefix = "docs/"]
struct Docs;

/// What others made, each with its version and its licence.
#[derive(Embed)]
#[folder = "static/vendor/"]
#[prefix = "static/vendor/"]
struct Vendor;

/// Whether a page's file stands at `path`.
pub fn is_file(path: &str) -> bool {
    find(path.trim_start_matches('/')).is_some()
}

fn find(path: &str) -> Option<EmbeddedFile> {
    Admin::get(path)
        .or_else(|| Docs::get(path))
        .or_else(|| Vendor::get(path))
}

/// The file at `path`. The browser asks each time for what it is now; what others made never changes, since its version is part
/// of its path.
pub fn file(path: &str) -> Response {
    let path = path.trim_start_matches('/');
    let kind = match path.rsplit_once('.').map_or("", |(_, kind)| kind) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let policy = match path {
        VIEWER_PAGE => VIEWER_POLICY,
        _ => POLICY,
    };
    let is_vendored = path.starts_with("static/vendor/");
    let cache = match is_vendored {
        true => "max-age=31536000, immutable",
        false => "no-cache",
    };
    let response = match find(path) {
        Some(file) => Response::typed(StatusCode::OK, kind, file.data)
            .header(CONTENT_SECURITY_POLICY, policy)
            .header(X_FRAME_OPTIONS, "DENY")
            .header(CACHE_CONTROL, cache),
        None => Response::empty(StatusCode::NOT_FOUND),
    };
    match is_vendored {
        // A share in a frame without `allow-same-origin` has an origin of its own.
        true => response.header(ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        false => response,
    }
}
