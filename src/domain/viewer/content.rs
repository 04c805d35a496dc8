//! The part of a notebook's content that anonymous visitors may see (`sharing.md` 6.5), and how their page draws it.

use super::{
    drawing::{self, Drawing, Element, MAX_DEPTH, Room},
    markdown, prose,
};
use crate::model::{Json, JsonText, json_member, parse_json};

/// The product's own nodes that visitors see whole; its other nodes keep only their type.
const PASSING: [&str; 4] = ["ph-image", "ph-latex", "ph-embed", "ph-query"];

/// What the page says in the place of nodes that visitors do not see.
const PRIVATE: [(&str, &str); 7] = [
    ("ph-recording", "A session recording"),
    ("ph-recording-playlist", "A list of session recordings"),
    ("ph-person", "A person"),
    ("ph-cohort", "A cohort"),
    ("ph-feature-flag", "A feature flag"),
    ("ph-experiment", "An experiment"),
    ("ph-survey", "A survey"),
];

/// The marks of text, and their elements.
const MARKS: [(&str, &str); 10] = [
    ("bold", "strong"),
    ("strong", "strong"),
    ("italic", "em"),
    ("em", "em"),
    ("underline", "u"),
    ("strike", "s"),
    ("code", "code"),
    ("highlight", "mark"),
    ("superscript", "sup"),
    ("subscript", "sub"),
];

/// A node that contains a whole document as Markdown.
const MARKDOWN: &str = "ph-markdown-notebook";

/// What the public page would draw of a notebook with this content.
pub fn preview(content: &Json) -> Vec<Drawing> {
    draw(&for_visitors(&JsonText::new(content)))
}

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
    match drawing::text(&members, "type") {
        Some(MARKDOWN) => markdown_node(&members),
        Some(kind) if kind.starts_with("ph-") && !PASSING.contains(&kind) => {
            object([("type", kind.into())])
        }
        _ => {
            let inner = |(name, value): (String, Json)| match &*name {
                "content" => (name, filter(value)),
                _ => (name, value),
            };
            Json::Object(members.into_iter().map(inner).collect())
        }
    }
}

fn markdown_node(members: &[(String, Json)]) -> Json {
    let attrs = match json_member(members, "attrs") {
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

/// What the page draws of filtered `content`. Of a very long one it draws the beginning, and says so.
pub fn draw(content: &Json) -> Vec<Drawing> {
    let nodes = match content {
        Json::List(nodes) => nodes,
        Json::Object(members) => list(members, "content"),
        _ => return Vec::new(),
    };
    let mut room = Room::default();
    let mut drawings = draw_nodes(nodes, 0, &mut room);
    if room.is_exceeded {
        drawings.push(drawing::private(
            "The rest of this notebook is too long, and",
        ));
    }
    drawings
}

fn draw_nodes(nodes: &[Json], depth: usize, room: &mut Room) -> Vec<Drawing> {
    let nodes = nodes.iter().filter_map(|node| match node {
        Json::Object(members) if depth <= MAX_DEPTH && room.take() => {
            Some(draw_node(members, depth, room))
        }
        _ => None,
    });
    nodes.collect()
}

/// Draws one node. Nodes in one that has no children in the editor, such as code or a picture, are not drawn.
fn draw_node(node: &[(String, Json)], depth: usize, room: &mut Room) -> Drawing {
    let attrs = match json_member(node, "attrs") {
        Some(Json::Object(attrs)) => &attrs[..],
        _ => &[],
    };
    let mut element = |kind| Element::new(kind, draw_nodes(list(node, "content"), depth + 1, room));
    let element = match drawing::text(node, "type").unwrap_or_default() {
        "text" => return marked(node),
        "paragraph" => match element("p") {
            blank if blank.inner.is_empty() => {
                Element::new("p", vec!["\u{a0}".into()]).with("class", "blank")
            }
            paragraph => paragraph,
        },
        "heading" => element(drawing::heading(number(attrs, "level").unwrap_or(1))),
        "blockquote" => element("blockquote"),
        "bulletList" => element("ul"),
        "orderedList" => match number(attrs, "start").filter(|start| *start > 1) {
            Some(start) => element("ol").with("start", Json::Int(start.to_string())),
            None => element("ol"),
        },
        "taskList" => element("ul").with("class", "tasks"),
        "listItem" => element("li"),
        "taskItem" => {
            let is_checked = json_member(attrs, "checked") == Some(&Json::Bool(true));
            element("task").with("checked", Json::Bool(is_checked))
        }
        "table" => drawing::scrolling(Element::new("table", vec![element("tbody").into()])),
        "tableRow" => element("tr"),
        kind @ ("tableHeader" | "tableCell") => {
            let cell = element(if kind == "tableCell" { "td" } else { "th" });
            let cell = match drawing::text(attrs, "align") {
                Some(align @ ("right" | "center")) => cell.with("class", align),
                _ => cell,
            };
            let spans = ["colspan", "rowspan"].into_iter().filter_map(|name| {
                let span = number(attrs, name).filter(|span| (2..1000).contains(span))?;
                Some((name, Json::Int(span.to_string())))
            });
            spans.fold(cell, |cell, (name, span)| cell.with(name, span))
        }
        "codeBlock" => return drawing::code(&text_of(node, depth)),
        "horizontalRule" => Element::new("hr", Vec::new()),
        "hardBreak" => Element::new("br", Vec::new()),
        "image" | "ph-image" => return drawing::figure(attrs),
        "ph-latex" => {
            let source = drawing::text(attrs, "content").map(str::to_owned);
            return drawing::formula(&source.unwrap_or_else(|| text_of(node, depth)));
        }
        "ph-embed" => return drawing::embed(attrs),
        "ph-query" => return drawing::query(attrs),
        MARKDOWN => {
            let markdown = drawing::text(attrs, "markdown").unwrap_or_default();
            Element::new("div", prose::notebook(markdown, room))
        }
        "ph-mention" => Element::new("span", vec!["A person".into()]).with("class", "private"),
        kind if kind.starts_with("ph-") => {
            let known = PRIVATE.iter().find(|(name, _)| *name == kind);
            return drawing::private(known.map_or("A part of this notebook", |(_, what)| what));
        }
        _ => element("div"),
    };
    element.into()
}

/// Text inside the elements of its marks.
fn marked(node: &[(String, Json)]) -> Drawing {
    let text = drawing::text(node, "text").unwrap_or_default().into();
    let marks = list(node, "marks").iter().take(MARKS.len() + 1);
    marks.fold(text, |inner, mark| {
        let Json::Object(mark) = mark else {
            return inner;
        };
        let kind = drawing::text(mark, "type").unwrap_or_default();
        if kind == "link" {
            let href = match json_member(mark, "attrs") {
                Some(Json::Object(attrs)) => drawing::text(attrs, "href"),
                _ => None,
            };
            let link = Element::new("link", vec![inner]);
            return link.with("href", href.unwrap_or_default()).into();
        }
        match MARKS.iter().find(|(name, _)| *name == kind) {
            Some((_, element)) => Element::new(element, vec![inner]).into(),
            None => inner,
        }
    })
}

/// The text of a node and its children.
fn text_of(node: &[(String, Json)], depth: usize) -> String {
    if let Some(Json::Text(text)) = json_member(node, "text") {
        return text.value.clone();
    }
    let children = list(node, "content").iter().map(|child| match child {
        Json::Object(child) if depth < MAX_DEPTH => text_of(child, depth + 1),
        _ => String::new(),
    });
    children.collect()
}

/// The items of the list `name`; none if it is something else.
fn list<'j>(members: &'j [(String, Json)], name: &str) -> &'j [Json] {
    match json_member(members, name) {
        Some(Json::List(items)) => items,
        _ => &[],
    }
}

/// The whole number `name`, which may be text.
fn number(attrs: &[(String, Json)], name: &str) -> Option<usize> {
    match json_member(attrs, name)? {
        Json::Int(digits) => digits.parse().ok(),
        Json::Text(text) => text.value.trim().parse().ok(),
        Json::Float(number) => Some(*number as usize),
        _ => None,
    }
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.map(|(name, value)| (name.into(), value)).into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::viewer::drawing::saved_insights;

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
            {"type": "paragraph", "content": secret},
        ]});
        let expected = json!({"type": "doc", "content": [
            {"type": "ph-person"}, passing,
            {"type": "mystery", "attrs": {"a": 1.0}, "content": [{"type": "ph-person"}, 7]},
            {"type": "paragraph", "content": {"type": "ph-person"}},
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
        assert_eq!(saved_insights(&draw(&content)), ["a", "b", "m"]);
    }
}
