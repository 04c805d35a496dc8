//! The filter `properties` of the list of events: conditions on properties, as JSON (`resources.md` 5b).
//!
//! Conditions compare texts, as the service's database does: a number as it is written in JSON, `true`, `false`; a missing
//! property is an empty text.

use regex_lite::{Regex, RegexBuilder};

use crate::{
    domain::{Error, Result, capture::event_time, date_filter},
    model::{Json, Timestamp, json_member, parse_json},
};

/// The most conditions of one filter. Each is tried on each event.
const MOST_CONDITIONS: usize = 100;

/// The most regular expressions of one filter, and the most bytes of each when it is compiled. A match takes its size times the
/// length of the text: seconds, if clients have filled the memory for events with one text.
const MOST_REGEXES: usize = 10;
const REGEX_SIZE: usize = 4 << 10;

/// Types of properties that hoglet knows nothing of: no event has any.
const OTHER_TYPES: [&str; 8] = [
    "person",
    "group",
    "cohort",
    "static-cohort",
    "precalculated-cohort",
    "element",
    "session",
    "recording",
];

/// What the properties of an event must fulfil.
#[derive(Debug)]
pub enum PropertyCondition {
    All(Vec<PropertyCondition>),
    /// At least one of them.
    Any(Vec<PropertyCondition>),
    /// A comparison of the property `key`; `None` for one that no event has.
    Is(Option<String>, Test),
}

/// A comparison with the value of a property.
#[derive(Debug)]
pub enum Test {
    /// `exact`: one of these texts.
    Equals(Vec<String>),
    /// `icontains`, in lower case.
    Contains(String),
    Matches(Regex),
    IsSet,
    Number(fn(&f64, &f64) -> bool, f64),
    /// A date in a range that includes its start and not its end.
    Date(Option<Timestamp>, Option<Timestamp>),
    /// The opposite of another test.
    Not(Box<Test>),
    /// Nothing fulfils it.
    Never,
}

impl PropertyCondition {
    /// Reads the filter. What is not a condition is left out, as the service does.
    ///
    /// Errors: `Invalid` if it is not JSON, or has too many conditions.
    pub fn read(json: &str, now: Timestamp) -> Result<Option<PropertyCondition>> {
        let unparsable = || Error::request("Properties are unparsable!");
        let mut reader = ConditionReader {
            now,
            count: 0,
            regexes: 0,
        };
        let condition = match parse_json(json.as_bytes()).map_err(|_| unparsable())? {
            Json::List(items) => Some(PropertyCondition::All(reader.list(&items))),
            Json::Object(members) if is_group(&members) => reader.condition(&members),
            Json::Object(members) => Some(PropertyCondition::All(reader.named(&members))),
            other if other.is_truthy() => return Err(unparsable()),
            _ => None,
        };
        for (count, most, what) in [
            (reader.count, MOST_CONDITIONS, "conditions"),
            (reader.regexes, MOST_REGEXES, "regular expressions"),
        ] {
            if count > most {
                let detail = format!("Properties have more than {most} {what}.");
                return Err(Error::request(detail));
            }
        }
        Ok(condition)
    }

    /// Whether the `properties` of an event fulfil it.
    pub fn matches(&self, properties: &str) -> bool {
        match parse_json(properties.as_bytes()) {
            Ok(Json::Object(members)) => self.holds(&members),
            _ => self.holds(&[]),
        }
    }

    fn holds(&self, members: &[(String, Json)]) -> bool {
        match self {
            PropertyCondition::All(all) => all.iter().all(|one| one.holds(members)),
            PropertyCondition::Any(all) => all.iter().any(|one| one.holds(members)),
            PropertyCondition::Is(key, test) => {
                test.holds(key.as_ref().and_then(|key| json_member(members, key)))
            }
        }
    }
}

impl Test {
    fn new(operator: &str, value: &Json, now: Timestamp) -> Test {
        let text = as_text(value);
        match operator {
            "is_not" => Test::Not(Box::new(Test::new("exact", value, now))),
            "is_not_set" => Test::Not(Box::new(Test::IsSet)),
            "not_icontains" => Test::Not(Box::new(Test::new("icontains", value, now))),
            "not_regex" => match Test::new("regex", value, now) {
                Test::Never => Test::Never,
                test => Test::Not(Box::new(test)),
            },
            "is_set" => Test::IsSet,
            "icontains" => Test::Contains(text.to_lowercase()),
            "regex" => {
                let regex = RegexBuilder::new(&text).size_limit(REGEX_SIZE).build();
                regex.map_or(Test::Never, Test::Matches)
            }
            "gt" => Test::number(f64::gt, &text),
            "gte" => Test::number(f64::ge, &text),
            "lt" => Test::number(f64::lt, &text),
            "lte" => Test::number(f64::le, &text),
            "is_date_exact" | "is_date_before" | "is_date_after" => {
                Test::date(operator, &text, now).unwrap_or(Test::Never)
            }
            _ => Test::Equals(match value {
                Json::List(items) => items.iter().map(as_text).collect(),
                _ => vec![text],
            }),
        }
    }

    fn number(compare: fn(&f64, &f64) -> bool, wanted: &str) -> Test {
        let wanted = wanted.trim().parse();
        wanted.map_or(Test::Never, |wanted| Test::Number(compare, wanted))
    }

    /// A date without a time of day stands for the whole day, one with a time for its second.
    fn date(operator: &str, wanted: &str, now: Timestamp) -> Option<Test> {
        let start = date_filter::parse(wanted, now)?;
        let end = match wanted.len() {
            10 => start.plus_seconds(24 * 60 * 60),
            _ => start.plus_seconds(1),
        };
        Some(match operator {
            "is_date_before" => Test::Date(None, Some(start)),
            "is_date_after" => Test::Date(Some(end), None),
            _ => Test::Date(Some(start), Some(end)),
        })
    }

    fn holds(&self, value: Option<&Json>) -> bool {
        let text = || value.map(as_text).unwrap_or_default();
        match self {
            Test::Equals(wanted) => wanted.contains(&text()),
            Test::Contains(part) => text().to_lowercase().contains(part),
            Test::Matches(regex) => regex.is_match(&text()),
            Test::IsSet => value.is_some(),
            Test::Number(compare, wanted) => {
                let number = text().replace(' ', "").parse();
                number.is_ok_and(|number| compare(&number, wanted))
            }
            Test::Date(start, end) => {
                let midnight = Timestamp(0);
                event_time::parse(&text(), midnight).is_some_and(|at| {
                    start.is_none_or(|start| at >= start) && end.is_none_or(|end| at < end)
                })
            }
            Test::Not(test) => !test.holds(value),
            Test::Never => false,
        }
    }
}

/// Counts what it reads.
struct ConditionReader {
    now: Timestamp,
    count: usize,
    regexes: usize,
}

impl ConditionReader {
    fn list(&mut self, items: &[Json]) -> Vec<PropertyCondition> {
        let read = |item: &Json| match item {
            Json::Object(members) => self.condition(members),
            _ => None,
        };
        items.iter().filter_map(read).collect()
    }

    /// A group of conditions, or one.
    fn condition(&mut self, members: &[(String, Json)]) -> Option<PropertyCondition> {
        if is_group(members) {
            let Some(Json::List(items)) = get(members, "values") else {
                return None;
            };
            let conditions = self.list(items);
            return match get(members, "type").map(Json::python_text)?.as_str() {
                _ if conditions.is_empty() => None,
                "OR" => Some(PropertyCondition::Any(conditions)),
                _ => Some(PropertyCondition::All(conditions)),
            };
        }
        let text = |name| get(members, name).map(Json::python_text);
        let operator = text("operator").unwrap_or_default();
        let value = match get(members, "value") {
            Some(value) => value,
            None if ["is_set", "is_not_set"].contains(&&*operator) => &Json::Null,
            None => return None,
        };
        let key = Some(text("key")?);
        let key = match text("type").as_deref() {
            None | Some("" | "event") => key,
            Some(other) if OTHER_TYPES.contains(&other) => None,
            Some(_) => return None,
        };
        Some(PropertyCondition::Is(key, self.test(&operator, value)))
    }

    fn test(&mut self, operator: &str, value: &Json) -> Test {
        self.count += 1;
        self.regexes += usize::from(["regex", "not_regex"].contains(&operator));
        Test::new(operator, value, self.now)
    }

    /// The older form: `{"plan": "pro", "url__icontains": "pricing"}`.
    fn named(&mut self, members: &[(String, Json)]) -> Vec<PropertyCondition> {
        let read = |(name, value): &(String, Json)| {
            let (key, operator) = name.split_once("__").unwrap_or((name, ""));
            PropertyCondition::Is(Some(key.to_owned()), self.test(operator, value))
        };
        members.iter().map(read).collect()
    }
}

fn is_group(members: &[(String, Json)]) -> bool {
    get(members, "type").is_some() && get(members, "values").is_some()
}

/// The member `name`, unless it is null.
fn get<'j>(members: &'j [(String, Json)], name: &str) -> Option<&'j Json> {
    json_member(members, name).filter(|value| **value != Json::Null)
}

/// A value as text: a string itself, a number as JavaScript writes it, JSON for others.
fn as_text(value: &Json) -> String {
    match value {
        Json::Text(text) => text.value.clone(),
        Json::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        other => serde_json::to_string(other).expect("what was read as JSON can be written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25T21:43:05.5Z
    const NOW: Timestamp = Timestamp(1_795_642_985_500_000);

    fn read(json: &str) -> Option<PropertyCondition> {
        PropertyCondition::read(json, NOW).unwrap()
    }

    #[test]
    fn each_operator_compares_in_its_own_way() {
        let event = r#"{"plan": "Pro", "seats": 12, "ratio": 1.50, "whole": 2.0, "paid": true, "no": null, "tags": ["a", "b"],
                        "spaced": " 1 000 ", "at": "2026-11-20T07:03:11Z", "day": "2026-11-20", "quoted": "say \"x\""}"#;
        for (key, operator, value, holds) in [
            ("plan", "exact", r#""Pro""#, true),
            ("plan", "exact", r#""pro""#, false),
            ("plan", "exact", r#"["Basic", "Pro"]"#, true),
            ("plan", "", r#""Pro""#, true),
            ("plan", "unheard_of", r#""Pro""#, true),
            ("seats", "exact", "12", true),
            ("seats", "exact", r#"["12"]"#, true),
            ("seats", "exact", "12.0", true),
            ("ratio", "exact", "1.5", true),
            ("whole", "exact", r#""2""#, true),
            ("paid", "exact", "true", true),
            ("paid", "exact", r#"["true"]"#, true),
            ("tags", "exact", r#""[\"a\",\"b\"]""#, true),
            ("gone", "exact", r#""""#, true),
            ("gone", "exact", r#""x""#, false),
            ("plan", "is_not", r#""Pro""#, false),
            ("gone", "is_not", r#""Pro""#, true),
            ("plan", "is_not", r#"["Pro", "x"]"#, false),
            ("plan", "icontains", r#""pR""#, true),
            ("seats", "icontains", "1", true),
            ("gone", "icontains", r#""x""#, false),
            ("plan", "not_icontains", r#""pR""#, false),
            ("gone", "not_icontains", r#""x""#, true),
            ("plan", "regex", r#""^P.o$""#, true),
            ("plan", "regex", r#""^p""#, false),
            ("plan", "not_regex", r#""^p""#, true),
            ("plan", "regex", r#""(""#, false),
            ("plan", "not_regex", r#""(""#, false),
            ("plan", "is_set", "null", true),
            ("no", "is_set", r#""is_set""#, true),
            ("gone", "is_set", "null", false),
            ("gone", "is_not_set", "null", true),
            ("plan", "is_not_set", r#""is_not_set""#, false),
            ("seats", "gt", "11.5", true),
            ("seats", "gt", "12", false),
            ("seats", "gte", r#""12""#, true),
            ("seats", "lt", "13", true),
            ("seats", "lte", "11", false),
            ("spaced", "gt", "999", true),
            ("plan", "lt", "5", false),
            ("gone", "lt", "5", false),
            ("seats", "lt", r#""many""#, false),
            ("at", "is_date_exact", r#""2026-11-20""#, true),
            ("day", "is_date_exact", r#""2026-11-20""#, true),
            ("at", "is_date_exact", r#""2026-11-20T07:03:11Z""#, true),
            ("at", "is_date_exact", r#""2026-11-20T07:03:12Z""#, false),
            ("at", "is_date_after", r#""2026-11-20""#, false),
            ("at", "is_date_after", r#""2026-11-19""#, true),
            ("at", "is_date_after", r#""-7d""#, true),
            ("at", "is_date_before", r#""2026-11-20""#, false),
            ("at", "is_date_before", r#""2026-11-20 08:00:00""#, true),
            ("plan", "is_date_before", r#""2026-11-20""#, false),
            ("at", "is_date_before", r#""someday""#, false),
        ] {
            let json =
                format!(r#"[{{"key": "{key}", "operator": "{operator}", "value": {value}}}]"#);
            let condition = read(&json).unwrap();
            assert_eq!(condition.matches(event), holds, "{json}");
        }
    }

    #[test]
    fn conditions_are_combined() {
        let event = r#"{"plan": "pro", "seats": 12}"#;
        let (yes, no) = (
            r#"{"key": "plan", "value": "pro"}"#,
            r#"{"key": "seats", "value": 1}"#,
        );
        for (json, holds) in [
            ("[]", true),
            ("{}", true),
            (&*format!("[{yes}]"), true),
            (&format!("[{yes}, {no}]"), false),
            (
                &format!(r#"{{"type": "OR", "values": [{yes}, {no}]}}"#),
                true,
            ),
            (
                &format!(r#"{{"type": "AND", "values": [{yes}, {no}]}}"#),
                false,
            ),
            (
                &format!(
                    r#"{{"type": "AND", "values": [{{"type": "OR", "values": [{no}, {yes}]}}]}}"#
                ),
                true,
            ),
            (r#"{"plan": "pro", "seats__gt": 11}"#, true),
            (r#"{"plan__is_not": "pro"}"#, false),
            // What is no condition is left out.
            (
                r#"[5, {"key": "plan"}, {"value": "x"}, {"key": "plan", "value": null}]"#,
                true,
            ),
            (
                r#"[{"key": "plan", "value": "x", "type": "unheard of"}]"#,
                true,
            ),
            // No event has a property of a person.
            (
                r#"[{"key": "plan", "value": "pro", "type": "person"}]"#,
                false,
            ),
            (
                r#"[{"key": "plan", "value": "x", "type": "person", "operator": "is_not"}]"#,
                true,
            ),
            (
                r#"[{"key": "plan", "value": "pro", "type": "event", "operator": null}]"#,
                true,
            ),
        ] {
            assert_eq!(
                read(json).is_none_or(|condition| condition.matches(event)),
                holds,
                "{json}"
            );
        }
        for nothing in ["null", "0", "false", r#""""#] {
            assert!(read(nothing).is_none(), "{nothing}");
        }
        assert!(read(r#"{"type": "OR", "values": []}"#).is_none());
    }

    #[test]
    fn what_is_no_filter_is_an_error() {
        for wrong in ["", "[", "nope", "5", r#""text""#, "true"] {
            let error = PropertyCondition::read(wrong, NOW).unwrap_err();
            assert!(
                format!("{error:?}").contains("Properties are unparsable!"),
                "{wrong}"
            );
        }
        let many =
            |count: usize| format!("[{}]", vec![r#"{"key":"a","value":1}"#; count].join(","));
        assert!(
            PropertyCondition::read(&many(100), NOW).is_ok()
                && PropertyCondition::read(&many(101), NOW).is_err()
        );
        let regexes = |count: usize| {
            let regex = r#"{"key":"a","operator":"not_regex","value":"x"}"#;
            format!("[{}]", vec![regex; count].join(","))
        };
        assert!(
            PropertyCondition::read(&regexes(10), NOW).is_ok()
                && PropertyCondition::read(&regexes(11), NOW).is_err()
        );
        let named = |operator: &str, count: usize| {
            let members = (0..count).map(|at| format!(r#""{at}__{operator}":"x""#));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        for (operator, most) in [("regex", 10), ("gt", 100)] {
            assert!(
                PropertyCondition::read(&named(operator, most), NOW).is_ok()
                    && PropertyCondition::read(&named(operator, most + 1), NOW).is_err()
            );
        }
        for large in ["((a{100}){100}){100}", "(a?){156}"] {
            let json = format!(r#"[{{"key": "a", "operator": "regex", "value": "{large}"}}]"#);
            assert!(!read(&json).unwrap().matches(r#"{"a": "a"}"#), "{large}");
        }
    }
}
