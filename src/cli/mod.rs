//! Every command, and how each ends.

mod seed;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;

/// A PostHog-compatible server in one binary with one SQLite file
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// `hoglet` alone is `hoglet serve`.
    #[command(flatten)]
    serve: Config,
}

/// What can be ordered.
#[derive(Subcommand)]
enum Command {
    /// Serve the API (what `hoglet` alone does)
    Serve(Config),
}

/// Reads the arguments and does what they say. Failures are one line on standard error and exit code 1; wrong usage is 2.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command.unwrap_or(Command::Serve(arguments.serve)) {
        Command::Serve(config) => serve::run(config),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hoglet: {error:#}");
            ExitCode::FAILURE
        }
    }
}
