//! What the page of a share draws: a tree of elements, from which the script of the page builds the same elements.
//!
//! Only the server reads notebooks and Markdown; the page has no parser of its own. So the insights that a notebook makes
//! public are exactly those that its page shows: both come from the `query` elements of one tree.

use std::collections::HashSet;

use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::model::{Json, json_member, parse_json};

/// The deepest nesting of elements. What is nested deeper is left out, or becomes part of the innermost element.
pub const MAX_DEPTH: usize = 200;

/// How much a page can still draw. Without a bound, a few bytes of Markdown would become many of memory, for each visit.
pub struct Room {
    elements: usize,
    bytes: usize,
    /// Whether something was left out.
    pub is_exceeded: bool,
}

impl Default for Room {
    /// The room of a page: 100,000 elements and texts, and 1 MiB of Markdown.
    fn default() -> Room {
        Room {
            elements: 100_000,
            bytes: 1 << 20,
            is_exceeded: false,
        }
    }
}

impl Room {
    /// Takes the room of an element or a text; false if there is none.
    pub fn take(&mut self) -> bool {
        match self.elements.checked_sub(1) {
            Some(left) => self.elements = left,
            None => self.is_exceeded = true,
        }
        !self.is_exceeded
    }

    /// The beginning of `markdown` for which there is room.
    pub fn cut<'m>(&mut self, markdown: &'m str) -> &'m str {
        if markdown.len() <= self.bytes {
            self.bytes -= markdown.len();
            return markdown;
        }
        let bytes = &markdown.as_bytes()[..self.bytes];
        let kept = match std::str::from_utf8(bytes) {
            Ok(whole) => whole.len(),
            Err(error) => error.valid_up_to(), // ends inside a character
        };
        self.bytes = 0;
        self.is_exceeded = true;
        &markdown[..kept]
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    Text(String),
    Element(Element),
}

/// An element of HTML, or one of those that the page composes: `link`, `picture`, `embed`, `query`, `formula` and `task`.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub kind: &'static str,
    pub attrs: Vec<(&'static str, Json)>,
    pub inner: Vec<Drawing>,
}

impl Element {
    /// An element without attributes.
    pub fn new(kind: &'static str, inner: Vec<Drawing>) -> Element {
        Element {
            kind,
            attrs: Vec::new(),
            inner,
        }
    }

    /// The same element with one more attribute.
    pub fn with(mut self, name: &'static str, value: impl Into<Json>) -> Element {
        self.attrs.push((name, value.into()));
        self
    }
}

impl From<Element> for Drawing {
    fn from(element: Element) -> Drawing {
        Drawing::Element(element)
    }
}

impl From<&str> for Drawing {
    fn from(text: &str) -> Drawing {
        Drawing::Text(text.to_owned())
    }
}

/// Writes text as a string, and an element as a list of its name, its attributes and what is inside.
impl Serialize for Drawing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let element = match self {
            Drawing::Text(text) => return serializer.serialize_str(text),
            Drawing::Element(element) => element,
        };
        let attrs = element.attrs.iter();
        let attrs = attrs.map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut list = serializer.serialize_seq(Some(element.inner.len() + 2))?;
        list.serialize_element(element.kind)?;
        list.serialize_element(&Json::Object(attrs.collect()))?;
        for inner in &element.inner {
            list.serialize_element(inner)?;
        }
        list.end()
    }
}

/// The value of `name`, if it is text that is not empty.
pub fn text<'j, K: AsRef<str>>(members: &'j [(K, Json)], name: &str) -> Option<&'j str> {
    match json_member(members, name) {
        Some(Json::Text(text)) if !text.value.is_empty() => Some(&text.value),
        _ => None,
    }
}

/// Says that `what` is not shown.
pub fn private(what: &str) -> Drawing {
    let text = format!("{what} is not shown to visitors.");
    let paragraph = Element::new("p", vec![Drawing::Text(text)]);
    paragraph.with("class", "private").into()
}

/// A table in a box that scrolls if the table is too wide.
pub fn scrolling(table: Element) -> Element {
    let scrolling = Element::new("div", vec![table.into()]).with("class", "scroll");
    scrolling.with("tabindex", "0")
}

/// The name of a heading of `level`, from 1 to 6.
pub fn heading(level: usize) -> &'static str {
    ["h1", "h2", "h3", "h4", "h5", "h6"][level.clamp(1, 6) - 1]
}

/// A picture, with its name instead of a text.
pub fn figure<K: AsRef<str>>(attrs: &[(K, Json)]) -> Drawing {
    let name = text(attrs, "alt").or(text(attrs, "title"));
    let picture = picture(
        text(attrs, "src").unwrap_or_default(),
        name.unwrap_or_default(),
    );
    Element::new("figure", vec![picture]).into()
}

/// The picture at `src`.
pub fn picture(src: &str, alt: &str) -> Drawing {
    let picture = Element::new("picture", Vec::new());
    picture.with("src", src).with("alt", alt).into()
}

/// Another page, to which the page links.
pub fn embed<K: AsRef<str>>(attrs: &[(K, Json)]) -> Drawing {
    let embed = Element::new("embed", Vec::new());
    let embed = embed.with("src", text(attrs, "src").unwrap_or_default());
    let title = text(attrs, "title").unwrap_or_default();
    embed.with("title", title).into()
}

/// A formula, in TeX.
pub fn formula(source: &str) -> Drawing {
    Element::new("formula", vec![source.into()]).into()
}

/// A block of code, which scrolls if a line is too long.
pub fn code(source: &str) -> Drawing {
    let code = Element::new("code", vec![source.into()]);
    let block = Element::new("pre", vec![code.into()]);
    block.with("tabindex", "0").into()
}

/// An insight or another query; `query` is an object, or one as JSON text.
pub fn query<K: AsRef<str>>(attrs: &[(K, Json)]) -> Drawing {
    let query = json_member(attrs, "query").and_then(as_object);
    let mut element = Element::new("query", Vec::new());
    for name in ["title", "nodeId"] {
        if let Some(text) = text(attrs, name) {
            element = element.with(name, text);
        }
    }
    element
        .with("query", query.unwrap_or(Json::Object(Vec::new())))
        .into()
}

/// `value` if it is an object, or the object that it contains as JSON text.
pub fn as_object(value: &Json) -> Option<Json> {
    match value {
        Json::Object(_) => Some(value.clone()),
        Json::Text(text) if text.value.trim_start().starts_with('{') => {
            let parsed = parse_json(text.value.as_bytes()).ok();
            parsed.filter(|parsed| matches!(parsed, Json::Object(_)))
        }
        _ => None,
    }
}

/// The `short_id`s of the saved insights that `drawings` show, in order and without duplicates.
pub fn saved_insights(drawings: &[Drawing]) -> Vec<String> {
    let mut found = Vec::new();
    collect(drawings, &mut found);
    let mut seen = HashSet::new();
    found.retain(|short_id| seen.insert(short_id.clone()));
    found
}

fn collect(drawings: &[Drawing], found: &mut Vec<String>) {
    for drawing in drawings {
        let Drawing::Element(element) = drawing else {
            continue;
        };
        if element.kind == "query" {
            let query = json_member(&element.attrs[..], "query");
            found.extend(query.and_then(saved_insight));
        }
        collect(&element.inner, found);
    }
}

/// The `short_id` in `query`, if it names a saved insight.
fn saved_insight(query: &Json) -> Option<String> {
    let Json::Object(members) = query else {
        return None;
    };
    let is_reference = text(members, "kind") == Some("SavedInsightNode");
    let short_id = text(members, "shortId").filter(|_| is_reference);
    short_id.map(str::to_owned)
}
