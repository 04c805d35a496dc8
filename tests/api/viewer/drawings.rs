//! A notebook makes exactly those insights public that its page draws, whatever else in it looks like one.

use serde_json::{Value, json};

use super::{NOTEBOOK, embedded, look, share, share_with};
use crate::harness::Server;

/// What the share of a notebook gives away of insight 1, `InsMain1`.
#[derive(Debug, PartialEq)]
struct Given {
    /// Whether its page draws the insight.
    drawn: bool,
    /// Whether the data of the page has the insight.
    data: bool,
    /// Whether the API lists it for the token of the share.
    listed: bool,
    /// Whether the API returns it for the token of the share.
    returned: bool,
}

impl Given {
    fn all(is_public: bool) -> Given {
        Given {
            drawn: is_public,
            data: is_public,
            listed: is_public,
            returned: is_public,
        }
    }
}

/// What is given away by the share `token` of a notebook that has this content now.
fn given(server: &Server, token: &str, content: &Value) -> Given {
    let path = "/api/projects/1/notebooks/NoteMain1";
    let version = server.get(path).ok(200)["version"].clone();
    let change = json!({"content": content, "version": version});
    server.patch(path, change).ok(200);
    let page = embedded(&look(server, &format!("/shared/{token}")));
    let data = look(server, &format!("/shared/{token}.json")).ok(200);
    let api = |path: &str| {
        let path = format!("/api/projects/1/{path}?sharing_access_token={token}");
        look(server, &path)
    };
    Given {
        drawn: draws(&page["drawings"]),
        data: data["insights"].get("InsMain1").is_some(),
        listed: api("insights").ok(200)["count"] == 1,
        returned: api("insights/1").status == 200,
    }
}

/// Whether `drawing`, the elements of a page, contains insight 1: the page reads nothing else.
fn draws(drawing: &Value) -> bool {
    let Some(parts) = drawing.as_array() else {
        return false;
    };
    let is_query = parts.first() == Some(&json!("query"));
    let asked = json!({"kind": "SavedInsightNode", "shortId": "InsMain1"});
    (is_query && parts[1]["query"] == asked) || parts.iter().any(draws)
}

fn doc(nodes: Value) -> Value {
    json!({"type": "doc", "content": nodes})
}

fn in_markdown(markdown: &str) -> Value {
    doc(json!([{"type": "ph-markdown-notebook", "attrs": {"nodeId": "n", "markdown": markdown}}]))
}

const SAVED: &str = r#"{"kind": "SavedInsightNode", "shortId": "InsMain1"}"#;

#[test]
fn a_component_in_markdown_is_public_where_the_page_draws_it() {
    let server = Server::start();
    let token = share(&server, NOTEBOOK);
    let escaped = SAVED.replace('"', "\\\"");
    let entities = SAVED.replace('"', "&quot;");
    let tag = format!("<Query query={{{SAVED}}} />");
    for (markdown, is_public) in [
        (tag.clone(), true),
        (format!("<Query query='{SAVED}' />"), true),
        (format!("<Query query=\"{SAVED}\">"), true),
        (format!("<Query query=\"{escaped}\"></Query>"), true),
        (format!("<Query query=\"{entities}\" />"), true),
        (format!("<Query query={{\"{escaped}\"}} />"), true),
        (
            format!("<Query\n  nodeId=\"n\"\n  query={{{SAVED}}}\n/>"),
            true,
        ),
        (format!("# Words\n\n   {tag}"), true),
        (format!("Words\n{tag}\nwords"), true),
        (format!("Words {tag} words"), true),
        (format!("<Divider />\n{tag}"), true),
        (format!("- a\n\n  {tag}\n"), true),
        (format!("> {tag}"), true),
        (format!("<!-- hidden --> {tag}"), true),
        (format!("a <b>bold</b> {tag}"), true),
        (format!("a<br>{tag}"), true),
        // Fenced code.
        (format!("```\n{tag}\n```"), false),
        (format!("~~~\n{tag}\n~~~"), false),
        (format!("```jsx title=\"a\"\n{tag}\n```"), false),
        (format!("````\n```\n{tag}\n```\n````"), false),
        (format!("```\n~~~\n{tag}\n~~~\n```"), false),
        (format!("```\n{tag}"), false),
        (format!("   ```\n{tag}\n   ```"), false),
        (format!("> ```\n> {tag}\n> ```"), false),
        (format!("- ```\n  {tag}\n  ```"), false),
        (format!("1. a\n\n   ~~~\n   {tag}\n   ~~~"), false),
        (format!("```\r\n{tag}\r\n```"), false),
        (format!("```\n``` not closed\n{tag}\n```"), false),
        // What only looks like the end or the start of one.
        (format!("```\ncode\n```\n\n{tag}"), true),
        (format!("``` a`b\n\n{tag}"), true),
        (format!("    ```\n\n{tag}"), true),
        // Indented code.
        (format!("    {tag}"), false),
        (format!("\t{tag}"), false),
        (format!("Words\n\n    {tag}"), false),
        (format!(">     {tag}"), false),
        (format!("- a\n\n      {tag}"), false),
        // Inline code.
        (format!("`{tag}`"), false),
        (format!("Words ``{tag}`` words"), false),
        (format!("| a |\n|---|\n| `{tag}` |"), false),
        (format!("# `{tag}`"), false),
        (format!("`\n{tag}\n`"), false),
        (format!("`open {tag}"), true),
        // Comments and other HTML.
        (format!("<!-- {tag} -->"), false),
        (format!("<!--\n{tag}\n-->"), false),
        (format!("<!--\n\n{tag}\n\n-->"), false),
        (format!("Words <!-- {tag} --> words"), false),
        (format!("<!-- {tag}"), false),
        (format!("<pre>\n{tag}\n</pre>"), false),
        (format!("<pre>\n\n{tag}\n\n</pre>"), false),
        (format!("<code>{tag}</code>"), false),
        (format!("Words <code>{tag}</code>"), false),
        (format!("<script>\n{tag}\n</script>"), false),
        (format!("<style>{tag}</style>"), false),
        (format!("<textarea>\n{tag}\n</textarea>"), false),
        (format!("<?php {tag} ?>"), false),
        (format!("<![CDATA[{tag}]]>"), false),
        (format!("<!X {tag}>"), false),
        (format!("<CODE>{tag}</CODE>"), false),
        (format!("<Comment>{tag}</Comment>"), false),
        (format!("<Person>{tag}</Person>"), false),
        // Escaped text.
        (format!("\\{tag}"), false),
        (tag.replace('<', "&lt;"), false),
        (tag.replace('<', "&#60;"), false),
        // Other places that are not drawn.
        (format!("[a]: /url '{tag}'"), false),
        (format!("![{tag}](https://example.com/a.png)"), false),
        (format!("[link](https://example.com/ '{tag}')"), false),
        (format!("```{tag}\n```"), false),
        (format!("<Image alt='{tag}' />"), false),
        (format!("<Query title='{tag}' />"), false),
        (
            format!("<Query query={{{{\"kind\": \"SavedInsightNode\"}}}} data={SAVED} />"),
            false,
        ),
        (tag.replace("Query", "query"), false),
        (tag.replace("Query", "Queries"), false),
        (tag.replace("query=", "Query="), false),
        (tag.replace("SavedInsightNode", "InsightVizNode"), false),
    ] {
        let found = given(&server, &token, &in_markdown(&markdown));
        assert_eq!(found, Given::all(is_public), "{markdown}");
    }
}

#[test]
fn a_node_is_public_where_the_page_draws_it() {
    let server = Server::start();
    let token = share(&server, NOTEBOOK);
    let query: Value = serde_json::from_str(SAVED).unwrap();
    let node = json!({"type": "ph-query", "attrs": {"nodeId": "q", "query": query}});
    let as_text = json!({"type": "ph-query", "attrs": {"nodeId": "q", "query": SAVED}});
    let inside = |kind: &str| json!([{"type": kind, "attrs": {}, "content": [node]}]);
    let deep = |levels: usize| {
        let inner = node.clone();
        (0..levels).fold(
            inner,
            |inner, _| json!({"type": "blockquote", "content": [inner]}),
        )
    };
    let words = format!("<Query query={{{SAVED}}} />");
    let text = json!({"type": "text", "text": words});
    for (content, is_public) in [
        (doc(json!([node])), true),
        (json!([node]), true),
        (doc(json!([as_text])), true),
        (doc(inside("blockquote")), true),
        (doc(inside("listItem")), true),
        (doc(inside("tableCell")), true),
        (doc(inside("unknown")), true),
        (doc(inside("heading")), true),
        (doc(json!([deep(30)])), true),
        // Code, and what has no children in the editor.
        (doc(inside("codeBlock")), false),
        (doc(inside("text")), false),
        (doc(inside("horizontalRule")), false),
        (doc(inside("hardBreak")), false),
        (doc(inside("image")), false),
        (doc(inside("ph-image")), false),
        (doc(inside("ph-latex")), false),
        (doc(inside("ph-embed")), false),
        (doc(inside("ph-query")), false),
        (doc(inside("ph-mention")), false),
        (doc(inside("ph-person")), false),
        (doc(inside("ph-markdown-notebook")), false),
        // Text that would be a component in Markdown.
        (
            doc(json!([{"type": "codeBlock", "content": [text]}])),
            false,
        ),
        (
            doc(json!([{"type": "paragraph", "content": [text]}])),
            false,
        ),
        (
            doc(json!([{"type": "paragraph", "attrs": {"markdown": words}}])),
            false,
        ),
        // Elsewhere in the document.
        (json!({"type": "doc", "attrs": {"a": [node]}}), false),
        (
            json!({"type": "doc", "marks": [node], "content": []}),
            false,
        ),
        (doc(json!({"type": "doc", "content": [node]})), false),
        (
            doc(json!([{"type": "paragraph", "attrs": {"query": query}}])),
            false,
        ),
        (doc(json!([{"type": "ph-query", "query": query}])), false),
        (doc(json!([{"type": "ph-query", "attrs": [query]}])), false),
        (
            doc(json!([{"type": "ph-query", "attrs": {"query": [query]}}])),
            false,
        ),
        (
            doc(json!([{"type": "ph-query", "attrs": {"query": format!("[{SAVED}]")}}])),
            false,
        ),
        (
            doc(json!([{"type": "ph-query", "attrs": {"query": format!("x{SAVED}")}}])),
            false,
        ),
        (
            doc(json!([{"type": "ph-query", "attrs": {"query": {"source": query}}}])),
            false,
        ),
        (json!(SAVED), false),
        (json!(null), false),
    ] {
        let found = given(&server, &token, &content);
        assert_eq!(found, Given::all(is_public), "{content}");
    }
}

#[test]
fn what_is_nested_too_deep_to_be_drawn_is_not_public() {
    let server = Server::start();
    let token = share(&server, NOTEBOOK);
    let node = format!(r#"{{"type": "ph-query", "attrs": {{"query": {SAVED}}}}}"#);
    let path = "/api/projects/1/notebooks/NoteMain1";
    let first = server.get(path).ok(200)["version"].as_i64().unwrap();
    for (version, levels, is_public) in [(first, 190, true), (first + 1, 250, false)] {
        let open = r#"{"type": "blockquote", "content": ["#.repeat(levels);
        let content = format!("[{open}{node}{}]", "]}".repeat(levels));
        let body = format!(r#"{{"content": {content}, "version": {version}}}"#);
        let patch = server.ask("PATCH", path).key("phx_ada");
        assert_eq!(patch.body("application/json", body).send().status, 200);
        let page = look(&server, &format!("/shared/{token}"));
        assert_eq!(
            page.text.contains(r#"["query",{"query":"#),
            is_public,
            "{levels}"
        );
        assert_eq!(
            !page.text.contains(r#""insights":{}"#),
            is_public,
            "{levels}"
        );
    }
}

#[test]
fn what_is_too_long_to_be_drawn_is_not_public() {
    let server = Server::start();
    let token = share(&server, NOTEBOOK);
    let path = "/api/projects/1/notebooks/NoteMain1";
    let query: Value = serde_json::from_str(SAVED).unwrap();
    let node = json!({"type": "ph-query", "attrs": {"query": query}});
    let rules = |count: usize| {
        let mut nodes = vec![json!({"type": "horizontalRule"}); count];
        nodes.push(node.clone());
        doc(json!(nodes))
    };
    let words = |count: usize| {
        let text = "word\n".repeat(count / 5);
        in_markdown(&format!("```\n{text}\n```\n\n<Query query={{{SAVED}}} />"))
    };
    for (content, is_public) in [
        (rules(99_999), true),
        (rules(100_000), false),
        (words(1_000_000), true),
        (words(1_100_000), false),
    ] {
        let version = server.get(path).ok(200)["version"].clone();
        let change = json!({"content": content, "version": version});
        server.patch(path, change).ok(200);
        let page = look(&server, &format!("/shared/{token}")).text;
        let told = "The rest of this notebook is too long, and is not shown to visitors.";
        assert_eq!(page.contains(told), !is_public);
        assert_eq!(page.contains(r#"["query",{"query":"#), is_public);
        assert_eq!(page.contains(r#""insights":{}"#), !is_public);
    }
}

#[test]
fn of_a_key_that_is_repeated_the_last_counts() {
    let server = Server::start();
    let token = share(&server, NOTEBOOK);
    let path = "/api/projects/1/notebooks/NoteMain1";
    for (node, is_public) in [
        (format!(r#"{{"type": "codeBlock", "type": "ph-query", "attrs": {{"query": {SAVED}}}}}"#), true),
        (format!(r#"{{"type": "ph-query", "attrs": {{"query": {SAVED}}}, "type": "codeBlock"}}"#), false),
        (format!(r#"{{"type": "ph-query", "attrs": {{"query": {SAVED}}}, "attrs": {{}}}}"#), false),
        (r#"{"type": "ph-query", "attrs": {"query": {"kind": "SavedInsightNode", "shortId": "InsMain1", "shortId": "x"}}}"#.into(), false),
    ] {
        let version = server.get(path).ok(200)["version"].clone();
        let body = format!(r#"{{"content": [{node}], "version": {version}}}"#);
        let patch = server.ask("PATCH", path).key("phx_ada");
        assert_eq!(patch.body("application/json", body).send().status, 200);
        let page = embedded(&look(&server, &format!("/shared/{token}")));
        assert_eq!(draws(&page["drawings"]), is_public, "{node}");
        assert_eq!(page["insights"].get("InsMain1").is_some(), is_public, "{node}");
    }
}

/// After the password has been typed, the page takes its data from a request of its own.
#[test]
fn an_unlocked_page_gets_what_it_draws() {
    let server = Server::start();
    let body = json!({"enabled": true, "password_required": true});
    let token = share_with(&server, NOTEBOOK, body);
    let password = json!({"raw_password": "long enough"});
    server
        .post(&format!("{NOTEBOOK}/passwords"), password)
        .ok(200);
    let path = format!("/shared/{token}");
    let guess = server.ask("POST", &path);
    let unlocked = guess
        .json(json!({"password": "long enough"}))
        .send()
        .ok(200);
    let get = server
        .ask("GET", &path)
        .key(unlocked["shareToken"].as_str().unwrap());
    let data = get.header("accept", "application/json").send().ok(200);
    assert!(
        data["drawings"].is_array() && data["texts"].is_object(),
        "{data}"
    );
}
