//! Why a request of protocol v0 is rejected as a whole, in the words of the reference (`ingestion.md` 1.4).

use std::borrow::Cow;

/// Why a request is rejected. `Display` is the body of the response.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// Neither a body nor `data` in the query string.
    #[error("request missing data payload")]
    NoPayload,
    /// The payload cannot be decoded, with the reason.
    #[error("failed to decode request: {0}")]
    Undecodable(Cow<'static, str>),
    /// The payload is too large, compressed or decompressed, or defines too much.
    #[error("maximum event size exceeded: {0}")]
    TooLarge(String),
    /// The text is not JSON, with the position.
    #[error("failed to parse request: {0}")]
    NotJson(String),
    /// The JSON has none of the known shapes.
    #[error("failed to parse request: data did not match any variant of untagged enum RawRequest")]
    Shapeless,
    /// An event without a name, or with a `uuid` that is not a UUID: neither has the shape of an event.
    #[error(
        "failed to hydrate events from request: non-engage request missing event name attribute"
    )]
    Nameless,
    #[error("request holds no event")]
    Empty,
    /// No token anywhere.
    #[error("event submitted without an api_key")]
    NoToken,
    /// Events of different projects in one list.
    #[error("batch submitted with inconsistent api_key values")]
    MixedTokens,
    /// A token that no project can have, with the reason.
    #[error("API key is not valid: {0}")]
    BadToken(&'static str),
    /// An event whose name is empty.
    #[error("event submitted with an empty event name")]
    EmptyName,
    /// An event without a distinct id.
    #[error("event submitted without a distinct_id")]
    NoDistinctId,
    /// An event whose `$cookieless_mode` is not a boolean.
    #[error("event submitted with invalid cookieless mode")]
    BadCookielessMode,
    /// The first event of a recording has no session id.
    #[error("replay event submitted without session id")]
    NoSessionId,
    /// Its session id is not a string, or too long.
    #[error("replay event has invalid session id")]
    BadSessionId,
    /// An event of a recording without snapshots.
    #[error("replay event submitted without snapshot data")]
    NoSnapshotData,
}
