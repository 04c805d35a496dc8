//! `hoglet import`: a seed file or an export, applied to a database that may have a part of it already.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use tempfile::TempDir;

use super::{database::Database, input, output::print, progress, table};
use crate::{
    domain::seed::{self, ImportSource, Plan, Problem, SeedFile},
    model::{Durability, Timestamp},
    store::Store,
};

/// The longest first line that says that a file consists of JSON lines.
const FIRST_LINE: u64 = 1000;

#[derive(Args)]
pub struct ImportOptions {
    /// The export or seed file, as JSON or JSON lines; - reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Change nothing, only print what would be done
    #[arg(long, env = "HOGLET_IMPORT_DRY_RUN")]
    dry_run: bool,

    #[command(flatten)]
    database: Database,
}

/// Whether a file of this name is to consist of JSON lines.
pub fn is_lines_name(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "jsonl")
}

pub fn run(options: ImportOptions) -> Result<()> {
    let ImportOptions {
        file,
        dry_run,
        database,
    } = options;
    let (name, file) = match file == Path::new("-") {
        true => ("standard input".to_owned(), stdin()?),
        false => {
            let name = file.display().to_string();
            let opened = File::open(&file);
            let opened = opened.map_err(|error| input::unreadable(&name, &error))?;
            (name, opened)
        }
    };
    let (source, bar) = source(&name, file)?;
    // A database that does not exist must not be created by a dry run.
    let stand_in = match dry_run && !database.name().exists() {
        true => {
            Some(TempDir::with_prefix("hoglet-").context("cannot create a temporary directory")?)
        }
        false => None,
    };
    let store = match &stand_in {
        Some(folder) => Store::open(&folder.path().join("new.db"), 1, Durability::Relaxed)?,
        None => database.open_or_create()?,
    };
    let each = {
        let (bar, is_counted) = (bar.clone(), matches!(source, ImportSource::Whole(_)));
        move || bar.inc(u64::from(is_counted))
    };
    let imported = seed::import(&store, source, Timestamp::now(), dry_run, each);
    bar.finish_and_clear();
    let plan = imported.map_err(|problem| match problem {
        Problem::Store(error) => database.explain(&error),
        problem => anyhow!("{name}: {problem}"),
    })?;
    print(&describe(&plan))?;
    let path = database.name().display();
    match dry_run {
        true => eprintln!("{path} is as it was: this was a dry run"),
        false => eprintln!("{path} has what {name} describes"),
    }
    Ok(())
}

/// The items of a file, and a bar that shows how many of them are read.
fn source(name: &str, mut file: File) -> Result<(ImportSource, indicatif::ProgressBar)> {
    let unreadable = |error: io::Error| input::unreadable(name, &error);
    let mut first = String::new();
    let start = BufReader::new((&mut file).take(FIRST_LINE)).read_line(&mut first);
    file.rewind().map_err(unreadable)?;
    if start.is_ok() && seed::is_of_lines(&first) {
        let length = file.metadata().map_or(0, |file| file.len());
        let bar = progress::bytes(length);
        let lines = BufReader::new(bar.wrap_read(file));
        return Ok((ImportSource::Lines(Box::new(lines)), bar));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    let seed = SeedFile::read(&text).map_err(|problem| anyhow!("{name}: {problem}"))?;
    let bar = progress::items(Some(seed.count() as u64));
    Ok((ImportSource::Whole(seed), bar))
}

/// All of standard input, before the database is locked: what comes through a pipe may take long.
fn stdin() -> Result<File> {
    let mut file = tempfile::tempfile().context("cannot create a temporary file")?;
    let copied = io::copy(&mut io::stdin(), &mut file).and_then(|_| file.rewind());
    copied.context("standard input cannot be read")?;
    Ok(file)
}

/// A table of what was done, or would be.
fn describe(plan: &Plan) -> String {
    let mut rows = vec![["", "NEW", "CHANGED", "THE SAME"].map(str::to_owned)];
    rows.extend(plan.iter().map(|(list, counts)| {
        let numbers = [counts.new, counts.changed, counts.same].map(|number| number.to_string());
        let [new, changed, same] = numbers;
        [(*list).to_owned(), new, changed, same]
    }));
    table::lay_out(&rows)
}
