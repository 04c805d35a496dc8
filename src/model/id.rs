//! One type for each kind of id, so that they cannot be confused.

use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize, Serializer};
use uuid::{Builder, Uuid};

use super::{Timestamp, fill_random, random_bytes};

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
    #[derive(Copy)]
    OrganizationId(Uuid)
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
id! {
    /// An insight. Positive; SQLite assigns it.
    #[derive(Copy)]
    InsightId(i64)
}
id! {
    /// An insight as its page's address names it, unique in the project.
    InsightShortId(String)
}
id! {
    /// A dashboard. Positive; SQLite assigns it.
    #[derive(Copy, Deserialize)]
    DashboardId(i64)
}
id! {
    /// A feature flag. Positive; SQLite assigns it and never reuses it.
    #[derive(Copy)]
    FeatureFlagId(i64)
}
id! {
    /// A tile of a dashboard. Positive; SQLite assigns it.
    #[derive(Copy)]
    TileId(i64)
}
id! {
    /// A sharing configuration inside the database; not part of the API.
    #[derive(Copy)]
    SharingConfigurationNumber(i64)
}
id! {
    /// A password of a share; never reused in an installation.
    #[derive(Copy)]
    SharePasswordId(i64)
}
id! {
    /// The random part of a share's link.
    AccessToken(String)
}
id! {
    #[derive(Copy)]
    PropertyDefinitionId(Uuid)
}
id! {
    #[derive(Copy)]
    EventDefinitionId(Uuid)
}

id! {
    /// A notebook in URLs: at most 12 letters and digits. Its UUID, which no lookup uses, has no type of its own.
    NotebookShortId(String)
}
id! {
    /// A session recording: the SDK's `$session_id`.
    SessionRecordingId(String)
}

/// Returns a new time-ordered UUID for definitions, notebooks, users and organizations.
///
/// The third group is `0000`: the service's time-ordered UUIDs are not RFC version 7 (`property-definitions.md` 2).
pub fn ordered_uuid() -> Uuid {
    let mut bytes = uuid_v7().into_bytes();
    (bytes[6], bytes[7]) = (0, 0);
    Uuid::from_bytes(bytes)
}

/// Returns a new UUID of RFC version 7. Those of one millisecond are in the order of their creation.
///
/// The `uuid` crate would take the time and the random bytes from the system.
pub fn uuid_v7() -> Uuid {
    /// The millisecond of the last UUID, and its number.
    static LAST: Mutex<(u64, u64)> = Mutex::new((0, 0));
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    // As many random bytes in any case: how many are drawn must not depend on how fast the clock runs.
    let mut random = [0; 16];
    fill_random(&mut random);
    let random = u128::from_be_bytes(random);
    let millisecond = Timestamp::now().0.max(0) as u64 / 1_000;
    let number = match last.0 == millisecond {
        true => last.1 + 1,
        // 42 bits. The last 30, which `ordered_uuid` keeps, start below half of what they can count.
        false => (random >> 86) as u64 & !(1 << 29),
    };
    *last = (millisecond, number);
    let mut bytes = [0; 10];
    bytes[..2].copy_from_slice(&((number >> 30) as u16).to_be_bytes());
    bytes[2..6].copy_from_slice(&(number as u32).to_be_bytes());
    bytes[6..].copy_from_slice(&(random as u32).to_be_bytes());
    Builder::from_unix_timestamp_millis(millisecond, &bytes).into_uuid()
}

/// Returns a new random id of eight letters and digits for insights and notebooks.
pub fn random_short_id() -> String {
    const DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let digits = || random_bytes(16).into_iter();
    // Bytes from 248 (4 × 62) on are skipped: otherwise the first eight digits would be more likely than the others.
    let fair = std::iter::repeat_with(digits)
        .flatten()
        .filter(|byte| *byte < 248);
    fair.take(8)
        .map(|byte| char::from(DIGITS[usize::from(byte % 62)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_in_the_order_of_their_creation() {
        let uuids: Vec<_> = (0..5_000).map(|_| uuid_v7()).collect();
        assert!(uuids.is_sorted_by(|one, next| one < next));
        assert!(uuids.iter().all(|uuid| uuid.get_version_num() == 7));
        let ordered: Vec<_> = (0..5_000).map(|_| ordered_uuid()).collect();
        assert!(ordered.is_sorted_by(|one, next| one < next));
        assert!(ordered.iter().all(|uuid| uuid.get_version_num() == 0));
    }

    #[test]
    fn short_ids_are_eight_letters_and_digits() {
        let ids: std::collections::HashSet<_> = (0..200).map(|_| random_short_id()).collect();
        assert_eq!(ids.len(), 200);
        assert!(
            ids.iter()
                .all(|id| id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        );
    }
}
