//! Scripts of the browser SDK: the parts that it loads when it needs them, and the SDK itself for the HTML snippet
//! (`ingestion.md` 3).
//!
//! They come from the folder in `--sdk-assets`, which is read once, when the server starts: a request names a script but never
//! reaches the file system, so no name leads out of the folder, and what the scripts cost is known.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use actix_web::http::{StatusCode, header::CACHE_CONTROL};

use super::welcome;
use crate::{
    assets::Document,
    http::{Request, Response, State, coding, error::Result},
};

/// The most bytes of all scripts together. Those of the package take 9 MB.
const LIMIT: u64 = 64 << 20;

const KIND: &str = "application/javascript; charset=utf-8";

/// The scripts of the browser SDK, by file name.
#[derive(Default)]
pub struct Scripts(HashMap<String, &'static Document>);

impl Scripts {
    /// Reads the scripts in `folder`, but not in folders below it. A link that leads out of the folder is left out.
    ///
    /// Errors: the folder or a script cannot be read, there is no script, or they are too large.
    pub fn read(folder: &Path) -> io::Result<Scripts> {
        let (root, mut scripts, mut size) = (folder.canonicalize()?, HashMap::new(), 0);
        for entry in fs::read_dir(&root)? {
            let name = entry?.file_name();
            let Some(name) = name.to_str().filter(|name| name.ends_with(".js")) else {
                continue;
            };
            let Some(path) = file_in(&root, name) else {
                tracing::warn!("the script {name:?} is not a file in {}", root.display());
                continue;
            };
            size += fs::metadata(&path)?.len();
            if size > LIMIT {
                return Err(io::Error::other(format!(
                    "more than {LIMIT} bytes of scripts"
                )));
            }
            scripts.insert(name.to_owned(), Document::new(fs::read(&path)?));
        }
        match scripts.is_empty() {
            true => Err(io::Error::other("no scripts in it")),
            false => Ok(Scripts(scripts)),
        }
    }
}

/// The file called `name` in `root`, unless a link makes it a file elsewhere.
fn file_in(root: &Path, name: &str) -> Option<PathBuf> {
    let path = root.join(name).canonicalize().ok()?;
    (path.starts_with(root) && path.is_file()).then_some(path)
}

/// `/static/{file}`: 200 with a script.
pub fn plain(state: &State, request: &Request) -> Result<Response> {
    Ok(script(state, request, request.segment("file")))
}

/// `/static/{version}/{file}`: 200 with a script, whichever version is asked for.
pub fn versioned(state: &State, request: &Request) -> Result<Response> {
    let is_version = request
        .segment("version")
        .starts_with(|first: char| first.is_ascii_digit());
    match is_version {
        true => plain(state, request),
        false => Ok(Response::not_found()),
    }
}

/// `/array/{token}/array.js`: 200 with the SDK itself.
pub fn sdk(state: &State, request: &Request) -> Result<Response> {
    welcome(state, request, || request.segment("token").into())?;
    Ok(script(state, request, "array.js"))
}

/// The script called `name`. Without one, a part of the SDK is empty, so that no browser reports an error; the SDK itself is
/// 404, since a page that does without it should say so.
fn script(state: &State, request: &Request, name: &str) -> Response {
    let Some(script) = state.scripts.0.get(name) else {
        return match name.ends_with(".js") && !name.starts_with("array") {
            true => Response::typed(StatusCode::OK, KIND, ""),
            false => Response::not_found(),
        };
    };
    coding::tagged(KIND, script, &request.headers).header(CACHE_CONTROL, "no-cache")
}
