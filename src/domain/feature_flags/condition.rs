//! One condition on a property, with the operators that SDKs evaluate themselves.
//!
//! They differ from those of the list of events (`domain::events`), because the service evaluates flags by another program:
//! texts are equal in any case, `true` equals `"True"`, and a property that is missing fulfils what is negative only.

use regex_lite::{Regex, RegexBuilder};

use super::{
    given::{Given, as_number, as_text, is_boolean, is_true},
    version::VersionTest,
};
use crate::{
    domain::{capture::event_time, date_filter},
    model::{Json, Timestamp},
};

/// The most bytes of a regular expression when it is compiled, and of a text that it is tried on; a longer one does not match.
/// A match takes up to their product.
pub const REGEX_SIZE: usize = 4 << 10;
const REGEX_TEXT: usize = 1_000;

/// A comparison with the value of a property.
#[derive(Debug)]
pub struct Comparison {
    /// Whether the opposite is meant.
    is_negative: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Set,
    /// `exact` with one of these texts, in lower case.
    Equals(Vec<String>),
    /// `exact` with something that is true or false.
    IsTrue(bool),
    /// `icontains`, `starts_with`, `ends_with`: a relation of the value to a text, both in lower case as far as ASCII goes.
    Part(fn(&str, &str) -> bool, String),
    /// `regex`; `None` for one that nothing matches, and nothing fails to match.
    Matches(Option<Regex>),
    /// `gt`, `gte`, `lt`, `lte`; `None` for a comparison with something that is no number.
    Number(fn(&f64, &f64) -> bool, Option<f64>),
    /// `is_date_before`, `is_date_after` a date, which may be relative to now.
    Date(fn(&Timestamp, &Timestamp) -> bool, String),
    /// `semver_…`; `None` for a comparison with something that is no version.
    Version(Option<VersionTest>),
}

impl Comparison {
    /// Reads the test `operator` with `wanted`; `None` if there is no such operator.
    pub fn read(operator: &str, wanted: &Json) -> Option<Comparison> {
        let (is_negative, positive) = match operator {
            "is_not" => (true, "exact"),
            "is_not_set" => (true, "is_set"),
            "not_icontains" => (true, "icontains"),
            "not_starts_with" => (true, "starts_with"),
            "not_ends_with" => (true, "ends_with"),
            "not_regex" => (true, "regex"),
            positive => (false, positive),
        };
        let part = |relation| Kind::Part(relation, as_text(wanted).to_ascii_lowercase());
        let number = |compare| Kind::Number(compare, as_number(wanted));
        let kind = match positive {
            "is_set" => Kind::Set,
            "exact" => exact(wanted),
            "icontains" => part(|text, part| text.contains(part)),
            "starts_with" => part(|text, part| text.starts_with(part)),
            "ends_with" => part(|text, part| text.ends_with(part)),
            "regex" => {
                let regex = RegexBuilder::new(&as_text(wanted))
                    .size_limit(REGEX_SIZE)
                    .build();
                Kind::Matches(regex.ok())
            }
            "gt" => number(f64::gt),
            "gte" => number(f64::ge),
            "lt" => number(f64::lt),
            "lte" => number(f64::le),
            "is_date_before" => Kind::Date(Timestamp::lt, as_text(wanted)),
            "is_date_after" => Kind::Date(Timestamp::gt, as_text(wanted)),
            other => {
                let operator = other.strip_prefix("semver_")?;
                let known = [
                    "eq", "neq", "gt", "gte", "lt", "lte", "tilde", "caret", "wildcard",
                ];
                if !known.contains(&operator) {
                    return None;
                }
                Kind::Version(VersionTest::read(operator, &as_text(wanted)))
            }
        };
        Some(Comparison { is_negative, kind })
    }

    pub fn is_regex(&self) -> bool {
        matches!(self.kind, Kind::Matches(_))
    }

    /// Whether `given`, the value of the property, fulfils it at `now`.
    pub fn holds(&self, given: Option<&Given>, now: Timestamp) -> bool {
        let Some(given) = given else {
            return self.is_negative;
        };
        let holds = match &self.kind {
            Kind::Set => true,
            Kind::Equals(texts) => texts.contains(&given.lower),
            Kind::IsTrue(wanted) => given.is_true == *wanted,
            Kind::Part(relation, part) => relation(&given.text.to_ascii_lowercase(), part),
            Kind::Matches(None) => return false,
            Kind::Matches(Some(_)) if given.text.len() > REGEX_TEXT => return false,
            Kind::Matches(Some(regex)) => regex.is_match(&given.text),
            Kind::Number(compare, wanted) => {
                let numbers = given.number.zip(*wanted);
                numbers.is_some_and(|(number, wanted)| compare(&number, &wanted))
            }
            Kind::Date(compare, wanted) if given.is_text => {
                let at = event_time::parse(&given.text, Timestamp(0));
                let dates = at.zip(date_filter::parse(wanted, now));
                dates.is_some_and(|(at, wanted)| compare(&at, &wanted))
            }
            Kind::Date(..) => false,
            Kind::Version(test) => test.as_ref().is_some_and(|test| test.holds(&given.text)),
        };
        holds != self.is_negative
    }
}

fn exact(wanted: &Json) -> Kind {
    match wanted {
        wanted if is_boolean(wanted) => Kind::IsTrue(is_true(wanted)),
        Json::List(items) => Kind::Equals(
            items
                .iter()
                .map(|item| as_text(item).to_lowercase())
                .collect(),
        ),
        other => Kind::Equals(vec![as_text(other).to_lowercase()]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// 2026-11-25T21:43:05.5Z
    const NOW: Timestamp = Timestamp(1_795_642_985_500_000);

    fn holds(operator: &str, wanted: Value, given: Option<Value>) -> bool {
        let test = Comparison::read(operator, &Json::from(wanted)).unwrap();
        let given = given.map(|value| Given::new(&Json::from(value)).unwrap());
        test.holds(given.as_ref(), NOW)
    }

    #[test]
    fn each_operator_compares_in_its_own_way() {
        for (given, operator, wanted, expected) in [
            (json!("Pro"), "exact", json!("pro"), true),
            (json!("pro"), "exact", json!(["basic", "PRO"]), true),
            (json!("pro"), "exact", json!(["basic"]), false),
            (json!("pro"), "is_not", json!(["basic"]), true),
            (json!("pro"), "is_not", json!("PRO"), false),
            (json!(12), "exact", json!("12"), true),
            (json!("12"), "exact", json!([12, 13]), true),
            (json!(1.5), "exact", json!("1.5"), true),
            (json!(null), "exact", json!("null"), true),
            (
                json!({"b": [1, "x"], "a": null}),
                "exact",
                json!(r#"{"a":null,"b":[1,"x"]}"#),
                true,
            ),
            (json!(true), "exact", json!("True"), true),
            (json!("TRUE"), "exact", json!(true), true),
            (json!("yes"), "exact", json!(false), true),
            (json!("yes"), "exact", json!(["false"]), true),
            (json!(["true"]), "exact", json!([]), true),
            (json!("x"), "exact", json!([]), false),
            (json!("x"), "is_set", json!(null), true),
            (json!(null), "is_set", json!("is_set"), true),
            (json!("x"), "is_not_set", json!("is_not_set"), false),
            (
                json!("ada@Example.com"),
                "icontains",
                json!("@EXAMPLE"),
                true,
            ),
            (
                json!("ada@example.com"),
                "not_icontains",
                json!("@example"),
                false,
            ),
            (json!(1234), "icontains", json!(23), true),
            (json!("Ada"), "starts_with", json!("aD"), true),
            (json!("Ada"), "not_starts_with", json!("aD"), false),
            (json!("Ada"), "ends_with", json!("DA"), true),
            (json!("Ada"), "not_ends_with", json!("x"), true),
            (json!("ada@example.com"), "regex", json!("@.+\\.com$"), true),
            (json!("ada@example.com"), "not_regex", json!("^b"), true),
            (json!("x"), "regex", json!("("), false),
            (json!("x"), "not_regex", json!("("), false),
            (json!("x"), "regex", json!("x|y{9000}"), false),
            (json!("x".repeat(1_001)), "regex", json!("x"), false),
            (json!("x".repeat(1_001)), "not_regex", json!("y"), false),
            (json!(5), "gt", json!("4.5"), true),
            (json!("5"), "gte", json!(5), true),
            (json!(".5"), "lt", json!(1), true),
            (json!(5), "lte", json!(4), false),
            (json!("five"), "lt", json!(9), false),
            (json!(true), "lt", json!(9), false),
            (json!(5), "lt", json!("nine"), false),
            (json!("inf"), "gt", json!(1), false),
            (
                json!("2026-11-20"),
                "is_date_before",
                json!("2026-11-21"),
                true,
            ),
            (
                json!("2026-11-20T10:00:00Z"),
                "is_date_after",
                json!("2026-11-20"),
                true,
            ),
            (
                json!("2026-11-20T10:00:00+02:00"),
                "is_date_before",
                json!("2026-11-20 09:00:00"),
                true,
            ),
            (json!("2026-11-24"), "is_date_after", json!("-7d"), true),
            (json!("2026-11-01"), "is_date_after", json!("7d"), false),
            (json!("soon"), "is_date_before", json!("2026-11-21"), false),
            (json!("2026-11-20"), "is_date_before", json!("soon"), false),
            (
                json!(1_700_000_000),
                "is_date_before",
                json!("2026-11-21"),
                false,
            ),
            (json!("1.10.0"), "semver_gt", json!("1.9.0"), true),
            (json!("1.10.0"), "semver_gt", json!("new"), false),
        ] {
            let found = holds(operator, wanted.clone(), Some(given.clone()));
            assert_eq!(found, expected, "{given} {operator} {wanted}");
        }
    }

    #[test]
    fn a_missing_property_fulfils_what_is_negative() {
        for positive in [
            "exact",
            "is_set",
            "icontains",
            "starts_with",
            "ends_with",
            "regex",
            "gt",
            "gte",
            "lt",
            "lte",
            "is_date_before",
            "is_date_after",
            "semver_eq",
            "semver_neq",
        ] {
            assert!(!holds(positive, json!("1"), None), "{positive}");
        }
        for negative in [
            "is_not",
            "is_not_set",
            "not_icontains",
            "not_starts_with",
            "not_ends_with",
            "not_regex",
        ] {
            assert!(holds(negative, json!("1"), None), "{negative}");
        }
    }

    #[test]
    fn other_operators_are_unknown() {
        for unknown in [
            "in",
            "not_in",
            "not_gt",
            "not_",
            "semver_near",
            "between",
            "",
        ] {
            let test = Comparison::read(unknown, &Json::Null);
            assert!(test.is_none(), "{unknown}: {test:?}");
        }
    }
}
