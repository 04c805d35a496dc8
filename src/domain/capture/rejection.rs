//! Why a request of the older protocol is turned away as a whole: the texts are the reference's (`ingestion.md` 1.4).

use std::borrow::Cow;

/// What is wrong with a request. It prints as SDKs are told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// Neither a body nor `data` in the query string.
    #[error("request missing data payload")]
    NoPayload,
    /// The payload cannot be turned into text; says why.
    #[error("failed to decode request: {0}")]
    Undecodable(Cow<'static, str>),
    /// The payload is too long, as it came or decompressed; says which.
    #[error("maximum event size exceeded: {0}")]
    TooLarge(String),
    /// The text is no JSON; says where.
    #[error("failed to parse request: {0}")]
    NotJson(String),
    /// The JSON is no request of any known shape.
    #[error("failed to parse request: data did not match any variant of untagged enum RawRequest")]
    Shapeless,
    /// An object that would be an event if it had a name.
    #[error(
        "failed to hydrate events from request: non-engage request missing event name attribute"
    )]
    Nameless,
    /// A list of no events.
    #[error("request holds no event")]
    Empty,
    /// No token anywhere.
    #[error("event submitted without an api_key")]
    NoToken,
    /// Events of different projects in one list.
    #[error("batch submitted with inconsistent api_key values")]
    MixedTokens,
    /// A token that no project can have; says why.
    #[error("API key is not valid: {0}")]
    BadToken(&'static str),
    /// An event whose name is empty.
    #[error("event submitted with an empty event name")]
    EmptyName,
    /// An event of nobody.
    #[error("event submitted without a distinct_id")]
    NoDistinctId,
    /// An event that says neither yes nor no to doing without cookies.
    #[error("event submitted with invalid cookieless mode")]
    BadCookielessMode,
    /// A recording's first event does not tell the session.
    #[error("replay event submitted without session id")]
    NoSessionId,
    /// It tells one that is no text, or too long.
    #[error("replay event has invalid session id")]
    BadSessionId,
    /// An event of a recording that records nothing.
    #[error("replay event submitted without snapshot data")]
    NoSnapshotData,
}
