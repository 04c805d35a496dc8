//! Texts and numbers of a seed file: each type takes only what is right, so that a wrong one is told with its place.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, de::Error};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::model::*;

/// Declares a text that must pass a check, which returns what is wrong with it.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                let check: fn(&str) -> Result<(), String> = $check;
                check(&text).map_err(D::Error::custom)?;
                Ok(Self(text))
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }
    };
}

text! {
    /// What a thing is called: not blank, at most 400 characters.
    Name, |text| sized(text, 1, 400)
}
text! {
    /// A key's label: 1 to 40 characters.
    Label, |text| sized(text, 1, Label::LONGEST)
}

impl Label {
    /// The most characters.
    pub const LONGEST: usize = 40;
}
text! {
    /// A tag: at most 255 characters.
    Tag, |text| sized(text, 1, 255)
}
text! {
    /// A session id: 1 to 200 characters.
    RecordingId, |text| sized(text, 1, 200)
}
text! {
    /// What an insight or a notebook is called in links.
    ShortId, |text| {
        rule((1..=12).contains(&text.len()) && is_alphanumeric(text), "must be 1 to 12 letters and digits")
    }
}
text! {
    /// A personal key's scope.
    PersonalScope, |text| rule(text == "*" || is_scope(text), &format!("Invalid scope: {text}"))
}
text! {
    /// A project secret key's scope. Which of the known ones the API lets people choose does not bind a file.
    ProjectScope, |text| rule(is_scope(text), &format!("Invalid scope: {text}"))
}
text! {
    /// A project's public token.
    ProjectToken, |text| prefixed(text, "phc_")
}
text! {
    /// A link's token.
    AccessTokenText, |text| {
        let right = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        rule((1..=400).contains(&text.len()) && text.bytes().all(right), "must be 1 to 400 letters, digits, - and _")
    }
}
text! {
    /// What somebody does in the organization.
    Role, |text| one_of(text, &["engineering", "data", "product", "founder", "leadership", "marketing", "sales", "other", ""])
}
text! {
    /// What a property's values are.
    ValueType, |text| one_of(text, &["DateTime", "String", "Numeric", "Boolean", "Duration"])
}

/// A text of at most `LONGEST` characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<const LONGEST: usize>(pub String);

impl<const LONGEST: usize> Deref for Text<LONGEST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de, const LONGEST: usize> Deserialize<'de> for Text<LONGEST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        sized(&text, 0, LONGEST).map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}

/// Declares a secret text with a check on it.
macro_rules! secret {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Secret);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                let check: fn(&str) -> Result<(), String> = $check;
                check(&text).map_err(D::Error::custom)?;
                Ok(Self(Secret::new(text)))
            }
        }
    };
}

secret! {
    /// A password, not empty.
    Hidden, |text| rule(!text.is_empty(), "must not be empty")
}
secret! {
    /// A personal key.
    PersonalValue, |text| prefixed(text, "phx_")
}
secret! {
    /// A project secret key.
    ProjectSecretValue, |text| prefixed(text, "phs_")
}

/// Declares a whole number within bounds.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $first:expr, $last:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub i64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let number = i64::deserialize(from)?;
                rule(($first..=$last).contains(&number), &format!("must be from {} to {}", $first, $last))
                    .map_err(D::Error::custom)?;
                Ok(Self(number))
            }
        }
    };
}

number! {
    /// An id. Bounded, so that the ids generated after it fit as well, also into a JavaScript number.
    Number, 1, 1_000_000_000
}
number! {
    /// How often something happened.
    Count, 0, 1_000_000_000
}
number! {
    /// A group type's place.
    GroupIndex, 0, 4
}

/// A moment, such as `2026-01-02T03:04:05Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let instant = OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| {
            D::Error::custom(format!(
                "{text:?} is not a moment such as \"2026-01-02T03:04:05Z\""
            ))
        })?;
        Ok(Self(Timestamp(
            (instant.unix_timestamp_nanos() / 1_000) as i64,
        )))
    }
}

pub(super) fn rule(kept: bool, otherwise: &str) -> Result<(), String> {
    if kept {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `prefix`, then letters and digits: what authentication recognises as that kind of key.
fn prefixed(text: &str, prefix: &str) -> Result<(), String> {
    let kept = text
        .strip_prefix(prefix)
        .is_some_and(|rest| !rest.is_empty() && is_alphanumeric(rest));
    rule(
        kept,
        &format!("must be {prefix} and then letters and digits"),
    )
}

/// Not blank unless `least` is 0; counted in characters.
fn sized(text: &str, least: usize, most: usize) -> Result<(), String> {
    rule(least == 0 || !text.trim().is_empty(), "must not be blank")?;
    rule(!text.contains('\0'), "must not contain null characters")?;
    rule(
        text.chars().count() <= most,
        &format!("must have at most {most} characters"),
    )
}

fn one_of(text: &str, words: &[&str]) -> Result<(), String> {
    let known: Vec<_> = words
        .iter()
        .filter(|word| !word.is_empty())
        .copied()
        .collect();
    rule(
        words.contains(&text),
        &format!("{text:?} is not one of {}", known.join(", ")),
    )
}
