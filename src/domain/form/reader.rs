//! Reading one field as a text, a boolean, a list, ….

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use super::{
    Field, Form,
    values::{boolean, digits, integer, null, pk, text},
};
use crate::{
    domain::{Error, Result},
    model::{Json, fold, parse_json},
};

/// Reads one field. In a form, an empty value is null if the field is nullable, else not sent if it is optional; if blanks
/// are allowed it is an empty text.
#[derive(Clone, Copy)]
pub struct FieldReader<'f> {
    form: &'f Form,
    name: &'static str,
    nullable: bool,
    blank: bool,
    optional: bool,
}

impl<'f> FieldReader<'f> {
    /// Reads the field `name` of `form`, which may be neither null nor blank.
    pub fn new(form: &'f Form, name: &'static str) -> Self {
        FieldReader {
            form,
            name,
            nullable: false,
            blank: false,
            optional: false,
        }
    }

    /// Allows null, and an empty value in a form means null.
    pub fn nullable(self) -> Self {
        Self {
            nullable: true,
            optional: true,
            ..self
        }
    }

    /// Allows the empty text.
    pub fn blank(self) -> Self {
        Self {
            blank: true,
            ..self
        }
    }

    /// In a form, an empty value means that the field was not sent.
    pub fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// Reads a text of at most `longest` characters and trims it. Numbers are converted to text.
    pub fn text(self, longest: impl Into<Option<usize>>) -> Result<Field<String>> {
        self.read(|value| text(self.name.into(), value, self.blank, longest.into()))
    }

    /// Reads a boolean in any of the spellings of `http-conventions.md` 4.
    pub fn boolean(self) -> Result<Field<bool>> {
        let is_null = |sent: &Json| match sent {
            Json::Text(text) => text.value.is_empty() || text.value.eq_ignore_ascii_case("null"),
            _ => false,
        };
        match self.raw() {
            Field::Value(sent) if self.nullable && is_null(&sent) => Ok(Field::Null),
            _ => self.read(|value| match boolean(value) {
                Some(value) => Ok(value),
                None => Err(Error::field(
                    self.name,
                    "invalid_input",
                    "Must be a valid boolean.",
                )),
            }),
        }
    }

    /// Reads an optional boolean. Returns `default` if it was not sent.
    pub fn boolean_or(self, default: bool) -> Result<bool> {
        let sent = self.optional().boolean()?;
        Ok(sent.not_null(self.name)?.unwrap_or(default))
    }

    /// Reads a whole number. Numbers outside the range of `i64` are clamped to it.
    pub fn integer(self) -> Result<Field<i64>> {
        self.read(|value| integer(self.name, value))
    }

    /// Reads the digits of a whole number of any size, after a `-` if it is negative.
    pub fn digits(self) -> Result<Field<String>> {
        self.read(|value| digits(self.name, value))
    }

    /// Reads a whole number in `range`.
    pub fn integer_in(self, range: RangeInclusive<i64>) -> Result<Field<i64>> {
        let (least, most) = range.into_inner();
        let rule = |code, detail| Err(Error::field(self.name, code, detail));
        match self.integer()? {
            Field::Value(number) if number > most => rule(
                "max_value",
                format!("Ensure this value is less than or equal to {most}."),
            ),
            Field::Value(number) if number < least => rule(
                "min_value",
                format!("Ensure this value is greater than or equal to {least}."),
            ),
            read => Ok(read),
        }
    }

    pub fn choice(self, choices: &[&'static str]) -> Result<Field<&'static str>> {
        self.choice_by(|text| choices.iter().copied().find(|choice| *choice == text))
    }

    /// Reads a choice, which `find` looks up.
    pub fn choice_by<T>(self, find: impl FnOnce(&str) -> Option<T>) -> Result<Field<T>> {
        self.read(|value| {
            let text = value.python_text();
            let detail = || format!("\"{text}\" is not a valid choice.");
            find(&text).ok_or_else(|| Error::field(self.name, "invalid_choice", detail()))
        })
    }

    /// Reads any value. In a form, the text is parsed as JSON.
    pub fn json(self) -> Result<Field<Json>> {
        let value = match self.form.raw(self.name) {
            None => return Ok(Field::Absent),
            Some(value) => value,
        };
        let parsed = match value {
            other if !self.form.is_encoded => other.clone(),
            Json::Text(text) => parse_json(text.value.as_bytes()).map_err(|_| self.not_json())?,
            _ => return Err(self.not_json()), // a file
        };
        match parsed {
            Json::Null if !self.nullable => Err(null(self.name)),
            Json::Null => Ok(Field::Null),
            value => Ok(Field::Value(value)),
        }
    }

    fn not_json(self) -> Error {
        Error::field(self.name, "invalid_input", "Value must be valid JSON.")
    }

    /// Reads a list. In a form, its items are repeated fields `name`, or `name[0]`, `name[1]`, ….
    pub fn list(self) -> Result<Field<Vec<Json>>> {
        if self.form.is_encoded {
            self.form.raw(self.name); // it is asked for
            let items = self.encoded_list();
            return Ok(if items.is_empty() {
                Field::Absent
            } else {
                Field::Value(items)
            });
        }
        self.read(|value| match value {
            Json::List(items) => Ok(items.clone()),
            other => {
                let detail = format!(
                    "Expected a list of items but got type \"{}\".",
                    other.kind()
                );
                Err(Error::field(self.name, "not_a_list", detail))
            }
        })
    }

    /// Reads a list of texts, each of at most `longest` characters, and trims them.
    pub fn texts(self, longest: impl Into<Option<usize>>) -> Result<Field<Vec<String>>> {
        let longest = longest.into();
        let items = match self.list()? {
            Field::Absent => return Ok(Field::Absent),
            Field::Null => return Ok(Field::Null),
            Field::Value(items) => items,
        };
        let read = |(index, item): (usize, &Json)| {
            let name = format!("{}__{index}", self.name);
            match item {
                Json::Null => Err(null(name)),
                value => text(name.into(), value, self.blank, longest),
            }
        };
        items
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_>>()
            .map(Field::Value)
    }

    /// Reads the words of a search, case-folded, sorted and without duplicates; empty if the field was not sent.
    pub fn words(self) -> Result<Vec<String>> {
        let text = self.text(None)?.value().unwrap_or_default();
        let words = text.split(' ').filter(|word| !word.is_empty());
        Ok(words
            .map(fold)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect())
    }

    /// Reads a text that is a JSON list of strings. Numbers and booleans in it are converted to text as Python does. Empty if
    /// the field was not sent.
    pub fn json_texts(self) -> Result<Vec<String>> {
        let Some(sent) = self.text(None)?.value() else {
            return Ok(Vec::new());
        };
        let string = |item: &Json| match item {
            Json::Null | Json::List(_) | Json::Object(_) => None,
            other => Some(other.python_text()),
        };
        let texts = match parse_json(sent.as_bytes()) {
            Ok(Json::List(items)) => items.iter().map(string).collect(),
            _ => None,
        };
        let detail = "Must be a JSON-encoded list of strings";
        texts.ok_or_else(|| Error::field(self.name, "invalid_input", detail))
    }

    /// Reads the id of a row; see [`pk`].
    pub fn pk(self) -> Result<Field<i64>> {
        self.read(|value| pk(self.name, value))
    }

    fn encoded_list(self) -> Vec<Json> {
        let fields = &self.form.fields;
        let plain = fields.iter().filter(|(name, _)| name == self.name);
        let plain: Vec<_> = plain.map(|(_, value)| value.clone()).collect();
        if !plain.is_empty() {
            return plain;
        }
        // Gaps between indexes are ignored. If an index is repeated, the last value counts.
        let indexed = fields
            .iter()
            .filter_map(|(name, value)| Some((self.index_in(name)?, value.clone())));
        indexed.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// The `7` of `name[7]`.
    fn index_in(self, sent: &str) -> Option<u64> {
        let inside = sent.strip_prefix(self.name)?.strip_prefix('[')?;
        let digits = inside.strip_suffix(']')?;
        let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
        is_number.then(|| digits.parse().ok()).flatten()
    }

    fn raw(self) -> Field<Cow<'f, Json>> {
        match self.form.raw(self.name) {
            None => Field::Absent,
            Some(Json::Null) => Field::Null,
            Some(Json::Text(text))
                if self.form.is_encoded && text.value.is_empty() && !self.blank =>
            {
                match (self.nullable, self.optional) {
                    (true, _) => Field::Null,
                    (false, true) => Field::Absent,
                    (false, false) => Field::Value(Cow::Owned(Json::from(""))),
                }
            }
            Some(value) => Field::Value(Cow::Borrowed(value)),
        }
    }

    fn read<T>(self, rule: impl FnOnce(&Json) -> Result<T>) -> Result<Field<T>> {
        match self.raw() {
            Field::Absent => Ok(Field::Absent),
            Field::Null if self.nullable => Ok(Field::Null),
            Field::Null => Err(null(self.name)),
            Field::Value(value) => rule(&value).map(Field::Value),
        }
    }
}
