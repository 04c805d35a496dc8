//! Component tags as the Markdown parser reads them.
//!
//! HTML has no values in braces, so the parser would not recognise `query={{"kind": …}}` as part of a tag. While it runs, such
//! values are in quotes, and the quotes in them are characters that no text contains.

use std::borrow::Cow;

use super::markdown;

/// Stands for a brace at the end of a value, next to a quote. This and the next are noncharacters of Unicode.
const BRACE: char = '\u{fdd0}';
/// Stands for a quote inside a value.
const QUOTE: char = '\u{fdd1}';

/// `markdown` with its components written as tags of HTML.
pub fn mask(markdown: &str) -> String {
    let markdown = match markdown.contains([BRACE, QUOTE]) {
        true => markdown.replace([BRACE, QUOTE], "\u{fffd}").into(),
        false => Cow::Borrowed(markdown),
    };
    let mut masked = String::with_capacity(markdown.len());
    let mut rest = &*markdown;
    while let Some(start) = markdown::component(rest) {
        let inside = &rest[start + 1..];
        masked.push_str(&rest[..start + 1]);
        rest = match markdown::tag(inside) {
            Ok((_, after)) => {
                masked.push_str(&mask_values(&inside[..inside.len() - after.len()]));
                after
            }
            Err(_) => inside,
        };
    }
    masked.push_str(rest);
    masked
}

/// Masks one tag, whose properties are written as `a="text"` or `a={json}`.
fn mask_values(tag: &str) -> String {
    let mut masked = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some((before, value)) = rest.split_once('=') {
        masked.push_str(before);
        masked.push('=');
        let (value, after) = match markdown::value_of(value) {
            Ok((_, after)) => value.split_at(value.len() - after.len()),
            Err(_) => (value, ""),
        };
        match value
            .strip_prefix('{')
            .and_then(|json| json.strip_suffix('}'))
        {
            Some(json) => {
                masked.extend(['"', BRACE]);
                masked.extend(json.chars().map(|c| if c == '"' { QUOTE } else { c }));
                masked.extend([BRACE, '"']);
            }
            None => masked.push_str(value),
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// `text` from masked Markdown as it was written.
pub fn unmask(text: &str) -> Cow<'_, str> {
    if !text.contains([BRACE, QUOTE]) {
        return text.into();
    }
    let text = text.replace(&format!("\"{BRACE}"), "{");
    let text = text.replace(&format!("{BRACE}\""), "}");
    text.replace(BRACE, "").replace(QUOTE, "\"").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_tags_are_html_and_become_what_they_were() {
        let markdown = r#"a <Query query={{"kind":"}"}} title="b" /> <Query c={ {d} <E"#;
        let masked = mask(markdown);
        assert!(masked.starts_with("a <Query query=\"") && masked.contains(" title=\"b\" />"));
        let tag = masked.split_once(" />").map(|(tag, _)| tag);
        assert_eq!(tag.map(|tag| tag.matches('"').count()), Some(4));
        assert_eq!(unmask(&masked), markdown);
        assert_eq!(unmask(&mask("a\u{fdd0}b\u{fdd1}")), "a\u{fffd}b\u{fffd}");
    }
}
