//! The YAML file: read by a library, written by hand so that its lines are the same for the same definitions, whatever the
//! version of the library, and its comments can be written at all.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use serde_saphyr::{Error, Spanned};

use super::{
    definitions::{DefinitionFields, GROUP_TYPES, Kind, Taxonomy},
    scalar::{is_printable, scalar},
};
use crate::{
    cli::input,
    domain::{tags, trim},
    model::PropertyType,
};

const HEAD: &str = "\
# The taxonomy of a project: what is known of its events and properties.
#
#   hoglet taxonomy plan FILE --to URL     prints what a project there has otherwise
#   hoglet taxonomy apply FILE --to URL    changes it there
#
# A field that is left out has its default: no text, no tags, not verified, not hidden. Only property_type, if left out, stays
# what the events say. A section that is left out is not looked at. Owners are members of the organization, by email address.
";

/// The longest key that YAML allows without a question mark.
const LONGEST_KEY: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    events: Option<Definitions<EventText>>,
    event_properties: Option<Definitions<PropertyText>>,
    person_properties: Option<Definitions<PropertyText>>,
    group_properties: Option<BTreeMap<GroupIndex, Option<Definitions<PropertyText>>>>,
    session_properties: Option<Definitions<PropertyText>>,
}

/// The index of a group type.
#[derive(Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "u8")]
struct GroupIndex(u8);

impl TryFrom<u8> for GroupIndex {
    type Error = &'static str;

    fn try_from(index: u8) -> Result<GroupIndex, &'static str> {
        match index < GROUP_TYPES {
            true => Ok(GroupIndex(index)),
            false => Err("group types are numbered from 0 to 4"),
        }
    }
}

/// By name. An empty one has its defaults.
type Definitions<T> = BTreeMap<String, Option<Spanned<T>>>;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct EventText {
    description: Option<String>,
    owner: Option<String>,
    tags: Option<Vec<String>>,
    verified: Option<bool>,
    hidden: Option<bool>,
    primary_property: Option<String>,
    default_columns: Option<Vec<String>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PropertyText {
    description: Option<String>,
    property_type: Option<PropertyType>,
    tags: Option<Vec<String>>,
    verified: Option<bool>,
    hidden: Option<bool>,
}

/// Reads the file at `path`. Errors are one sentence with the line.
pub fn read(path: &Path) -> Result<Taxonomy> {
    let name = path.display();
    let text = input::read(path)?;
    parse(&text).map_err(|problem| anyhow!("{name}, {problem}"))
}

fn parse(text: &str) -> Result<Taxonomy> {
    // The file is the user's own, so it may be as large as it is.
    let options = serde_saphyr::options! { budget: None, with_snippet: false };
    let document: Document =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| explain(&error))?;
    let properties = [
        (Kind::EventProperty, document.event_properties),
        (Kind::PersonProperty, document.person_properties),
        (Kind::SessionProperty, document.session_properties),
    ];
    let mut taxonomy = Taxonomy::new();
    let mut add =
        |kind, entries: Result<_>| entries.map(|entries| drop(taxonomy.insert(kind, entries)));
    if let Some(events) = document.events {
        add(Kind::Event, entries(Kind::Event, events))?;
    }
    for (kind, definitions) in properties {
        if let Some(definitions) = definitions {
            add(kind, entries(kind, definitions))?;
        }
    }
    for (index, definitions) in document.group_properties.unwrap_or_default() {
        if let Some(definitions) = definitions {
            let kind = Kind::GroupProperty(index.0);
            add(kind, entries(kind, definitions))?;
        }
    }
    Ok(taxonomy)
}

fn entries<T: Serialize>(
    kind: Kind,
    definitions: Definitions<T>,
) -> Result<BTreeMap<String, DefinitionFields>> {
    let entry = |(name, text): (String, Option<Spanned<T>>)| {
        let Some(Spanned { value, defined, .. }) = text else {
            return Ok((name, DefinitionFields::new()));
        };
        let mut object = json!(value);
        normalise(&mut object);
        let entry = kind.entry(&object);
        match entry.contains_key("verified") && entry.contains_key("hidden") {
            true => Err(anyhow!(
                "line {}: nothing can be both verified and hidden",
                defined.line()
            )),
            false => Ok((name, entry)),
        }
    };
    definitions.into_iter().map(entry).collect()
}

/// Makes of each text what the API would store (`property-definitions.md` 5.1, 5.3), or it would differ for ever.
fn normalise(object: &mut Value) {
    for (name, value) in object.as_object_mut().into_iter().flatten() {
        match value {
            Value::String(text) => *text = trim(text).to_owned(),
            Value::Array(items) => {
                let texts = items
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|text| trim(text).to_owned());
                let texts: Vec<_> = texts.collect();
                *value = match &**name {
                    "tags" => json!(tags::normal(&texts)),
                    _ => json!(texts),
                };
            }
            _ => {}
        }
    }
}

/// Describes `error` with its line and, for an unknown word, the nearest known one.
fn explain(error: &Error) -> anyhow::Error {
    let line = error.location().map_or(1, |at| at.line());
    let unknown = |what, word: &str, expected: &[&str]| {
        let near = expected
            .iter()
            .max_by(|one, other| strsim::jaro(word, one).total_cmp(&strsim::jaro(word, other)));
        let near = near.filter(|near| strsim::jaro(word, near) > 0.7);
        let word = scalar(word);
        match near {
            Some(near) => anyhow!("line {line}: unknown {what} {word}; did you mean {near}?"),
            None => anyhow!(
                "line {line}: unknown {what} {word}; expected {}",
                expected.join(", ")
            ),
        }
    };
    match error.without_snippet() {
        Error::SerdeUnknownField {
            field, expected, ..
        } => unknown("key", field, expected),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => unknown("value", variant, expected),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            anyhow!("line {line}: {} is here twice", scalar(key))
        }
        other => {
            let text = other.to_string();
            let problem = text.split(" at line ").next().unwrap_or_default();
            // The library speaks of what a parser of YAML reads.
            let problem = match problem {
                "expected mapping start" => "expected lines of `name: value`",
                "expected sequence start" => "expected a list, such as [one, two]",
                "expected string scalar" => "expected a text",
                "invalid boolean" => "expected true or false",
                other => other,
            };
            anyhow!("line {line}: {problem}")
        }
    }
}

/// Writes the file for `taxonomy`, without the kinds that have no definitions.
pub fn write(taxonomy: &Taxonomy) -> String {
    let mut out = String::from(HEAD);
    let mut has_groups = false;
    for (kind, entries) in taxonomy.iter().filter(|(_, entries)| !entries.is_empty()) {
        let mut indent = 2;
        out += match kind {
            Kind::Event => "\nevents:\n",
            Kind::EventProperty => "\nevent_properties:\n",
            Kind::PersonProperty => "\nperson_properties:\n",
            Kind::GroupProperty(_) if has_groups => "",
            Kind::GroupProperty(_) => "\ngroup_properties:\n",
            Kind::SessionProperty => "\nsession_properties:\n",
        };
        if let Kind::GroupProperty(index) = kind {
            (has_groups, indent) = (true, 4);
            out += &format!("  {index}:\n");
        }
        for (name, entry) in entries {
            write_entry(&mut out, &" ".repeat(indent), name, entry);
        }
    }
    out
}

fn write_entry(out: &mut String, indent: &str, name: &str, entry: &DefinitionFields) {
    let name = scalar(name);
    let key = match name.chars().count() > LONGEST_KEY {
        true => format!("{indent}? {name}\n{indent}:"),
        false => format!("{indent}{name}:"),
    };
    if entry.is_empty() {
        *out += &format!("{key} {{}}\n");
        return;
    }
    *out += &format!("{key}\n");
    for (field, value) in entry {
        let start = format!("{indent}  {field}:");
        *out += &match value {
            Value::String(text) if is_block(text) => {
                let lines = text.split('\n').map(|line| match line {
                    "" => "\n".into(),
                    line => format!("{indent}    {line}\n"),
                });
                format!("{start} |-\n{}", lines.collect::<String>())
            }
            Value::String(text) => format!("{start} {}\n", scalar(text)),
            Value::Array(items) => {
                let items = items.iter().filter_map(Value::as_str);
                let items = items.map(|item| format!("{indent}    - {}\n", scalar(item)));
                format!("{start}\n{}", items.collect::<String>())
            }
            value => format!("{start} {value}\n"),
        };
    }
}

/// Whether `text` is best written line by line. It may not begin with white space, by which a reader would measure the
/// indentation, nor have some at the end of a line, which editors remove.
fn is_block(text: &str) -> bool {
    let is_line = |line: &str| !line.ends_with(' ') && line.chars().all(is_printable);
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with('\n')
        && text.split('\n').all(is_line)
}

#[cfg(test)]
mod tests;
