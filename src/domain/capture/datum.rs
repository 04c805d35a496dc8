//! JSON values reduced to what definitions depend on: their kind, and the text of strings. Lists and objects are checked and
//! skipped.

use std::{borrow::Cow, cell::OnceCell, collections::HashMap, fmt, marker::PhantomData};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The most members kept of an object. An event with as many distinct ones leads to more updates than one event may, so it is
/// ignored anyway; without the limit an event of 20 MiB would take ten times its length.
pub const MAX_MEMBERS: usize = 50_000;

/// The memory of one kept member, in bytes: its slot in a growing list, and in the index of keys.
pub const MEMBER_MEMORY: usize = 160;

/// The most items kept of a list that are shorter than [`SHORT`]. No valid event or snapshot is as short, so one is enough to
/// reject its list.
pub const MAX_SHORT_ITEMS: usize = 1000;

/// The length of `{"event":""}`.
const SHORT: usize = 12;

/// A value. Strings without escapes are borrowed from the payload.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum<'t> {
    Null,
    Boolean(bool),
    /// A number written without sign, fraction or exponent that fits into 64 bits.
    Whole(u64),
    /// Any other number.
    Number,
    Text(Cow<'t, str>),
    List,
    Object,
}

impl<'t> Datum<'t> {
    /// Whether JavaScript treats it as false.
    pub fn is_falsy(&self) -> bool {
        match self {
            Datum::Null | Datum::Boolean(false) | Datum::Whole(0) => true,
            Datum::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&Cow<'t, str>> {
        match self {
            Datum::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The keys of an object with their values, in the order sent. A duplicate key is kept; its last value counts.
pub type Members<'t> = Vec<(Cow<'t, str>, Datum<'t>)>;

/// The members of an object; `None` for any other value.
#[derive(Debug, Default)]
pub struct Nested<'t>(pub Option<Members<'t>>);

/// The items of a list of objects, unparsed; `None` for any other value. A list with another item takes no memory, however
/// long.
#[derive(Debug)]
pub struct Objects<'t>(pub Option<Vec<&'t str>>);

/// A string, borrowed where it has no escapes.
#[derive(Debug)]
pub struct CowStr<'t>(pub Cow<'t, str>);

/// A value that is parsed and dropped. Unlike `IgnoredAny` it checks numbers and escapes at every depth.
#[derive(Debug)]
pub struct Checked;

impl<'de: 't, 't> Deserialize<'de> for Datum<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading::<Datum>(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Datum::deserialize(from).map(|_| Checked)
    }
}

impl<'de: 't, 't> Deserialize<'de> for Nested<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading::<Nested>(PhantomData))
    }
}

impl<'de: 't, 't> Deserialize<'de> for Objects<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading::<Objects>(PhantomData))
    }
}

impl<'de: 't, 't> Deserialize<'de> for CowStr<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(ReadingText).map(CowStr)
    }
}

/// What is kept of a value: any value can be read, but not every kind is kept.
trait Kept<'de>: Sized {
    /// From a value that is neither list nor object.
    fn of_plain(value: Datum<'de>) -> Self;

    fn of_list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Checked>()?.is_some() {}
        Ok(Self::of_plain(Datum::List))
    }

    fn of_object<A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<Checked, Checked>()?.is_some() {}
        Ok(Self::of_plain(Datum::Object))
    }
}

impl<'de> Kept<'de> for Datum<'de> {
    fn of_plain(value: Datum<'de>) -> Self {
        value
    }
}

impl<'de> Kept<'de> for Nested<'de> {
    fn of_plain(_: Datum<'de>) -> Self {
        Nested(None)
    }

    fn of_object<A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        let mut members = Members::new();
        while let Some(CowStr(key)) = entries.next_key()? {
            let value = entries.next_value()?;
            keep(&mut members, key, value);
        }
        Ok(Nested(Some(members)))
    }
}

impl<'de> Kept<'de> for Objects<'de> {
    fn of_plain(_: Datum<'de>) -> Self {
        Objects(None)
    }

    fn of_list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let (mut objects, mut short) = (Some(Vec::new()), 0);
        while let Some(item) = items.next_element::<&'de RawValue>()? {
            if item.get().starts_with('{') {
                short += usize::from(item.get().len() < SHORT);
                if item.get().len() >= SHORT || short <= MAX_SHORT_ITEMS {
                    objects.iter_mut().for_each(|list| list.push(item.get()));
                }
            } else {
                objects = None;
            }
        }
        Ok(Objects(objects))
    }
}

/// Adds a member, unless there are more than [`MAX_MEMBERS`] already: one too many shows that the object was cut.
pub fn keep<'t>(members: &mut Members<'t>, key: Cow<'t, str>, value: Datum<'t>) {
    if members.len() <= MAX_MEMBERS {
        members.push((key, value));
    }
}

struct Reading<K>(PhantomData<K>);

impl<'de, K: Kept<'de>> Visitor<'de> for Reading<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<K, E> {
        Ok(K::of_plain(Datum::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<K, E> {
        Ok(K::of_plain(Datum::Boolean(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<K, E> {
        Ok(K::of_plain(Datum::Whole(value)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<K, E> {
        Ok(K::of_plain(Datum::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<K, E> {
        Ok(K::of_plain(Datum::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<K, E> {
        Ok(K::of_plain(Datum::Text(Cow::Borrowed(value))))
    }

    fn visit_str<E>(self, value: &str) -> Result<K, E> {
        Ok(K::of_plain(Datum::Text(Cow::Owned(value.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<K, A::Error> {
        K::of_list(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<K, A::Error> {
        K::of_object(entries)
    }
}

struct ReadingText;

impl<'de> Visitor<'de> for ReadingText {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

/// The members of an object and a lazy index of their keys.
pub struct Keyed<'e> {
    /// In the order sent.
    pub members: &'e [(Cow<'e, str>, Datum<'e>)],
    /// The last position of each key, built when first needed: most events never need it.
    last: OnceCell<HashMap<&'e str, usize>>,
}

impl<'e> Keyed<'e> {
    /// Wraps `members`; `None` is an empty object.
    pub fn new(members: Option<&'e Members<'e>>) -> Keyed<'e> {
        Keyed {
            members: members.map_or(&[], Vec::as_slice),
            last: OnceCell::new(),
        }
    }

    /// Whether there is a member `key`; builds the index.
    pub fn contains(&self, key: &str) -> bool {
        !self.members.is_empty() && self.last().contains_key(key)
    }

    /// The same without the index, for a single look-up.
    pub fn has(&self, key: &str) -> bool {
        self.members.iter().any(|(known, _)| known == key)
    }

    /// Whether the `key` at `position` does not occur again after it.
    pub fn is_last(&self, position: usize, key: &str) -> bool {
        self.last().get(key).is_none_or(|last| *last <= position)
    }

    fn last(&self) -> &HashMap<&'e str, usize> {
        self.last.get_or_init(|| {
            let members = self.members.iter().enumerate();
            members
                .map(|(position, (key, _))| (&**key, position))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_values_are_distinguished() {
        let datum = |json| serde_json::from_str::<Datum>(json).unwrap();
        assert_eq!(datum("18446744073709551615"), Datum::Whole(u64::MAX));
        for number in ["-1", "0.5", "1e3", "18446744073709551616"] {
            assert_eq!(datum(number), Datum::Number, "{number}");
        }
        assert_eq!(datum(r#""a\u0041""#), Datum::Text("aA".into()));
        assert!(matches!(
            datum(r#""plain""#),
            Datum::Text(Cow::Borrowed("plain"))
        ));
        assert_eq!(
            (datum("[1, {}]"), datum(r#"{"a": []}"#)),
            (Datum::List, Datum::Object)
        );
    }

    #[test]
    fn values_that_are_not_kept_are_checked() {
        let refused = |json: &str| serde_json::from_str::<Datum>(json).is_err();
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(refused(r#"[{"a": "\ud800"}]"#) && refused(r#"{"a": [1e999]}"#) && refused(&deep));
    }

    #[test]
    fn only_objects_have_members() {
        let members = |json| serde_json::from_str::<Nested>(json).unwrap().0;
        for other in [
            "null", "true", "1", "-1", "0.5", r#""a""#, r#""\n""#, "[{}]",
        ] {
            assert_eq!(members(other), None, "{other}");
        }
        let twice = vec![("a".into(), Datum::Whole(1)), ("a".into(), Datum::Null)];
        assert_eq!(members(r#"{"a": 1, "\u0061": null}"#), Some(twice));
    }

    #[test]
    fn only_lists_of_objects_have_items() {
        let objects = |json| serde_json::from_str::<Objects>(json).unwrap().0;
        assert_eq!(
            objects(r#" [ {"a": [1]} , {} ] "#),
            Some(vec![r#"{"a": [1]}"#, "{}"])
        );
        assert_eq!(objects("[]"), Some(vec![]));
        for other in ["null", "{}", "[{}, 1, {}]", r#""[]""#] {
            assert_eq!(objects(other), None, "{other}");
        }
    }
}
