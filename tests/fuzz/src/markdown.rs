//! Notebooks as anonymous visitors see them: what is filtered once has nothing left to filter.

use hoglet::{
    domain::viewer::{draw, for_visitors, saved_insights},
    model::{Json, JsonText},
};
use serde_json::{Value, json};

/// Components that may keep properties; see `domain::viewer::markdown`.
const KNOWN: [&str; 8] = [
    "Comment", "Divider", "Embed", "Image", "Latex", "PythonV2", "Query", "SQLV2",
];

/// Filters `input` as the Markdown of a notebook, and as its whole content when it is JSON.
pub fn markdown(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let node = json!({"type": "ph-markdown-notebook", "attrs": {"nodeId": "n", "markdown": text}});
    let filtered = filter(&json!({"type": "doc", "content": [node]}));
    let kept = markdown_of(&filtered);
    check_components(&kept);
    if let Ok(content) = serde_json::from_slice::<Value>(input) {
        filter(&content);
    }
}

/// Filters `content` twice. Returns what came of it, as anybody sees it.
fn filter(content: &Value) -> Value {
    let once = for_visitors(&JsonText::new(content));
    saved_insights(&draw(&once));
    let again = for_visitors(&JsonText::new(&once));
    assert!(same(&once, &again), "{once:?} is filtered to {again:?}");
    serde_json::to_value(&once).expect("a value can be written")
}

/// Whether both are written alike: NaN, for one, is not equal to itself.
fn same(one: &Json, other: &Json) -> bool {
    JsonText::new(one).as_str() == JsonText::new(other).as_str()
}

fn markdown_of(filtered: &Value) -> String {
    let markdown = &filtered["content"][0]["attrs"]["markdown"];
    markdown.as_str().expect("Markdown stays text").to_owned()
}

/// Where no component is known, none has more than its name. (A known one may have any text as a property.)
fn check_components(kept: &str) {
    if KNOWN.iter().any(|name| kept.contains(&format!("<{name}"))) {
        return;
    }
    for (place, _) in kept.match_indices('<') {
        let rest = &kept[place + 1..];
        if rest.starts_with(|first: char| first.is_ascii_uppercase()) {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let bare = rest.trim_start_matches(is_name);
            assert!(
                bare.starts_with(" />"),
                "a component kept something: {kept}"
            );
        }
    }
}
