//! `hoglet serve`.

use std::{
    io::{self, IsTerminal as _, Write as _},
    net::{TcpListener, ToSocketAddrs},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};
use tempfile::TempDir;

use super::{
    secrets::Secrets,
    welcome::{self, Start},
};
use crate::{
    config::{Config, LogFormat, local_url},
    domain::{sessions::Entrance, viewer::Guesses},
    http::{self, Budget, LongLists, Scripts, Site, State, Throttle, Unserved},
    model::Features,
    store::{Store, StoreOptions},
};

/// Serves until SIGTERM or SIGINT, then closes the database.
pub fn run(config: Config) -> Result<()> {
    start_log(&config)?;
    let cores = thread::available_parallelism().map_or(2, |cores| cores.get());
    let connections = http::connection_limit(config.max_connections as usize, cores)?;
    let start = Start::new(&config)?;
    let scripts = scripts(config.sdk_assets.as_deref())?;
    let entrance = Entrance::new(welcome::admin_password(&config)?.as_ref());
    let listener = listen(&config.listen)?;
    let address = listener.local_addr()?;
    let url = local_url(address);
    let site = Site::new(&config.site_urls, &url);
    let store = open(&config, cores as u32)?;
    let path = match config.ephemeral {
        true => Path::new("the ephemeral database"),
        false => &config.db,
    };
    let secrets = Secrets::new(&config);
    let capture = start.fill(&store, path, &url, &secrets, config.keep_events)?;
    welcome::warn_of_weak_keys(&store, address)?;
    welcome::show_link(&entrance, site.url(), &secrets)?;
    store.log_condition();
    let patience = Duration::from_secs(config.queue_timeout);
    let state = Arc::new(State {
        store,
        site,
        contract: config.contract,
        features_off: config
            .without_features
            .iter()
            .copied()
            .fold(Features::default(), Features::with),
        capture,
        request_timeout: Duration::from_secs(config.request_timeout),
        throttle: config.rate_limit.map(Throttle::new),
        entrance,
        guesses: Guesses::default(),
        unserved: Unserved::default(),
        trusted_proxies: config.trusted_proxies,
        bodies: Arc::new(Budget::new((config.body_memory as usize) << 20, patience)),
        long_lists: LongLists::new(cores, patience),
        scripts,
    });
    http::run(async {
        let server = http::start(state.clone(), listener, cores, connections)?;
        // An ephemeral database cannot be opened again: its file has been unlinked.
        let _warmer = match config.ephemeral {
            true => None,
            false => Some(state.store.warm(&config.db).map_err(io::Error::other)?),
        };
        writeln!(io::stdout(), "listening on http://{address}")?;
        server.await
    })?;
    drop(state); // the last reference closes the database
    Ok(())
}

fn start_log(config: &Config) -> Result<()> {
    let filter = config.log.parse::<tracing_subscriber::EnvFilter>();
    let filter = filter.with_context(|| format!("--log {}: not a valid log filter", config.log))?;
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

/// The scripts of `--sdk-assets`, if it was given.
fn scripts(folder: Option<&Path>) -> Result<Scripts> {
    let Some(folder) = folder else {
        return Ok(Scripts::default());
    };
    Scripts::read(folder).map_err(|error| {
        let folder = folder.display();
        anyhow!("--sdk-assets {folder}: {error}; give the folder node_modules/posthog-js/dist")
    })
}

fn listen(address: &str) -> Result<TcpListener> {
    let found = address
        .to_socket_addrs()
        .map(Iterator::collect::<Vec<_>>)
        .unwrap_or_default();
    if found.is_empty() {
        bail!("--listen {address}: unknown address; write HOST:PORT, such as 127.0.0.1:8010");
    }
    TcpListener::bind(&*found).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("{address} is in use; stop the process that listens there, or choose another with --listen HOST:PORT")
        }
        _ => anyhow!("cannot listen on {address}: {error}; choose another with --listen HOST:PORT"),
    })
}

/// Opens the database. An ephemeral one is unlinked at once, so that nothing is left however the process ends.
fn open(config: &Config, readers: u32) -> Result<Store> {
    let options = StoreOptions {
        patience: Duration::from_secs(config.queue_timeout),
        watched: !config.ephemeral,
        ..StoreOptions::new(readers, config.durability)
    };
    if !config.ephemeral {
        return Ok(Store::open_with(&config.db, &options)?);
    }
    let folder = TempDir::with_prefix("hoglet-").map_err(|error| {
        anyhow!("cannot create an ephemeral database: {error}; set TMPDIR to a writable directory")
    })?;
    let path = folder.path().join("ephemeral.db");
    Ok(Store::open_with(&path, &options)?)
}
