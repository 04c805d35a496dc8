//! `hoglet init`: a seed file to start from.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
};

use anyhow::{Context as _, Result, anyhow};

use super::{exec::USUAL_SEED, seed::schema};
use crate::assets;

/// The file that the seed file names as its schema.
const SCHEMA_FILE: &str = "hoglet.schema.json";

/// Writes both files into the working directory, or nothing if there is a seed file. An existing schema is replaced: it belongs
/// to the version of hoglet.
pub fn run() -> Result<()> {
    let mut open = OpenOptions::new();
    let created = open.write(true).create_new(true).open(USUAL_SEED);
    let mut file = created.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            anyhow!("{USUAL_SEED} exists; delete it, or edit it")
        }
        _ => anyhow!("{USUAL_SEED} cannot be written: {error}; check the directory"),
    })?;
    let written = fs::write(SCHEMA_FILE, schema())
        .and_then(|()| file.write_all(assets::text("init.json").as_bytes()));
    if written.is_err() {
        drop(fs::remove_file(USUAL_SEED)); // an incomplete one would break `hoglet exec`
    }
    written.with_context(|| format!("{USUAL_SEED} and {SCHEMA_FILE} cannot be written"))?;
    eprintln!(
        "{USUAL_SEED} and {SCHEMA_FILE} are written. `hoglet exec -- COMMAND` runs a command with a server that has this data."
    );
    Ok(())
}
