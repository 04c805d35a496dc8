//! How the secrets of a start reach the person who runs the server.
//!
//! What a service writes to standard error is kept in a journal that many may read, so a secret is printed only where a
//! person reads it: on a terminal. Otherwise it goes to a file beside the database that only its owner can read, and what is
//! printed is the file's path.

use std::{
    ffi::OsString,
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use tempfile::NamedTempFile;

use crate::config::Config;

/// Where secrets go.
pub enum Secrets {
    /// To standard error.
    Printed,
    /// Into files beside this database.
    Beside(PathBuf),
}

impl Secrets {
    /// Where the secrets of a server with this configuration go. Those of the demonstration are known to everybody, and an
    /// ephemeral database has no place beside it.
    pub fn new(config: &Config) -> Secrets {
        let is_printed = config.print_secrets || config.demo || config.ephemeral;
        match is_printed || io::stderr().is_terminal() {
            true => Secrets::Printed,
            false => Secrets::Beside(config.db.clone()),
        }
    }

    /// Writes `text` into the file that is named like the database and ends in `suffix`, in place of an earlier one. Returns
    /// its path; `None` where secrets are printed: then nothing is written.
    pub fn file(&self, suffix: &str, text: &str) -> Result<Option<PathBuf>> {
        let Secrets::Beside(database) = self else {
            return Ok(None);
        };
        let mut name = OsString::from(database);
        name.push(suffix);
        let path = PathBuf::from(name);
        let written = write(&path, text);
        written.with_context(|| {
            let path = path.display();
            format!("{path} cannot be written: check its directory, or start with --print-secrets")
        })?;
        Ok(Some(fs::canonicalize(&path).unwrap_or(path)))
    }
}

/// Replaces the file at `path` in one step. A temporary file is created with mode 0600, so no other user can read the text at
/// any moment, whatever the mode of the file that was there.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    let mut file = NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?; // a key that is lost cannot be shown again
    file.persist(path)?;
    Ok(())
}
