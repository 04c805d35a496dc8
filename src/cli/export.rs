//! `hoglet export`: a database, or parts of it, as a seed file.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use tempfile::NamedTempFile;

use super::{database::Database, progress};
use crate::{
    domain::seed::{Export, ExportError, What},
    model::ProjectId,
    store::Store,
};

#[derive(Args)]
pub struct ExportOptions {
    /// The file to write: JSON lines if its name ends in .jsonl, else one JSON object; - is standard output, as JSON lines
    #[arg(value_name = "FILE")]
    target: PathBuf,

    /// Export only this project, with its organization and users
    #[arg(long, env = "HOGLET_EXPORT_PROJECT", value_name = "ID")]
    project: Option<ProjectId>,

    /// What of the projects: taxonomy, things (insights, dashboards, notebooks, recordings), shares (things and how they are
    /// shared), or all, with keys and passwords as hashes
    #[arg(
        long,
        env = "HOGLET_EXPORT_WHAT",
        value_name = "PART",
        value_delimiter = ',',
        default_value = "all"
    )]
    what: Vec<What>,

    #[command(flatten)]
    database: Database,
}

pub fn run(options: ExportOptions) -> Result<()> {
    let ExportOptions {
        target,
        project,
        what,
        database,
    } = options;
    let is_printed = target == Path::new("-");
    let export = Export {
        project,
        what,
        as_lines: is_printed || super::import::is_lines_name(&target),
    };
    let store = database.open()?;
    let failed = |error: ExportError| match error {
        ExportError::Store(error) => database.explain(&error),
        ExportError::Write(error) => anyhow!("{} cannot be written: {error}", target.display()),
        other => anyhow!("{other}"),
    };
    if is_printed {
        let written = write(&export, &store, &mut BufWriter::new(io::stdout().lock()));
        return match written {
            Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map(drop).map_err(failed),
        };
    }
    let is_database = fs::canonicalize(&target).is_ok_and(|found| {
        fs::canonicalize(database.name()).is_ok_and(|database| database == found)
    });
    if is_database {
        bail!(
            "{} is the database itself; name another file",
            target.display()
        );
    }
    let folder = target.parent().filter(|parent| *parent != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let beside = || format!("{} cannot be written", target.display());
    if !folder.exists() {
        bail!(
            "{}: its directory does not exist; create that first",
            beside()
        );
    }
    // For its owner alone, as temporary files are, and under its name only when it is whole.
    let mut file = NamedTempFile::with_prefix_in(".hoglet-export-", folder).with_context(beside)?;
    let count = write(&export, &store, &mut BufWriter::new(&mut file)).map_err(failed)?;
    file.as_file().sync_all().with_context(beside)?;
    file.persist(&target).with_context(beside)?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(beside)?;
    let (target, database) = (target.display(), database.name().display());
    eprintln!("{target} holds {count} items of {database}; it is as secret as the database");
    Ok(())
}

fn write(export: &Export, store: &Store, out: &mut dyn Write) -> Result<usize, ExportError> {
    let bar = progress::items(None);
    let written = export.write(store, out, &mut || bar.inc(1));
    bar.finish_and_clear();
    written
}
