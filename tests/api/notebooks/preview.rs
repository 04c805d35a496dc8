//! The preview of a notebook, which only the admin page uses.

use serde_json::json;

use crate::harness::Server;

const PREVIEW: &str = "/api/projects/1/notebook_preview/";

#[test]
fn a_preview_draws_what_the_public_page_would_and_stores_nothing() {
    let server = Server::start();
    let count = || server.get("/api/projects/1/notebooks/").ok(200)["count"].clone();
    let before = count();
    let markdown = "## Monday\n\n**water**";
    let node = json!({"type": "ph-markdown-notebook", "attrs": {"markdown": markdown}});
    let content =
        json!({"type": "doc", "content": [node, {"type": "ph-person", "attrs": {"id": "secret"}}]});
    let drawn = server
        .ask("POST", PREVIEW)
        .key("phx_read")
        .json(json!({"content": content}))
        .send()
        .ok(200);
    let text = drawn["drawings"].to_string();
    assert!(
        text.contains("Monday") && text.contains("[\"strong\",{},\"water\"]"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(count(), before);
    let empty = json!({"type": "doc", "content": []});
    let nothing = server.post(PREVIEW, json!({"content": empty})).ok(200);
    assert_eq!(nothing, json!({"drawings": []}));
    let missing = server.post(PREVIEW, json!({}));
    missing.error(
        400,
        "validation_error",
        "required",
        "This field is required.",
        Some("content"),
    );
}
