//! How the secrets of a start reach the person who runs the server.
//!
//! Standard error of a service ends up in a journal that many users may read, so a secret is printed only on a terminal.
//! Otherwise it is written to a file beside the database that only its owner can read, and the path of the file is printed.

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
    /// Where a server with this configuration writes its secrets. Those of `--demo` are public, and there is no place
    /// beside an ephemeral database.
    pub fn new(config: &Config) -> Secrets {
        let is_printed = config.print_secrets || config.demo || config.ephemeral;
        match is_printed || io::stderr().is_terminal() {
            true => Secrets::Printed,
            false => Secrets::Beside(config.db.clone()),
        }
    }

    /// Writes `text` to the file whose path is the database's with `suffix` appended, replacing an earlier one. Returns its
    /// path. Returns `None` and writes nothing if secrets are printed. `outlives`: whether the text is worth something after this
    /// process, so that it must be on disk before its path is printed.
    pub fn file(&self, suffix: &str, text: &str, outlives: bool) -> Result<Option<PathBuf>> {
        let Secrets::Beside(database) = self else {
            return Ok(None);
        };
        let mut name = OsString::from(database);
        name.push(suffix);
        let path = PathBuf::from(name);
        let written = write(&path, text, outlives);
        written.with_context(|| {
            let path = path.display();
            format!("{path} cannot be written: check its directory, or start with --print-secrets")
        })?;
        Ok(Some(fs::canonicalize(&path).unwrap_or(path)))
    }
}

/// Replaces the file at `path`; other programs find all of the text, or no file. A temporary file is created with mode 0600, so
/// that no other user can read the text at any moment, whatever the mode of the file that was there.
fn write(path: &Path, text: &str, outlives: bool) -> io::Result<()> {
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    let mut file = NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    match outlives {
        true => file.as_file().sync_all()?,
        // ext4 writes a file to disk before it replaces another one, and starts that are waited for take half a millisecond longer.
        false => drop(fs::remove_file(path)),
    }
    file.persist(path)?;
    Ok(())
}
