//! `hoglet seed`, and the seed files of `hoglet serve`.

use std::{
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};
use clap::Args;
use serde_json::Value;

use super::{database::Database, input, output::print};

use crate::{
    assets,
    domain::seed::{Created, Problem, SeedFile},
    model::Timestamp,
    store::Store,
};

/// The JSON Schema of seed files.
pub fn schema() -> &'static str {
    assets::text("seed.schema.json")
}

#[derive(Args)]
pub struct SeedOptions {
    /// The seed file; `-` reads standard input
    file: PathBuf,

    #[command(flatten)]
    database: Database,
}

/// Applies the file and prints what it created.
pub fn run(options: SeedOptions) -> Result<()> {
    let SeedOptions { file, database } = options;
    let Source { name, seed } = match file == Path::new("-") {
        true => Source::stdin()?,
        false => Source::file(&file)?,
    };
    let is_new = !database.name().exists();
    let (store, now) = (database.open_or_create()?, Timestamp::now());
    let created = seed.apply(&store, now, 0);
    let created = created.map_err(|problem| match problem {
        Problem::Store(error) => database.explain(&error),
        problem => {
            let text = problem.to_string();
            let hint = match !is_new && text.ends_with("must be unique.") {
                true => " If the database has it already, `hoglet import` adds only what it lacks.",
                false => "",
            };
            anyhow!("{name}: {text}{hint}")
        }
    })?;
    print(&format!("{:#}\n", Value::Object(created.refs)))
}

/// A seed, and its name for error messages.
pub struct Source {
    name: String,
    seed: SeedFile,
}

impl Source {
    /// Reads the file at `path`.
    pub fn file(path: &Path) -> Result<Source> {
        let name = path.display().to_string();
        Source::read(name, &input::read(path)?)
    }

    /// The example data of `--demo`.
    pub fn demo() -> Result<Source> {
        Source::read("demo.json".into(), assets::text("demo.json"))
    }

    fn stdin() -> Result<Source> {
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text);
        read.map_err(|error| anyhow!("standard input cannot be read: {error}"))?;
        Source::read("standard input".into(), &text)
    }

    fn read(name: String, text: &str) -> Result<Source> {
        match SeedFile::read(text) {
            Ok(seed) => Ok(Source { name, seed }),
            Err(problem) => Err(anyhow!("{name}: {problem}")),
        }
    }

    /// Fills `store` if it is new, whole or not at all, and keeps so many events of each project in memory. Returns what it
    /// created; `None` if the database is not new.
    pub fn apply_if_new(self, store: &Store, path: &Path, keep: usize) -> Result<Option<Created>> {
        let Source { name, seed } = self;
        let created = seed.apply_if_new(store, Timestamp::now(), keep);
        created.map_err(|problem| match problem {
            Problem::Store(error) => anyhow!(error.explain(path)),
            problem => anyhow!("{name}: {problem}"),
        })
    }
}
