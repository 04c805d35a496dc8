//! `hoglet keys`: personal API keys, made and revoked on the database file.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use super::{
    database::{Database, failed},
    output::print,
    table,
};
use crate::{
    domain::personal_api_keys::{self as keys, Order},
    model::*,
};

/// What can be done with keys.
#[derive(Subcommand)]
pub enum Command {
    /// Make a key and print it, this once
    ///
    /// The key alone goes to standard output, what it may do to standard error.
    #[command(after_help = "Examples:
  hoglet keys create --label laptop --scopes '*'
  hoglet keys create --label CI --scopes property_definition:read,insight:read --project 1
  KEY=$(hoglet keys create --label CI --scopes '*' --user ada@example.com)")]
    Create(Create),

    /// List all keys, oldest first
    #[command(after_help = "Example:\n  hoglet keys list --db /srv/hoglet.db")]
    List(Database),

    /// Make a key useless, from the next request on
    #[command(
        after_help = "Example:\n  hoglet keys revoke 3kVqX7aYt2mZcLr9bPw5uSdGhJ2nEfT8iQpRyWvKxUe4"
    )]
    Revoke(Revoke),
}

/// Options of `hoglet keys create`.
#[derive(Args)]
pub struct Create {
    /// What to call the key, at most 40 characters
    #[arg(long, env = "HOGLET_KEY_LABEL")]
    label: String,

    /// What it may do: object:action, separated by commas, or '*' for everything
    #[arg(
        long,
        env = "HOGLET_KEY_SCOPES",
        value_name = "SCOPE",
        value_delimiter = ',',
        required = true
    )]
    scopes: Vec<String>,

    /// Limit it to this project; may be repeated
    #[arg(
        long,
        env = "HOGLET_KEY_PROJECTS",
        value_name = "ID",
        value_delimiter = ','
    )]
    project: Vec<ProjectId>,

    /// Whom it acts as, by address; the first user unless given
    #[arg(long, env = "HOGLET_KEY_USER", value_name = "EMAIL")]
    user: Option<String>,

    #[command(flatten)]
    database: Database,
}

/// Options of `hoglet keys revoke`.
#[derive(Args)]
pub struct Revoke {
    /// The key's id, as `hoglet keys list` shows it
    id: String,

    #[command(flatten)]
    database: Database,
}

/// Does it.
pub fn run(command: Command) -> Result<()> {
    match command {
        Command::Create(order) => create(order),
        Command::List(database) => list(&database),
        Command::Revoke(order) => revoke(order),
    }
}

fn create(create: Create) -> Result<()> {
    let Create {
        label,
        scopes,
        project,
        user,
        database,
    } = create;
    let store = database.open()?;
    let order = Order {
        label,
        scopes,
        projects: project,
        user,
    };
    let now = Timestamp::now();
    let issued = store
        .write(move |db| keys::issue(db, order, now))
        .map_err(|error| failed(&database, error))?;
    print(&format!("{}\n", issued.secret.expose()))?;
    let key = issued.key;
    eprintln!(
        "Key {} {:?} acts as {}; it is shown only this once.",
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
    let all = database
        .open()?
        .read(keys::list)
        .map_err(|error| failed(database, error))?;
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
    let gone = database
        .open()?
        .write(move |db| keys::revoke(db, &wanted))
        .map_err(|error| failed(&database, error))?;
    if !gone {
        bail!("no key has the id {id}; `hoglet keys list` shows them all");
    }
    eprintln!("Key {id} is revoked.");
    Ok(())
}

/// What the key is limited to, for people.
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
