//! Reading what a client sent, field by field, with the framework's coercions and messages (`http-conventions.md` 3.5, 4).
//!
//! Read fields in the order in which the reference declares them: the first that breaks a rule is the one reported.

use std::borrow::Cow;

use super::{Error, Result};
use crate::model::{Json, Text};

/// What a change says of a field: nothing, null, or a value. `Option` cannot tell the first two apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Field<T> {
    /// Not sent: keep what is there.
    Absent,
    /// Sent as null: clear it.
    Null,
    /// Sent.
    Value(T),
}

impl<T> Field<T> {
    /// The value, which must have been sent. Errors: code `required` or `null`.
    pub fn required(self, name: &'static str) -> Result<T> {
        match self.not_null(name)? {
            Some(value) => Ok(value),
            None => Err(Error::field(name, "required", "This field is required.")),
        }
    }

    /// The value, if one was sent. Errors: code `null`.
    pub fn not_null(self, name: &'static str) -> Result<Option<T>> {
        match self {
            Field::Absent => Ok(None),
            Field::Null => Err(null(name)),
            Field::Value(value) => Ok(Some(value)),
        }
    }

    /// What to store: null clears, nothing sent keeps `current`.
    pub fn or_keep(self, current: Option<T>) -> Option<T> {
        match self {
            Field::Absent => current,
            Field::Null => None,
            Field::Value(value) => Some(value),
        }
    }

    /// The value, if one was sent that is not null.
    pub fn value(self) -> Option<T> {
        match self {
            Field::Value(value) => Some(value),
            _ => None,
        }
    }

    /// `change` applied to the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Value(value) => Field::Value(change(value)),
        }
    }
}

/// What a client sent: a JSON object, a form, or a query string.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, Json)>,
    is_encoded: bool,
}

impl Form {
    /// A JSON object's fields.
    pub fn object(fields: Vec<(String, Json)>) -> Form {
        Form {
            fields,
            is_encoded: false,
        }
    }

    /// The pairs of a form or a query string.
    pub fn encoded(pairs: impl IntoIterator<Item = (String, String)>) -> Form {
        let fields = pairs
            .into_iter()
            .map(|(name, value)| (name, Json::from(value)))
            .collect();
        Form {
            fields,
            is_encoded: true,
        }
    }

    /// Whether it is a form or a query string, where an empty value can mean "nothing".
    pub fn is_encoded(&self) -> bool {
        self.is_encoded
    }

    /// Whether it has no fields at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What was sent as `name`, before any rule: the last one counts.
    pub fn raw(&self, name: &str) -> Option<&Json> {
        self.fields
            .iter()
            .rev()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value)
    }

    /// Starts reading the field `name`, which is required, may not be null and may not be blank until told otherwise.
    pub fn field(&self, name: &'static str) -> Reader<'_> {
        Reader {
            form: self,
            name,
            nullable: false,
            blank: false,
            optional: false,
        }
    }
}

/// One field about to be read. An empty text in a form means null where null is allowed, and nothing where the field is
/// optional; where blanks are allowed it is a text like any other.
#[derive(Clone, Copy)]
pub struct Reader<'f> {
    form: &'f Form,
    name: &'static str,
    nullable: bool,
    blank: bool,
    optional: bool,
}

impl Reader<'_> {
    /// Null is a value. Without this, null is an error of its own.
    pub fn nullable(self) -> Self {
        Self {
            nullable: true,
            optional: true,
            ..self
        }
    }

    /// The empty text is a value.
    pub fn blank(self) -> Self {
        Self {
            blank: true,
            ..self
        }
    }

    /// Nobody has to send it.
    pub fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// Text of at most `longest` characters, trimmed. Numbers become their text.
    pub fn text(self, longest: impl Into<Option<usize>>) -> Result<Field<String>> {
        self.read(|value| text(self.name.into(), value, self.blank, longest.into()))
    }

    /// A boolean in any of the spellings of `http-conventions.md` 4.
    pub fn boolean(self) -> Result<Field<bool>> {
        match self.raw() {
            Field::Value(Json::Text(text))
                if self.nullable
                    && (text.value.is_empty() || text.value.eq_ignore_ascii_case("null")) =>
            {
                Ok(Field::Null)
            }
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

    /// A whole number; what does not fit becomes the largest or smallest that does.
    pub fn integer(self) -> Result<Field<i64>> {
        self.read(|value| integer(self.name, value))
    }

    /// One of `choices`.
    pub fn choice(self, choices: &[&'static str]) -> Result<Field<&'static str>> {
        self.read(|value| {
            let text = value.python_text();
            let found = choices.iter().find(|choice| **choice == text);
            let detail = || format!("\"{text}\" is not a valid choice.");
            found
                .copied()
                .ok_or_else(|| Error::field(self.name, "invalid_choice", detail()))
        })
    }

    /// Any value. In a form: text that must be JSON.
    pub fn json(self) -> Result<Field<Json>> {
        let value = match self.form.raw(self.name) {
            None => return Ok(Field::Absent),
            Some(value) => value,
        };
        let parsed = match value {
            Json::Text(text) if self.form.is_encoded => {
                crate::model::parse_json(text.value.as_bytes()).map_err(|_| {
                    Error::field(self.name, "invalid_input", "Value must be valid JSON.")
                })?
            }
            other => other.clone(),
        };
        match parsed {
            Json::Null if !self.nullable => Err(null(self.name)),
            Json::Null => Ok(Field::Null),
            value => Ok(Field::Value(value)),
        }
    }

    /// A list; in a form the repeated fields `name`, or `name[0]`, `name[1]`, ….
    pub fn list(self) -> Result<Field<Vec<Json>>> {
        if self.form.is_encoded {
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

    /// A list of texts, each of at most `longest` characters, trimmed.
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

    fn encoded_list(self) -> Vec<Json> {
        let named = |wanted: &str| -> Vec<Json> {
            let same = self.form.fields.iter().filter(|(name, _)| name == wanted);
            same.map(|(_, value)| value.clone()).collect()
        };
        let plain = named(self.name);
        if !plain.is_empty() {
            return plain;
        }
        (0..)
            .map_while(|index| named(&format!("{}[{index}]", self.name)).pop())
            .collect()
    }

    fn raw(self) -> Field<Json> {
        match self.form.raw(self.name) {
            None => Field::Absent,
            Some(Json::Null) => Field::Null,
            Some(Json::Text(text))
                if self.form.is_encoded && text.value.is_empty() && !self.blank =>
            {
                match (self.nullable, self.optional) {
                    (true, _) => Field::Null,
                    (false, true) => Field::Absent,
                    (false, false) => Field::Value(Json::from("")),
                }
            }
            Some(value) => Field::Value(value.clone()),
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

fn null(name: impl Into<Cow<'static, str>>) -> Error {
    Error::field(name, "null", "This field may not be null.")
}

/// `value` as trimmed text: at most `longest` characters, and not empty unless `blank`.
pub fn text(
    name: Cow<'static, str>,
    value: &Json,
    blank: bool,
    longest: Option<usize>,
) -> Result<String> {
    let (sent, surrogate) = match value {
        Json::Text(Text { value, surrogate }) => (value.clone(), *surrogate),
        Json::Int(_) | Json::Float(_) => (value.python_text(), None),
        _ => return Err(Error::field(name, "invalid_input", "Not a valid string.")),
    };
    let text = trim(&sent);
    if text.is_empty() && !blank {
        return Err(Error::field(name, "blank", "This field may not be blank."));
    }
    if let Some(longest) = longest.filter(|longest| text.chars().count() > *longest) {
        let detail = format!("Ensure this field has no more than {longest} characters.");
        return Err(Error::field(name, "max_length", detail));
    }
    if text.contains('\0') {
        return Err(Error::field(
            name,
            "null_characters_not_allowed",
            "Null characters are not allowed.",
        ));
    }
    if let Some(code) = surrogate {
        let detail = format!("Surrogate characters are not allowed: U+{code:X}.");
        return Err(Error::field(
            name,
            "surrogate_characters_not_allowed",
            detail,
        ));
    }
    Ok(text.to_owned())
}

/// `text` without white space at its ends: Unicode's, and the four separators U+001C to U+001F.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|letter: char| {
        letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
    })
}

/// `value` as a boolean, in any spelling that the framework takes.
pub fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(value) => Some(*value),
        Json::Int(digits) if digits == "1" => Some(true),
        Json::Int(digits) if digits == "0" => Some(false),
        Json::Float(number) if *number == 1.0 => Some(true),
        Json::Float(number) if *number == 0.0 => Some(false),
        Json::Text(text) => match text.value.to_ascii_lowercase().as_str() {
            "t" | "y" | "yes" | "true" | "on" | "1" => Some(true),
            "f" | "n" | "no" | "false" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn integer(name: &'static str, value: &Json) -> Result<i64> {
    let invalid = || Error::field(name, "invalid_input", "A valid integer is required.");
    let text = match value {
        Json::Text(text) if text.value.chars().count() > 1000 => {
            return Err(Error::field(
                name,
                "max_string_length",
                "String value too large.",
            ));
        }
        Json::Int(_) | Json::Float(_) | Json::Text(_) => value.python_text(),
        _ => return Err(invalid()),
    };
    let text = trim(&text);
    let whole = text.split_once('.').map_or(text, |(whole, zeros)| {
        if zeros.bytes().all(|digit| digit == b'0') {
            whole
        } else {
            text
        }
    });
    let number: f64 = match value {
        Json::Float(number) if number.fract() == 0.0 && number.is_finite() => *number,
        _ => {
            let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
            if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(invalid());
            }
            if let Ok(number) = whole.parse() {
                return Ok(number);
            }
            if whole.starts_with('-') {
                f64::MIN
            } else {
                f64::MAX
            }
        }
    };
    Ok(number as i64) // saturates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Json) -> Form {
        Form::object(vec![("f".into(), value)])
    }

    fn code<T>(read: Result<T>) -> Option<&'static str> {
        match read {
            Err(Error::Invalid(fault)) => Some(fault.code),
            _ => None,
        }
    }

    #[test]
    fn absent_null_and_blank_are_three_things() {
        assert_eq!(Form::default().field("f").text(40).unwrap(), Field::Absent);
        assert_eq!(
            object(Json::Null).field("f").nullable().text(40).unwrap(),
            Field::Null
        );
        assert_eq!(code(object(Json::Null).field("f").text(40)), Some("null"));
        assert_eq!(
            code(object("\u{a0} ".into()).field("f").text(40)),
            Some("blank")
        );
        assert_eq!(
            object(" a ".into()).field("f").text(40).unwrap(),
            Field::Value("a".into())
        );
        assert_eq!(
            code(object("aé".into()).field("f").text(1)),
            Some("max_length")
        );
    }

    #[test]
    fn an_empty_form_value_means_null_or_nothing_where_it_can() {
        let form = Form::encoded([("f".to_owned(), String::new())]);
        assert_eq!(form.field("f").nullable().boolean().unwrap(), Field::Null);
        assert_eq!(form.field("f").optional().boolean().unwrap(), Field::Absent);
        assert_eq!(code(form.field("f").text(40)), Some("blank"));
        assert_eq!(
            form.field("f").blank().text(40).unwrap(),
            Field::Value(String::new())
        );
    }

    #[test]
    fn lists_of_a_form_are_repeated_or_indexed() {
        let pairs =
            |names: [&str; 2]| Form::encoded(names.map(|name| (name.to_owned(), "a".to_owned())));
        let both = Field::Value(vec!["a".to_owned(), "a".to_owned()]);
        assert_eq!(pairs(["f", "f"]).field("f").texts(None).unwrap(), both);
        assert_eq!(
            pairs(["f[0]", "f[1]"]).field("f").texts(None).unwrap(),
            both
        );
        assert_eq!(
            pairs(["f[]", "f[]"]).field("f").texts(None).unwrap(),
            Field::Absent
        );
    }

    #[test]
    fn integers_come_in_many_spellings() {
        for (sent, read) in [
            ("1.0", 1),
            (" 7 ", 7),
            ("-2", -2),
            ("99999999999999999999", i64::MAX),
        ] {
            assert_eq!(
                object(sent.into()).field("f").integer().unwrap(),
                Field::Value(read),
                "{sent}"
            );
        }
        assert_eq!(
            object(Json::Float(1e3)).field("f").integer().unwrap(),
            Field::Value(1000)
        );
        for wrong in [
            Json::from("x"),
            "".into(),
            "1.5".into(),
            Json::Float(1.5),
            Json::Float(f64::INFINITY),
            Json::Bool(true),
        ] {
            assert_eq!(
                code(object(wrong.clone()).field("f").integer()),
                Some("invalid_input"),
                "{wrong:?}"
            );
        }
    }
}
