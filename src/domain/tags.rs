//! Tags: their normal form, and changes to the tags of many things at once (`property-definitions.md` 5.3, 7).

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Error, Field, Form, Result, text, trim};
use crate::model::Json;

/// The most characters of a tag.
const LONGEST: usize = 255;

/// The most things, and the most tags, of one request, and of their product.
const MOST_IDS: usize = 500;
const MOST_TAGS: usize = 100;
const MOST_CHANGES: usize = 10_000;

/// Returns `tags` in lower case, each once, without blank ones, sorted.
pub fn normal<'t>(tags: impl IntoIterator<Item = &'t String>) -> Vec<String> {
    let tags = tags
        .into_iter()
        .map(|tag| trim(tag).to_lowercase())
        .filter(|tag| !tag.is_empty());
    tags.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Reads the field `tags` of a change to one thing, in normal form. Unlike elsewhere, numbers are not accepted as text.
pub fn read(form: &Form) -> Result<Field<Vec<String>>> {
    let items = match form.field("tags").list()? {
        Field::Value(items) => items,
        Field::Null => return Ok(Field::Null),
        Field::Absent => return Ok(Field::Absent),
    };
    let tag = |(index, item): (usize, &Json)| {
        let name = format!("tags__{index}");
        match item {
            Json::Text(_) => text(name.into(), item, true, Some(LONGEST)),
            _ => Err(Error::field(name, "invalid_input", "Not a valid string.")),
        }
    };
    let tags: Vec<_> = items.iter().enumerate().map(tag).collect::<Result<_>>()?;
    Ok(Field::Value(normal(&tags)))
}

/// Whether a change to one thing says what its tags are to be.
pub fn are_sent(form: &Form) -> bool {
    !matches!(form.field("tags").list(), Ok(Field::Absent))
}

/// Reads hoglet's own parameter of lists, `tag`, in normal form: only what has it.
pub fn wanted(query: &Form) -> Result<Option<String>> {
    let tag = query.field("tag").optional().blank().text(None)?.value();
    Ok(tag.and_then(|tag| normal([&tag]).pop()))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum TagAction {
    Add,
    Remove,
    Set,
}

/// A change to the tags of many things.
#[derive(Debug)]
pub struct BulkTags {
    /// The things, as requested: some may not exist, some may come twice.
    pub ids: Vec<Uuid>,
    action: TagAction,
    tags: Vec<String>,
}

impl BulkTags {
    /// Reads a body. Errors: `Invalid` for the first fault in the order `ids`, `action`, `tags`.
    pub fn read(form: &Form) -> Result<BulkTags> {
        let ids = ids(form)?;
        let action = form
            .field("action")
            .choice(&["add", "remove", "set"])?
            .required("action")?;
        let tags = form.field("tags").texts(LONGEST)?.required("tags")?;
        if tags.len() > MOST_TAGS {
            return Err(too_many("tags", MOST_TAGS));
        }
        let tags = normal(&tags);
        if tags.is_empty() && action != "set" {
            let detail = format!("tags must not be empty for action '{action}'.");
            return Err(Error::field("tags", "invalid_input", detail));
        }
        if ids.len() * tags.len() > MOST_CHANGES {
            let detail = format!(
                "Too many changes in one request: ids × distinct tags must not exceed {MOST_CHANGES}."
            );
            return Err(Error::field("tags", "invalid_input", detail));
        }
        let action = match action {
            "add" => TagAction::Add,
            "remove" => TagAction::Remove,
            _ => TagAction::Set,
        };
        Ok(BulkTags { ids, action, tags })
    }

    /// Returns what `tags` of a thing become.
    pub fn applied_to(&self, tags: &[String]) -> Vec<String> {
        match self.action {
            TagAction::Add => normal(tags.iter().chain(&self.tags)),
            TagAction::Remove => normal(tags.iter().filter(|tag| !self.tags.contains(tag))),
            TagAction::Set => self.tags.clone(),
        }
    }
}

/// Reads the list `ids`. Item errors win over the one about too many (`http-conventions.md` 4).
pub fn ids(form: &Form) -> Result<Vec<Uuid>> {
    let items = some("ids", form.field("ids").list()?)?;
    let id = |(index, item)| id(item, || format!("ids__{index}"));
    let ids: Vec<_> = items.iter().enumerate().map(id).collect::<Result<_>>()?;
    not_too_many("ids", ids.len())?;
    Ok(ids)
}

/// Returns the items of the list `name` of a request about many things. Errors: `Invalid` if it is missing or empty.
pub fn some(name: &'static str, items: Field<Vec<Json>>) -> Result<Vec<Json>> {
    let items = items.required(name)?;
    if items.is_empty() {
        return Err(Error::field(name, "empty", "This list may not be empty."));
    }
    Ok(items)
}

/// Errors: `Invalid` if `count` things in the list `name` are too many for one request.
pub fn not_too_many(name: &'static str, count: usize) -> Result<()> {
    if count > MOST_IDS {
        return Err(too_many(name, MOST_IDS));
    }
    Ok(())
}

/// Reads the id of a thing, sent as `name`. Errors: `Invalid`.
pub fn id(value: &Json, name: impl Fn() -> String) -> Result<Uuid> {
    match value {
        Json::Null => Err(Error::field(name(), "null", "This field may not be null.")),
        _ => uuid(value)
            .ok_or_else(|| Error::field(name(), "invalid_input", "Must be a valid UUID.")),
    }
}

/// A bare integer is a UUID to the framework: its 128 bits.
fn uuid(value: &Json) -> Option<Uuid> {
    match value {
        Json::Text(text) => Uuid::parse_str(&text.value).ok(),
        Json::Int(digits) => digits.parse().map(Uuid::from_u128).ok(),
        _ => None,
    }
}

fn too_many(name: &'static str, most: usize) -> Error {
    Error::field(
        name,
        "max_length",
        format!("Ensure this field has no more than {most} elements."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| tag.to_string()).collect()
    }

    #[test]
    fn tags_have_one_form() {
        assert_eq!(
            normal(&texts(&["b", " A ", "a", "", " \t", "ÄÖ", "äö"])),
            ["a", "b", "äö"]
        );
    }

    #[test]
    fn actions_are_those_of_sets() {
        let applied = |action| {
            let bulk = BulkTags {
                ids: Vec::new(),
                action,
                tags: texts(&["a", "c"]),
            };
            bulk.applied_to(&texts(&["a", "b"]))
        };
        assert_eq!(applied(TagAction::Add), ["a", "b", "c"]);
        assert_eq!(applied(TagAction::Remove), ["b"]);
        assert_eq!(applied(TagAction::Set), ["a", "c"]);
    }
}
