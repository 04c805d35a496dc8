//! The commands and their exit codes.

mod config;
mod config_file;
mod database;
mod exec;
mod export;
mod healthcheck;
mod import;
mod init;
mod input;
mod keys;
mod output;
mod progress;
mod projects;
mod secrets;
mod seed;
mod serve;
mod share;
mod table;
mod taxonomy;
mod upkeep;
mod values;
mod welcome;

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, Parser, Subcommand};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::config::Config;
use config_file::ConfigFile;
use database::Database;

/// A PostHog-compatible server in one binary with one SQLite file
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = SERVE_EXAMPLES
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// `hoglet` alone is `hoglet serve`.
    #[command(flatten)]
    serve: Config,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (the default command)
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Box<Config>),

    /// Run a command beside an ephemeral server, which ends with it
    ///
    /// The command finds the server and its keys in variables: HOGLET_URL, POSTHOG_HOST, POSTHOG_API_KEY (the project token),
    /// POSTHOG_PROJECT_ID, POSTHOG_PERSONAL_API_KEY, POSTHOG_SECRET_KEY, POSTHOG_CLI_… and NEXT_PUBLIC_POSTHOG_…. The server is in
    /// lab mode. Signals are passed on, and the exit code is the command's.
    #[command(after_help = EXEC_EXAMPLES)]
    Exec(exec::ExecOptions),

    /// What `exec` starts to run its command.
    #[command(name = "exec-keeper", hide = true)]
    Keeper(exec::KeeperOptions),

    /// Write a seed file to start from, hoglet.json, and its JSON Schema, hoglet.schema.json
    ///
    /// Both are written into the working directory. Editors complete and check the seed file by the schema. An existing
    /// hoglet.json is not changed.
    #[command(after_help = "Example:\n  hoglet init && hoglet exec -- npm test")]
    Init,

    /// Fill a database from a seed file and print what it created, as JSON
    ///
    /// All of it or nothing: an error names its place in the file.
    #[command(
        mut_arg("db", |db| db.help("The database file; created if missing; a server may be using it")),
        after_help = SEED_EXAMPLES
    )]
    Seed(seed::SeedOptions),

    /// Create, list and revoke personal API keys
    #[command(
        subcommand,
        after_help = "Example:\n  hoglet keys create --label laptop --scopes '*'"
    )]
    Keys(keys::KeysCommand),

    /// Create and list projects
    #[command(subcommand, after_help = "Example:\n  hoglet projects create Staging")]
    Projects(projects::ProjectsCommand),

    /// Keep event and property definitions in a YAML file, and move them between servers
    #[command(
        subcommand,
        after_help = "Example:\n  hoglet taxonomy pull --from http://127.0.0.1:8010 --project 1 > taxonomy.yaml"
    )]
    Taxonomy(taxonomy::TaxonomyCommand),

    /// Write what a share shows into a file
    #[command(
        subcommand,
        after_help = "Example:\n  hoglet share export demo-overview -o page.html"
    )]
    Share(share::ShareCommand),

    /// Write a database, or a part of it, into a seed file, which `import` reads
    ///
    /// The file holds what the database has at one instant, whether or not a server uses it: also users, keys and passwords, as
    /// hashes. Sessions are left out, and so are links that a refresh has replaced. A file of JSON lines has an item on each line,
    /// which takes little memory however large it is.
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(export::ExportOptions),

    /// Add what a seed file or an export describes to a database, and change what differs
    ///
    /// All of it or nothing. What the database has already is found by its address, token, key, short id or name, so that an
    /// import can be repeated. A server may be using the database; its other changes wait meanwhile. Prints what is new, what is
    /// changed and what is the same.
    #[command(
        mut_arg("db", |db| db.help("The database file; created if missing; a server may be using it")),
        after_help = IMPORT_EXAMPLES
    )]
    Import(import::ImportOptions),

    /// Copy the database into a file, whether or not a server uses it
    ///
    /// The copy is checked, and takes its name when it is complete. It is a database like the original, with all its secrets.
    #[command(after_help = BACKUP_EXAMPLES)]
    Backup(upkeep::BackupOptions),

    /// Restore the database from a backup; a server that uses it must be stopped first
    ///
    /// What the database was before is kept in a file beside it.
    #[command(
        mut_arg("db", |db| db.help("The database file; created if missing")),
        after_help = "Example:\n  hoglet restore hoglet-backup.db --db /srv/hoglet.db"
    )]
    Restore(upkeep::RestoreOptions),

    /// Check the database for damage and contradictions; exit code 1 if there are any
    #[command(after_help = "Example:\n  hoglet check --db /srv/hoglet.db")]
    Check(Database),

    /// Shrink the database file by the space that deleted data has left in it
    ///
    /// A server may be using the database; its changes wait meanwhile.
    #[command(after_help = "Example:\n  hoglet compact --db /srv/hoglet.db")]
    Compact(Database),

    /// Print or check a configuration file
    #[command(
        subcommand,
        after_help = "Example:\n  hoglet config print > hoglet.toml"
    )]
    Config(config::ConfigCommand),

    /// Ask a server on this machine whether it is ready; exit code 1 if not
    #[command(
        after_help = "Examples:\n  hoglet healthcheck\n  hoglet healthcheck --listen 127.0.0.1:9000"
    )]
    Healthcheck(healthcheck::HealthcheckOptions),

    /// Print the JSON Schema of a kind of file
    #[command(
        subcommand,
        after_help = "Example:\n  hoglet schema seed > hoglet.schema.json"
    )]
    Schema(SchemaCommand),

    /// Print a script with which a shell completes commands and options
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },

    /// Write manual pages, one for each command, into a directory
    #[command(after_help = "Example:\n  hoglet man /usr/local/share/man/man1")]
    Man {
        /// The directory, which must exist
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// The kinds of files that have a schema.
#[derive(Subcommand)]
enum SchemaCommand {
    /// Print the JSON Schema of seed files
    #[command(after_help = "Example:\n  hoglet schema seed > hoglet.schema.json")]
    Seed,
}

fn completions(shell: clap_complete::Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "hoglet", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}

fn manual(folder: &Path) -> Result<()> {
    let written = clap_mangen::generate_to(Arguments::command(), folder);
    let folder = folder.display();
    written.with_context(|| format!("{folder} cannot be written; name a directory that exists"))
}

/// Prints what becomes of a database of an older version, which every command may be the first to open. A server has a log.
fn report_upgrades() {
    let filter = Targets::new().with_target("hoglet::store::open", LevelFilter::INFO);
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(false);
    let log = log.without_time().with_level(false).with_target(false);
    log.finish().with(filter).init();
}

/// Makes a write beyond `ulimit -f` fail, which a command reports and the server answers with 503. Without a handler, SIGXFSZ
/// ends the process silently.
fn survive_file_size_limit() -> io::Result<()> {
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map(drop)
}

const SERVE_EXAMPLES: &str = "Examples:
  hoglet serve --demo --ephemeral
  hoglet serve --db /srv/hoglet.db --listen 127.0.0.1:9000
  hoglet serve --seed hoglet.json --ephemeral --listen 127.0.0.1:0
  HOGLET_DB=/srv/hoglet.db HOGLET_LOG=warn hoglet";

const EXEC_EXAMPLES: &str = "Examples:
  hoglet exec -- npm test
  hoglet exec --seed hoglet.json --env API_KEY=token -- pytest -x
  hoglet exec --keep-db failed.db -- cargo test";

const BACKUP_EXAMPLES: &str = "Examples:
  hoglet backup hoglet-backup.db
  hoglet backup '/backups/hoglet-{time}.db' --keep 7 --db /srv/hoglet.db
  hoglet backup - --db /srv/hoglet.db | ssh other 'cat > hoglet-backup.db'";

const EXPORT_EXAMPLES: &str = "Examples:
  hoglet export hoglet.jsonl
  hoglet export --project 2 --what taxonomy taxonomy.jsonl --db /srv/hoglet.db
  hoglet export - | ssh other 'hoglet import - --db /srv/hoglet.db'";

const IMPORT_EXAMPLES: &str = "Examples:
  hoglet import hoglet.jsonl --dry-run
  hoglet import hoglet.jsonl --db /srv/hoglet.db";

const COMPLETIONS_EXAMPLES: &str = "Examples:
  source <(hoglet completions bash)
  hoglet completions zsh > \"${fpath[1]}/_hoglet\"
  hoglet completions fish > ~/.config/fish/completions/hoglet.fish";

const SEED_EXAMPLES: &str = "Examples:
  hoglet seed hoglet.json
  hoglet seed hoglet.json --db /srv/hoglet.db | jq -r .key.value
  jq '.users += [{\"email\": \"eve@example.com\"}]' hoglet.json | hoglet seed - --db new.db";

/// The arguments, and with `--config` those that the file adds. Wrong usage ends the process.
///
/// Errors: what is wrong with the file.
fn parse(mut arguments: Vec<OsString>) -> Result<Arguments> {
    let names_file = |argument: &OsString| argument.to_string_lossy().starts_with("--config");
    if env::var_os("HOGLET_CONFIG").is_none() && !arguments.iter().any(names_file) {
        return Ok(Arguments::parse_from(arguments));
    }
    // What is wrong with these arguments may be right with those of the file.
    let given = Arguments::command().ignore_errors(true);
    let given = given.get_matches_from(&arguments);
    let all = Arguments::command();
    let (mut command, mut given, mut place) = (&all, &given, 1);
    while let Some((name, inner)) = given.subcommand()
        && let Some(found) = command.find_subcommand(name)
    {
        (command, given, place) = (found, inner, place + 1);
    }
    let path = given.try_get_one::<PathBuf>("config").ok().flatten();
    let Some(path) = path.filter(|_| config_file::can_read_file(command)) else {
        return Ok(Arguments::parse_from(arguments));
    };
    let file = ConfigFile::read(path)?;
    let added = file.arguments(command, given);
    let added = added.into_iter().map(OsString::from);
    arguments.splice(place..place, added);
    Arguments::try_parse_from(arguments).map_err(|error| file.exit(&error))
}

/// Parses the arguments and runs the command. Failures are one line on standard error and exit code 1; wrong usage is 2.
pub fn run() -> ExitCode {
    run_from(std::env::args_os())
}

/// The same with other arguments than the process has; the first is the program's name.
pub fn run_from(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    let arguments = match parse(arguments.into_iter().map(Into::into).collect()) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("hoglet: {problem:#}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = survive_file_size_limit() {
        eprintln!("hoglet: cannot handle SIGXFSZ: {error}");
    }
    let command = arguments
        .command
        .unwrap_or(Command::Serve(Box::new(arguments.serve)));
    if !matches!(command, Command::Serve(_) | Command::Exec(_)) {
        report_upgrades();
    }
    let succeed = |()| ExitCode::SUCCESS;
    let done = match command {
        Command::Serve(config) => serve::run(*config).map(succeed),
        Command::Exec(options) => exec::run(options),
        Command::Keeper(options) => exec::keep(options),
        Command::Keys(command) => keys::run(command).map(succeed),
        Command::Projects(command) => projects::run(command).map(succeed),
        Command::Backup(options) => upkeep::backup(options).map(succeed),
        Command::Restore(options) => upkeep::restore(options).map(succeed),
        Command::Check(database) => upkeep::check(database).map(succeed),
        Command::Compact(database) => upkeep::compact(database).map(succeed),
        Command::Config(command) => config::run(command).map(succeed),
        Command::Export(options) => export::run(options).map(succeed),
        Command::Import(options) => import::run(options).map(succeed),
        Command::Share(command) => share::run(command).map(succeed),
        Command::Healthcheck(options) => healthcheck::run(options).map(succeed),
        Command::Completions { shell } => completions(shell).map(succeed),
        Command::Man { folder } => manual(&folder).map(succeed),
        Command::Init => init::run().map(succeed),
        Command::Schema(SchemaCommand::Seed) => output::print(seed::schema()).map(succeed),
        Command::Seed(options) => seed::run(options).map(succeed),
        Command::Taxonomy(command) => taxonomy::run(command),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hoglet: {error:#}");
            ExitCode::FAILURE
        }
    }
}
