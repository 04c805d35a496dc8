//! What events say exists.

use std::borrow::Cow;

use super::Datum;

/// What has a property: as [`DefinitionType`](crate::model::DefinitionType), but a group's type by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of<S> {
    /// An event.
    Event,
    /// A person.
    Person,
    /// A group of this type.
    Group(S),
}

/// One thing that an event says exists. Names are as they are kept.
#[derive(Debug, PartialEq)]
pub enum Update<'e> {
    /// The event itself.
    Event(Cow<'e, str>),
    /// A property, with a value of it.
    Property(Of<Cow<'e, str>>, Cow<'e, str>, &'e Datum<'e>),
    /// That the event had the property.
    Pair(Cow<'e, str>, Cow<'e, str>),
    /// A group type.
    GroupType(Cow<'e, str>),
}

impl<S: AsRef<str>> Of<S> {
    /// The same, borrowed.
    pub fn as_ref(&self) -> Of<&str> {
        match self {
            Of::Event => Of::Event,
            Of::Person => Of::Person,
            Of::Group(group_type) => Of::Group(group_type.as_ref()),
        }
    }
}
