//! Reading a flag from a seed file or a request of the lab.

use super::rules::{LONGEST_FILTERS, Rules};
use crate::{
    domain::{Error, Form, Origin, Result},
    model::{DISTINCT_ID_LENGTH, FeatureFlag, FeatureFlagId, FlagValue, Json, JsonText},
};

/// The most characters of a key, as in the service; and of a name.
const KEY_LENGTH: usize = 400;
const NAME_LENGTH: usize = 400;

/// The most values for single distinct ids that one request or one item of a file may set.
const MOST_OVERRIDES: usize = super::MOST_OVERRIDES as usize;

/// A new flag that is on for everybody.
pub fn blank(origin: Origin) -> FeatureFlag {
    FeatureFlag {
        id: FeatureFlagId(0),
        key: String::new(),
        name: String::new(),
        active: true,
        filters: JsonText::new(&everybody(None)),
        version: 1,
        created_at: origin.now,
        created_by: origin.by,
        updated_at: origin.now,
    }
}

/// Filters that are fulfilled by everybody, with one variant if it is given.
fn everybody(variant: Option<&str>) -> serde_json::Value {
    let mut filters =
        serde_json::json!({"groups": [{"properties": [], "rollout_percentage": 100}]});
    if let Some(key) = variant {
        filters["multivariate"] =
            serde_json::json!({"variants": [{"key": key, "rollout_percentage": 100}]});
    }
    filters
}

/// Reads the key of a flag.
pub fn read_key(form: &Form) -> Result<String> {
    let key = form.field("key").text(KEY_LENGTH)?.required("key")?;
    check_key(&key)?;
    Ok(key)
}

/// Errors: `Invalid` for a key that no flag may have.
pub fn check_key(key: &str) -> Result<()> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if (1..=KEY_LENGTH).contains(&key.len()) && key.chars().all(fits) {
        return Ok(());
    }
    let detail = "Only letters, numbers, hyphens (-) & underscores (_) are allowed.";
    Err(Error::field("key", "invalid_key", detail))
}

/// Reads the name, and what the flag is: with `value` the same for everybody, else as `active` and `filters` say. What is left
/// out stays.
pub fn read(flag: &mut FeatureFlag, form: &Form) -> Result<()> {
    let name = form
        .field("name")
        .blank()
        .text(NAME_LENGTH)?
        .not_null("name")?;
    let active = form
        .field("active")
        .optional()
        .boolean()?
        .not_null("active")?;
    let filters = form.field("filters").json()?.not_null("filters")?;
    let value = form.field("value").nullable().json()?.value();
    if value.is_some() && (active.is_some() || filters.is_some()) {
        let detail = "A flag has a value, or active and filters.";
        return Err(Error::field("value", "invalid_input", detail));
    }
    if let Some(name) = name {
        flag.name = name;
    }
    if let Some(active) = active {
        flag.active = active;
    }
    if let Some(filters) = filters {
        flag.filters = read_filters(&filters)?;
    }
    if let Some(value) = value {
        let value = read_value(&value)?;
        flag.active = value.is_on();
        flag.filters = JsonText::new(&everybody(value.variant()));
    }
    Ok(())
}

fn read_filters(filters: &Json) -> Result<JsonText> {
    let invalid = |detail: String| Error::field("filters", "invalid_input", detail);
    Rules::read(filters).map_err(invalid)?;
    let text = JsonText::new(filters);
    match text.as_str().len() > LONGEST_FILTERS {
        true => Err(invalid(format!(
            "The filters of a flag have at most {LONGEST_FILTERS} bytes."
        ))),
        false => Ok(text),
    }
}

/// Reads the values for single distinct ids, if any are given.
pub fn read_overrides(form: &Form) -> Result<Option<Vec<(String, FlagValue)>>> {
    const NAME: &str = "overrides";
    let members = match form.field(NAME).json()?.not_null(NAME)? {
        None => return Ok(None),
        Some(Json::Object(members)) if members.len() <= MOST_OVERRIDES => members,
        Some(_) => {
            let detail = format!("Expected an object of at most {MOST_OVERRIDES} distinct ids.");
            return Err(Error::field(NAME, "invalid_input", detail));
        }
    };
    let read = |(distinct_id, value): &(String, Json)| {
        check_distinct_id(distinct_id).map_err(|error| error.at(NAME))?;
        let value = read_value(value).map_err(|error| error.at(NAME))?;
        Ok((distinct_id.clone(), value))
    };
    members.iter().map(read).collect::<Result<_>>().map(Some)
}

/// Errors: `Invalid` for a distinct id that no person can have.
pub fn check_distinct_id(distinct_id: &str) -> Result<()> {
    if !(1..=DISTINCT_ID_LENGTH).contains(&distinct_id.chars().count()) {
        let detail = format!("A distinct id has 1 to {DISTINCT_ID_LENGTH} characters.");
        return Err(Error::field("distinct_id", "invalid_input", detail));
    }
    Ok(())
}

/// Reads a value of a flag: a boolean or the key of a variant.
pub fn read_value(value: &Json) -> Result<FlagValue> {
    match value {
        Json::Bool(on) => Ok(FlagValue::Switch(*on)),
        Json::Text(text) if !text.value.is_empty() && text.value.chars().count() <= KEY_LENGTH => {
            Ok(FlagValue::Variant(text.value.clone()))
        }
        _ => {
            let detail = "Expected true, false, or the key of a variant.";
            Err(Error::field("value", "invalid_input", detail))
        }
    }
}
