//! What `hoglet serve` puts into a new database, and what it tells a newcomer.

use std::{fs, net::SocketAddr, path::Path};

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value};

use super::seed::Source;
use crate::{
    config::Config,
    domain::{self, accounts, seed::Made, sessions::Entrance},
    model::{Secret, Timestamp},
    store::Store,
};

/// The fewest characters of an admin password.
const SHORTEST_PASSWORD: usize = 12;

/// What a new database is to be filled with.
pub enum Start {
    /// An organization, a project, and a key of its owner's.
    Plain,
    /// A seed file.
    File(Source),
    /// The demonstration data.
    Demo(Source),
}

impl Start {
    /// What the options ask for. Reads the file that they name, if they do.
    pub fn new(config: &Config) -> Result<Start> {
        match &config.seed {
            _ if config.demo => Source::demo().map(Start::Demo),
            Some(path) => Source::file(path).map(Start::File),
            None => Ok(Start::Plain),
        }
    }

    /// Fills the database if it is new, and says so on standard error. `url` is where the server will listen. Returns what
    /// was made out of a file, if any was.
    pub fn fill(self, store: &Store, path: &Path, url: &str) -> Result<Option<Made>> {
        let left = || {
            tracing::warn!(
                "{} is not new: it is left as it is, and nothing is added to it. Name another with --db for a new one, \
                 or leave out --demo and --seed",
                path.display()
            )
        };
        let (source, is_demo) = match self {
            Start::Plain => {
                fill_plainly(store, path, url)?;
                return Ok(None);
            }
            Start::File(source) => (source, false),
            Start::Demo(source) => (source, true),
        };
        let made = source.apply_if_new(store, path)?;
        match &made {
            Some(made) if is_demo => greet_demo(&made.told, url),
            Some(_) => tracing::info!("{} is filled", path.display()),
            None => left(),
        }
        Ok(made)
    }
}

fn fill_plainly(store: &Store, path: &Path, url: &str) -> Result<()> {
    let now = Timestamp::now();
    let welcome = store.write(move |db| accounts::welcome(db, now));
    let welcome = welcome.map_err(|error| match error {
        domain::Error::Store(error) => anyhow!(error.explain(path)),
        other => anyhow!("{other:?}"),
    })?;
    if let Some(welcome) = welcome {
        let (project, token) = (welcome.project.id.to_string(), &welcome.project.api_token);
        eprintln!("\nA new database. Keep this key, it is shown only once:\n");
        greet(url, &project, welcome.key.expose(), token, "");
    }
    Ok(())
}

fn greet_demo(told: &Map<String, Value>, url: &str) {
    let text = |name: &str, key: &str| {
        let value = told.get(name).map(|object| &object[key]);
        value
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .unwrap_or_default()
    };
    eprintln!(
        "\nA new database with demonstration data. Everybody knows its keys: use it on this machine only.\n"
    );
    greet(
        url,
        &text("shop", "id"),
        &text("key", "value"),
        &text("shop", "api_token"),
        "property_definitions/",
    );
}

/// What a first request needs, and one that works as it stands.
fn greet(url: &str, project: &str, key: &str, token: &str, path: &str) {
    eprintln!("  URL            {url}");
    eprintln!("  project id     {project}");
    eprintln!("  personal key   {key}");
    eprintln!("  project token  {token}");
    eprintln!("  documentation  {url}/docs/\n");
    eprintln!(
        "Try it:\n\n  curl -H 'Authorization: Bearer {key}' {url}/api/projects/{project}/{path}\n"
    );
}

/// The password of the admin page, if there is one: the first line of the file that the options name.
pub fn admin_password(config: &Config) -> Result<Option<Secret>> {
    let Some(path) = &config.admin_password_file else {
        return Ok(None);
    };
    let text = fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        anyhow!("--admin-password-file {path} cannot be read: {error}; check its path")
    })?;
    let password = text.lines().next().unwrap_or_default().trim();
    if password.chars().count() < SHORTEST_PASSWORD {
        bail!(
            "--admin-password-file {}: its first line must have at least {SHORTEST_PASSWORD} characters",
            path.display()
        );
    }
    Ok(Some(Secret::new(password)))
}

/// Tells the link that opens the admin page, once.
pub fn show_link(entrance: &Entrance, site_url: &str) {
    let token = entrance.issue_link(Timestamp::now());
    eprintln!("The admin page; this link opens it once, within 24 hours:\n");
    eprintln!("  {site_url}/admin/login?token={}\n", token.expose());
}

/// Warns when others than this machine can reach keys that are easily guessed.
pub fn warn_of_weak_keys(store: &Store, address: SocketAddr) -> Result<()> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    let count = store.read(domain::seed::count_weak_keys)?;
    if count > 0 {
        let keys = if count == 1 { "key is" } else { "keys are" };
        tracing::warn!(
            "{count} {keys} shorter than 40 characters, easily guessed, and other machines can reach {address}: \
             listen on 127.0.0.1, or revoke them with `hoglet keys revoke`"
        );
    }
    Ok(())
}
