//! Why a seed file was not applied, and the position of the error.

use std::{borrow::Cow, fmt};

use crate::{domain::Error, store::StoreError};

/// Why a seed file was not applied. The database is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A position in the file, and what is wrong there.
    #[error("{0}: {1}")]
    At(String, String),
    /// The file as a whole is wrong.
    #[error("{0}")]
    Whole(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Problem {
    /// The same problem, in the line `number` of a file.
    pub fn at_line(self, number: usize) -> Problem {
        match self {
            Problem::At(path, what) => Problem::At(format!("line {number}: {path}"), what),
            Problem::Whole(what) => Problem::Whole(format!("line {number} {what}")),
            store @ Problem::Store(_) => store,
        }
    }
}

impl From<serde_path_to_error::Error<serde_json::Error>> for Problem {
    fn from(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if !cause.is_data() {
            return Problem::Whole(format!("is not JSON: {cause}"));
        }
        // The position in the file replaces line and column.
        let text = cause.to_string();
        let position = format!(" at line {} column {}", cause.line(), cause.column());
        let what = text.strip_suffix(&position).unwrap_or(&text).to_owned();
        if path == "." {
            Problem::Whole(what)
        } else {
            Problem::At(path, what)
        }
    }
}

/// An item of a list, such as `personal_api_keys[3]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    list: &'static str,
    index: usize,
}

impl Position {
    pub fn new(list: &'static str, index: usize) -> Position {
        Position { list, index }
    }

    /// `error` as a problem of this item. A broken rule of the API is reported in the words of the API.
    pub fn problem(self, error: Error) -> Problem {
        let (field, what) = match error {
            Error::Invalid(fault) => (fault.field, fault.detail),
            Error::Store(StoreError::Taken(columns)) => taken(&columns),
            Error::Store(other) => return Problem::Store(other),
            other => (None, format!("{other:?}").into()),
        };
        let path = field.map(|field| path(&field)).unwrap_or_default();
        Problem::At(format!("{self}{path}"), what.into_owned())
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.list, self.index)
    }
}

/// The API's `passwords__0__note` as a path in the file: `.passwords[0].note`.
fn path(field: &str) -> String {
    let is_index = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = field.split("__").map(|part| match is_index(part) {
        true => format!("[{part}]"),
        false => format!(".{part}"),
    });
    parts.collect()
}

/// The field whose value another row has, and the message. `columns` comes from SQLite: `table.a, table.b`.
fn taken(columns: &str) -> (Option<Cow<'static, str>>, Cow<'static, str>) {
    let field = match columns.rsplit('.').next().unwrap_or_default() {
        "parent_id" => return (None, "this has a sharing configuration already".into()),
        "secret_hash" => "value".into(),
        "group_type_index" => "index".into(),
        column => Cow::Owned(column.to_owned()),
    };
    (Some(field), "This field must be unique.".into())
}
