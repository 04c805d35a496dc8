//! `hoglet exec`: a server around a command.
//!
//! Three processes take part. The first, which the user started, is the server. It starts a **keeper**, this program again, which
//! starts the command and passes signals on:
//!
//! ```text
//! hoglet exec (server) ── keeper ── the command ── what the command starts
//! ```
//!
//! The keeper exists so that nothing is left, however the processes end. On Linux a process can ask for a signal when its parent
//! ends, and can adopt the orphans among its descendants. The keeper does both: if the first process is killed, the keeper kills
//! everything below itself, also what the command has started in the background. If the keeper is killed, the first process
//! adopts the command and does the same. The command itself could not ask for the signal: that takes code which runs in the
//! child before it becomes the command, and its own children would not get the signal.
//!
//! All of them stay in the process group that they were started in. So a terminal sends Ctrl-C to all of them, the command can
//! read from the terminal, and Ctrl-Z works. A signal that the terminal has sent is not passed on, or the command would get it
//! twice.

mod processes;

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{self, Command, ExitCode},
    str::FromStr,
    thread,
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, CommandFactory as _, Parser as _};
use rustix::process::Pid;
use tokio::sync::oneshot;

use super::{
    config_file::ConfigFile,
    serve::{self, Startup},
};
use crate::{
    config::{self, Config, ConfigPath, ServerOptions},
    domain::access::Access,
    model::{Contract, Durability, Strictness, Timestamp},
};
use processes::{Leftover, Signals};

/// The seed file that is used if none is named and it exists.
pub const USUAL_SEED: &str = "hoglet.json";

/// The variables that the command gets.
const VARIABLES: [(&str, Given); 11] = [
    ("HOGLET_URL", Given::Url),
    ("POSTHOG_HOST", Given::Url),
    ("POSTHOG_API_KEY", Given::Token),
    ("POSTHOG_PROJECT_ID", Given::Project),
    ("POSTHOG_PERSONAL_API_KEY", Given::Key),
    ("POSTHOG_SECRET_KEY", Given::Secret),
    ("POSTHOG_CLI_HOST", Given::Url),
    ("POSTHOG_CLI_API_KEY", Given::Key),
    ("POSTHOG_CLI_PROJECT_ID", Given::Project),
    ("NEXT_PUBLIC_POSTHOG_HOST", Given::Url),
    ("NEXT_PUBLIC_POSTHOG_KEY", Given::Token),
];

#[derive(Args)]
pub struct ExecOptions {
    /// Fill the database from this seed file; default: hoglet.json, if it exists
    #[arg(long, env = "HOGLET_SEED", value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Which behaviour to follow where the published reference and the hosted service differ
    #[arg(
        long,
        env = "HOGLET_CONTRACT",
        value_name = "KIND",
        value_enum,
        default_value = "documented"
    )]
    contract: Contract,

    /// Choose the same ids, tokens, keys and passwords in every run: a number to start from
    #[arg(long, env = "HOGLET_RNG_SEED", value_name = "N")]
    rng_seed: Option<u64>,

    /// Name what a request sends that is ignored: unknown fields and parameters, read-only fields, unread bodies
    #[arg(
        long,
        env = "HOGLET_STRICT",
        value_name = "HOW",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "warn"
    )]
    strict: Option<Strictness>,

    /// Start with the clock frozen at this time, such as 2026-01-02T03:04:05Z
    #[arg(long, env = "HOGLET_CLOCK", value_name = "TIME", value_parser = config::date)]
    clock: Option<Timestamp>,

    /// Set another variable for the command, to the url, token, project, key or secret; can be repeated
    #[arg(
        long = "env",
        env = "HOGLET_EXEC_ENV",
        value_name = "NAME=VALUE",
        value_delimiter = ','
    )]
    variables: Vec<Variable>,

    /// Create a project on the first use of an unknown token that begins with phc_
    #[arg(long, env = "HOGLET_ANY_TOKEN")]
    any_token: bool,

    /// Keep the database in this file, which must not exist yet
    #[arg(long, env = "HOGLET_EXEC_KEEP_DB", value_name = "FILE")]
    keep_db: Option<PathBuf>,

    /// Address to listen on; port 0 picks a free port
    #[arg(
        long,
        env = "HOGLET_EXEC_LISTEN",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:0"
    )]
    listen: String,

    /// What to log: error, warn, info, debug, or a filter such as `hoglet=debug`, which shows every request
    #[arg(
        long,
        env = "HOGLET_LOG",
        value_name = "FILTER",
        default_value = "warn,actix_http=off"
    )]
    log: String,

    #[command(flatten)]
    file: ConfigPath,

    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

#[derive(Args)]
pub struct KeeperOptions {
    /// The process that started it
    parent: u32,

    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

#[derive(Clone)]
struct Variable {
    name: String,
    given: Given,
}

/// What a variable is set to.
#[derive(Clone, Copy)]
enum Given {
    Url,
    Token,
    Project,
    Key,
    Secret,
}

impl FromStr for Variable {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Variable, Self::Err> {
        const EXPECTED: &str =
            "expected a name, = and one of url, token, project, key, secret, such as API_KEY=token";
        let (name, given) = text.split_once('=').ok_or(EXPECTED)?;
        let given = match given {
            "url" => Given::Url,
            "token" => Given::Token,
            "project" => Given::Project,
            "key" => Given::Key,
            "secret" => Given::Secret,
            _ => return Err(EXPECTED),
        };
        match name.is_empty() || name.contains('\0') {
            true => Err(EXPECTED),
            false => Ok(Variable {
                name: name.into(),
                given,
            }),
        }
    }
}

impl ExecOptions {
    /// The configuration of the server: what `exec` has no options for comes from variables and the file of `--config`.
    fn config(&self) -> Result<Config> {
        let mut arguments = vec!["--lab".to_owned()];
        if let Some(path) = &self.file.config {
            let given = ServerOptions::command().ignore_errors(true);
            let given = given.try_get_matches_from(&arguments)?;
            let file = ConfigFile::read(path)?;
            arguments.extend(file.arguments(&ServerOptions::command(), &given));
        }
        let ServerOptions { mut config } = ServerOptions::parse_from(arguments);
        let usual = || Some(PathBuf::from(USUAL_SEED)).filter(|path| path.exists());
        config.demo &= self.seed.is_none();
        config.seed = match config.demo {
            true => None,
            false => self.seed.clone().or_else(usual),
        };
        config.contract = self.contract;
        config.listen.clone_from(&self.listen);
        config.log.clone_from(&self.log);
        config.ephemeral = self.keep_db.is_none();
        config.durability = Durability::Relaxed; // it need not survive the machine
        config.idle_timeout = None;
        config.auto_backup = None;
        config.metrics = None;
        config.rng_seed = self.rng_seed;
        config.clock = self.clock;
        config.any_token = self.any_token;
        config.strict = self.strict;
        if let Some(path) = &self.keep_db {
            if path.exists() {
                let path = path.display();
                bail!("--keep-db {path}: the file exists; delete it, or name another");
            }
            config.db.clone_from(path);
        }
        Ok(config)
    }
}

/// Runs the command beside a server that lives as long as it does. Returns the command's exit code.
pub fn run(options: ExecOptions) -> Result<ExitCode> {
    let config = options.config()?;
    serve::start_log(&config)?;
    let mut startup = Startup::new(&config, None)?;
    let mut keeper = Command::new(env::current_exe().context("the path of hoglet is unknown")?);
    keeper.arg("exec-keeper").arg(process::id().to_string());
    keeper.arg("--").args(&options.command);
    set_variables(&mut keeper, &options.variables, &mut startup)?;
    let signals = Signals::new().context("signals cannot be received")?;
    processes::adopt_orphans().context("orphans cannot be adopted")?;
    let (ended, end) = oneshot::channel::<()>();
    let stop = || Ok(async { drop(end.await) });
    // The keeper is started on this thread: when the thread that has started a process ends, the kernel counts its parent as
    // ended.
    let watch = startup.serve(stop, || {
        let keeper = processes::start(&mut keeper)?;
        Ok(thread::spawn(move || {
            let code = signals.attend(keeper, None);
            drop(ended);
            code
        }))
    })?;
    let code = watch.join().map_err(|_| anyhow!("a thread panicked"))?;
    processes::end_descendants(Leftover::Ask)?;
    Ok(ExitCode::from(code?))
}

/// Sets the variables. One whose value does not exist is removed: it may hold the key of a real project.
fn set_variables(command: &mut Command, more: &[Variable], startup: &mut Startup) -> Result<()> {
    let access = startup.access()?;
    let usual = VARIABLES.iter().copied();
    let more = more.iter().map(|more| (more.name.as_str(), more.given));
    for (name, given) in usual.chain(more) {
        match value(given, &startup.url, &access) {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Ok(())
}

fn value(given: Given, url: &str, access: &Access) -> Option<String> {
    let project = access.project.as_ref();
    Some(match given {
        Given::Url => url.to_owned(),
        Given::Token => project?.api_token.clone(),
        Given::Project => project?.id.to_string(),
        Given::Key => access.personal_key.as_ref()?.expose().to_owned(),
        Given::Secret => access.secret_key.as_ref()?.expose().to_owned(),
    })
}

/// What the keeper does: runs the command, passes signals on, and leaves nothing behind.
pub fn keep(options: KeeperOptions) -> Result<ExitCode> {
    let signals = Signals::new().context("signals cannot be received")?;
    processes::adopt_orphans().context("orphans cannot be adopted")?;
    let parent = i32::try_from(options.parent).ok().and_then(Pid::from_raw);
    let parent = parent.context("the parent is no process")?;
    processes::notice_end_of_parent().context("the end of hoglet cannot be noticed")?;
    if rustix::process::getppid() != Some(parent) {
        return Ok(ExitCode::FAILURE); // it ended before this process could notice
    }
    let [program, arguments @ ..] = &options.command[..] else {
        bail!("no command is given");
    };
    let child = match processes::start(Command::new(program).args(arguments)) {
        Ok(child) => child,
        Err(error) => {
            let (program, is_missing) =
                (Path::new(program), error.kind() == io::ErrorKind::NotFound);
            eprintln!("hoglet: {} cannot be run: {error}", program.display());
            // The codes of shells.
            return Ok(ExitCode::from(if is_missing { 127 } else { 126 }));
        }
    };
    let code = signals.attend(child, Some(parent))?;
    Ok(ExitCode::from(code))
}
