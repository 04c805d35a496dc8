//! Errors of the domain. `http` maps them to status codes and bodies.

use std::{borrow::Cow, fmt};

use super::passwords::Busy;
use crate::store::{StoreError, Unavailable};

/// The result of domain functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was rejected or failed. Texts are those of the reference.
#[derive(Debug)]
pub enum Error {
    NotAuthenticated,
    WrongCredential(Cow<'static, str>),
    /// A share's token that is not valid for this request.
    WrongShare(&'static str),
    /// The caller is known, but not allowed to do this.
    Denied(Cow<'static, str>),
    /// The caller is allowed to do this, but has to sign in again first.
    NotRecent,
    /// The object does not exist, or the caller may not know of it.
    NotFound(&'static str),
    /// The request breaks a rule: the first one that the reference reports.
    Invalid(Fault),
    /// Another request changed the object first.
    Conflict(&'static str),
    /// One of the few errors that the reference sends as `{"error": …}` instead of its usual envelope.
    Bare(Refused, &'static str),
    /// One of the few errors that the reference sends as `{"detail": …}` instead of its usual envelope.
    Detail(Refused, String),
    /// The server is overloaded; the same request may succeed shortly.
    Busy,
    /// The database failed. The details go to the log, not to the client.
    Store(StoreError),
}

/// The kind of an error without the usual envelope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refused {
    Invalid,
    /// The caller is not allowed to do this.
    Denied,
    /// Something that the request names does not exist.
    Missing,
}

/// The rule that a request breaks.
#[derive(Debug, PartialEq)]
pub struct Fault {
    /// The field, such as `label` or `scopes__0`; `None` if the rule is about the whole request.
    pub field: Option<Cow<'static, str>>,
    /// A code for programs.
    pub code: &'static str,
    /// A message for people.
    pub detail: Cow<'static, str>,
}

impl Error {
    /// The usual error for an object that does not exist.
    pub const NOT_FOUND: Error = Error::NotFound("Not found.");

    /// The usual error for a caller who is not allowed to do this.
    pub const FORBIDDEN: Error = Error::Denied(Cow::Borrowed(
        "You do not have permission to perform this action.",
    ));

    /// The error for a field that breaks the rule `code`.
    pub fn field(
        field: impl Into<Cow<'static, str>>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Error {
        Error::Invalid(Fault {
            field: Some(field.into()),
            code,
            detail: detail.into(),
        })
    }

    /// The error for a field with the id of a row that does not exist, or that the caller may not use.
    pub fn no_row(field: &'static str, id: impl fmt::Display) -> Error {
        let detail = format!("Invalid pk \"{id}\" - object does not exist.");
        Error::field(field, "does_not_exist", detail)
    }

    /// Returns the error with `field` as its field. Errors other than `Invalid` do not change.
    pub fn at(self, field: impl Into<Cow<'static, str>>) -> Error {
        match self {
            Error::Invalid(fault) => Error::Invalid(Fault {
                field: Some(field.into()),
                ..fault
            }),
            other => other,
        }
    }

    /// Returns the error with `path` before its field: `body` in `tiles__0` becomes `tiles__0__body`.
    pub fn within(self, path: &str) -> Error {
        let field = match &self {
            Error::Invalid(Fault {
                field: Some(field), ..
            }) => format!("{path}__{field}"),
            _ => path.to_owned(),
        };
        self.at(field)
    }

    /// Whether a change failed since lab mode has removed what it refers to, after the request was admitted.
    pub fn is_of_removal(&self) -> bool {
        matches!(self, Error::Store(StoreError::Removed))
    }

    /// The error for a body that is null.
    pub fn no_data() -> Error {
        Error::Invalid(Fault {
            field: None,
            code: "null",
            detail: "No data provided".into(),
        })
    }

    /// The error for a rule about the whole request.
    pub fn request(detail: impl Into<Cow<'static, str>>) -> Error {
        Error::Invalid(Fault {
            field: None,
            code: "invalid_input",
            detail: detail.into(),
        })
    }
}

impl From<Busy> for Error {
    fn from(Busy: Busy) -> Self {
        Self::Busy
    }
}

/// Why the server cannot answer at the moment: 503 with `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outage {
    /// A code for programs.
    pub code: &'static str,
    /// A message for people.
    pub detail: &'static str,
    /// The value of `Retry-After`, in seconds.
    pub retry_after: u64,
    /// What the server lacks, as metrics call it.
    pub reason: &'static str,
}

impl Outage {
    /// The server has too much to do at the moment, and therefore lacks what `reason` names.
    pub const fn busy(reason: &'static str) -> Outage {
        Outage {
            code: "service_unavailable",
            detail: "The server is busy. Try again shortly.",
            retry_after: 1,
            reason,
        }
    }

    /// The database cannot be reached.
    pub const DATABASE: Outage = Outage {
        code: "database_unavailable",
        detail: "We couldn't reach the database just now. Please try again in a moment.",
        retry_after: 1,
        reason: "database_busy",
    };

    /// Returns the outage that caused `error`; `None` for a bug or a corrupt file (`http-conventions.md` 1.2).
    pub fn of(error: &StoreError) -> Option<Outage> {
        let why = error.unavailable()?;
        let (detail, retry_after) = match why {
            Unavailable::Busy | Unavailable::Locked => (Outage::DATABASE.detail, 1),
            Unavailable::DiskFull => ("The server's disk is full. Try again later.", 30),
            Unavailable::Unwritable => {
                ("The server cannot write to its disk. Try again later.", 30)
            }
            Unavailable::FileGone => ("The server has lost its database. Try again later.", 30),
            Unavailable::Removed => (
                "What this request is about was removed while it was under way. Try again.",
                1,
            ),
        };
        Some(Outage {
            detail,
            retry_after,
            reason: why.name(),
            ..Outage::DATABASE
        })
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
