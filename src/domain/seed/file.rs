//! The format: the lists of a file, the keys of their objects, and the parser.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    problem::{Position, Problem},
    read::invalid,
    work::Work,
};
use crate::{
    domain::{self, Form},
    model::{Json, PasswordHash, parse_json},
    store::export::Table,
};

/// A list that a file may have.
pub struct List {
    pub name: &'static str,
    pub part: ListPart,
    /// Where it is kept; `None` for what leaves only traces.
    pub table: Option<&'static Table>,
    pub keys: AllowedKeys,
    /// Creates what one item describes.
    pub add: fn(&mut Work, &Item) -> domain::Result<()>,
}

impl List {
    /// Whether each item belongs to a project.
    pub fn is_of_project(&self) -> bool {
        self.keys.have("project") || matches!(self.keys, Three)
    }
}

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ListPart {
    /// Users, organizations and projects, which all else refers to.
    Frame,
    /// What is known of events and their properties.
    Taxonomy,
    /// What can be shared.
    Things,
    Shares,
    Rest,
}

/// What the items of a list look like.
pub enum AllowedKeys {
    /// Objects with these keys and no others.
    Of(&'static [&'static str]),
    /// The same; instead of a list there may be an object of pairs `key` and `value`.
    Pairs(&'static [&'static str]),
    /// Objects with any keys.
    Any,
    /// Lists of three texts.
    Three,
}

use AllowedKeys::{Any, Of, Pairs, Three};

impl AllowedKeys {
    /// Whether items may have `key`.
    pub fn have(&self, key: &str) -> bool {
        match self {
            Of(keys) | Pairs(keys) => keys.contains(&key),
            Any => true,
            Three => false,
        }
    }
}

/// An item of a list, with the hashes of the passwords in it.
pub struct Item {
    /// The fields of an object; those of a list are named `0`, `1`, ….
    pub form: Form,
    pub hashes: Vec<PasswordHash>,
    is_object: bool,
}

impl Item {
    /// The same item with other fields.
    pub fn with(self, form: Form) -> Item {
        Item { form, ..self }
    }
}

/// The key of a note for people, in the file and in every object of a list.
pub const COMMENT: &str = "$comment";

/// The keys beside the lists, whose values are texts that only people and editors read.
const TEXTS: [&str; 2] = ["$schema", COMMENT];

/// Parses a file that may have `lists` and checks its keys. Returns the lists that it has, in the order of `lists`.
pub fn parse(
    text: &str,
    lists: &'static [List],
) -> Result<Vec<(&'static List, Vec<Item>)>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text); // a byte order mark
    let mut json = serde_json::Deserializer::from_str(text);
    let Fields::<Member>(mut sent) = serde_path_to_error::deserialize(&mut json)?;
    json.end()
        .map_err(|error| Problem::Whole(format!("is not JSON: {error}")))?;
    let names = || lists.iter().map(|list| list.name);
    if let Some((name, _)) = sent
        .iter()
        .find(|(sent, _)| names().chain(TEXTS).all(|name| name != sent))
    {
        let what = unknown(name, names());
        return Err(Problem::At(name.clone(), what));
    }
    let takes_pairs = |name: &str| {
        let mut lists = lists.iter().filter(|list| list.name == name);
        lists.any(|list| matches!(list.keys, Pairs(_)))
    };
    let is_misplaced = |(name, member): &&(String, Member)| match member {
        Member::Text => names().any(|list| list == name),
        Member::Items(_) => TEXTS.contains(&name.as_str()),
        Member::Pairs(_) => !takes_pairs(name),
    };
    if let Some((name, member)) = sent.iter().find(is_misplaced) {
        let what = match member {
            Member::Text => "invalid type: string, expected a sequence",
            Member::Items(_) => "invalid type: sequence, expected a string",
            Member::Pairs(_) if TEXTS.contains(&name.as_str()) => {
                "invalid type: map, expected a string"
            }
            Member::Pairs(_) => "invalid type: map, expected a sequence",
        };
        return Err(Problem::At(name.clone(), what.into()));
    }
    let mut found = Vec::new();
    for list in lists {
        let Some(position) = sent.iter().position(|(name, _)| name == list.name) else {
            continue;
        };
        let items = match sent.swap_remove(position).1 {
            Member::Items(items) | Member::Pairs(items) => items,
            Member::Text => continue,
        };
        for (index, item) in items.iter().enumerate() {
            check(list, item).map_err(|error| Position::new(list.name, index).problem(error))?;
        }
        found.push((list, items));
    }
    Ok(found)
}

/// A line of a file of JSON lines.
pub enum Line {
    /// The first: what the file is.
    Format(String),
    Item(&'static List, Item),
    /// The last: the number of items before it.
    End(usize),
}

/// The key of the first line, and of the last.
pub const FORMAT: &str = "$format";
pub const END: &str = "$end";

/// Parses a line, an object with one key, and checks the keys of its item. `counts` has the number of items so far of each list.
pub fn parse_line(
    text: &str,
    lists: &'static [List],
    count: impl Fn(&str) -> usize,
) -> Result<Line, Problem> {
    let Fields::<&RawValue>(members) = serde_json::from_str(text)
        .map_err(|error| Problem::Whole(format!("is not a JSON object: {error}")))?;
    let [(name, value)] = &members[..] else {
        let what = "must be an object with one key, the name of a list";
        return Err(Problem::Whole(what.into()));
    };
    let at = |error: serde_json::Error| Problem::At(name.clone(), error.to_string());
    match &**name {
        FORMAT => {
            return serde_json::from_str(value.get())
                .map(Line::Format)
                .map_err(at);
        }
        END => return serde_json::from_str(value.get()).map(Line::End).map_err(at),
        _ => {}
    }
    let Some(list) = lists.iter().find(|list| list.name == name) else {
        let what = unknown(name, lists.iter().map(|list| list.name));
        return Err(Problem::At(name.clone(), what));
    };
    let position = Position::new(list.name, count(list.name));
    let item = serde_json::from_str(value.get());
    let item = item.map_err(|error| Problem::At(position.to_string(), error.to_string()))?;
    check(list, &item).map_err(|error| position.problem(error))?;
    Ok(Line::Item(list, item))
}

/// Checks that `item` has the form and the keys of `list`.
fn check(list: &List, item: &Item) -> domain::Result<()> {
    match list.keys {
        Three if item.is_object || item.form.names().count() != 3 => {
            Err(domain::Error::request("expected a list of three texts"))
        }
        Three => Ok(()),
        Of(_) | Pairs(_) | Any if !item.is_object => {
            Err(domain::Error::request("expected an object"))
        }
        Of(keys) | Pairs(keys) => check_keys(&item.form, keys),
        Any => check_comment(&item.form),
    }
}

/// Checks that `form` has no keys but `known`, and that of a comment.
pub fn check_keys(form: &Form, known: &[&str]) -> domain::Result<()> {
    check_comment(form)?;
    let mut names = form.names().filter(|name| *name != COMMENT);
    match names.find(|name| !known.contains(name)) {
        Some(name) => {
            let what = unknown(name, known.iter().copied());
            Err(domain::Error::field(name.to_owned(), "unknown", what))
        }
        None => Ok(()),
    }
}

fn check_comment(form: &Form) -> domain::Result<()> {
    match form.raw(COMMENT) {
        None | Some(Json::Text(_)) => Ok(()),
        Some(_) => Err(invalid(COMMENT, "Not a valid string.")),
    }
}

fn unknown<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
    format!(
        "unknown field `{name}`, expected one of {}",
        known.join(", ")
    )
}

/// The fields of an object in their order. Unlike in a body of the API, where the last one counts, a duplicate key is an
/// error: half of a file must not be lost in silence.
struct Fields<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fields<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(FieldsVisitor(PhantomData))
    }
}

struct FieldsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FieldsVisitor<T> {
    type Value = Fields<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<T>, A::Error> {
        let mut fields: Vec<(String, T)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if fields.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom(format!("duplicate field `{key}`")));
            }
            fields.push((key, map.next_value()?));
        }
        fields.shrink_to_fit(); // a large file has very many objects
        Ok(Fields(fields))
    }
}

/// The value of a key of the file.
enum Member {
    Items(Vec<Item>),
    /// The items that an object of pairs stands for.
    Pairs(Vec<Item>),
    Text,
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Member, E> {
        Ok(Member::Text)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Member, A::Error> {
        let Fields::<Exact>(pairs) = FieldsVisitor(PhantomData).visit_map(map)?;
        let pairs = pairs.into_iter().filter(|(key, _)| key != COMMENT);
        let item = |(key, value)| {
            let fields = [("key", Exact(Json::from(key))), ("value", value)];
            let fields = fields.map(|(name, value): (&str, Exact)| (name.to_owned(), value));
            ItemVisitor::item(fields.into_iter(), true)
        };
        Ok(Member::Pairs(pairs.map(item).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Member, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(Member::Items(items))
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl ItemVisitor {
    fn item(fields: impl Iterator<Item = (String, Exact)>, is_object: bool) -> Item {
        Item {
            form: Form::object(fields.map(|(name, Exact(value))| (name, value)).collect()),
            hashes: Vec::new(),
            is_object,
        }
    }
}

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
        let Fields(fields) = FieldsVisitor(PhantomData).visit_map(map)?;
        Ok(Self::item(fields.into_iter(), true))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Item, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push((values.len().to_string(), value));
        }
        Ok(Self::item(values.into_iter(), false))
    }
}

/// A value as the API reads it: numbers keep every digit.
struct Exact(Json);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(from)?;
        // A fast path: most values are strings without escapes, and there may be a million.
        let plain = raw.get().strip_prefix('"');
        let plain = plain.and_then(|text| text.strip_suffix('"'));
        if let Some(text) = plain.filter(|text| !text.contains('\\')) {
            return Ok(Exact(text.into()));
        }
        parse_json(raw.get().as_bytes())
            .map(Exact)
            .map_err(D::Error::custom)
    }
}
