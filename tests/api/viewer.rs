//! Public pages (`sharing.md` 6).

mod addresses;
mod data;
mod drawings;
mod floods;
mod guesses;
mod html;
pub mod locks;
mod notebooks;
mod queries;
mod sessions;
mod strangers;
mod unlock;

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

/// The sharing path of each kind of parent in project 1.
pub const INSIGHT: &str = "/api/projects/1/insights/1/sharing";
pub const DASHBOARD: &str = "/api/projects/1/dashboards/1/sharing";
pub const NOTEBOOK: &str = "/api/projects/1/notebooks/NoteMain1/sharing";
pub const RECORDING: &str = "/api/projects/1/session_recordings/rec-main/sharing";

/// Shares the resource whose sharing path is `path`; returns the token.
pub fn share(server: &Server, path: &str) -> String {
    share_with(server, path, json!({"enabled": true}))
}

/// Like [`share`], with `body` as the settings.
pub fn share_with(server: &Server, path: &str, body: Value) -> String {
    let shared = server.patch(path, body).ok(200);
    shared["access_token"].as_str().unwrap().to_owned()
}

/// GET as an anonymous visitor.
pub fn look(server: &Server, path: &str) -> Answer {
    server.ask("GET", path).send()
}

/// The data embedded in a page.
pub fn embedded(answer: &Answer) -> Value {
    let start = "<script id=\"posthog-exported-data\" type=\"application/json\">";
    let (_, rest) = answer.text.split_once(start).expect(&answer.text);
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// Checks that `answer` is the 404 page, which is the same whatever the reason.
#[track_caller]
fn is_missing(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
    assert!(answer.text.contains("<h1>Page not found</h1>"));
    assert_eq!(answer.header("x-frame-options"), "");
}
