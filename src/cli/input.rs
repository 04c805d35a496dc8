//! Text files that the user names.

use std::{fmt::Display, fs, io, path::Path};

use anyhow::{Error, Result, anyhow};

/// Reads the file at `path`.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| unreadable(path.display(), &error))
}

/// Describes in a sentence why the file called `name` cannot be read.
pub fn unreadable(name: impl Display, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData => {
            anyhow!("{name} is not text in UTF-8; save it as such, or name another file")
        }
        _ => anyhow!("{name} cannot be read: {error}; check its path"),
    }
}
