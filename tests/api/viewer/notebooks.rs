//! What a shared notebook shows and what it keeps to itself (`sharing.md` 6.5).
use serde_json::{Value, json};

use crate::{
    harness::Server,
    viewer::{NOTEBOOK, look, share, share_with},
};

/// The data of the shared notebook with `content`.
fn shown(server: &Server, content: Value) -> Value {
    let path = "/api/projects/1/notebooks/NoteMain1";
    let version = server.get(path).ok(200)["version"].clone();
    let change = json!({"content": content, "text_content": "secret words", "version": version});
    server.patch(path, change).ok(200);
    let token = share(server, NOTEBOOK);
    look(server, &format!("/shared/{token}.json")).ok(200)
}

#[test]
fn content_loses_what_is_not_for_strangers() {
    let server = Server::start();
    let text = json!({"type": "paragraph", "content": [{"type": "text", "text": "hello"}]});
    let passing = ["ph-image", "ph-latex", "ph-embed", "ph-query"]
        .map(|kind| json!({"type": kind, "attrs": {"nodeId": "n", "height": 1.0}}));
    let person = json!({"type": "ph-person", "attrs": {"id": "7"}, "content": [text]});
    let content = json!({"type": "doc", "content": [
        text, passing[0], passing[1], passing[2], passing[3], person,
        {"type": "odd", "attrs": {"a": [1]}, "content": [person]},
        {"type": "ph-markdown-notebook", "attrs": {
            "nodeId": "m", "other": 1, "markdown": "<Person id=\"7\">x</Person> <Latex content=\"a\" b=\"c\" />"}},
    ]});
    let data = shown(&server, content.clone());
    let expected = json!({"type": "doc", "content": [
        text, passing[0], passing[1], passing[2], passing[3], {"type": "ph-person"},
        {"type": "odd", "attrs": {"a": [1]}, "content": [{"type": "ph-person"}]},
        {"type": "ph-markdown-notebook", "attrs": {
            "nodeId": "m", "markdown": "<Person /> <Latex content=\"a\" />"}},
    ]});
    let notebook = &data["notebook"];
    assert_eq!(notebook["content"].to_string(), expected.to_string());
    assert_eq!(notebook["text_content"], Value::Null);
    assert_eq!(notebook["user_access_level"], Value::Null);
    assert_eq!(notebook["created_by"]["email"], "");
    let stored = server.get("/api/projects/1/notebooks/NoteMain1").ok(200);
    assert_eq!(stored["content"], content);
    assert_eq!(stored["text_content"], "secret words");
}

#[test]
fn embedded_insights_come_along_and_deleted_or_foreign_ones_do_not() {
    let server = Server::start();
    let result = json!([{"label": "a", "data": [1, 2.0]}]);
    server
        .patch("/api/projects/1/insights/1", json!({"result": result}))
        .ok(200);
    let embedding = |id: &str| json!({"type": "ph-query", "attrs": {"nodeId": id, "query": {"kind": "SavedInsightNode", "shortId": id}}});
    let content = json!({"type": "doc", "content": [
        embedding("InsMain1"), embedding("InsSide1"), embedding("nothing"), embedding("InsMain1"),
    ]});
    let data = shown(&server, content.clone());
    let insights = data["insights"].as_object().unwrap();
    assert_eq!(insights.keys().collect::<Vec<_>>(), ["InsMain1"]);
    assert_eq!(
        insights["InsMain1"]["result"].to_string(),
        result.to_string()
    );
    assert_eq!(insights["InsMain1"]["created_by"]["email"], "");
    assert_eq!(data["inline_query_results"], json!({}));

    let hidden = json!({"settings": {"hideExtraDetails": true}});
    let token = share_with(&server, NOTEBOOK, hidden);
    let data = look(&server, &format!("/shared/{token}.json")).ok(200);
    assert!(data["insights"]["InsMain1"].get("created_by").is_none());
    assert_eq!(data["notebook"]["created_by"]["first_name"], "Ada");

    server
        .patch("/api/projects/1/insights/1", json!({"deleted": true}))
        .ok(200);
    let data = shown(&server, content);
    assert_eq!(data["insights"], json!({}));
}

#[test]
fn content_of_any_shape_and_depth_is_no_trouble() {
    let server = Server::start();
    for content in [
        json!(null),
        json!([]),
        json!("x"),
        json!({"type": 5, "content": {"a": 1}}),
    ] {
        let data = shown(&server, content.clone());
        assert_eq!(data["notebook"]["content"], content);
    }
    let deep = (0..400).fold(
        json!({"type": "text", "text": "deep"}),
        |inner, _| json!({"type": "blockquote", "content": [inner]}),
    );
    let path = "/api/projects/1/notebooks/NoteMain1";
    let version = server.get(path).ok(200)["version"].clone();
    let change = format!("{{\"content\": {deep}, \"version\": {version}}}");
    let changed = server
        .ask("PATCH", path)
        .key("phx_ada")
        .body("application/json", change)
        .send();
    assert_eq!(changed.status, 200);
    let token = share(&server, NOTEBOOK);
    for form in ["", ".json"] {
        let answer = look(&server, &format!("/shared/{token}{form}"));
        assert!(
            answer.status == 200 && answer.text.contains("deep"),
            "{form}"
        );
    }
}
