//! `hoglet config`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Arg, ArgMatches, CommandFactory as _, Subcommand, parser::ValueSource};
use toml_edit::{Array, Value};

use super::{
    config_file::{self, ConfigFile, OptionKind},
    output, serve,
};
use crate::config::ServerOptions;

/// The commands for the file of `--config`.
#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Print a configuration file with every option of `serve`, explained
    ///
    /// Options that have their default are comments. The values of others come from the environment and from the file of
    /// `--config`.
    #[command(
        after_help = "Examples:\n  hoglet config print > hoglet.toml\n  hoglet config print --config hoglet.toml"
    )]
    Print {
        /// Print the values of this file where no variable sets another
        #[arg(long, env = "HOGLET_CONFIG", value_name = "FILE")]
        config: Option<PathBuf>,
    },

    /// Check a configuration file; exit code 1 if anything is wrong
    #[command(after_help = "Example:\n  hoglet config check hoglet.toml")]
    Check {
        /// The configuration file
        file: PathBuf,
    },
}

/// Runs one of them.
pub fn run(command: ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Print { config } => print(config),
        ConfigCommand::Check { file } => check(&file),
    }
}

const HEAD: &str = "\
# Options of `hoglet serve`, for `hoglet serve --config FILE`. A flag takes precedence over an environment variable, a
# variable over this file, and this file over the default. Commands that work on the database or ask the server take
# what they need of it: `hoglet backup --config FILE`. `hoglet config check FILE` checks it.
";

fn print(file: Option<PathBuf>) -> Result<()> {
    let given = ServerOptions::command().ignore_errors(true);
    let given = given.try_get_matches_from([""; 0])?;
    let command = ServerOptions::command();
    let arguments = match file {
        Some(path) => ConfigFile::read(&path)?.arguments(&command, &given),
        None => Vec::new(),
    };
    let matches = ServerOptions::command().ignore_errors(true);
    let matches = matches.try_get_matches_from(arguments)?;
    let sections = config_file::arguments(&command).map(|arg| section(arg, &matches));
    output::print(&format!("{HEAD}{}", sections.collect::<String>()))
}

/// What the file says of one option.
fn section(arg: &Arg, matches: &ArgMatches) -> String {
    let (id, name) = (arg.get_id().as_str(), arg.get_long().unwrap_or_default());
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values = arg.get_possible_values();
    let values: Vec<_> = values.iter().map(|value| value.get_name()).collect();
    let mut text = String::new();
    for line in lines(&help) {
        text += &format!("\n# {line}");
    }
    if !values.is_empty() && OptionKind::of(arg) != OptionKind::Switch {
        text += &format!("\n# One of: {}", values.join(", "));
    }
    let variable = arg.get_env().unwrap_or_default().to_string_lossy();
    text += &format!("\n# Variable: {variable}");
    let source = matches.value_source(id);
    let line = match source {
        None | Some(ValueSource::DefaultValue) => format!("#{name} = {}", default(arg)),
        Some(ValueSource::EnvVariable) => {
            format!("{name} = {} # from {variable}", in_force(arg, matches))
        }
        Some(_) => format!("{name} = {}", in_force(arg, matches)),
    };
    format!("{text}\n{line}\n")
}

fn default(arg: &Arg) -> String {
    let values = arg.get_default_values().iter();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    let names = arg.get_value_names().unwrap_or_default();
    let name = names.first().map_or("", |name| name.as_str());
    match (OptionKind::of(arg), &values[..]) {
        (OptionKind::Switch, _) => "false".into(),
        (OptionKind::Number, []) => name.into(),
        (kind, []) => shown(kind, &[name]),
        (kind, values) => shown(kind, values),
    }
}

fn in_force(arg: &Arg, matches: &ArgMatches) -> String {
    let id = arg.get_id().as_str();
    let values = matches.get_raw(id).into_iter().flatten();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    match OptionKind::of(arg) {
        OptionKind::Switch => matches.get_flag(id).to_string(),
        kind => shown(kind, &values),
    }
}

/// Values as they stand in the file.
fn shown(kind: OptionKind, values: &[impl AsRef<str>]) -> String {
    let mut values = values.iter().map(AsRef::as_ref);
    match kind {
        OptionKind::List => Value::Array(Array::from_iter(values)).to_string(),
        OptionKind::Number => values.next().unwrap_or_default().to_owned(),
        OptionKind::Switch | OptionKind::Text => {
            Value::from(values.next().unwrap_or_default()).to_string()
        }
    }
}

/// `text` in lines of at most 100 characters.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < 100 => *line += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn check(path: &Path) -> Result<()> {
    let shown = path.display();
    let matches = ConfigFile::read(path)?.check()?;
    let options = <ServerOptions as clap::FromArgMatches>::from_arg_matches(&matches)?;
    serve::log_filter(&options.config)?;
    output::print(&format!("{shown} is valid\n"))
}
