//! Markdown as the page of a share draws it: CommonMark with tables, task lists and `~~struck out~~`, and the components of
//! notebooks, such as `<Query … />`.
//!
//! A component counts where Markdown has an HTML tag. So one inside a fenced or indented code block, between backticks, in a
//! comment, or after a backslash is text like any other, and the insight in it is not shown. Two rules go beyond that: a block
//! of HTML draws the components at its start and shows the rest as text, and so does a paragraph inside another HTML element,
//! such as `<code><Query … /></code>`.

use pulldown_cmark::{Alignment, CowStr, Event, Options, Parser, Tag, TextMergeStream};

use super::{
    drawing::{self, Drawing, Element, MAX_DEPTH, Room},
    markdown,
    mask::{mask, unmask},
};
use crate::model::Json;

/// HTML elements without an end tag.
const VOID: [&str; 5] = ["br", "hr", "img", "input", "wbr"];

/// Elements that end the line, so that they cannot be inside a paragraph.
const BLOCKS: [&str; 7] = ["div", "embed", "figure", "hr", "p", "query", "section"];

/// Draws the Markdown of a notebook that [`markdown::for_visitors`] has filtered.
pub fn notebook(markdown: &str, room: &mut Room) -> Vec<Drawing> {
    draw(&mask(room.cut(markdown)), true, room)
}

/// Draws any other Markdown, such as a description, without its components.
pub fn plain(markdown: &str, room: &mut Room) -> Vec<Drawing> {
    draw(room.cut(markdown), false, room)
}

fn draw(markdown: &str, has_components: bool, room: &mut Room) -> Vec<Drawing> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page {
        open: vec![Element::new("div", Vec::new())],
        skipped: 0,
        raw_depth: 0,
        columns: Vec::new(),
        column: 0,
        has_components,
        room,
    };
    for event in TextMergeStream::new(Parser::new_ext(markdown, options)) {
        if !page.room.take() {
            break;
        }
        page.add(event);
    }
    while page.open.len() > 1 {
        page.end(); // there was no room for the event that ends it
    }
    page.open.swap_remove(0).inner
}

/// The elements that have been started, the outermost first.
struct Page<'r> {
    open: Vec<Element>,
    /// How many elements have been started beyond the deepest that is drawn.
    skipped: usize,
    /// How many HTML elements are open in the paragraph.
    raw_depth: usize,
    /// How the columns of the table are aligned, and how many cells its row has so far. A table has no table inside.
    columns: Vec<Alignment>,
    column: usize,
    has_components: bool,
    room: &'r mut Room,
}

impl Page<'_> {
    fn add(&mut self, event: Event) {
        match event {
            Event::Start(_) if self.open.len() >= MAX_DEPTH => self.skipped += 1,
            Event::End(_) if self.skipped > 0 => self.skipped -= 1,
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&unmask(&text)),
            Event::Code(text) => {
                self.push(Element::new("code", vec![(&*unmask(&text)).into()]));
            }
            Event::Html(text) => self.push(&*unmask(&text)),
            Event::InlineHtml(text) => self.inline_html(&unmask(&text)),
            Event::SoftBreak => self.push("\n"),
            Event::HardBreak => self.push(Element::new("br", Vec::new())),
            Event::Rule => self.push(Element::new("hr", Vec::new())),
            Event::TaskListMarker(checked) => {
                if let Some(item) = self.open.iter_mut().rfind(|element| element.kind == "li") {
                    item.kind = "task";
                    item.attrs = vec![("checked", Json::Bool(checked))];
                }
            }
            // Of extensions that are off.
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) => {}
        }
    }

    fn push(&mut self, drawing: impl Into<Drawing>) {
        let innermost = self.open.last_mut();
        let innermost = innermost.expect("the outermost element is never closed");
        innermost.inner.push(drawing.into());
    }

    fn start(&mut self, tag: Tag) {
        self.raw_depth = match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.raw_depth,
            Tag::Link { .. } | Tag::Image { .. } => self.raw_depth,
            _ => 0,
        };
        let url = |url: CowStr| Json::from(&*unmask(&url));
        let in_head = self
            .open
            .last()
            .is_some_and(|element| element.kind == "thead");
        let (kind, attribute) = match tag {
            Tag::Paragraph => ("p", None),
            Tag::Heading { level, .. } => (drawing::heading(level as usize), None),
            Tag::BlockQuote(_) => ("blockquote", None),
            Tag::CodeBlock(_) => ("pre", None),
            Tag::HtmlBlock => ("html", None),
            Tag::List(None) => ("ul", None),
            Tag::List(Some(first)) => {
                let start = (first != 1).then(|| ("start", Json::Int(first.to_string())));
                ("ol", start)
            }
            Tag::Item => ("li", None),
            Tag::Table(columns) => {
                self.columns = columns;
                ("table", None)
            }
            Tag::TableHead | Tag::TableRow => {
                self.column = 0;
                (if tag == Tag::TableHead { "thead" } else { "tr" }, None)
            }
            Tag::TableCell => (if in_head { "th" } else { "td" }, self.alignment()),
            Tag::Emphasis => ("em", None),
            Tag::Strong => ("strong", None),
            Tag::Strikethrough => ("s", None),
            Tag::Link { dest_url, .. } => ("link", Some(("href", url(dest_url)))),
            Tag::Image { dest_url, .. } => ("picture", Some(("src", url(dest_url)))),
            _ => ("div", None), // of extensions that are off
        };
        let mut element = Element::new(kind, Vec::new());
        element.attrs.extend(attribute);
        self.open.push(element);
    }

    /// The class of the next cell of a row.
    fn alignment(&mut self) -> Option<(&'static str, Json)> {
        let alignment = self.columns.get(self.column);
        self.column += 1;
        match alignment? {
            Alignment::Right => Some(("class", "right".into())),
            Alignment::Center => Some(("class", "center".into())),
            Alignment::Left | Alignment::None => None,
        }
    }

    /// Ends the innermost element.
    fn end(&mut self) {
        let mut element = self.open.pop().expect("what ends was started");
        match element.kind {
            "html" => {
                let drawings = self.html(&text_of(&element.inner));
                return drawings.into_iter().for_each(|drawing| self.push(drawing));
            }
            "pre" => return self.push(drawing::code(&text_of(&element.inner))),
            "picture" => {
                let alt = text_of(&element.inner);
                element.inner.clear();
                element = element.with("alt", &*alt);
            }
            "thead" => {
                element.inner = vec![Element::new("tr", element.inner).into()];
            }
            "table" => {
                let rows = element.inner.split_off(element.inner.len().min(1));
                element.inner.push(Element::new("tbody", rows).into());
                element = drawing::scrolling(element);
            }
            "p" if element.inner.iter().any(is_block) => element.kind = "div",
            _ => {}
        }
        self.push(element);
    }

    /// Adds text, in which URLs become links.
    fn text(&mut self, text: &str) {
        let is_plain = |element: &Element| ["link", "pre", "html"].contains(&element.kind);
        let mut rest = text;
        if text.contains("://") && !self.open.iter().any(is_plain) {
            while let Some((start, end)) = find_url(rest)
                && self.room.take()
            {
                let url = &rest[start..end];
                self.push(&rest[..start]);
                self.push(Element::new("link", vec![url.into()]).with("href", url));
                rest = &rest[end..];
            }
        }
        if !rest.is_empty() {
            self.push(rest);
        }
    }

    fn inline_html(&mut self, text: &str) {
        let inside = text.strip_prefix('<').unwrap_or_default();
        match inside.strip_prefix('/') {
            Some(name) if starts_with_capital(&name) && self.raw_depth == 0 => return,
            Some(_) => self.raw_depth = self.raw_depth.saturating_sub(1),
            None if inside.starts_with("!--") => return,
            None if starts_with_capital(&inside) => {
                if self.raw_depth == 0
                    && let Some((drawing, _)) = self.component(inside)
                {
                    return drawing.into_iter().for_each(|drawing| self.push(drawing));
                }
            }
            None => {
                let name = markdown::word(inside).map_or("", |(name, _)| name);
                if !name.is_empty() && !VOID.contains(&name) && !inside.ends_with("/>") {
                    self.raw_depth += 1;
                }
            }
        }
        self.push(text);
    }

    /// Draws a block of HTML: the components and comments at its start, and the rest as text.
    fn html(&mut self, text: &str) -> Vec<Drawing> {
        let mut drawings = Vec::new();
        let mut rest = text.trim();
        loop {
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
            } else if let Some(inside) = rest.strip_prefix('<').filter(starts_with_capital)
                && let Some((drawing, after)) = self.component(inside)
                && self.room.take()
            {
                drawings.extend(drawing);
                rest = after;
            } else if let Some(closing) = closing_tag(rest) {
                rest = closing;
            } else {
                break;
            }
            rest = rest.trim_start();
        }
        if !rest.is_empty() {
            drawings.push(Element::new("p", vec![rest.into()]).into());
        }
        drawings
    }

    /// Draws the component whose tag starts in `inside`, after its `<`. Returns what it draws, which may be nothing, and the
    /// text after the tag; `None` if it is no tag.
    fn component<'t>(&self, inside: &'t str) -> Option<(Option<Drawing>, &'t str)> {
        let (tag, after) = markdown::tag(inside).ok()?;
        let drawing = self.has_components.then(|| draw_component(&tag));
        Some((drawing.flatten(), after))
    }
}

fn draw_component(tag: &markdown::Tag) -> Option<Drawing> {
    let props = &tag.props[..];
    match tag.name {
        "Comment" => None,
        "Divider" => Some(Element::new("hr", Vec::new()).into()),
        "Image" => Some(drawing::figure(props)),
        "Latex" => Some(drawing::formula(
            drawing::text(props, "content").unwrap_or_default(),
        )),
        "Embed" => Some(drawing::embed(props)),
        "Query" => Some(drawing::query(props)),
        "PythonV2" | "SQLV2" => {
            let title = drawing::text(props, "title");
            let title = title.map(|title| Element::new("h3", vec![title.into()]).into());
            let code = drawing::code(drawing::text(props, "code").unwrap_or_default());
            let inner = title.into_iter().chain([code]).collect();
            Some(Element::new("section", inner).with("class", "card").into())
        }
        _ => Some(drawing::private("A part of this notebook")),
    }
}

/// The text of `drawings`, without the elements around it.
fn text_of(drawings: &[Drawing]) -> String {
    let texts = drawings.iter().map(|drawing| match drawing {
        Drawing::Text(text) => text.clone(),
        Drawing::Element(element) => text_of(&element.inner),
    });
    texts.collect()
}

fn is_block(drawing: &Drawing) -> bool {
    matches!(drawing, Drawing::Element(element) if BLOCKS.contains(&element.kind))
}

/// Whether `inside`, the text after a `<`, can be that of a component.
fn starts_with_capital(inside: &&str) -> bool {
    inside.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The text after a component's end tag at the start of `text`.
fn closing_tag(text: &str) -> Option<&str> {
    let name = text.strip_prefix("</")?;
    let (_, after) = markdown::word(name).filter(|_| starts_with_capital(&name))?;
    after.trim_start().strip_prefix('>')
}

/// Where the next URL of the web starts and ends, without the punctuation after it.
fn find_url(text: &str) -> Option<(usize, usize)> {
    let is_start = |place: &usize| {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let rest = &text[*place..];
        (rest.starts_with("http://") || rest.starts_with("https://"))
            && !text[..*place].ends_with(is_word)
    };
    let ends = |c: char| c.is_whitespace() || "<>\"')]".contains(c);
    let mut starts = text
        .match_indices("http")
        .map(|(place, _)| place)
        .filter(is_start);
    starts.find_map(|start| {
        let url = &text[start..];
        let url = &url[..url.find(ends).unwrap_or(url.len())];
        let url = url.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        (url.len() > "https://".len()).then_some((start, start + url.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(drawings: &[Drawing]) -> String {
        serde_json::to_string(drawings).unwrap()
    }

    fn notebook(markdown: &str) -> Vec<Drawing> {
        super::notebook(markdown, &mut Room::default())
    }

    fn plain(markdown: &str) -> Vec<Drawing> {
        super::plain(markdown, &mut Room::default())
    }

    #[test]
    fn markdown_becomes_elements() {
        for (markdown, elements) in [
            (
                "a *b* **c** ~~d~~ `e`",
                r#"[["p",{},"a ",["em",{},"b"]," ",["strong",{},"c"]," ",["s",{},"d"]," ",["code",{},"e"]]]"#,
            ),
            ("# a\n###### b", r#"[["h1",{},"a"],["h6",{},"b"]]"#),
            (
                "3. a\n\n- [x] b",
                r#"[["ol",{"start":3},["li",{},"a"]],["ul",{},["task",{"checked":true},"b"]]]"#,
            ),
            (
                "```rust\n<a>\n```",
                r#"[["pre",{"tabindex":"0"},["code",{},"<a>\n"]]]"#,
            ),
            (
                "> a\n\n---",
                r#"[["blockquote",{},["p",{},"a"]],["hr",{}]]"#,
            ),
            ("a\\\nb\nc", r#"[["p",{},"a",["br",{}],"b","\n","c"]]"#),
            (
                "|a|\n|-|\n|b|",
                concat!(
                    r#"[["div",{"class":"scroll","tabindex":"0"},["table",{},["thead",{},["tr",{},["th",{},"a"]]],"#,
                    r#"["tbody",{},["tr",{},["td",{},"b"]]]]]]"#
                ),
            ),
            (
                "|a|b|c|\n|:-|:-:|-:|\n|d||e|",
                concat!(
                    r#"[["div",{"class":"scroll","tabindex":"0"},["table",{},["thead",{},["tr",{},["th",{},"a"],["th",{"class":"center"},"b"],["th",{"class":"right"},"c"]]],"#,
                    r#"["tbody",{},["tr",{},["td",{},"d"],["td",{"class":"center"}],["td",{"class":"right"},"e"]]]]]]"#
                ),
            ),
            (
                "***a*** **b *c* ~~`d`~~** [***e***](/f)",
                r#"[["p",{},["em",{},["strong",{},"a"]]," ",["strong",{},"b ",["em",{},"c"]," ",["s",{},["code",{},"d"]]]," ",["link",{"href":"/f"},["em",{},["strong",{},"e"]]]]]"#,
            ),
            (
                "- [x] a\n  - [ ] b\n    1. c",
                r#"[["ul",{},["task",{"checked":true},"a",["ul",{},["task",{"checked":false},"b",["ol",{},["li",{},"c"]]]]]]]"#,
            ),
            (
                "[a](/b) ![c *d*](e)",
                r#"[["p",{},["link",{"href":"/b"},"a"]," ",["picture",{"src":"e","alt":"c d"}]]]"#,
            ),
            (
                "see https://a.example/b. `http://c.example`",
                concat!(
                    r#"[["p",{},"see ",["link",{"href":"https://a.example/b"},"https://a.example/b"],". ","#,
                    r#"["code",{},"http://c.example"]]]"#
                ),
            ),
            (
                "xhttp://a https:// http://",
                r#"[["p",{},"xhttp://a https:// http://"]]"#,
            ),
            (
                "a <b>c</b> &lt;",
                r#"[["p",{},"a ","<b>","c","</b>"," <"]]"#,
            ),
            ("<div>a\n*b*", r#"[["p",{},"<div>a\n*b*"]]"#),
        ] {
            assert_eq!(drawn(&plain(markdown)), elements, "{markdown}");
        }
    }

    #[test]
    fn components_keep_their_values() {
        let tag = r#"<Query query={{"kind":"a|b\\\"","n":[1.0]}} title={"<\"x\""} />"#;
        let query = r#"["query",{"title":"<\"x\"","query":{"kind":"a|b\\\"","n":[1.0]}}]"#;
        assert_eq!(drawn(&notebook(tag)), format!("[{query}]"));
        assert_eq!(
            drawn(&notebook(&format!("a {tag}"))),
            format!(r#"[["div",{{}},"a ",{query}]]"#)
        );
        let shown = serde_json::to_string(tag).unwrap();
        assert_eq!(
            drawn(&notebook(&format!("`{tag}`"))),
            format!(r#"[["p",{{}},["code",{{}},{shown}]]]"#)
        );
        assert_eq!(
            drawn(&plain(r#"a <Divider /> b"#)),
            r#"[["p",{},"a "," b"]]"#
        );
    }

    #[test]
    fn nesting_is_limited() {
        let deep = "> ".repeat(10_000) + "a";
        assert!(drawn(&plain(&deep)).len() < 5_000);
    }

    #[test]
    fn a_picture_shows_no_component_even_if_there_is_no_room_for_its_end() {
        let query = r#"<Query query={{"kind":"SavedInsightNode","shortId":"a"}} />"#;
        let picture = format!("![b {query}](c)");
        let mut whole = Room::default();
        let all = (0..).take_while(|_| whole.take()).count();
        for left in 0..8 {
            let mut room = Room::default();
            assert!((left..all).all(|_| room.take()));
            let drawings = super::notebook(&picture, &mut room);
            let found = drawing::saved_insights(&drawings);
            assert!(found.is_empty(), "{left}: {}", drawn(&drawings));
        }
    }

    /// Each of these texts would take very long if it were searched to its end for each piece.
    #[test]
    fn drawing_takes_linear_time() {
        for piece in [
            "<!--",
            "<?",
            "<![CDATA[",
            "<a b=\"",
            "<b>",
            "[a](",
            "![",
            "[a]: b\n[a]",
            "**a *b ",
            "_a__",
            "~~a ",
            "`a``",
            "> a\n",
            "- a\n",
            "1. ",
            "|a",
            "|a|\n|-|\n",
            "&lt",
            "\\",
            "http://",
            "https://a.",
            "```\n",
            "    a\n\n",
            "\u{fdd0}",
            "<Query />`",
            "</A>\n",
        ] {
            let text = piece.repeat((1 << 17) / piece.len());
            let drawings = notebook(&text);
            let size = drawn(&drawings).len();
            assert!(size < 40 * text.len(), "{piece} becomes {size} bytes");
        }
        let table = format!(
            "{}\n{}\n{}",
            "|a".repeat(10_000),
            "|-".repeat(10_000),
            "|\n".repeat(10_000)
        );
        assert!(drawn(&plain(&table)).len() < 8 << 20);
    }
}
