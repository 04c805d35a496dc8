//! The files under `static/` that pages load, out of the binary itself.

use actix_web::http::{
    StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ETAG, IF_NONE_MATCH},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{
    domain::Error,
    http::{Request, Response, State, error::Result},
};

/// What the public pages are made of.
#[derive(RustEmbed)]
#[folder = "static/viewer/"]
struct Files;

/// The text of the file `path` of the public pages, which is known to be there.
pub fn text(path: &str) -> String {
    let file = Files::get(path).expect("the file is part of the binary");
    String::from_utf8_lossy(&file.data).into_owned()
}

/// A file of the public pages: 304 for who has it as it is.
pub fn viewer(_: &State, request: &Request) -> Result<Response> {
    let path = request.segment("file");
    let (Some(file), Some(kind)) = (Files::get(path), kind(path)) else {
        return Err(Error::NOT_FOUND.into());
    };
    let tag = tag(&file);
    let response = match request.header(&IF_NONE_MATCH) == Some(&*tag) {
        true => Response::empty(StatusCode::NOT_MODIFIED),
        false => Response::typed(StatusCode::OK, kind, file.data),
    };
    Ok(response
        .header(ETAG, tag)
        .header(CACHE_CONTROL, "no-cache")
        // A frame without `allow-same-origin` has an origin of its own.
        .header(ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
}

/// Names the file's content.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// The type of a file; `None` for those that are not for browsers by themselves.
fn kind(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
