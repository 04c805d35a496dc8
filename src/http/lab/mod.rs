//! Lab mode: paths below `/_lab/` with which tests control the server. They need no key, and do not exist without `--lab`.

pub mod clock;
pub mod events;
pub mod expect;
pub mod faults;
pub mod flags;
pub mod projects;
pub mod requests;
pub mod snapshots;

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::{HeaderName, HeaderValue},
};
use serde_json::json;

use super::{Request, Response, State, error::Result, live::Live, waiting::Waiting};
use crate::{
    domain::lab::{faults::Faults, journal::Journal, snapshots::Snapshots},
    model::Strictness,
};

pub struct Lab {
    /// The streams that are open.
    pub live: Live,
    /// How requests are treated that send something which is ignored; `None`: as in the service.
    pub strictness: Option<Strictness>,
    /// The rules that make requests fail.
    pub faults: Faults,
    pub journal: Arc<Journal>,
    /// The data as it was when the server started, and at other moments.
    pub snapshots: Snapshots,
    /// The requests that wait for events.
    pub waiting: Waiting,
}

impl Lab {
    /// A lab in which nothing has happened yet.
    pub fn new(snapshots: Snapshots, strictness: Option<Strictness>) -> Lab {
        Lab {
            live: Live::default(),
            strictness,
            faults: Faults::default(),
            journal: Arc::default(),
            snapshots,
            waiting: Waiting::default(),
        }
    }

    /// Ends streams and waiting requests: the server stops.
    pub fn end(&self) {
        self.live.end();
        self.waiting.end();
    }
}

/// Whether a path belongs to lab mode, whether or not it exists.
pub fn is_below(path: &str) -> bool {
    path == "/_lab" || path.starts_with("/_lab/")
}

/// Says in a response that the server is in lab mode.
pub fn mark(response: &mut HttpResponse) {
    let name = HeaderName::from_static("hoglet-lab");
    let value = HeaderValue::from_static("1");
    response.headers_mut().insert(name, value);
}

/// The version of hoglet, and where lab mode is described.
pub fn show(state: &State, _: &Lab, _: &Request) -> Result<Response> {
    let documentation = format!("{}/docs/lab/", state.site.url());
    let view = json!({"version": env!("CARGO_PKG_VERSION"), "documentation": documentation});
    Ok(Response::ok(&view))
}
