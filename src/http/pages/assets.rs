//! The files under `static/` that browsers load. Two are not sent as they are: the admin page has its scripts and styles in it,
//! and the script of public pages all that it imports ([`bundle`]).

use std::sync::LazyLock;

use actix_web::http::{
    StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap,
        X_FRAME_OPTIONS,
    },
};
use base64::prelude::{BASE64_STANDARD, Engine};

use super::bundle::{self, Whole};
use crate::{
    assets::{self, Document},
    domain::Error,
    http::{Request, Response, State, coding, error::Result},
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

/// The admin page, and the script of public pages.
pub const ADMIN_PAGE: &str = "admin/index.html";
const VIEWER_SCRIPT: &str = "viewer/viewer.js";

/// Files of the public pages.
const VIEWER: &str = "viewer/";

/// Libraries of others, each in a folder named after its version.
const VENDOR: &str = "vendor/";

/// A file as it is sent.
#[derive(Clone)]
struct File {
    document: &'static Document,
    kind: String,
    policy: String,
}

impl File {
    /// The file called `name`, as it is.
    fn embedded(name: &str) -> Option<File> {
        let asset = assets::find(name)?;
        Some(File {
            document: asset.document,
            kind: asset.kind,
            policy: match name {
                API_PAGE => API_POLICY.to_owned(),
                _ => policy("", ""),
            },
        })
    }

    fn made(kind: &str, text: String, policy: String) -> File {
        File {
            document: assets::keep(text.into_bytes()),
            kind: format!("{kind}; charset=utf-8"),
            policy,
        }
    }

    /// What `make` returns. It is made once; in a debug build each time, so that a changed file needs only a reload.
    fn kept(file: &LazyLock<File>, make: fn() -> File) -> File {
        match cfg!(debug_assertions) {
            true => make(),
            false => (**file).clone(),
        }
    }
}

/// The admin page with its scripts and styles in it: besides data, it is all that a browser loads.
fn admin_page() -> File {
    let whole = Whole::new(assets::text(ADMIN_PAGE), |path| {
        match path.strip_suffix(".js") {
            Some(script) => bundle::script(
                &format!("{}.js", script.trim_start_matches("/admin/")),
                |file| assets::text(&format!("admin/{file}")).to_owned(),
            ),
            None => assets::text(path.trim_start_matches('/')).to_owned(),
        }
    });
    let policy = policy(&whole.scripts, &whole.styles);
    File::made("text/html", whole.html, policy)
}

/// The script of public pages, with all that it imports.
fn viewer_script() -> File {
    let read = |file: &str| assets::text(&format!("{VIEWER}{file}")).to_owned();
    let script = bundle::script("viewer.js", read);
    File::made("text/javascript", script, String::new())
}

/// The name of the file at the URL path `path`, if browsers may load it. The HTML of public pages is a template; modules and what
/// the admin page is made of are in the bundles. A debug build looks names up in the file system, so none may lead upwards.
fn name(path: &str) -> Option<&str> {
    let path = path.trim_start_matches('/');
    let is_own = match path.strip_prefix("static/") {
        Some(VIEWER_SCRIPT) => true,
        Some(name) if name.starts_with(VIEWER) => {
            ![".html", ".js"].iter().any(|end| name.ends_with(end))
        }
        Some(name) => name.starts_with(VENDOR),
        None => path == ADMIN_PAGE || path.starts_with("docs/"),
    };
    let is_inside = path.split('/').all(|part| part != "..");
    (is_own && is_inside).then(|| path.strip_prefix("static/").unwrap_or(path))
}

/// The text of the file at the URL path `path`, which has to exist.
pub fn source(path: &str) -> String {
    String::from_utf8_lossy(at(path).document.plain()).into_owned()
}

/// The file at the URL path `path`, which has to exist, as a URL that has all of it.
pub fn data_url(path: &str) -> String {
    let file = at(path);
    let bytes = BASE64_STANDARD.encode(file.document.plain());
    format!("data:{};base64,{bytes}", file.kind)
}

fn at(path: &str) -> File {
    let file = name(path).and_then(find);
    file.expect("the file is part of the binary")
}

/// Whether the URL path `path` names a file.
pub fn is_file(path: &str) -> bool {
    name(path).is_some_and(assets::exists)
}

/// Serves a file of the public pages.
pub fn viewer(_: &State, request: &Request) -> Result<Response> {
    let path = format!("static/viewer/{}", request.segment("file"));
    match is_file(&path) {
        true => Ok(file(&path, &request.headers)),
        false => Err(Error::NOT_FOUND.into()),
    }
}

/// Serves the file at `path` to a client that sent `headers`, or 304 if it has it.
///
/// Browsers ask each time whether they have the current version, except for vendored files, whose version is part of
/// their path.
pub fn file(path: &str, headers: &HeaderMap) -> Response {
    let name = name(path).unwrap_or_default();
    let Some(file) = find(name) else {
        return Response::empty(StatusCode::NOT_FOUND);
    };
    let is_vendored = name.starts_with(VENDOR);
    let is_for_shares = name.starts_with(VIEWER);
    let cache = match is_vendored {
        true => "max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut response = coding::tagged(file.kind, file.document, headers);
    response = response.header(CACHE_CONTROL, cache);
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

/// The file called `name`, or what is made of it.
fn find(name: &str) -> Option<File> {
    static ADMIN: LazyLock<File> = LazyLock::new(admin_page);
    static VIEWER: LazyLock<File> = LazyLock::new(viewer_script);
    match name {
        ADMIN_PAGE => Some(File::kept(&ADMIN, admin_page)),
        VIEWER_SCRIPT => Some(File::kept(&VIEWER, viewer_script)),
        name => File::embedded(name),
    }
}
