//! The database file that a command works on, whether or not a server has it open.

use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, bail};
use clap::Args;

use crate::{
    config::ConfigPath,
    domain,
    model::Durability,
    store::{Store, StoreError},
};

/// The option that names the database file.
#[derive(Args, Clone, Debug)]
pub struct Database {
    /// The database file; a server may be using it
    #[arg(
        long,
        env = "HOGLET_DB",
        value_name = "FILE",
        default_value = "hoglet.db"
    )]
    db: PathBuf,

    #[command(flatten)]
    file: ConfigPath,
}

impl Database {
    /// The path of the file, which may not exist.
    pub fn name(&self) -> &Path {
        &self.db
    }

    /// The path of the file, which must exist: creating it would hide a wrong path.
    pub fn path(&self) -> Result<&Path> {
        if !self.db.exists() {
            let path = self.db.display();
            bail!(
                "{path} does not exist; name the database with --db, or create it with `hoglet serve` or `hoglet seed`"
            );
        }
        Ok(&self.db)
    }

    /// Opens the file, which must exist.
    pub fn open(&self) -> Result<Store> {
        self.path()?;
        self.open_or_create()
    }

    /// Opens the file; creates it if missing.
    pub fn open_or_create(&self) -> Result<Store> {
        Ok(Store::open(&self.db, 1, Durability::Full)?)
    }

    /// Describes `error` in a sentence.
    pub fn explain(&self, error: &StoreError) -> Error {
        anyhow!(error.explain(&self.db))
    }
}

/// Describes in a sentence why a command failed.
pub fn failed(database: &Database, error: domain::Error) -> Error {
    match error {
        domain::Error::Store(error) => database.explain(&error),
        domain::Error::Invalid(fault) => {
            // The domain names fields of the API; a command line has options.
            let option = match fault.field.as_deref() {
                Some("scoped_teams") => "--project: ".into(),
                Some("name") => "NAME: ".into(),
                Some(field) => format!("--{field}: "),
                None => String::new(),
            };
            anyhow!("{option}{}", fault.detail)
        }
        domain::Error::NotFound(what) => {
            anyhow!(
                "{what} Start `hoglet serve` on this database once, or fill it with `hoglet seed FILE`."
            )
        }
        other => anyhow!("{other:?}"),
    }
}
