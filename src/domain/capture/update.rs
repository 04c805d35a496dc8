//! What an event defines.

use std::borrow::Cow;

use super::Datum;

/// What has a property: like [`DefinitionType`](crate::model::DefinitionType), but with group types by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of<S> {
    Event,
    Person,
    /// A group of the named type.
    Group(S),
}

/// One definition that an event implies. Names are as they are stored.
#[derive(Debug, PartialEq)]
pub enum Update<'e> {
    /// An event of this name.
    Event(Cow<'e, str>),
    /// A property, with a value that may tell its type.
    Property(Of<Cow<'e, str>>, Cow<'e, str>, &'e Datum<'e>),
    /// A property seen on an event: event, property.
    Pair(Cow<'e, str>, Cow<'e, str>),
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
