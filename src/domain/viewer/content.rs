//! The part of a notebook's content that anonymous visitors may see (`sharing.md` 6.5).

use std::collections::HashSet;

use super::markdown;
use crate::model::{Json, JsonText, parse_json};

/// The product's own nodes that visitors see whole; its other nodes keep only their type.
const PASSING: [&str; 4] = ["ph-image", "ph-latex", "ph-embed", "ph-query"];

/// A node that contains a whole document as Markdown.
const MARKDOWN: &str = "ph-markdown-notebook";

/// `content` without what visitors must not see; null if it is no JSON.
pub fn for_visitors(content: &JsonText) -> Json {
    parse_json(content.as_str().as_bytes()).map_or(Json::Null, filter)
}

fn filter(node: Json) -> Json {
    let members = match node {
        Json::Object(members) => members,
        Json::List(nodes) => return Json::List(nodes.into_iter().map(filter).collect()),
        other => return other,
    };
    match text(&members, "type") {
        Some(MARKDOWN) => markdown_node(&members),
        Some(kind) if kind.starts_with("ph-") && !PASSING.contains(&kind) => {
            object([("type", kind.into())])
        }
        _ => {
            let inner = |(name, value): (String, Json)| match (&*name, value) {
                ("content", nodes @ Json::List(_)) => (name, filter(nodes)),
                (_, value) => (name, value),
            };
            Json::Object(members.into_iter().map(inner).collect())
        }
    }
}

fn markdown_node(members: &[(String, Json)]) -> Json {
    let attrs = match get(members, "attrs") {
        Some(Json::Object(attrs)) => &attrs[..],
        _ => &[],
    };
    let kept = attrs
        .iter()
        .filter_map(|(name, value)| match (&**name, value) {
            ("nodeId", Json::Text(_)) => Some((name.clone(), value.clone())),
            ("markdown", Json::Text(text)) => {
                Some((name.clone(), markdown::for_visitors(&text.value).into()))
            }
            _ => None,
        });
    object([
        ("type", MARKDOWN.into()),
        ("attrs", Json::Object(kept.collect())),
    ])
}

/// The `short_id`s of the saved insights that filtered `content` embeds, in order and without duplicates.
pub fn saved_insights(content: &Json) -> Vec<String> {
    let mut found = Vec::new();
    collect(content, &mut found);
    let mut seen = HashSet::new();
    found.retain(|short_id| seen.insert(short_id.clone()));
    found
}

fn collect(node: &Json, found: &mut Vec<String>) {
    let members = match node {
        Json::Object(members) => members,
        Json::List(nodes) => return nodes.iter().for_each(|node| collect(node, found)),
        _ => return,
    };
    if let Some(Json::Object(attrs)) = get(members, "attrs") {
        match text(members, "type") {
            Some("ph-query") => found.extend(get(attrs, "query").and_then(saved_insight)),
            Some(MARKDOWN) => {
                let queries = markdown::queries(text(attrs, "markdown").unwrap_or_default());
                found.extend(queries.iter().filter_map(saved_insight));
            }
            _ => {}
        }
    }
    if let Some(nodes @ Json::List(_)) = get(members, "content") {
        collect(nodes, found);
    }
}

/// The `short_id` in `query`, if it names a saved insight.
fn saved_insight(query: &Json) -> Option<String> {
    let Json::Object(members) = query else {
        return None;
    };
    let is_reference = text(members, "kind") == Some("SavedInsightNode");
    text(members, "shortId")
        .filter(|_| is_reference)
        .map(str::to_owned)
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.map(|(name, value)| (name.into(), value)).into())
}

fn get<'j>(members: &'j [(String, Json)], name: &str) -> Option<&'j Json> {
    members
        .iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

fn text<'j>(members: &'j [(String, Json)], name: &str) -> Option<&'j str> {
    match get(members, name) {
        Some(Json::Text(text)) => Some(&text.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filtered(content: serde_json::Value) -> String {
        let json = for_visitors(&JsonText::new(&content));
        serde_json::to_string(&json).unwrap()
    }

    #[test]
    fn nodes_of_the_product_keep_only_their_type() {
        let secret =
            json!({"type": "ph-person", "attrs": {"id": "x"}, "content": [{"type": "text"}]});
        let passing = json!({"type": "ph-query", "attrs": {"query": {"kind": "HogQLQuery"}}});
        let content = json!({"type": "doc", "content": [
            secret, passing, {"type": "mystery", "attrs": {"a": 1.0}, "content": [secret, 7]},
        ]});
        let expected = json!({"type": "doc", "content": [
            {"type": "ph-person"}, passing,
            {"type": "mystery", "attrs": {"a": 1.0}, "content": [{"type": "ph-person"}, 7]},
        ]});
        assert_eq!(filtered(content), expected.to_string());
        assert_eq!(filtered(json!("text")), "\"text\"");
    }

    #[test]
    fn a_markdown_notebook_keeps_its_id_and_its_filtered_text() {
        let node = json!({"type": "ph-markdown-notebook", "content": [], "attrs": {
            "nodeId": "n", "children": [1], "markdown": "# A\n<Person id=\"x\" />",
        }});
        let expected = json!({"type": "ph-markdown-notebook",
                              "attrs": {"nodeId": "n", "markdown": "# A\n<Person />"}});
        assert_eq!(filtered(node), expected.to_string());
    }

    #[test]
    fn nested_saved_insights_are_found_without_duplicates() {
        let query = |id: &str| json!({"type": "ph-query", "attrs": {"query": {"kind": "SavedInsightNode", "shortId": id}}});
        let markdown = r#"<Query query={{"kind": "SavedInsightNode", "shortId": "m"}} />"#;
        let content = json!({"type": "doc", "content": [
            query("a"), {"type": "list", "content": [query("b"), query("a")]},
            {"type": "ph-markdown-notebook", "attrs": {"markdown": markdown}},
            {"type": "ph-query", "attrs": {"query": {"kind": "TrendsQuery", "shortId": "no"}}},
        ]});
        let content = for_visitors(&JsonText::new(&content));
        assert_eq!(saved_insights(&content), ["a", "b", "m"]);
    }
}
