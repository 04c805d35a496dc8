//! Component tags in the Markdown of notebooks: which of them, and which of their properties, anonymous visitors may see
//! (`sharing.md` 6.5).

use std::collections::HashMap;

use super::drawing::as_object;
use crate::model::{Json, JsonText, json_member, parse_json};

/// The components that visitors see, and the properties that they keep. Which properties the service keeps is not known:
/// these are the ones that a page can show.
const PASSING: [(&str, &[(&str, Kind)]); 8] = [
    ("Comment", &[]),
    ("Divider", &[]),
    (
        "Embed",
        &[
            ("height", Kind::Size),
            ("src", Kind::Text),
            ("title", Kind::Text),
            ("width", Kind::Size),
        ],
    ),
    (
        "Image",
        &[
            ("alt", Kind::Text),
            ("height", Kind::Size),
            ("src", Kind::Text),
            ("title", Kind::Text),
            ("width", Kind::Size),
        ],
    ),
    ("Latex", &[("content", Kind::Text)]),
    (
        "PythonV2",
        &[
            ("code", Kind::Text),
            ("nodeId", Kind::Text),
            ("title", Kind::Text),
        ],
    ),
    (
        "Query",
        &[
            ("nodeId", Kind::Text),
            ("query", Kind::Object),
            ("title", Kind::Text),
        ],
    ),
    (
        "SQLV2",
        &[
            ("code", Kind::Text),
            ("nodeId", Kind::Text),
            ("title", Kind::Text),
        ],
    ),
];

/// What text between double quotes cannot contain, in a tag on one line.
const QUOTED: [char; 4] = ['"', '\n', '\r', '<'];

/// The longest object that is read as text between double quotes.
const QUOTED_OBJECT: usize = 2000;

/// The type of a property.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Object,
    /// A number, or a text such as `50%`.
    Size,
}

impl Kind {
    /// `value` if it has this type. An object may be written as JSON text.
    fn read(self, value: &Json) -> Option<Json> {
        match value {
            Json::Object(_) | Json::Text(_) if self == Kind::Object => as_object(value),
            Json::Text(_) => Some(value.clone()),
            Json::Float(size) if !size.is_finite() => None, // cannot be written
            Json::Int(_) | Json::Float(_) if self == Kind::Size => Some(value.clone()),
            _ => None,
        }
    }
}

/// The opening tag of a component.
pub struct Tag<'m> {
    pub name: &'m str,
    /// Its properties, with their values.
    pub props: Vec<(&'m str, Json)>,
    closes_itself: bool,
}

/// Why the text after a `<` is not a tag.
pub enum Broken<'m> {
    /// It does not have the form of a tag; the text from the place where it differs.
    NoTag(&'m str),
    /// One of its values has no end, so the rest of the text belongs to that value.
    Unterminated,
}

/// `markdown` in which unknown components keep only their name, and known ones the properties in [`PASSING`].
pub fn for_visitors(markdown: &str) -> String {
    let closings = Closings::of(markdown);
    let mut kept = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(start) = component(rest) {
        kept.push_str(&rest[..start]);
        let inside = &rest[start + 1..];
        rest = match tag(inside) {
            Ok((tag, after)) => {
                let passing = PASSING.iter().find(|(name, _)| *name == tag.name);
                kept.push_str(&written(&tag, passing.map_or(&[], |(_, props)| props)));
                match passing {
                    None | Some((_, [])) if !tag.closes_itself => closings.past(tag.name, after),
                    _ => after,
                }
            }
            Err(broken) => {
                let end = inside.find(|c: char| !c.is_ascii_alphanumeric());
                kept.push_str(&format!("<{} />", &inside[..end.unwrap_or(inside.len())]));
                match broken {
                    Broken::NoTag(odd) => odd.split_once('>').map_or("", |(_, after)| after),
                    Broken::Unterminated => "",
                }
            }
        };
    }
    kept + rest
}

/// The position of the next opening tag: `<` and a capital letter.
pub fn component(text: &str) -> Option<usize> {
    let capital = |place: &usize| text[place + 1..].starts_with(|c: char| c.is_ascii_uppercase());
    text.match_indices('<')
        .map(|(place, _)| place)
        .find(capital)
}

/// Writes `tag` on one line, as Markdown requires of a tag that may stand anywhere.
fn written(tag: &Tag, passing: &[(&str, Kind)]) -> String {
    let mut text = format!("<{}", tag.name);
    for (name, kind) in passing {
        match json_member(&tag.props[..], name).and_then(|value| kind.read(value)) {
            Some(Json::Text(plain)) if !plain.value.contains(QUOTED) => {
                text += &format!(" {name}=\"{}\"", plain.value);
            }
            Some(value) => text += &format!(" {name}={{{}}}", JsonText::new(&value).as_str()),
            None => {}
        }
    }
    text + if tag.closes_itself || passing.is_empty() {
        " />"
    } else {
        ">"
    }
}

/// Reads a tag of which `text` starts after the `<`. Returns the tag and the text after it.
pub fn tag(text: &str) -> Result<(Tag<'_>, &str), Broken<'_>> {
    let (name, mut rest) = word(text).ok_or(Broken::NoTag(text))?;
    let mut props = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return Ok((
                Tag {
                    name,
                    props,
                    closes_itself: true,
                },
                after,
            ));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((
                Tag {
                    name,
                    props,
                    closes_itself: false,
                },
                after,
            ));
        }
        let (prop, after) = word(rest).ok_or(Broken::NoTag(rest))?;
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start())?,
            None => (Json::Bool(true), after),
        };
        props.push((prop, value));
        rest = after;
    }
}

/// The name at the start of `text`, and the text after it.
pub fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    (!word.is_empty()).then_some((word, rest))
}

/// Where each closing tag ends, by its name.
///
/// They are found in one pass: searching for the closing tag of every opening tag would take quadratic time on a text that
/// consists of opening tags.
struct Closings<'m> {
    text: &'m str,
    ends: HashMap<&'m str, Vec<usize>>,
}

impl<'m> Closings<'m> {
    /// Finds the closing tags of `text`.
    fn of(text: &'m str) -> Closings<'m> {
        let mut ends: HashMap<_, Vec<_>> = HashMap::new();
        for (start, _) in text.match_indices("</") {
            if let Some((name, rest)) = word(&text[start + 2..])
                && rest.starts_with('>')
            {
                let end = text.len() - rest.len() + 1;
                ends.entry(name).or_default().push(end);
            }
        }
        Closings { text, ends }
    }

    /// The text after the next closing tag of `name` in `rest`, a suffix of the text; all of `rest` if there is none.
    fn past(&self, name: &str, rest: &'m str) -> &'m str {
        let start = self.text.len() - rest.len();
        let ends = self.ends.get(name).map_or(&[][..], Vec::as_slice);
        let next = ends.partition_point(|end| *end <= start);
        ends.get(next).map_or(rest, |end| &self.text[*end..])
    }
}

/// Reads `"text"`, `'text'` or `{json}`. Returns the value and the text after it.
///
/// Text may be an object in JSON, whose own quotes are written as `&quot;`, as `\"`, or as they are.
pub fn value_of(text: &str) -> Result<(Json, &str), Broken<'_>> {
    if let Some(object) = text.strip_prefix('"').filter(|text| text.starts_with('{'))
        && let Some(found) = quoted_object(object)
    {
        return Ok(found);
    }
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            let (value, after) = inside.split_once(quote).ok_or(Broken::Unterminated)?;
            return Ok((value.into(), after));
        }
    }
    let inside = text.strip_prefix('{').ok_or(Broken::NoTag(text))?;
    let end = closing_brace(inside).ok_or(Broken::Unterminated)?;
    // Anything that is not JSON, such as an expression, becomes null, which has none of the types above.
    let value = parse_json(&inside.as_bytes()[..end]).unwrap_or(Json::Null);
    Ok((value, &inside[end + 1..]))
}

/// Reads an object and the quote after it. Only its first [`QUOTED_OBJECT`] bytes are searched, to take linear time on a text
/// of quotes that are never closed.
fn quoted_object(text: &str) -> Option<(Json, &str)> {
    let window = &text.as_bytes()[..text.len().min(QUOTED_OBJECT)];
    let window = match std::str::from_utf8(window) {
        Ok(window) => window,
        Err(error) => &text[..error.valid_up_to()], // ends inside a character
    };
    let ends = window.match_indices("}\"").take(3);
    ends.map(|(place, _)| place + 1).find_map(|end| {
        let inside = &text[..end];
        let decoded = [
            ("&quot;", "\""),
            ("&#34;", "\""),
            ("&apos;", "'"),
            ("&#39;", "'"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&amp;", "&"),
        ]
        .iter()
        .fold(inside.to_owned(), |text, (entity, sign)| {
            text.replace(entity, sign)
        });
        let unescaped = inside.replace("\\\"", "\"").replace("\\\\", "\\");
        let object = [inside, &decoded, &unescaped]
            .into_iter()
            .find_map(|text| as_object(&text.into()))?;
        Some((object, &text[end + 1..]))
    })
}

/// The position of the brace that closes the one before `text`; braces in strings do not count.
fn closing_brace(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(place),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::viewer::{drawing::Room, prose};

    #[test]
    fn components_keep_only_known_properties() {
        for (markdown, kept) in [
            ("a < b and 1 <2", "a < b and 1 <2"),
            (
                "<details><summary>x</summary>y</details>",
                "<details><summary>x</summary>y</details>",
            ),
            ("a <Person id=\"7\" /> b", "a <Person /> b"),
            ("a <Person>secret</Person> b", "a <Person /> b"),
            ("<Person id=\"7", "<Person />"),
            ("<Person id={\"7\" /> secret", "<Person />"),
            ("<Person id={\">secret\"} !> b", "<Person /> b"),
            ("<Person id=\">secret\" =\"/>\"> b", "<Person />\"> b"),
            ("<A>1</B>2</A>3<A>4</A>5", "<A />3<A />5"),
            (
                "<Image src='/a.png' onload=\"x()\" alt={\"b\"} width={30} />",
                "<Image alt=\"b\" src=\"/a.png\" width={30} />",
            ),
            ("<Image src={{\"a\": 1}} width={true}/>", "<Image />"),
            ("<Image width={1e999} />", "<Image />"),
            (
                "<Query title={5} query={{\"kind\": \"}\", \"n\": 1.0}} />",
                "<Query query={{\"kind\":\"}\",\"n\":1.0}} />",
            ),
            (
                r#"<Query query='{"kind": "a"}' /><Query query={"{\"kind\": \"a\"}"} /><Query query="{"kind": "a"}" />"#,
                r#"<Query query={{"kind":"a"}} /><Query query={{"kind":"a"}} /><Query query={{"kind":"a"}} />"#,
            ),
            (
                r#"<Query query="{\"kind\": \"a\"}" /><Query query="{&quot;kind&quot;: &quot;a&quot;}" />"#,
                r#"<Query query={{"kind":"a"}} /><Query query={{"kind":"a"}} />"#,
            ),
            (
                r#"<Query query="{}" /><Query query="{no}" title="{"/><Query query="[1]" />"#,
                r#"<Query query={{}} /><Query title="{" /><Query />"#,
            ),
            ("<Divider/>", "<Divider />"),
            ("<Comment by=\"ada\">hm</Comment>", "<Comment />"),
            ("<Latex content={window.x} />", "<Latex />"),
        ] {
            assert_eq!(for_visitors(markdown), kept, "{markdown}");
        }
    }

    /// Each of these texts would take very long if it were searched to its end for each tag.
    #[test]
    fn filtering_takes_linear_time() {
        let nested = format!("{}{}", "<A b={>".repeat(1 << 16), "}".repeat(1 << 16));
        for_visitors(&nested);
        for piece in [
            "<P>",
            "<A b={>",
            "<A b=\">",
            "<A !>",
            "<A b=\"\"></B>",
            "<A b=\"{",
            "<Query title={\"\"} />",
        ] {
            let text = piece.repeat((1 << 19) / piece.len());
            prose::notebook(&for_visitors(&text), &mut Room::default());
        }
    }
}
