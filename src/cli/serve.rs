//! `hoglet serve`

use std::{
    io::{self, IsTerminal as _, Write as _},
    net::{TcpListener, ToSocketAddrs},
    sync::Arc,
    thread,
};

use anyhow::{Context as _, Result, anyhow, bail};
use tempfile::TempDir;

use super::seed::Source;
use crate::{
    config::{Config, LogFormat, local_url},
    domain::{Error, accounts},
    http::{self, State, Throttle},
    model::{Features, Timestamp},
    store::Store,
};

/// Serves until the process is asked to end, then closes the database.
pub fn run(config: Config) -> Result<()> {
    start_log(&config)?;
    let seed = seed(&config)?;
    let listener = listen(&config.listen)?;
    let url = local_url(listener.local_addr()?);
    let site_url = config.site_url.clone().unwrap_or_else(|| url.clone());
    let cores = thread::available_parallelism().map_or(2, |cores| cores.get());
    let (store, files) = open(&config, cores as u32)?;
    fill(seed, &store, &url)?;
    let state = Arc::new(State {
        store,
        site_url: site_url.trim_end_matches('/').to_owned(),
        contract: config.contract,
        features_off: config
            .without_features
            .iter()
            .copied()
            .fold(Features::default(), Features::with),
        throttle: config.rate_limit.map(Throttle::new),
    });
    http::run(async {
        let server = http::start(state.clone(), listener, cores)?;
        writeln!(io::stdout(), "listening on {url}")?;
        server.await
    })?;
    drop(state); // the last holder closes the database
    drop(files);
    Ok(())
}

fn start_log(config: &Config) -> Result<()> {
    let filter = config.log.parse::<tracing_subscriber::EnvFilter>();
    let filter =
        filter.with_context(|| format!("--log {}: no filter that can be read", config.log))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

fn listen(address: &str) -> Result<TcpListener> {
    let found = address
        .to_socket_addrs()
        .map(Iterator::collect::<Vec<_>>)
        .unwrap_or_default();
    if found.is_empty() {
        bail!("--listen {address}: no such address; write HOST:PORT, such as 127.0.0.1:8010");
    }
    TcpListener::bind(&*found).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("{address} is in use; end what listens there, or choose another with --listen HOST:PORT")
        }
        _ => anyhow!("cannot listen on {address}: {error}; choose another with --listen HOST:PORT"),
    })
}

/// Opens the database. An ephemeral one loses its name at once, so that nothing is left however the process ends.
fn open(config: &Config, readers: u32) -> Result<(Store, Option<TempDir>)> {
    if !config.ephemeral {
        return Ok((Store::open(&config.db, readers, config.durability)?, None));
    }
    let files = TempDir::with_prefix("hoglet-")?;
    let store = Store::open(
        &files.path().join("ephemeral.db"),
        readers,
        config.durability,
    )?;
    Ok((store, Some(files)))
}

/// What a new database is to be filled with, if anything is named.
fn seed(config: &Config) -> Result<Option<Source>> {
    match &config.seed {
        _ if config.demo => Source::demo().map(Some),
        Some(path) => Source::file(path).map(Some),
        None => Ok(None),
    }
}

/// Puts into a new database what it is to start with.
fn fill(seed: Option<Source>, store: &Store, url: &str) -> Result<()> {
    if let Some(seed) = seed {
        if !seed.apply_if_new(store)? {
            tracing::info!("the database is not new: it is left as it is, without the seed");
        }
        return Ok(());
    }
    let now = Timestamp::now();
    let welcome = store
        .write(move |db| accounts::welcome(db, now))
        .map_err(failed)?;
    let Some(welcome) = welcome else {
        return Ok(());
    };
    let (project, token, key) = (
        welcome.project.id,
        &welcome.project.api_token,
        welcome.key.expose(),
    );
    eprintln!("\nA new database. Keep this key, it is shown only once:\n");
    eprintln!("  URL            {url}");
    eprintln!("  project id     {project}");
    eprintln!("  personal key   {key}");
    eprintln!("  project token  {token}\n");
    eprintln!("Try it:\n\n  curl -H 'Authorization: Bearer {key}' {url}/api/projects/{project}/\n");
    Ok(())
}

fn failed(error: Error) -> anyhow::Error {
    match error {
        Error::Store(error) => error.into(),
        other => anyhow!("{other:?}"),
    }
}
