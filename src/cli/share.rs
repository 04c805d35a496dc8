//! `hoglet share`: what shares show, without a server.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Subcommand};

use super::{
    database::{Database, failed},
    output::print,
};
use crate::{
    domain::{Error, viewer},
    http,
    model::{Features, Timestamp},
};

#[derive(Subcommand)]
pub enum ShareCommand {
    /// Write the page of a share as one file, which opens without a server
    ///
    /// The file has everything in it: data, charts, styles. It loads nothing, and asks for no password even if the share does. A
    /// share that is off, or has ended, has no page.
    #[command(after_help = "Examples:
  hoglet share export demo-overview -o page.html
  hoglet share export demo-overview --db /srv/hoglet.db > page.html")]
    Export(ExportShare),
}

/// Options of `hoglet share export`.
#[derive(Args)]
pub struct ExportShare {
    /// The link to the share, or its last part: /shared/TOKEN
    #[arg(value_name = "TOKEN")]
    link: String,

    /// The file to write; - is standard output
    #[arg(
        short,
        long,
        env = "HOGLET_SHARE_OUTPUT",
        value_name = "FILE",
        default_value = "-"
    )]
    output: PathBuf,

    #[command(flatten)]
    database: Database,
}

pub fn run(command: ShareCommand) -> Result<()> {
    let ShareCommand::Export(options) = command;
    let ExportShare {
        link,
        output,
        database,
    } = options;
    let store = database.open()?;
    let now = Timestamp::now();
    let token = link.trim_end_matches('/');
    let token = token.rsplit_once('/').map_or(token, |(_, last)| last);
    let page = viewer::owned_page(&store, token, Features::default(), now);
    let page = page.map_err(|error| match error {
        Error::NotFound(what) => {
            anyhow!("{what} Check the token, and that it is on in the admin page.")
        }
        other => failed(&database, other),
    })?;
    let html = http::whole_page(&page, now);
    if output == Path::new("-") {
        return print(&html);
    }
    let written = fs::write(&output, html);
    written.with_context(|| {
        format!(
            "{} cannot be written; check its directory",
            output.display()
        )
    })?;
    eprintln!(
        "{} is the page; anyone who has it can read it",
        output.display()
    );
    Ok(())
}
