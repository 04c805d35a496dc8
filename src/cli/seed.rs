//! What `hoglet serve` starts a new database with.

use std::{fs, path::Path};

use anyhow::{Result, anyhow};

use crate::{domain::seed::Seed, model::Timestamp, store::Store};

/// The data that `--demo` loads.
const DEMO: &str = include_str!("../../static/demo.json");

/// A seed, and what to call it when something is wrong with it.
pub struct Source {
    name: String,
    seed: Seed,
}

impl Source {
    /// The file at `path`.
    pub fn file(path: &Path) -> Result<Source> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| anyhow!("{name} cannot be read: {error}; check its path"))?;
        Source::read(name, &text)
    }

    /// The demonstration data.
    pub fn demo() -> Result<Source> {
        Source::read("demo.json".into(), DEMO)
    }

    fn read(name: String, text: &str) -> Result<Source> {
        match Seed::read(text) {
            Ok(seed) => Ok(Source { name, seed }),
            Err(problem) => Err(anyhow!("{name}: {problem}")),
        }
    }

    /// Fills `store` if it is new, whole or not at all, and says whether it was.
    pub fn apply_if_new(self, store: &Store) -> Result<bool> {
        let Source { name, seed } = self;
        let now = Timestamp::now();
        let told = store.write(move |db| seed.apply_if_new(db, now));
        let told = told.map_err(|problem| anyhow!("{name}: {problem}"))?;
        Ok(told.is_some())
    }
}
