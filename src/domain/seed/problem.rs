//! What is wrong with a seed file, and where.

use std::fmt;

use crate::{domain, store::StoreError};

/// A place in a file, such as `personal_api_keys[3].scopes[0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// The item `index` of the list `name`.
    pub fn item(name: &str, index: usize) -> Place {
        Place(format!("{name}[{index}]"))
    }

    /// The key `name` of this object.
    pub fn key(&self, name: &str) -> Place {
        Place(format!("{}.{name}", self.0))
    }

    /// The item `index` of this list.
    pub fn nth(&self, index: usize) -> Place {
        Place(format!("{}[{index}]", self.0))
    }

    /// What is wrong here.
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::At {
            place: self.clone(),
            what: what.into(),
        }
    }

    /// For `map_err`: a value that something else has already is told as the mistake of this object.
    pub fn blame(&self) -> impl Fn(StoreError) -> Problem {
        move |error| match error {
            StoreError::Taken(columns) => self.taken(&columns),
            other => Problem::Store(other),
        }
    }

    /// `columns` as SQLite names them: `table.column, table.column`.
    fn taken(&self, columns: &str) -> Problem {
        let key = match columns.rsplit('.').next().unwrap_or_default() {
            "secret_hash" => "value",
            "group_type_index" => "index",
            "parent_id" => return self.problem("this has a sharing configuration already"),
            "user_id" => return self.problem("is a member already"),
            column => column,
        };
        self.key(key).problem("is in use already")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a seed was not applied; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file is wrong here.
    #[error("{place}: {what}")]
    At {
        /// Where.
        place: Place,
        /// What is wrong.
        what: String,
    },
    /// The file as a whole is wrong.
    #[error("{0}")]
    Whole(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What reading and applying a seed return.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl From<serde_path_to_error::Error<serde_json::Error>> for Problem {
    fn from(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
        let place = Place(error.path().to_string());
        let cause = error.into_inner();
        if !cause.is_data() {
            return Problem::Whole(format!("is not JSON: {cause}"));
        }
        // The place says where; line and column would say it again.
        let text = cause.to_string();
        let position = format!(" at line {} column {}", cause.line(), cause.column());
        let what = text.strip_suffix(&position).unwrap_or(&text).to_owned();
        if place.0 == "." {
            Problem::Whole(what)
        } else {
            Problem::At { place, what }
        }
    }
}

impl From<domain::Error> for Problem {
    fn from(error: domain::Error) -> Problem {
        match error {
            domain::Error::Store(error) => Problem::Store(error),
            other => Problem::Whole(format!("{other:?}")),
        }
    }
}
