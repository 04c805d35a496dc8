//! `hoglet keys`: creates, lists and revokes personal API keys in the database file.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use super::{
    database::{Database, failed},
    output::print,
    table,
};
use crate::{
    domain::personal_api_keys::{self as keys, NewKey},
    model::{PersonalApiKey, ProjectId, Timestamp},
};

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Create a key and print it; it cannot be shown again
    ///
    /// The key alone goes to standard output, a description of what it may do to standard error.
    #[command(after_help = "Examples:
  hoglet keys create --label laptop --scopes '*'
  hoglet keys create --label CI --scopes property_definition:read,insight:read --project 1
  KEY=$(hoglet keys create --label CI --scopes '*' --user ada@example.com)")]
    Create(CreateKey),

    /// List all keys, oldest first
    #[command(after_help = "Example:\n  hoglet keys list --db /srv/hoglet.db")]
    List(Database),

    /// Revoke a key; from the next request on it gets 401
    #[command(
        after_help = "Example:\n  hoglet keys revoke 3kVqX7aYt2mZcLr9bPw5uSdGhJ2nEfT8iQpRyWvKxUe4"
    )]
    Revoke(Revoke),
}

/// Options of `hoglet keys create`.
#[derive(Args)]
pub struct CreateKey {
    /// Label of the key, at most 40 characters
    #[arg(long, env = "HOGLET_KEY_LABEL")]
    label: String,

    /// Scopes of the key: object:action, such as insight:read, separated by commas, or '*' for all
    #[arg(
        long,
        env = "HOGLET_KEY_SCOPES",
        value_name = "SCOPE",
        value_delimiter = ',',
        required = true
    )]
    scopes: Vec<String>,

    /// Limit the key to this project; can be repeated
    #[arg(
        long,
        env = "HOGLET_KEY_PROJECTS",
        value_name = "ID",
        value_delimiter = ','
    )]
    project: Vec<ProjectId>,

    /// E-mail address of the user that the key acts as; default: the first user
    #[arg(long, env = "HOGLET_KEY_USER", value_name = "EMAIL")]
    user: Option<String>,

    #[command(flatten)]
    database: Database,
}

/// Options of `hoglet keys revoke`.
#[derive(Args)]
pub struct Revoke {
    /// Id of the key, as `hoglet keys list` shows it
    id: String,

    #[command(flatten)]
    database: Database,
}

pub fn run(command: KeysCommand) -> Result<()> {
    match command {
        KeysCommand::Create(order) => create(order),
        KeysCommand::List(database) => list(&database),
        KeysCommand::Revoke(order) => revoke(order),
    }
}

fn create(create: CreateKey) -> Result<()> {
    let CreateKey {
        label,
        scopes,
        project,
        user,
        database,
    } = create;
    let store = database.open()?;
    let new = NewKey {
        label,
        scopes,
        projects: project,
        user,
    };
    let now = Timestamp::now();
    let issued = keys::issue(&store, new, now).map_err(|error| failed(&database, error))?;
    print(&format!("{}\n", issued.secret.expose()))?;
    let key = issued.key;
    eprintln!(
        "Key {} {:?} acts as {}; it cannot be shown again.",
        key.id, key.label, issued.user.email
    );
    eprintln!(
        "Scopes: {}. Projects: {}.",
        key.scopes.join(", "),
        projects(&key)
    );
    Ok(())
}

fn list(database: &Database) -> Result<()> {
    let all = keys::list(&database.open()?).map_err(|error| failed(database, error))?;
    let heads = [
        "ID",
        "LABEL",
        "KEY",
        "USER",
        "PROJECTS",
        "CREATED",
        "LAST USED",
        "SCOPES",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(all.into_iter().map(|(key, user)| {
        let (projects, scopes) = (projects(&key), key.scopes.join(","));
        let created = table::moment(key.created_at);
        let used = key
            .last_used_at
            .map_or_else(|| "never".into(), table::moment);
        [
            key.id, key.label, key.mask, user, projects, created, used, scopes,
        ]
    }));
    print(&table::lay_out(&rows))
}

fn revoke(order: Revoke) -> Result<()> {
    let Revoke { id, database } = order;
    let wanted = id.clone();
    let gone = keys::revoke(&database.open()?, wanted).map_err(|error| failed(&database, error))?;
    if !gone {
        bail!("no key has the id {id}; `hoglet keys list` shows them all");
    }
    eprintln!("Key {id} is revoked.");
    Ok(())
}

/// The projects that the key is limited to, for display.
fn projects(key: &PersonalApiKey) -> String {
    if key.scoped_teams.is_empty() && key.scoped_organizations.is_empty() {
        return "all".into();
    }
    let teams = key.scoped_teams.iter().map(ToString::to_string);
    let organizations = key
        .scoped_organizations
        .iter()
        .map(|id| format!("all of {id}"));
    teams.chain(organizations).collect::<Vec<_>>().join(",")
}
