//! The files under `static/` that browsers load, embedded in the binary. Two are not sent as they are: the admin page has its
//! scripts and styles in it, and the script of public pages all that it imports ([`bundle`]).

use std::{borrow::Cow, sync::LazyLock};

use actix_web::http::{
    StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH,
        X_FRAME_OPTIONS,
    },
};
use base64::prelude::{BASE64_STANDARD, Engine};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

use super::bundle::{self, Whole};
use crate::{
    domain::Error,
    http::{Request, Response, State, error::Result},
};

/// Allows a page to show its own files, send requests to its own server and frame that server's public pages. `scripts` and
/// `styles` are the hashes of those that are in the page itself.
fn policy(scripts: &str, styles: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; connect-src 'self'; img-src 'self' data:; \
         frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}

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

/// The admin page, and the script of public pages.
pub const ADMIN_PAGE: &str = "admin/index.html";
const VIEWER_SCRIPT: &str = "static/viewer/viewer.js";

/// A file as it is sent.
struct File {
    data: Cow<'static, [u8]>,
    kind: String,
    /// Identifies the content.
    tag: String,
    policy: String,
}

impl File {
    /// `file`, as it is.
    fn embedded(path: &str, file: EmbeddedFile) -> File {
        let kind = file.metadata.mimetype();
        File {
            kind: match kind.starts_with("text/") {
                true => format!("{kind}; charset=utf-8"),
                false => kind.to_owned(),
            },
            tag: tag(&file.metadata.sha256_hash()),
            policy: match path {
                API_PAGE => API_POLICY.to_owned(),
                _ => policy("", ""),
            },
            data: file.data,
        }
    }

    fn made(kind: &str, text: String, policy: String) -> File {
        File {
            kind: format!("{kind}; charset=utf-8"),
            tag: tag(&Sha256::digest(&text)),
            policy,
            data: Cow::Owned(text.into_bytes()),
        }
    }

    /// What `make` returns. It is made once; in a debug build each time, so that a changed file needs only a reload.
    fn kept(file: &'static LazyLock<File>, make: fn() -> File) -> File {
        match cfg!(debug_assertions) {
            true => make(),
            false => File {
                data: Cow::Borrowed(&file.data),
                kind: file.kind.clone(),
                tag: file.tag.clone(),
                policy: file.policy.clone(),
            },
        }
    }
}

/// The admin page with its scripts and styles in it: besides data, it is all that a browser loads.
fn admin_page() -> File {
    let source = |path: &str| {
        let file = Admin::get(path).expect("the file is part of the binary");
        String::from_utf8_lossy(&file.data).into_owned()
    };
    let whole = Whole::new(&source(ADMIN_PAGE), |path| match path.strip_suffix(".js") {
        Some(script) => bundle::script(
            &format!("{}.js", script.trim_start_matches("/admin/")),
            |file| source(&format!("admin/{file}")),
        ),
        None => source(path.trim_start_matches('/')),
    });
    let policy = policy(&whole.scripts, &whole.styles);
    File::made("text/html", whole.html, policy)
}

/// The script of public pages, with all that it imports.
fn viewer_script() -> File {
    let script = bundle::script("viewer.js", text);
    File::made("text/javascript", script, String::new())
}

/// The text of a file that pages name, which has to exist.
pub fn source(path: &str) -> String {
    let file = find(path.trim_start_matches('/')).expect("the file is part of the binary");
    String::from_utf8_lossy(&file.data).into_owned()
}

/// A file, which has to exist, as a URL that has all of it.
pub fn data_url(path: &str) -> String {
    let file = find(path).expect("the file is part of the binary");
    format!(
        "data:{};base64,{}",
        file.kind,
        BASE64_STANDARD.encode(&file.data)
    )
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
    let mut response = match known == Some(&*file.tag) {
        true => Response::empty(StatusCode::NOT_MODIFIED),
        false => Response::typed(StatusCode::OK, &file.kind, file.data),
    };
    let is_vendored = path.starts_with("static/vendor/");
    let is_for_shares = path.starts_with("static/viewer/");
    let cache = match is_vendored {
        true => "max-age=31536000, immutable",
        false => "no-cache",
    };
    response = response.header(ETAG, file.tag).header(CACHE_CONTROL, cache);
    if is_vendored || is_for_shares {
        // A share in a frame without `allow-same-origin` has its own origin.
        response = response.header(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if is_for_shares {
        return response;
    }
    response
        .header(CONTENT_SECURITY_POLICY, file.policy)
        .header(X_FRAME_OPTIONS, "DENY")
}

/// The file at `path`, if browsers may load it. The HTML of public pages is a template; modules and what the admin page is made
/// of are in the bundles.
fn find(path: &str) -> Option<File> {
    static ADMIN: LazyLock<File> = LazyLock::new(admin_page);
    static VIEWER: LazyLock<File> = LazyLock::new(viewer_script);
    match path {
        ADMIN_PAGE => return Some(File::kept(&ADMIN, admin_page)),
        VIEWER_SCRIPT => return Some(File::kept(&VIEWER, viewer_script)),
        _ => {}
    }
    let file = Docs::get(path).or_else(|| Vendor::get(path)).or_else(|| {
        Viewer::get(path).filter(|_| ![".html", ".js"].iter().any(|end| path.ends_with(end)))
    })?;
    Some(File::embedded(path, file))
}

fn tag(hash: &[u8]) -> String {
    let hex: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
