//! Component tags in the Markdown of notebooks: which of them, and which of their properties, anonymous visitors may see
//! (`sharing.md` 6.5).

use std::collections::HashMap;

use crate::model::{Json, JsonText, parse_json};

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

/// The type of a property.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Object,
    /// A number, or a text such as `50%`.
    Size,
}

impl Kind {
    fn fits(self, value: &Json) -> bool {
        match value {
            Json::Text(_) => self != Kind::Object,
            Json::Object(_) => self == Kind::Object,
            Json::Int(_) => self == Kind::Size,
            Json::Float(size) => self == Kind::Size && size.is_finite(), // others cannot be written
            _ => false,
        }
    }
}

/// The opening tag of a component.
struct Tag<'m> {
    name: &'m str,
    props: Vec<(&'m str, Json)>,
    closes_itself: bool,
}

/// Why the text after a `<` is not a tag.
enum Broken {
    /// It does not have the form of a tag.
    NoTag,
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
                    Broken::NoTag => inside.split_once('>').map_or("", |(_, after)| after),
                    Broken::Unterminated => "",
                }
            }
        };
    }
    kept + rest
}

/// The queries of the `Query` components in filtered `markdown`.
pub fn queries(markdown: &str) -> Vec<Json> {
    let mut found = Vec::new();
    let mut rest = markdown;
    while let Some(start) = component(rest) {
        rest = &rest[start + 1..];
        let (tag, after) = match tag(rest) {
            Ok(read) => read,
            Err(Broken::NoTag) => continue,
            Err(Broken::Unterminated) => break,
        };
        let query = tag.props.into_iter().filter(|(name, _)| *name == "query");
        if tag.name == "Query" {
            found.extend(query.map(|(_, value)| value));
        }
        rest = after;
    }
    found
}

/// The position of the next opening tag: `<` and a capital letter.
fn component(text: &str) -> Option<usize> {
    let capital = |place: &usize| text[place + 1..].starts_with(|c: char| c.is_ascii_uppercase());
    text.match_indices('<')
        .map(|(place, _)| place)
        .find(capital)
}

fn written(tag: &Tag, passing: &[(&str, Kind)]) -> String {
    let mut text = format!("<{}", tag.name);
    for (name, kind) in passing {
        let value = tag.props.iter().rfind(|(sent, _)| sent == name);
        match value
            .map(|(_, value)| value)
            .filter(|value| kind.fits(value))
        {
            Some(Json::Text(plain)) if !plain.value.contains(['"', '\n', '<']) => {
                text += &format!(" {name}=\"{}\"", plain.value);
            }
            Some(value) => text += &format!(" {name}={{{}}}", JsonText::new(value).as_str()),
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
fn tag(text: &str) -> Result<(Tag<'_>, &str), Broken> {
    let (name, mut rest) = word(text).ok_or(Broken::NoTag)?;
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
        let (prop, after) = word(rest).ok_or(Broken::NoTag)?;
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start())?,
            None => (Json::Bool(true), after),
        };
        props.push((prop, value));
        rest = after;
    }
}

/// The name at the start of `text`, and the text after it.
fn word(text: &str) -> Option<(&str, &str)> {
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
fn value_of(text: &str) -> Result<(Json, &str), Broken> {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            let (value, after) = inside.split_once(quote).ok_or(Broken::Unterminated)?;
            return Ok((value.into(), after));
        }
    }
    let inside = text.strip_prefix('{').ok_or(Broken::NoTag)?;
    let end = closing_brace(inside).ok_or(Broken::Unterminated)?;
    // Anything that is not JSON, such as an expression, becomes null, which has none of the types above.
    let value = parse_json(&inside.as_bytes()[..end]).unwrap_or(Json::Null);
    Ok((value, &inside[end + 1..]))
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
            ("<Divider/>", "<Divider />"),
            ("<Comment by=\"ada\">hm</Comment>", "<Comment />"),
            ("<Latex content={window.x} />", "<Latex />"),
        ] {
            assert_eq!(for_visitors(markdown), kept, "{markdown}");
        }
    }

    /// Each of these texts would take hours if it were searched to its end for each tag.
    #[test]
    fn filtering_takes_linear_time() {
        for piece in ["<P>", "<A b={>", "<A b=\">", "<A !>", "<A b=\"\"></B>"] {
            let text = piece.repeat((2 << 20) / piece.len());
            queries(&for_visitors(&text));
        }
    }
}
