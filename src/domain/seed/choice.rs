//! Values of a seed file that have a default or come in several forms.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value, value::RawValue};

use super::shape::rule;
use crate::model::*;

/// True unless the file says otherwise.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct Yes(pub bool);

impl Default for Yes {
    fn default() -> Yes {
        Yes(true)
    }
}

/// Who may edit a dashboard: 21 everyone in the project, 37 only collaborators.
#[derive(Clone, Copy, Debug)]
pub struct RestrictionLevel(pub i64);

impl Default for RestrictionLevel {
    fn default() -> Self {
        Self(21)
    }
}

impl<'de> Deserialize<'de> for RestrictionLevel {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let level = i64::deserialize(from)?;
        rule([21, 37].contains(&level), "must be 21 or 37").map_err(D::Error::custom)?;
        Ok(Self(level))
    }
}

/// How much a member may do: `member`, `admin` or `owner`.
#[derive(Clone, Copy, Debug)]
pub struct MemberLevel(pub Level);

impl<'de> Deserialize<'de> for MemberLevel {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match &*String::deserialize(from)? {
            "member" => Ok(Self(Level::Member)),
            "admin" => Ok(Self(Level::Admin)),
            "owner" => Ok(Self(Level::Owner)),
            other => Err(D::Error::custom(format!(
                "{other:?} is not one of member, admin, owner"
            ))),
        }
    }
}

/// What a property belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // the words of the file
pub enum TypeName {
    #[default]
    Event,
    Person,
    Group,
    Session,
}

/// One ref, or a list of refs.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a ref or a list of refs")]
#[allow(missing_docs)]
pub enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl OneOrMore {
    /// The refs, however they were written.
    pub fn refs(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::More(names) => names,
        }
    }
}

/// An organization's paid features: `"all"`, or a list of their keys.
#[derive(Clone, Copy, Debug)]
pub struct FeatureList(pub Features);

impl Default for FeatureList {
    fn default() -> Self {
        Self(Features::ALL)
    }
}

impl<'de> Deserialize<'de> for FeatureList {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected \"all\" or a list of feature keys")]
        enum Written {
            Word(String),
            Keys(Vec<String>),
        }
        match Written::deserialize(from)? {
            Written::Word(word) if word == "all" => Ok(Self::default()),
            Written::Word(word) => Err(D::Error::custom(format!(
                "{word:?} is neither \"all\" nor a list of feature keys"
            ))),
            Written::Keys(keys) => {
                let add = |set: Features, key: &String| match key.parse() {
                    Ok(feature) => Ok(set.with(feature)),
                    Err(error) => Err(D::Error::custom(format!("{key:?}: {error}"))),
                };
                keys.iter().try_fold(Features::default(), add).map(Self)
            }
        }
    }
}

/// How a shared page looks (`sharing.md` 2.3), only the keys that are given.
#[derive(Clone, Copy, Debug)]
pub struct Settings(pub SharingSettings);

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Map::deserialize(from)?;
        let settings = serde_json::from_value(Value::Object(written.clone()));
        let settings = settings.map_err(D::Error::custom)?;
        // What is not kept is a key that nothing knows.
        let kept = serde_json::to_value(settings).map_err(D::Error::custom)?;
        match written
            .iter()
            .find(|(key, value)| !value.is_null() && kept.get(key).is_none())
        {
            Some((key, _)) => Err(D::Error::custom(format!("unknown field `{key}`"))),
            None => Ok(Self(settings)),
        }
    }
}

/// Any JSON, kept as if a client had sent it: numbers stay what they are, however large or exact.
#[derive(Clone, Debug)]
pub struct Kept(pub JsonText);

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = parse::<D>(from)?;
        Ok(Self(JsonText::new(&value)))
    }
}

/// The same, for what has to be an object; `{}` unless the file says otherwise.
#[derive(Clone, Debug)]
pub struct KeptObject(pub JsonText);

impl Default for KeptObject {
    fn default() -> Self {
        Self(JsonText::stored("{}"))
    }
}

impl<'de> Deserialize<'de> for KeptObject {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match parse::<D>(from)? {
            value @ Json::Object(_) => Ok(Self(JsonText::new(&value))),
            _ => Err(D::Error::custom("must be an object")),
        }
    }
}

fn parse<'de, D: Deserializer<'de>>(from: D) -> Result<Json, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    parse_json(raw.get().as_bytes()).map_err(D::Error::custom)
}
