//! What can go wrong, in the domain's own words; `http` decides how it looks on the wire.

use std::{borrow::Cow, fmt};

use super::passwords::Busy;
use crate::store::{StoreError, Unavailable};

/// What the domain's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was refused or failed. Texts are the reference's, to the letter.
#[derive(Debug)]
pub enum Error {
    /// No credential.
    NotAuthenticated,
    /// A credential that opens nothing.
    WrongCredential(Cow<'static, str>),
    /// A share's token that opens nothing here.
    WrongShare(&'static str),
    /// Known, but not allowed this.
    Denied(Cow<'static, str>),
    /// Known and allowed this, but has to sign in again first.
    NotRecent,
    /// No such thing, or none that the asker may know of.
    NotFound(&'static str),
    /// What was sent breaks a rule: the first that the reference would name.
    Invalid(Fault),
    /// Somebody else was faster.
    Conflict(&'static str),
    /// One of the few refusals that the reference sends as `{"error": …}`, without its envelope.
    Bare(Refused, &'static str),
    /// Too much is asked of the server at this moment; the same request may succeed shortly.
    Busy,
    /// The database failed. Told to the log, not to the client.
    Store(StoreError),
}

/// The kind of a refusal without envelope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refused {
    /// What was sent does not fit.
    Invalid,
    /// Known, but not allowed this.
    Denied,
}

/// One broken rule.
#[derive(Debug, PartialEq)]
pub struct Fault {
    /// The field, such as `label` or `scopes__0`; `None` for the request as a whole.
    pub field: Option<Cow<'static, str>>,
    /// Names the rule for programs.
    pub code: &'static str,
    /// Says it to people.
    pub detail: Cow<'static, str>,
}

impl Error {
    /// The usual answer for a thing that is not there.
    pub const NOT_FOUND: Error = Error::NotFound("Not found.");

    /// A field that breaks the rule `code`.
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

    /// A field that names a row which is not there, or none that the asker may name.
    pub fn no_row(field: &'static str, id: impl fmt::Display) -> Error {
        let detail = format!("Invalid pk \"{id}\" - object does not exist.");
        Error::field(field, "does_not_exist", detail)
    }

    /// The same error, reported for `field`. Only an invalid value has a field.
    pub fn at(self, field: impl Into<Cow<'static, str>>) -> Error {
        match self {
            Error::Invalid(fault) => Error::Invalid(Fault {
                field: Some(field.into()),
                ..fault
            }),
            other => other,
        }
    }

    /// The same error for a value nested in `path`: `body` in `tiles__0` is reported as `tiles__0__body`.
    pub fn within(self, path: &str) -> Error {
        let field = match &self {
            Error::Invalid(Fault {
                field: Some(field), ..
            }) => format!("{path}__{field}"),
            _ => path.to_owned(),
        };
        self.at(field)
    }

    /// A body that is null.
    pub fn no_data() -> Error {
        Error::Invalid(Fault {
            field: None,
            code: "null",
            detail: "No data provided".into(),
        })
    }

    /// A request that breaks a rule as a whole.
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

/// What keeps the server from answering at the moment: 503 with `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outage {
    /// Names the reason for programs.
    pub code: &'static str,
    /// Says it to people.
    pub detail: &'static str,
    /// When it is worth another try, in seconds.
    pub retry_after: u64,
}

impl Outage {
    /// Too much is asked of the server at once.
    pub const BUSY: Outage = Outage {
        code: "service_unavailable",
        detail: "The server is busy. Try again shortly.",
        retry_after: 1,
    };

    /// The outage that `error` is; `None` for a bug or a broken file (`http-conventions.md` 1.2).
    pub fn of(error: &StoreError) -> Option<Outage> {
        let (detail, retry_after) = match error.unavailable()? {
            Unavailable::Busy | Unavailable::Locked => (
                "We couldn't reach the database just now. Please try again in a moment.",
                1,
            ),
            Unavailable::DiskFull => ("The server's disk is full. Try again later.", 30),
            Unavailable::Unwritable => {
                ("The server cannot write to its disk. Try again later.", 30)
            }
            Unavailable::FileGone => ("The server has lost its database. Try again later.", 30),
        };
        Some(Outage {
            code: "database_unavailable",
            detail,
            retry_after,
        })
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
