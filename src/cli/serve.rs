//! `hoglet serve`.

use std::{
    fs::{self, Permissions},
    io::{self, IsTerminal as _, Write as _},
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    os::unix::fs::PermissionsExt as _,
    path::{self, Path},
    pin::Pin,
    process,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};
use futures_util::future::select_all;
use sd_notify::NotifyState;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use super::{
    secrets::Secrets,
    upkeep::{self, AutoBackup},
    welcome::{self, Start},
};
use crate::{
    config::{Config, LogFormat, from_here},
    domain::{
        access::{self, Access},
        backups::Backups,
        capture::Capture,
        key_uses::KeyUses,
        lab::snapshots::Snapshots,
        sessions::Entrance,
        viewer::Guesses,
    },
    http::{
        self, Budget, IdleTimer, Lab, Live, LongLists, Metrics, QuickReads, RequestIds, Scripts,
        Site, State, Throttle, Tls, Unserved,
    },
    model::{Features, Secret, Timestamp, clock, seed_random_bytes},
    store::{Copier, Store, StoreMetrics, StoreOptions},
};

/// How long the threads of the server may take to end after it has stopped.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or SIGINT, or until the options say, then closes the database.
pub fn run(config: Config) -> Result<()> {
    start_log(&config)?;
    let port_file = config.port_file.as_deref();
    let port_file = port_file.map(PortFile::new).transpose()?;
    let mut startup = Startup::new(&config, Some(&Secrets::new(&config)))?;
    let ready = match config.ready_json {
        true => startup.description()?.to_string(),
        false => format!("listening on {}://{}", config.scheme(), startup.address),
    };
    let (port, idle) = (startup.address.port(), startup.idle.clone());
    let stop = || {
        let mut reasons: Vec<Pin<Box<dyn Future<Output = ()> + Send>>> =
            vec![Box::pin(http::told_to_stop()?)];
        if config.exit_with_parent {
            reasons.push(Box::pin(end_of_input()));
        }
        reasons.extend(idle.map(|timer| Box::pin(timer.run_out()) as _));
        Ok(async { drop(select_all(reasons).await) })
    };
    startup.serve(stop, || {
        if let Some(file) = &port_file {
            file.write(port)?;
        }
        writeln!(io::stdout(), "{ready}")?;
        // To systemd, if it started the server and wants to know.
        sd_notify::notify(&[NotifyState::Ready])
    })
}

/// A server that is about to start: it listens, and its database is open and filled.
pub struct Startup<'c> {
    config: &'c Config,
    store: Store,
    /// In lab mode, what copies and restores the database.
    copier: Option<Copier>,
    capture: Capture,
    entrance: Entrance,
    listener: TcpListener,
    /// Where the metrics are shown.
    scraped: Option<TcpListener>,
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
    /// The URL under which this machine reaches it.
    pub url: String,
    site: Site,
    scripts: Scripts,
    idle: Option<Arc<IdleTimer>>,
    /// The link to the admin page, if one was issued.
    link: Option<String>,
    /// Access to what was filled by this start; `None` if it was filled earlier.
    access: Option<Access>,
    cores: usize,
    connections: usize,
}

impl<'c> Startup<'c> {
    /// Prepares the server that `config` describes. Without `secrets`, the start is silent and issues no admin link.
    pub fn new(config: &'c Config, secrets: Option<&Secrets>) -> Result<Startup<'c>> {
        if let Some(seed) = config.rng_seed {
            seed_random_bytes(seed);
        }
        if let Some(date) = config.clock {
            clock::freeze(date);
        }
        let cores = thread::available_parallelism().map_or(2, |cores| cores.get());
        let connections = http::connection_limit(
            config.max_connections as usize,
            cores,
            config.metrics.is_some(),
        )?;
        let start = Start::new(config)?;
        let scripts = scripts(config.sdk_assets.as_deref())?;
        if let Some(folder) = &config.auto_backup {
            upkeep::prepare(folder)?;
        }
        let entrance = Entrance::new(welcome::admin_password(config)?.as_ref());
        let pair = config.tls_cert.as_ref().zip(config.tls_key.as_ref());
        let tls = pair.map(|(certificate, key)| Tls::load(certificate, key));
        let tls = tls.transpose()?.map(Arc::new);
        let listener = listen("--listen", &config.listen)?;
        let address = listener.local_addr()?;
        let scraped = config.metrics.as_deref();
        let scraped = scraped.map(|address| listen("--metrics", address));
        let scraped = scraped.transpose()?;
        let url = format!("{}://{}", config.scheme(), from_here(address));
        let site = Site::new(&config.site_urls, &url);
        let (store, copier) = open(config, cores as u32)?;
        let path = match config.ephemeral {
            true => Path::new("the ephemeral database"),
            false => &config.db,
        };
        let filled = start.fill(&store, path, &url, secrets, config.keep_events)?;
        if config.rng_seed.is_some() && filled.access.is_none() {
            let path = path.display();
            bail!(
                "--rng-seed: {path} is not new, and what it contains would be chosen again; name another with --db, or use --ephemeral"
            );
        }
        welcome::warn_of_weak_keys(&store, address)?;
        if config.lab {
            welcome::announce_lab(address, config.rng_seed.is_some());
        }
        let link = secrets.map(|secrets| welcome::show_link(&entrance, site.url(), secrets));
        Ok(Startup {
            config,
            store,
            copier,
            capture: match config.any_token {
                true => filled.capture.taking_any_token(),
                false => filled.capture,
            },
            entrance,
            listener,
            scraped,
            address,
            tls,
            url,
            site,
            scripts,
            idle: config.idle_timeout.map(IdleTimer::new).map(Arc::new),
            link: link.transpose()?,
            access: filled.access,
            cores,
            connections,
        })
    }

    /// What a program needs to use the server. Creates the keys that a database lacks which this start has filled.
    pub fn access(&mut self) -> Result<Access> {
        let access = match self.access.take() {
            Some(access) => access::complete(&self.store, access, Timestamp::now()),
            None => access::to_existing(&self.store),
        };
        access.map_err(|error| anyhow!("the keys cannot be created: {error:?}"))
    }

    /// What `--ready-json` prints.
    fn description(&mut self) -> Result<Value> {
        let access = self.access()?;
        let project = access.project.as_ref();
        let expose = |key: &Option<Secret>| key.as_ref().map(|key| key.expose().to_owned());
        Ok(json!({
            "url": self.url,
            "pid": process::id(),
            "project_id": project.map(|project| project.id),
            "project_token": project.map(|project| &project.api_token),
            "personal_api_key": expose(&access.personal_key),
            "project_secret_api_key": expose(&access.secret_key),
            "admin_link": self.link,
        }))
    }

    /// Serves until `stop` is over, then closes the database. Calls `ready` once requests are answered, on this thread, and
    /// returns what it returns.
    pub fn serve<T, S: Future<Output = ()> + Send + 'static>(
        self,
        stop: impl FnOnce() -> io::Result<S>,
        ready: impl FnOnce() -> io::Result<T>,
    ) -> Result<T> {
        let config = self.config;
        self.store.log_condition();
        let _backups = match &config.auto_backup {
            Some(folder) => {
                let (every, keep) = (config.backup_every, config.backup_keep as usize);
                let (path, watch) = (config.db.clone(), self.store.watch());
                Some(AutoBackup::start(path, watch, folder, every, keep)?)
            }
            None => None,
        };
        let patience = Duration::from_secs(config.queue_timeout);
        let (capture, now) = (self.capture, Timestamp::now());
        let lab = self.copier.map(|copier| {
            let snapshots = Snapshots::begin(copier, &capture, now);
            let snapshots = snapshots.map_err(|error| anyhow!("{error:?}"));
            let snapshots = snapshots.context("the database cannot be copied for lab mode")?;
            anyhow::Ok(Lab::new(snapshots, config.strict))
        });
        let reads = http::quick_read_threads(self.cores)?;
        let metrics = config.metrics.as_ref();
        let metrics = metrics.map(|_| Metrics::new(&self.store, self.connections));
        if let Some(scraped) = &self.scraped {
            let address = from_here(scraped.local_addr()?);
            tracing::info!("metrics are at http://{address}/metrics");
        }
        let state = Arc::new(State {
            store: self.store,
            site: self.site,
            contract: config.contract,
            features_off: config
                .without_features
                .iter()
                .copied()
                .fold(Features::default(), Features::with),
            capture,
            request_timeout: Duration::from_secs(config.request_timeout),
            throttle: config.rate_limit.map(Throttle::new),
            entrance: self.entrance,
            guesses: Guesses::default(),
            has_tls: self.tls.is_some(),
            key_uses: KeyUses::default(),
            unserved: Unserved::default(),
            trusted_proxies: config.trusted_proxies.clone(),
            bodies: Arc::new(Budget::new(
                (config.body_memory as usize) << 20,
                patience,
                self.cores,
            )),
            quick_reads: QuickReads::new(&reads),
            long_lists: LongLists::new(self.cores, patience),
            backups: backups(config),
            scripts: self.scripts,
            idle: self.idle,
            live: Live::default(),
            request_ids: RequestIds::new(),
            access_log: config.access_log,
            lab: lab.transpose()?,
            metrics,
        });
        let made = http::run(async {
            let (cores, connections) = (self.cores, self.connections);
            let (listener, scraped, tls) = (self.listener, self.scraped, self.tls);
            let stop = stop()?;
            let server = http::start(
                state.clone(),
                listener,
                scraped,
                cores,
                connections,
                tls,
                stop,
            )?;
            // An ephemeral database cannot be opened again: its file has been unlinked.
            let _warmer = match config.ephemeral {
                true => None,
                false => state.store.warm(&config.db).map_err(io::Error::other)?,
            };
            let made = ready()?;
            server.await?;
            Ok(made)
        })?;
        close(state);
        Ok(made)
    }
}

/// The backups of the database, which may be asked for from another directory than this one.
fn backups(config: &Config) -> Backups {
    let whole = |path: &Path| path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let database = (!config.ephemeral).then(|| whole(&config.db));
    Backups::new(database, config.auto_backup.as_deref().map(whole))
}

/// Waits a moment until the threads of the server have dropped their references: the last one closes the database.
fn close(state: Arc<State>) {
    let start = Instant::now();
    while Arc::strong_count(&state) > 1 && start.elapsed() < LAST_WAIT {
        thread::sleep(Duration::from_millis(1));
    }
}

/// The file of `--port-file`; deleted when dropped.
struct PortFile<'p>(&'p Path);

impl PortFile<'_> {
    /// Deletes what an earlier server left there, which would mislead a program that waits for the file.
    fn new(path: &Path) -> Result<PortFile<'_>> {
        let file = PortFile(path);
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file.failed(error).into()),
            _ => Ok(file),
        }
    }

    /// Writes the port in one step, so that no program reads half of it.
    fn write(&self, port: u16) -> io::Result<()> {
        let PortFile(path) = self;
        let directory = path.parent().filter(|parent| *parent != Path::new(""));
        let written = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o644))
            .tempfile_in(directory.unwrap_or(Path::new(".")))
            .and_then(|mut file| writeln!(file, "{port}").map(|()| file))
            .and_then(|file| Ok(file.persist(path)?));
        written.map(drop).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> io::Error {
        let path = self.0.display();
        io::Error::other(format!(
            "--port-file {path} cannot be written: {error}; check its directory"
        ))
    }
}

impl Drop for PortFile<'_> {
    fn drop(&mut self) {
        // It is missing if the server did not come to write it.
        drop(fs::remove_file(self.0));
    }
}

/// Ends at the end of standard input.
fn end_of_input() -> impl Future<Output = ()> + Send {
    let (ended, end) = oneshot::channel::<()>();
    thread::spawn(move || {
        if let Err(error) = io::copy(&mut io::stdin(), &mut io::sink()) {
            tracing::warn!("standard input cannot be read: {error}");
        }
        drop(ended);
    });
    async { drop(end.await) }
}

/// What is logged.
pub fn log_filter(config: &Config) -> Result<Targets> {
    let filter = config.log.parse();
    // Its error says everything twice.
    filter.map_err(|_| {
        let log = &config.log;
        anyhow!("--log {log}: not a valid log filter; write a level, such as info, or hoglet=debug")
    })
}

pub fn start_log(config: &Config) -> Result<()> {
    let filter = log_filter(config)?;
    let filter = match config.access_log {
        true => filter.with_target(http::ACCESS_LOG, LevelFilter::INFO),
        false => filter,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.finish().with(filter).init(),
        LogFormat::Json => log.json().finish().with(filter).init(),
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

fn listen(option: &str, address: &str) -> Result<TcpListener> {
    let found = address
        .to_socket_addrs()
        .map(Iterator::collect::<Vec<_>>)
        .unwrap_or_default();
    if found.is_empty() {
        bail!("{option} {address}: unknown address; write HOST:PORT, such as 127.0.0.1:8010");
    }
    TcpListener::bind(&*found).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("{address} is in use; stop the process that listens there, or choose another with {option} HOST:PORT")
        }
        _ => anyhow!("cannot listen on {address}: {error}; choose another with {option} HOST:PORT"),
    })
}

/// Opens the database. An ephemeral one is unlinked at once, so that nothing is left however the process ends.
/// In lab mode, also opens what copies it.
fn open(config: &Config, readers: u32) -> Result<(Store, Option<Copier>)> {
    let options = StoreOptions {
        patience: Duration::from_secs(config.queue_timeout),
        watched: !config.ephemeral,
        before_waiting: http::leave_place,
        metrics: config.metrics.is_some().then(StoreMetrics::default),
        ..StoreOptions::new(readers, config.durability)
    };
    let open = |path: &Path| {
        let store = Store::open_with(path, &options)?;
        let copier = config.lab.then(|| Copier::open(path, &options));
        Ok((store, copier.transpose()?))
    };
    if !config.ephemeral {
        return open(&config.db);
    }
    let folder = TempDir::with_prefix("hoglet-").map_err(|error| {
        anyhow!("cannot create an ephemeral database: {error}; set TMPDIR to a writable directory")
    })?;
    open(&folder.path().join("ephemeral.db"))
}
