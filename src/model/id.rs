//! Ids as types of their own, so that one cannot be passed for another.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// Declares an id: a newtype that prints, parses and serialises as its inner value does.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = <$inner as FromStr>::Err;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
    };
}

id! {
    /// A user. Positive; SQLite assigns it.
    #[derive(Copy)]
    UserId(i64)
}
id! {
    /// An organization.
    #[derive(Copy)]
    OrganizationId(uuid::Uuid)
}
id! {
    /// A project. Positive; SQLite assigns it.
    #[derive(Copy)]
    ProjectId(i64)
}
id! {
    /// A personal key inside the database; clients know it by another id.
    #[derive(Copy)]
    PersonalApiKeyNumber(i64)
}
id! {
    /// A project secret key. Random; safe to show.
    ProjectSecretApiKeyId(String)
}

/// A new uuid in the order of time, as the API's ids of definitions, notebooks, users and organizations are.
///
/// The third group is `0000`: the service's own time-ordered uuids are not RFC version 7 (`property-definitions.md` 2).
pub fn ordered_uuid() -> uuid::Uuid {
    let mut bytes = uuid::Uuid::now_v7().into_bytes();
    (bytes[6], bytes[7]) = (0, 0);
    uuid::Uuid::from_bytes(bytes)
}
