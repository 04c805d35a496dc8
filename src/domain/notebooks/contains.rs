//! The list filter `contains`: which nodes a notebook's content must have (`resources.md` 3).

use serde::Serialize;

/// One condition on the content. The query in `store::notebooks` reads its serialised form.
#[derive(Debug, PartialEq, Serialize)]
pub struct Wanted {
    /// The `type` of a node, as in `ph-recording`.
    node: String,
    /// Whether such a node must be present, or absent.
    present: bool,
    /// Whether to search the children of the top-level nodes instead of these.
    deeper: bool,
    /// The attribute that must be equal to `value`.
    attribute: Option<Attribute>,
    /// For `id`, a number if it can be parsed as one.
    value: serde_json::Value,
}

/// An attribute that identifies what a node shows.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Attribute {
    Id,
    /// `attrs.query.shortId` of a saved insight
    Query,
    SessionRecordingId,
}

/// Parses text such as `recording:true, queries:Abc12345`: pairs of a node type and a value, separated by spaces or commas.
pub fn parse(text: &str) -> Vec<Wanted> {
    let pairs = text.split([' ', ',']).filter(|pair| !pair.is_empty());
    pairs.map(wanted).collect()
}

fn wanted(pair: &str) -> Wanted {
    let (target, wish) = pair.split_once(':').unwrap_or((pair, ""));
    let target = singular(target);
    let attribute = match &*target {
        _ if ["", "true", "false"].contains(&wish) => None,
        "query" => Some(Attribute::Query),
        "replay-timestamp" => Some(Attribute::SessionRecordingId),
        _ => Some(Attribute::Id),
    };
    let number = wish
        .parse::<i64>()
        .ok()
        .filter(|_| attribute == Some(Attribute::Id));
    Wanted {
        node: format!("ph-{target}"),
        present: wish != "false",
        deeper: target == "replay-timestamp",
        value: number.map_or_else(|| wish.into(), Into::into),
        attribute,
    }
}

/// `recordings` -> `recording`, `queries` -> `query`.
fn singular(plural: &str) -> String {
    match plural.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => plural.strip_suffix('s').unwrap_or(plural).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_asks_for_one_thing() {
        let json = |text: &str| serde_json::to_string(&parse(text)).unwrap();
        assert_eq!(json(""), "[]");
        assert_eq!(
            json("recordings, queries:Abc"),
            concat!(
                r#"[{"node":"ph-recording","present":true,"deeper":false,"attribute":null,"value":""},"#,
                r#"{"node":"ph-query","present":true,"deeper":false,"attribute":"query","value":"Abc"}]"#
            )
        );
        assert_eq!(
            json("feature-flag:5 replay-timestamp:7,cohort:false"),
            concat!(
                r#"[{"node":"ph-feature-flag","present":true,"deeper":false,"attribute":"id","value":5},"#,
                r#"{"node":"ph-replay-timestamp","present":true,"deeper":true,"attribute":"session_recording_id","value":"7"},"#,
                r#"{"node":"ph-cohort","present":false,"deeper":false,"attribute":null,"value":"false"}]"#
            )
        );
    }
}
