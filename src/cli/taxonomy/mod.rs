//! `hoglet taxonomy`: what a project knows of its events and properties, as a file.
//!
//! ```text
//! pull     server ── remote ──> taxonomy ── file ──> YAML
//! plan     YAML ── file ──> taxonomy ┐
//!          server ── remote ──────────┴─ plan ──> text
//! apply    the same plan, each change of which is one request
//! ```
//!
//! Nothing is stored between runs. `apply` compares, makes the changes one by one, and what a run did not come to, the next one
//! finds again. It sends only requests that may be repeated, so it repeats those whose answer was lost.

mod client;
mod definitions;
mod file;
mod plan;
mod progress;
mod remote;
mod scalar;

use std::{
    collections::BTreeSet,
    env,
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use super::{input, output::print};
use crate::config;
use client::ApiClient;
use plan::{PlannedAction, TaxonomyPlan};
use progress::{Interrupted, LongRun};
use remote::{Made, Remote, can_create};
use scalar::scalar;

/// The exit code of a difference.
const DIFFERENT: u8 = 2;

/// The exit code of a shell for what SIGINT ended.
const STOPPED: u8 = 130;

/// The variables that may have the key.
const KEY_VARIABLES: [&str; 2] = ["HOGLET_TAXONOMY_KEY", "POSTHOG_PERSONAL_API_KEY"];

/// The names that a message lists at most.
const MOST_NAMES: usize = 20;

#[derive(Subcommand)]
pub enum TaxonomyCommand {
    /// Print the definitions of a project as YAML
    ///
    /// Needs a key with the scopes event_definition:read and property_definition:read.
    #[command(after_help = "Examples:
  hoglet taxonomy pull --from http://127.0.0.1:8010 --project 1 > taxonomy.yaml
  hoglet taxonomy pull --from https://eu.posthog.com --project 123 --key-file key > all.yaml")]
    Pull(PullOptions),

    /// Print how a project differs from a file, and change nothing; exit code 2 if it differs
    ///
    /// Needs a key with the scopes event_definition:read and property_definition:read.
    #[command(after_help = "Examples:
  hoglet taxonomy plan taxonomy.yaml --to https://eu.posthog.com --project 123
  hoglet taxonomy plan taxonomy.yaml --to http://127.0.0.1:8010 --delete")]
    Plan(ComparisonOptions),

    /// Change a project to what a file says; exit code 2 if the project lacks a property
    ///
    /// Changes only what differs. If it is interrupted, the next run continues. It cannot create properties: an event has to have
    /// one first. Needs a key with the scopes event_definition:write and property_definition:write, and organization_member:read
    /// if events have owners.
    #[command(after_help = "Examples:
  hoglet taxonomy apply taxonomy.yaml --to https://eu.posthog.com --project 123
  hoglet taxonomy apply taxonomy.yaml --to http://127.0.0.1:8010 --delete")]
    Apply(ComparisonOptions),
}

/// Options of `hoglet taxonomy pull`.
#[derive(Args)]
pub struct PullOptions {
    /// The server to read from: scheme and host only
    #[arg(long, env = "HOGLET_TAXONOMY_FROM", value_name = "URL", value_parser = config::site_url)]
    from: String,

    /// The project's number, or @current: the one that the key's user has open
    #[arg(long, env = "HOGLET_TAXONOMY_PROJECT", value_name = "ID", value_parser = project)]
    project: String,

    #[command(flatten)]
    key: KeyOptions,
}

/// Options of `hoglet taxonomy plan` and `apply`.
#[derive(Args)]
pub struct ComparisonOptions {
    /// The file, as `hoglet taxonomy pull` prints it
    file: PathBuf,

    /// The server that has the project: scheme and host only
    #[arg(long, env = "HOGLET_TAXONOMY_TO", value_name = "URL", value_parser = config::site_url)]
    to: String,

    /// The project's number, or @current: the one that the key's user has open
    #[arg(
        long,
        env = "HOGLET_TAXONOMY_PROJECT",
        value_name = "ID",
        default_value = "@current",
        value_parser = project
    )]
    project: String,

    /// Also delete what the project has and the file lacks, in the sections that the file has
    #[arg(long, env = "HOGLET_TAXONOMY_DELETE")]
    delete: bool,

    #[command(flatten)]
    key: KeyOptions,
}

/// The option that names the key.
#[derive(Args)]
struct KeyOptions {
    /// A file whose first line is the personal API key; default: the variable HOGLET_TAXONOMY_KEY or POSTHOG_PERSONAL_API_KEY
    #[arg(long, env = "HOGLET_TAXONOMY_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl KeyOptions {
    fn read(&self) -> Result<String> {
        let key = match &self.key_file {
            Some(path) => Some(input::read(path)?),
            None => KEY_VARIABLES.iter().find_map(|name| env::var(name).ok()),
        };
        let key = key.as_deref().unwrap_or_default();
        match key.lines().next().map(str::trim).unwrap_or_default() {
            "" => bail!(
                "no key: set {}, or name a file with --key-file",
                KEY_VARIABLES[0]
            ),
            key if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(key.to_owned()),
            _ => bail!("the key has characters that no key has"),
        }
    }
}

/// Reads the number of a project.
fn project(text: &str) -> Result<String, &'static str> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match is_number || text == "@current" {
        true => Ok(text.to_owned()),
        false => Err("expected a number, or @current"),
    }
}

pub fn run(command: TaxonomyCommand) -> Result<ExitCode> {
    let done = match command {
        TaxonomyCommand::Pull(options) => pull(&options),
        TaxonomyCommand::Plan(options) => compare(&options),
        TaxonomyCommand::Apply(options) => apply(&options),
    };
    match done {
        Err(error) if error.is::<Interrupted>() => {
            eprintln!("hoglet: {error:#}");
            Ok(ExitCode::from(STOPPED))
        }
        done => done,
    }
}

fn connect(url: &str, project: &str, key: &KeyOptions) -> Result<Remote> {
    let client = ApiClient::new(url, &key.read()?, LongRun::start()?)?;
    Ok(Remote::new(client, project.to_owned()))
}

fn pull(options: &PullOptions) -> Result<ExitCode> {
    let taxonomy = connect(&options.from, &options.project, &options.key)?.taxonomy()?;
    print(&file::write(&taxonomy))?;
    Ok(ExitCode::SUCCESS)
}

fn compare(options: &ComparisonOptions) -> Result<ExitCode> {
    let file = file::read(&options.file)?;
    let remote = connect(&options.to, &options.project, &options.key)?;
    let known = remote.read(file.keys().copied())?;
    let plan = TaxonomyPlan::new(&file, &known, options.delete, can_create);
    let is_coloured = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    print(&plan.show(is_coloured))?;
    let count = |is_meant: fn(&PlannedAction) -> bool| {
        let changes = plan.changes.iter();
        changes.filter(|change| is_meant(&change.action)).count()
    };
    let created = count(|action| *action == PlannedAction::Create);
    let changed = count(|action| matches!(action, PlannedAction::Update { .. }));
    let deleted = count(|action| matches!(action, PlannedAction::Delete { .. }));
    let awaited = plan.awaited().count();
    if plan.spared > 0 {
        eprintln!(
            "{} are there that the file lacks; --delete would delete them",
            plan.spared
        );
    }
    if plan.changes.is_empty() {
        eprintln!("nothing to change");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "{created} to create, {changed} to change, {deleted} to delete, {awaited} not there yet"
    );
    Ok(ExitCode::from(DIFFERENT))
}

/// What a run of `apply` has done.
#[derive(Default)]
struct Tally {
    created: usize,
    changed: usize,
    deleted: usize,
    /// The definitions with which something is wrong.
    refused: BTreeSet<(definitions::Kind, String)>,
}

fn apply(options: &ComparisonOptions) -> Result<ExitCode> {
    let file = file::read(&options.file)?;
    let mut remote = connect(&options.to, &options.project, &options.key)?;
    let mut tally = Tally::default();
    let plan = change(&mut remote, &file, options.delete, &mut tally);
    remote.progress().end();
    let Tally {
        created,
        changed,
        deleted,
        refused,
    } = tally;
    print(&format!(
        "{created} created, {changed} changed, {deleted} deleted\n"
    ))?;
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) if created + changed + deleted > 0 => {
            return Err(error.context("not finished; run the same command again to continue"));
        }
        Err(error) => return Err(error),
    };
    let awaited: Vec<_> = plan.awaited().map(|change| scalar(&change.name)).collect();
    if !awaited.is_empty() {
        let more = awaited.len().saturating_sub(MOST_NAMES);
        let names = awaited[..awaited.len() - more].join(", ");
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        eprintln!(
            "not there yet: {names}{more}; the API cannot create them, their first event does: apply again after it"
        );
    }
    match refused.len() {
        0 if awaited.is_empty() => Ok(ExitCode::SUCCESS),
        0 => Ok(ExitCode::from(DIFFERENT)),
        count => bail!("{count} could not be made as the file says"),
    }
}

/// Makes the changes. Where others change the same definitions meanwhile, it compares once more. Returns the last plan.
fn change(
    remote: &mut Remote,
    file: &definitions::Taxonomy,
    delete: bool,
    tally: &mut Tally,
) -> Result<TaxonomyPlan> {
    for _ in 0..3 {
        let known = remote.read(file.keys().copied())?;
        let plan = TaxonomyPlan::new(file, &known, delete, can_create);
        remote.progress().begin(plan.to_make().count());
        let mut is_overtaken = false;
        for change in plan.to_make() {
            let key = (change.kind, change.name.clone());
            if tally.refused.contains(&key) {
                continue;
            }
            match (remote.make(change)?, &change.action) {
                (Made::Overtaken, _) => is_overtaken = true,
                (Made::Refused(problem), _) => {
                    remote
                        .progress()
                        .say(&format!("{}: {problem}", scalar(&change.name)));
                    tally.refused.insert(key);
                }
                (Made::Done, PlannedAction::Create) => tally.created += 1,
                (Made::Done, PlannedAction::Delete { .. }) => tally.deleted += 1,
                (Made::Done, _) => tally.changed += 1,
            }
            remote.progress().step();
        }
        if !is_overtaken {
            return Ok(plan);
        }
    }
    bail!("the definitions change while they are compared; run the same command again")
}
