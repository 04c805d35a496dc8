//! `hoglet backup`, `restore`, `check` and `compact`: what keeps a database file well.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, IsTerminal as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use tempfile::TempDir;

use super::{database::Database, output::print};
use crate::{
    model::{Timestamp, clock},
    store::{StoreError, Watch, upkeep},
};

/// Stands for the time of a backup in its file name.
const TIME: &str = "{time}";

/// How long to wait after a backup that failed, if the next is not due before.
const RETRY: Duration = Duration::from_secs(600);

#[derive(Args)]
pub struct BackupOptions {
    /// The file to write; {time} in its name becomes the time, and - is standard output
    #[arg(value_name = "FILE")]
    target: PathBuf,

    /// Delete all but the latest N files with this name; needs {time} in it
    #[arg(long, env = "HOGLET_KEEP_BACKUPS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,

    #[command(flatten)]
    database: Database,
}

#[derive(Args)]
pub struct RestoreOptions {
    /// A backup, or any database of hoglet
    #[arg(value_name = "FILE")]
    copy: PathBuf,

    #[command(flatten)]
    database: Database,
}

pub fn backup(options: BackupOptions) -> Result<()> {
    let BackupOptions {
        target,
        keep,
        database,
    } = options;
    let source = database.path()?;
    if target == Path::new("-") {
        return print_backup(source);
    }
    let pattern = Pattern::new(&target)?;
    if keep.is_some() && pattern.is_none() {
        bail!("--keep needs {TIME} in the name of the file, such as hoglet-{TIME}.db");
    }
    let now = Timestamp::now();
    let target = pattern
        .as_ref()
        .map_or(target.clone(), |pattern| pattern.at(now));
    upkeep::backup(source, &target, &Watch::default(), &mut report("copying")).map_err(explain)?;
    let length = fs::metadata(&target).map_or(0, |file| file.len());
    eprintln!(
        "{} holds {} ({length} bytes)",
        target.display(),
        source.display()
    );
    if let (Some(pattern), Some(keep)) = (pattern, keep) {
        for old in pattern.delete_all_but(keep as usize)? {
            eprintln!("{} is deleted", old.display());
        }
    }
    Ok(())
}

/// Copies into a temporary file first: nothing is printed of a backup that fails.
fn print_backup(source: &Path) -> Result<()> {
    if io::stdout().is_terminal() {
        bail!("standard output is a terminal; name a file, or redirect it");
    }
    let folder = TempDir::with_prefix("hoglet-").context("cannot create a temporary directory")?;
    let path = folder.path().join("backup.db");
    upkeep::backup(source, &path, &Watch::default(), &mut report("copying")).map_err(explain)?;
    let copied = File::open(&path).and_then(|mut file| io::copy(&mut file, &mut io::stdout()));
    copied.context("cannot write to standard output")?;
    Ok(())
}

pub fn restore(options: RestoreOptions) -> Result<()> {
    let RestoreOptions { copy, database } = options;
    let (path, now) = (database.name(), Timestamp::now());
    let kept = upkeep::restore(&copy, path, now, &mut report("restoring")).map_err(explain)?;
    eprintln!("{} is what {} holds", path.display(), copy.display());
    if let Some(kept) = kept {
        eprintln!("what it was before is in {}", kept.display());
    }
    Ok(())
}

/// Prints what is wrong, a line each, and fails if anything is.
pub fn check(database: Database) -> Result<()> {
    let findings = upkeep::check(database.path()?).map_err(explain)?;
    for finding in &findings {
        print(&format!("{finding}\n"))?;
    }
    let path = database.name().display();
    match findings.len() {
        0 => eprintln!("{path} is well"),
        1 => bail!("{path} has a problem; `hoglet restore` brings back a backup"),
        count => bail!("{path} has {count} problems; `hoglet restore` brings back a backup"),
    }
    Ok(())
}

pub fn compact(database: Database) -> Result<()> {
    let path = database.path()?;
    let (before, after) = upkeep::compact(path).map_err(explain)?;
    eprintln!("{} has {after} bytes; it had {before}", path.display());
    Ok(())
}

fn explain(error: StoreError) -> anyhow::Error {
    anyhow!("{error}")
}

/// Shows progress on a terminal, from the first report that is not the last.
fn report(word: &'static str) -> impl FnMut(f64) -> bool {
    let is_shown = io::stderr().is_terminal();
    let mut last = 0;
    move |done| {
        let percent = (done * 100.0) as u32;
        match percent {
            100 if last > 0 => eprint!("\r                    \r"),
            _ if is_shown && percent > last => {
                eprint!("\r{word}: {percent} %");
                last = percent;
            }
            _ => {}
        }
        true
    }
}

/// Writes backups while a server runs; stops when dropped.
pub struct AutoBackup {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl AutoBackup {
    /// Starts writing a backup of the database at `path` into `folder` as soon as the latest is older than `every`, and keeps
    /// the last `keep`. None is written, and so none deleted, while the file is not the one that `watch` knows.
    pub fn start(
        path: PathBuf,
        watch: Arc<Watch>,
        folder: &Path,
        every: Duration,
        keep: usize,
    ) -> Result<AutoBackup> {
        let (start, end) = upkeep::AUTOMATIC;
        let pattern = Pattern {
            folder: folder.into(),
            start: start.into(),
            end: end.into(),
        };
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name("backup".into());
        let thread = thread.spawn(move || {
            back_up(&path, &watch, &pattern, every, keep, &stopped);
        })?;
        Ok(AutoBackup {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// Sees to it that backups can be written into `folder`: creates it, for its owner alone, if it is missing.
pub fn prepare(folder: &Path) -> Result<()> {
    let mut new = DirBuilder::new();
    let created = new.recursive(true).mode(0o700).create(folder);
    let usable = created.and_then(|()| tempfile::tempfile_in(folder));
    usable.map(drop).map_err(|error| {
        let folder = folder.display();
        anyhow!("--auto-backup {folder}: {error}; name a directory that can be written")
    })
}

impl Drop for AutoBackup {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().map(JoinHandle::join);
    }
}

fn back_up(
    path: &Path,
    watch: &Watch,
    pattern: &Pattern,
    every: Duration,
    keep: usize,
    stopped: &Receiver<()>,
) {
    let mut wait = pattern
        .age()
        .map_or(Duration::ZERO, |age| every.saturating_sub(age));
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let target = pattern.at(clock::system_time());
        let mut go_on = |_| stopped.try_recv() == Err(TryRecvError::Empty);
        let made = upkeep::backup(path, &target, watch, &mut go_on);
        let made = made.map_err(|error| anyhow!(error.explain(path)));
        let made = made.and_then(|()| pattern.delete_all_but(keep));
        wait = match made {
            Ok(_) => {
                tracing::info!("backup written to {}", target.display());
                every
            }
            Err(error) => {
                tracing::error!("no backup was written: {error:#}");
                every.min(RETRY)
            }
        };
    }
}

/// File names that hold the time.
struct Pattern {
    folder: PathBuf,
    start: String,
    end: String,
}

impl Pattern {
    /// The pattern of `path`, if the name of its file has the place of a time.
    fn new(path: &Path) -> Result<Option<Pattern>> {
        let folder = path.parent().unwrap_or(Path::new(""));
        if folder.to_string_lossy().contains(TIME) {
            bail!("{TIME} may stand only in the name of the file, not in that of its directory");
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(name.split_once(TIME).map(|(start, end)| Pattern {
            folder: folder.into(),
            start: start.into(),
            end: end.into(),
        }))
    }

    /// The file of `now`.
    fn at(&self, now: Timestamp) -> PathBuf {
        let time = upkeep::compact_time(now);
        self.folder
            .join(format!("{}{time}{}", self.start, self.end))
    }

    /// How long ago the latest file was written, if there is one.
    fn age(&self) -> Option<Duration> {
        let latest = self.files().ok()?.pop()?;
        fs::metadata(latest).ok()?.modified().ok()?.elapsed().ok()
    }

    /// The files of this pattern, oldest first.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        upkeep::dated_files(&self.folder, &self.start, &self.end)
    }

    /// Deletes the oldest files, and returns which.
    fn delete_all_but(&self, keep: usize) -> Result<Vec<PathBuf>> {
        let mut files = self
            .files()
            .context("the directory of the backups cannot be read")?;
        files.truncate(files.len().saturating_sub(keep));
        for old in &files {
            let path = old.display();
            fs::remove_file(old).with_context(|| format!("{path} cannot be deleted"))?;
        }
        Ok(files)
    }
}
