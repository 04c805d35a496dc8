//! What a value has to be: an exact value, or rules for it.
//!
//! An object stands for rules if all its members are named like one: `{"$type": "integer"}`. Any other object asks for at
//! least its members, which may be rules in turn. A list has to be matched item by item, and other values are equal.

use std::{cell::Cell, fmt};

use regex_lite::{Regex, RegexBuilder};

use crate::{
    domain::{Error, Result},
    model::{Json, json_member},
};

/// The most values and patterns of one request, and the most bytes of each pattern when it is compiled.
const MOST_VALUES: usize = 10_000;
const MOST_PATTERNS: usize = 50;
const PATTERN_SIZE: usize = 4 << 10;

/// How much effort one comparison with the events may take: about as many comparisons of names.
const MOST_WORK: usize = 50_000_000;

/// How many comparisons of names a pattern may take for each byte of the text.
const PATTERN_WORK: usize = 20;

/// The types that `$type` knows.
const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "object", "array", "null",
];

#[derive(Debug)]
pub enum Matcher {
    /// This value: not an object, not a list.
    Equal(Json),
    /// An object with at least these members.
    Object(Vec<(String, Matcher)>),
    /// A list of as many items.
    List(Vec<Matcher>),
    /// All of these.
    Rules(Vec<Rule>),
}

#[derive(Debug)]
pub enum Rule {
    /// `$exists`: whether there is a value, which may be null.
    Exists(bool),
    Type(&'static str),
    /// `$regex`: a text in which the pattern occurs.
    Pattern(Regex),
}

/// Counts what it reads.
#[derive(Default)]
pub struct MatcherReader {
    values: usize,
    patterns: usize,
}

impl MatcherReader {
    /// Reads what the value at `path` has to be. Errors: `Invalid` for a malformed rule, and for too many.
    pub fn read(&mut self, path: &Path, value: &Json) -> Result<Matcher> {
        self.values += 1;
        if self.values > MOST_VALUES {
            let detail = format!("More than {MOST_VALUES} values.");
            return Err(Error::field("events", "max_length", detail));
        }
        match value {
            Json::Object(members) if is_rules(members) => {
                let rules = members.iter();
                let rules = rules.map(|(name, argument)| self.rule(path, name, argument));
                Ok(Matcher::Rules(rules.collect::<Result<_>>()?))
            }
            Json::Object(members) => self.members(path, members),
            Json::List(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.read(&path.at(index), item));
                Ok(Matcher::List(items.collect::<Result<_>>()?))
            }
            other => Ok(Matcher::Equal(other.clone())),
        }
    }

    /// Reads the members of an object that stands for itself.
    pub fn members(&mut self, path: &Path, members: &[(String, Json)]) -> Result<Matcher> {
        let members = members.iter().map(|(name, value)| {
            let matcher = self.read(&path.to(name), value)?;
            Ok((name.clone(), matcher))
        });
        Ok(Matcher::Object(members.collect::<Result<_>>()?))
    }

    fn rule(&mut self, path: &Path, name: &str, argument: &Json) -> Result<Rule> {
        let invalid = |what: &str| {
            let detail = format!("{path}.{name}: {what}");
            Err(Error::field("events", "invalid_input", detail))
        };
        match (name, argument) {
            ("$exists", Json::Bool(exists)) => Ok(Rule::Exists(*exists)),
            ("$exists", _) => invalid("Expected true or false."),
            ("$type", Json::Text(text)) => match TYPES.iter().find(|known| **known == text.value) {
                Some(known) => Ok(Rule::Type(known)),
                None => invalid(&format!("Expected one of {}.", TYPES.join(", "))),
            },
            ("$type", _) => invalid(&format!("Expected one of {}.", TYPES.join(", "))),
            (_, Json::Text(text)) => {
                self.patterns += 1;
                if self.patterns > MOST_PATTERNS {
                    return invalid(&format!("More than {MOST_PATTERNS} regular expressions."));
                }
                let mut builder = RegexBuilder::new(&text.value);
                match builder.size_limit(PATTERN_SIZE).build() {
                    Ok(pattern) => Ok(Rule::Pattern(pattern)),
                    Err(error) => invalid(&format!("Not a regular expression: {error}.")),
                }
            }
            _ => invalid("Expected a regular expression."),
        }
    }
}

fn is_rules(members: &[(String, Json)]) -> bool {
    let is_rule = |name: &str| ["$exists", "$type", "$regex"].contains(&name);
    !members.is_empty() && members.iter().all(|(name, _)| is_rule(name))
}

/// Where a value stands in an event.
#[derive(Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Name(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    pub fn new(name: &'p str) -> Path<'p> {
        Path {
            parent: None,
            step: Step::Name(name),
        }
    }

    pub fn to(&'p self, name: &'p str) -> Path<'p> {
        Path {
            parent: Some(self),
            step: Step::Name(name),
        }
    }

    pub fn at(&'p self, index: usize) -> Path<'p> {
        Path {
            parent: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Name(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Name(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// How much effort a comparison with the events has left.
pub struct Effort(Cell<usize>);

impl Default for Effort {
    fn default() -> Effort {
        Effort(Cell::new(MOST_WORK))
    }
}

impl Effort {
    /// Takes `amount`; `false` if there is too little left.
    pub fn take(&self, amount: usize) -> bool {
        let left = self.0.get().checked_sub(amount);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Errors: `Invalid` if there was too little.
    pub fn check(&self) -> Result<()> {
        match self.0.get() {
            0 => Err(Error::request(
                "The events take too much work to compare. Give a project, since, or fewer patterns.",
            )),
            _ => Ok(()),
        }
    }
}

/// Where an event is not as expected: gets the place, what was expected there, and what is there.
pub type Report<'r> = dyn FnMut(&Path, &Matcher, Option<&Json>) + 'r;

impl Matcher {
    /// Reports every place below `path` at which `found` is not as expected.
    pub fn compare(&self, path: &Path, found: Option<&Json>, effort: &Effort, report: &mut Report) {
        let fits = match (self, found) {
            (Matcher::Object(members), Some(Json::Object(found))) => {
                for (name, matcher) in members {
                    let value = match effort.take(found.len() + 1) {
                        true => json_member(found, name),
                        false => None,
                    };
                    matcher.compare(&path.to(name), value, effort, report);
                }
                true
            }
            (Matcher::List(items), Some(Json::List(found))) if items.len() == found.len() => {
                for (index, (matcher, value)) in items.iter().zip(found).enumerate() {
                    matcher.compare(&path.at(index), Some(value), effort, report);
                }
                true
            }
            (Matcher::Equal(value), Some(found)) => {
                effort.take(1);
                is_equal(value, found)
            }
            (Matcher::Rules(rules), found) => rules.iter().all(|rule| rule.holds(found, effort)),
            _ => false,
        };
        if !fits {
            report(path, self, found);
        }
    }

    /// The value that it was read from.
    pub fn source(&self) -> Json {
        match self {
            Matcher::Equal(value) => value.clone(),
            Matcher::List(items) => Json::List(items.iter().map(Matcher::source).collect()),
            Matcher::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, matcher)| (name.clone(), matcher.source()));
                Json::Object(members.collect())
            }
            Matcher::Rules(rules) => Json::Object(rules.iter().map(Rule::source).collect()),
        }
    }
}

impl Rule {
    fn holds(&self, found: Option<&Json>, effort: &Effort) -> bool {
        match (self, found) {
            (Rule::Exists(exists), found) => found.is_some() == *exists,
            (Rule::Type(wanted), Some(found)) => has_type(found, wanted),
            (Rule::Pattern(pattern), Some(Json::Text(text))) => {
                effort.take(PATTERN_WORK * (text.value.len() + 1)) && pattern.is_match(&text.value)
            }
            _ => false,
        }
    }

    fn source(&self) -> (String, Json) {
        match self {
            Rule::Exists(exists) => ("$exists".to_owned(), Json::Bool(*exists)),
            Rule::Type(name) => ("$type".to_owned(), Json::from(*name)),
            Rule::Pattern(pattern) => ("$regex".to_owned(), Json::from(pattern.as_str())),
        }
    }
}

fn has_type(value: &Json, wanted: &str) -> bool {
    let (name, also) = match value {
        Json::Null => ("null", None),
        Json::Bool(_) => ("boolean", None),
        Json::Int(_) => ("integer", Some("number")),
        Json::Float(number) if number.fract() == 0.0 => ("number", Some("integer")),
        Json::Float(_) => ("number", None),
        Json::Text(_) => ("string", None),
        Json::List(_) => ("array", None),
        Json::Object(_) => ("object", None),
    };
    name == wanted || also == Some(wanted)
}

/// Whether two values that are no objects and no lists are equal. JavaScript writes 1.0 as 1.
fn is_equal(value: &Json, found: &Json) -> bool {
    match (value, found) {
        (Json::Int(digits), Json::Float(number)) | (Json::Float(number), Json::Int(digits)) => {
            digits.parse() == Ok(*number)
        }
        (Json::Text(text), Json::Text(found)) => text.value == found.value,
        _ => value == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_json;

    fn read(json: &str) -> Result<Matcher> {
        let value = parse_json(json.as_bytes()).unwrap();
        MatcherReader::default().read(&Path::new("properties"), &value)
    }

    /// The places at which `found` is not as `expected`.
    fn differences(expected: &str, found: &str) -> Vec<String> {
        let found = parse_json(found.as_bytes()).unwrap();
        let (mut places, effort) = (Vec::new(), Effort::default());
        let mut report = |path: &Path, _: &Matcher, _: Option<&Json>| places.push(path.to_string());
        let path = Path::new("properties");
        let matcher = read(expected).unwrap();
        matcher.compare(&path, Some(&found), &effort, &mut report);
        places
    }

    #[test]
    fn each_place_that_differs_is_reported() {
        let found = r#"{"plan": "pro", "seats": 12, "ratio": 2.0, "paid": true, "no": null,
            "tags": ["a", {"b": 1}], "$set": {"name": "Ada", "age": 36}}"#;
        for (expected, places) in [
            ("{}", &[][..]),
            (
                r#"{"plan": "pro", "seats": 12.0, "ratio": 2, "no": null}"#,
                &[],
            ),
            (
                r#"{"plan": "Pro", "seats": "12", "gone": null}"#,
                &["plan", "seats", "gone"],
            ),
            (r#"{"tags": ["a", {}]}"#, &[]),
            (r#"{"tags": ["b", {"b": 2}]}"#, &["tags[0]", "tags[1].b"]),
            (r#"{"tags": ["a"]}"#, &["tags"]),
            (r#"{"$set": {"name": "Ada"}}"#, &[]),
            (r#"{"$set": {"name": "Bob", "age": 36}}"#, &["$set.name"]),
            (
                r#"{"plan": {"name": "pro"}, "$set": "x"}"#,
                &["plan", "$set"],
            ),
            (
                r#"{"plan": {"$type": "string"}, "seats": {"$type": "integer"}, "ratio": {"$type": "number"}}"#,
                &[],
            ),
            (
                r#"{"seats": {"$type": "number"}, "ratio": {"$type": "integer"}, "no": {"$type": "null"}}"#,
                &[],
            ),
            (
                r#"{"tags": {"$type": "array"}, "$set": {"$type": "object"}, "paid": {"$type": "boolean"}}"#,
                &[],
            ),
            (
                r#"{"plan": {"$type": "integer"}, "gone": {"$type": "null"}}"#,
                &["plan", "gone"],
            ),
            (
                r#"{"plan": {"$regex": "^p.o$"}, "$set": {"name": {"$regex": "d"}}}"#,
                &[],
            ),
            (
                r#"{"plan": {"$regex": "^r"}, "seats": {"$regex": "1"}}"#,
                &["plan", "seats"],
            ),
            (r#"{"plan": {"$type": "string", "$regex": "x"}}"#, &["plan"]),
            (
                r#"{"no": {"$exists": true}, "gone": {"$exists": false}}"#,
                &[],
            ),
            (
                r#"{"no": {"$exists": false}, "gone": {"$exists": true}}"#,
                &["no", "gone"],
            ),
            (
                r#"{"$set": {"$regex": "x", "name": "Ada"}}"#,
                &["$set.$regex"],
            ),
        ] {
            let places: Vec<_> = places
                .iter()
                .map(|place| format!("properties.{place}"))
                .collect();
            assert_eq!(differences(expected, found), places, "{expected}");
        }
        assert_eq!(differences("5", "6"), ["properties"]);
    }

    #[test]
    fn malformed_rules_are_errors_and_bounded() {
        let detail = |json: &str| match read(json) {
            Err(Error::Invalid(fault)) => fault.detail.into_owned(),
            other => panic!("{json}: {other:?}"),
        };
        let types = "Expected one of string, number, integer, boolean, object, array, null.";
        for (json, expected) in [
            (
                r#"{"a": {"$type": "text"}}"#,
                format!("properties.a.$type: {types}"),
            ),
            (
                r#"{"a": [{"$type": 1}]}"#,
                format!("properties.a[0].$type: {types}"),
            ),
            (
                r#"{"$exists": 1}"#,
                "properties.$exists: Expected true or false.".to_owned(),
            ),
            (
                r#"{"$regex": 1}"#,
                "properties.$regex: Expected a regular expression.".to_owned(),
            ),
        ] {
            assert_eq!(detail(json), expected);
        }
        assert!(detail(r#"{"$regex": "("}"#).starts_with("properties.$regex: Not a regular"));
        assert!(detail(r#"{"$regex": "(a{100}){100}"}"#).contains("Not a regular expression"));
        let many = |count: usize, item: &str| format!("[{}]", vec![item; count].join(","));
        let patterns = many(MOST_PATTERNS + 1, r#"{"$regex": "a"}"#);
        assert!(detail(&patterns).ends_with("More than 50 regular expressions."));
        assert!(read(&many(MOST_VALUES - 1, "1")).is_ok());
        assert_eq!(detail(&many(MOST_VALUES, "1")), "More than 10000 values.");
    }

    #[test]
    fn work_is_bounded() {
        let text = Json::from("x".repeat(1 << 20));
        let matcher = read(r#"{"$regex": "y"}"#).unwrap();
        let effort = Effort::default();
        let compare = || matcher.compare(&Path::new("p"), Some(&text), &effort, &mut |_, _, _| {});
        compare();
        assert!(effort.check().is_ok());
        compare();
        compare();
        assert!(effort.check().is_err());
    }
}
