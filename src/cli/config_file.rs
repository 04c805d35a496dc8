//! The file of `--config`: options of `hoglet serve` by the names of their flags.
//!
//! Another command takes from it what it shares with `serve`: the options of the same name with the same variable. The rest is
//! checked all the same, so that a misspelled `db` does not pass for the default.
//!
//! What stands in the file becomes arguments in front of those that were given, unless a flag or a variable sets the same option.
//! So clap reads it as if it had been typed: with the errors of the option, and with the checks of options that need or exclude
//! each other. As defaults, which would be simpler, they would not be checked against each other.

use std::{
    any::TypeId,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{
    Arg, ArgAction, ArgMatches, Command, CommandFactory as _, Error,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};
use toml_edit::{Document, Item, Value};

use crate::config::ServerOptions;

/// A file that was read, whose values are valid by themselves.
pub struct ConfigFile {
    path: PathBuf,
    options: Vec<FileOption>,
}

struct FileOption {
    arg: Arg,
    /// What stands for it on the command line.
    arguments: Vec<String>,
}

/// What a value has to be in the file.
#[derive(Clone, Copy, PartialEq)]
pub enum OptionKind {
    Switch,
    Number,
    Text,
    List,
}

impl OptionKind {
    pub fn of(arg: &Arg) -> OptionKind {
        let numbers = [
            TypeId::of::<u64>(),
            TypeId::of::<u32>(),
            TypeId::of::<usize>(),
        ];
        let parsed = arg.get_value_parser().type_id();
        match arg.get_action() {
            ArgAction::SetTrue => OptionKind::Switch,
            ArgAction::Append => OptionKind::List,
            _ if numbers.iter().any(|number| parsed == *number) => OptionKind::Number,
            _ => OptionKind::Text,
        }
    }
}

impl ConfigFile {
    /// Reads the file at `path`. Errors: all that is wrong with it, each in a sentence with its line.
    pub fn read(path: &Path) -> Result<ConfigFile> {
        let shown = path.display();
        let text =
            fs::read_to_string(path).with_context(|| format!("--config {shown} cannot be read"))?;
        let place = |start: usize| {
            let before = text.bytes().take(start);
            let line = 1 + before.filter(|byte| *byte == b'\n').count();
            format!("{shown}:{line}")
        };
        let start = |item: &Item| item.span().map_or(0, |span| span.start);
        let document = Document::parse(text.as_str()).map_err(|error| {
            let place = place(error.span().map_or(0, |span| span.start));
            anyhow!("{place}: {}", error.message().replace('\n', "; "))
        })?;
        let (mut options, mut problems) = (Vec::new(), Vec::new());
        for (key, item) in document.iter() {
            let at = document.key(key).and_then(|key| key.span());
            let at = at.map_or_else(|| start(item), |span| span.start);
            match option(key, item) {
                Ok(option) => options.push(option),
                Err(problem) => problems.push(format!("{}: {problem}", place(at))),
            }
        }
        match problems.is_empty() {
            true => Ok(ConfigFile {
                path: path.to_owned(),
                options,
            }),
            false => bail!("{}", problems.join("\nhoglet: ")),
        }
    }

    /// The arguments for those options of `command` that neither a flag nor a variable sets in `given`.
    pub fn arguments(&self, command: &Command, given: &ArgMatches) -> Vec<String> {
        let is_set = |arg: &&Arg| {
            let source = given.value_source(arg.get_id().as_str());
            matches!(
                source,
                Some(ValueSource::CommandLine | ValueSource::EnvVariable)
            )
        };
        let is_meant = |option: &&FileOption| {
            let mut arg = command
                .get_arguments()
                .filter(|arg| is_same(arg, &option.arg));
            arg.any(|arg| !is_set(&arg))
        };
        let meant = self.options.iter().filter(is_meant);
        meant.flat_map(|option| option.arguments.clone()).collect()
    }

    /// Checks the options against each other. Errors: a sentence.
    pub fn check(&self) -> Result<ArgMatches> {
        let all = self.options.iter();
        let all = all.flat_map(|option| option.arguments.iter());
        let matches = without_variables().try_get_matches_from(all);
        matches.map_err(|error| anyhow!("{}: {}", self.path.display(), said(&error)))
    }

    /// Prints `error`, which came from arguments of which some are the file's, and ends the process.
    pub fn exit(&self, error: &Error) -> ! {
        if matches!(
            error.kind(),
            ErrorKind::ArgumentConflict | ErrorKind::MissingRequiredArgument
        ) {
            let set = self
                .options
                .iter()
                .filter_map(|option| option.arg.get_long());
            let set: Vec<_> = set.map(|name| format!("--{name}")).collect();
            eprintln!("note: {} sets {}\n", self.path.display(), set.join(", "));
        }
        error.exit()
    }
}

/// The option that the file calls `key`.
fn option(key: &str, item: &Item) -> Result<FileOption, String> {
    let command = ServerOptions::command();
    let arg = arguments(&command).find(|arg| arg.get_long() == Some(key));
    let arg = arg.ok_or_else(|| unknown(key))?;
    let texts = texts(OptionKind::of(arg), item)?;
    let arguments = texts.map_or_else(
        || vec![format!("--{key}")],
        |texts| texts.iter().map(|text| format!("--{key}={text}")).collect(),
    );
    for argument in &arguments {
        match without_variables().try_get_matches_from([argument]) {
            Err(error)
                if error.kind() != ErrorKind::MissingRequiredArgument
                    && error.kind() != ErrorKind::ArgumentConflict =>
            {
                return Err(said(&error));
            }
            _ => {} // other options of the file may be what it needs
        }
    }
    let is_off = OptionKind::of(arg) == OptionKind::Switch && item.as_bool() == Some(false);
    Ok(FileOption {
        arg: arg.clone(),
        arguments: if is_off { Vec::new() } else { arguments },
    })
}

/// The values of an option; `None` for a switch. Errors: what the file should say instead.
fn texts(kind: OptionKind, item: &Item) -> Result<Option<Vec<String>>, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let one = |text: String| Some(vec![text]);
    let (texts, expected) = match kind {
        OptionKind::Switch => {
            return item
                .as_bool()
                .map(|_| None)
                .ok_or("expected true or false".into());
        }
        OptionKind::Number => (
            item.as_integer().and_then(|number| one(number.to_string())),
            "expected a whole number",
        ),
        OptionKind::Text => (
            item.as_value().and_then(text).and_then(one),
            "expected a text in quotes",
        ),
        OptionKind::List => (
            item.as_array()
                .and_then(|items| items.iter().map(text).collect()),
            "expected an array of texts, such as [\"a\", \"b\"]",
        ),
    };
    texts.map(Some).ok_or_else(|| expected.into())
}

/// The options that a file may have.
pub fn arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    let all = command.get_arguments();
    all.filter(|arg| arg.get_long().is_some_and(|name| name != "config"))
}

/// Whether `command` shares options with `serve`, which it takes from a file.
pub fn can_read_file(command: &Command) -> bool {
    let serve = ServerOptions::command();
    arguments(&serve).any(|option| command.get_arguments().any(|arg| is_same(arg, option)))
}

/// Whether `arg` of a command is what `option` is for `serve`.
fn is_same(arg: &Arg, option: &Arg) -> bool {
    arg.get_long() == option.get_long() && arg.get_env() == option.get_env()
}

/// The options of `serve`, which come from nowhere but the arguments.
fn without_variables() -> Command {
    ServerOptions::command().mut_args(|arg| arg.env(None::<&str>))
}

fn unknown(key: &str) -> String {
    let command = without_variables();
    let similar = without_variables().try_get_matches_from([format!("--{key}=")]);
    let similar = similar
        .err()
        .and_then(|error| match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(name)) => Some(name.trim_start_matches('-').to_owned()),
            _ => None,
        });
    let similar =
        similar.filter(|name| arguments(&command).any(|arg| arg.get_long() == Some(name)));
    match similar {
        Some(name) => format!("unknown option {key}; did you mean {name}?"),
        None => format!("unknown option {key}; `hoglet config print` lists all"),
    }
}

/// What an error of clap says, in one line.
fn said(error: &Error) -> String {
    let text = error.to_string();
    let text = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}
