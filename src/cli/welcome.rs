//! What `hoglet serve` puts into a new database, and the messages it prints at startup.

use std::{fs, net::SocketAddr, path::Path};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Map, Value};

use super::{secrets::Secrets, seed::Source};
use crate::{
    config::Config,
    domain::{self, access::Access, accounts, capture::Capture, seed::Created, sessions::Entrance},
    model::{Secret, Timestamp},
    store::Store,
};

/// The minimum length of an admin password, in characters.
const SHORTEST_PASSWORD: usize = 12;

/// What to fill a new database with.
pub enum Start {
    /// An organization, a project, its owner and a key of the owner.
    Plain,
    /// A seed file.
    File(Source),
    /// The example data of `--demo`.
    Demo(Source),
}

impl Start {
    /// What the options ask for. Reads the seed file, if one is named.
    pub fn new(config: &Config) -> Result<Start> {
        match &config.seed {
            _ if config.demo => Source::demo().map(Start::Demo),
            Some(path) => Source::file(path).map(Start::File),
            None => Ok(Start::Plain),
        }
    }

    /// Fills the database if it is new, and says so on standard error; without `secrets`, says nothing. `url` is where the
    /// server will listen; `keep` is how many events of each project it keeps.
    pub fn fill(
        self,
        store: &Store,
        path: &Path,
        url: &str,
        secrets: Option<&Secrets>,
        keep: usize,
    ) -> Result<Filled> {
        let left = || {
            tracing::warn!(
                "{} is not new: it is left as it is, and nothing is added to it. Name another with --db for a new one, \
                 or leave out --demo and --seed",
                path.display()
            )
        };
        let (source, is_demo) = match self {
            Start::Plain => {
                return Ok(Filled {
                    capture: Capture::new(keep),
                    access: fill_plainly(store, path, url, secrets)?,
                });
            }
            Start::File(source) => (source, false),
            Start::Demo(source) => (source, true),
        };
        let made = source.apply_if_new(store, path, keep)?;
        match &made {
            Some(_) if secrets.is_none() => {}
            Some(made) if is_demo => greet_demo(&made.refs, url),
            Some(_) => tracing::info!("{} is filled", path.display()),
            None => left(),
        }
        Ok(match made {
            Some(Created {
                capture, access, ..
            }) => Filled {
                capture,
                access: Some(access),
            },
            None => Filled {
                capture: Capture::new(keep),
                access: None,
            },
        })
    }
}

/// What [`Start::fill`] leaves behind.
pub struct Filled {
    /// The events of a seed file, captured.
    pub capture: Capture,
    /// The first project and its keys; `None` if the database was not new.
    pub access: Option<Access>,
}

fn fill_plainly(
    store: &Store,
    path: &Path,
    url: &str,
    secrets: Option<&Secrets>,
) -> Result<Option<Access>> {
    let now = Timestamp::now();
    let welcome = accounts::welcome(store, now).map_err(|error| match error {
        domain::Error::Store(error) => anyhow!(error.explain(path)),
        other => anyhow!("{other:?}"),
    })?;
    let Some(welcome) = welcome else {
        return Ok(None);
    };
    if let Some(secrets) = secrets {
        let (project, token) = (welcome.project.id.to_string(), &welcome.project.api_token);
        let greeting = |key| greeting(url, &project, key, token, "");
        let text = greeting(welcome.key.expose());
        let file = secrets.file(".first-key", &text, true).context(
            "the database is filled, but its first key is lost; create another with `hoglet keys create`",
        )?;
        match file {
            None => {
                eprintln!("\nA new database. Keep this key; it cannot be shown again:\n\n{text}")
            }
            Some(file) => eprintln!(
                "\nA new database. Its first key is in a file that only its owner can read; keep the key and delete the file:\n\n  {}\n\n{}",
                file.display(),
                greeting("KEY")
            ),
        }
    }
    Ok(Some(Access {
        project: Some(welcome.project),
        personal_key: Some(welcome.key),
        secret_key: None,
    }))
}

fn greet_demo(refs: &Map<String, Value>, url: &str) {
    let text = |name: &str, key: &str| {
        let value = refs.get(name).map(|object| &object[key]);
        value
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .unwrap_or_default()
    };
    eprintln!(
        "\nA new database with example data. Its keys are public: use it on this machine only.\n"
    );
    eprintln!(
        "{}",
        greeting(
            url,
            &text("shop", "id"),
            &text("key", "value"),
            &text("shop", "api_token"),
            "property_definitions/",
        )
    );
}

/// What a first request needs, and a command to try it.
fn greeting(url: &str, project: &str, key: &str, token: &str, path: &str) -> String {
    format!(
        "  URL            {url}
  project id     {project}
  personal key   {key}
  project token  {token}
  documentation  {url}/docs/

Try it:

  curl -H 'Authorization: Bearer {key}' {url}/api/projects/{project}/{path}
"
    )
}

/// Reads the password of the admin page: the first line of the file that the options name, if any.
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

/// Issues the link that opens the admin page, and prints it or the path of its file. Returns the link.
pub fn show_link(entrance: &Entrance, site_url: &str, secrets: &Secrets) -> Result<String> {
    let token = entrance.issue_link(Timestamp::now());
    let link = format!("{site_url}/admin/login?token={}", token.expose());
    match secrets.file(".admin-link", &format!("{link}\n"), false)? {
        None => {
            eprintln!("The admin page; this link opens it once, within 24 hours:\n\n  {link}\n")
        }
        Some(file) => eprintln!(
            "The admin page; the link in this file opens it once, within 24 hours:\n\n  {}\n",
            file.display()
        ),
    }
    Ok(link)
}

/// Says that the server is in lab mode, and warns if other machines can reach it.
pub fn announce_lab(address: SocketAddr, is_seeded: bool) {
    tracing::info!(
        "lab mode: every client can reset and change this server, without a key; see /docs/lab/"
    );
    if !address.ip().is_loopback() {
        tracing::warn!(
            "other machines can reach {address}, and lab mode lets them change everything: listen on 127.0.0.1, or leave out --lab"
        );
        if is_seeded {
            tracing::warn!(
                "with --rng-seed, anyone can predict the keys and sessions of this server"
            );
        }
    }
}

/// Warns if other machines can reach the server and it has keys that are easily guessed.
pub fn warn_of_weak_keys(store: &Store, address: SocketAddr) -> Result<()> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    let count = domain::seed::count_weak_keys(store)?;
    if count > 0 {
        let keys = if count == 1 { "key is" } else { "keys are" };
        tracing::warn!(
            "{count} {keys} shorter than 40 characters, easily guessed, and other machines can reach {address}: \
             listen on 127.0.0.1, or revoke them with `hoglet keys revoke`"
        );
    }
    Ok(())
}
