//! Options of `hoglet serve`: a flag, else its environment variable, else the file of `--config`, else its default.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use clap::{Args, Parser};

use crate::model::{Contract, Durability, Feature, Strictness, Timestamp, clock};

/// The default of `--max-connections`. An idle connection takes about 25 KiB, up to 65 KiB after a large response, and one whose
/// client does not read such a response about 100 KiB.
const CONNECTIONS: u64 = 2048;

/// The options of `hoglet serve`, alone.
#[derive(Parser)]
#[command(no_binary_name = true)]
pub struct ServerOptions {
    #[command(flatten)]
    pub config: Config,
}

/// The option that names a file with options, for each command that shares any with `hoglet serve`.
#[derive(Args, Clone, Debug)]
pub struct ConfigPath {
    /// Read options from this TOML file, each by the name of its flag; flags and variables take precedence
    #[arg(long, env = "HOGLET_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Options of `hoglet serve`.
#[derive(Args, Clone, Debug)]
pub struct Config {
    #[command(flatten)]
    pub file: ConfigPath,

    /// The database file; created if missing
    #[arg(
        long,
        env = "HOGLET_DB",
        value_name = "FILE",
        default_value = "hoglet.db"
    )]
    pub db: PathBuf,

    /// Use a temporary database that is deleted when the process ends; nothing is written to the working directory
    #[arg(long, env = "HOGLET_EPHEMERAL")]
    pub ephemeral: bool,

    /// Address to listen on; port 0 picks a free port
    #[arg(
        long,
        env = "HOGLET_LISTEN",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:8010"
    )]
    pub listen: String,

    /// Serve HTTPS, with the certificate in this PEM file and those of its issuers after it; read again when it changes
    #[arg(
        long,
        env = "HOGLET_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,

    /// The private key of the certificate, a PEM file
    #[arg(
        long,
        env = "HOGLET_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,

    /// Fill a new database from this seed file; an existing database is not changed
    #[arg(long, env = "HOGLET_SEED", value_name = "FILE")]
    pub seed: Option<PathBuf>,

    /// Fill a new database with example data and fixed, public keys
    #[arg(long, env = "HOGLET_DEMO", conflicts_with = "seed")]
    pub demo: bool,

    /// Which behaviour to follow where the published reference and the hosted service differ
    #[arg(
        long,
        env = "HOGLET_CONTRACT",
        value_name = "KIND",
        value_enum,
        default_value = "documented"
    )]
    pub contract: Contract,

    /// The public URL of this server, if it differs from the listening address; requests under its host name are accepted.
    /// Can be repeated: links use the first
    #[arg(
        long = "site-url",
        env = "HOGLET_SITE_URL",
        value_name = "URL",
        value_delimiter = ',',
        value_parser = site_url
    )]
    pub site_urls: Vec<String>,

    /// Serve the scripts in this folder, node_modules/posthog-js/dist, to browsers; read when the server starts
    #[arg(long, env = "HOGLET_SDK_ASSETS", value_name = "DIR")]
    pub sdk_assets: Option<PathBuf>,

    /// Accept the first line of this file as the password of the admin page; it signs in as the first user
    #[arg(long, env = "HOGLET_ADMIN_PASSWORD_FILE", value_name = "FILE")]
    pub admin_password_file: Option<PathBuf>,

    /// Print the first key of a new database and the link to the admin page even if standard error is not a terminal
    #[arg(long, env = "HOGLET_PRINT_SECRETS")]
    pub print_secrets: bool,

    /// Print the URL, the project and its keys as one JSON object when the server is ready, instead of `listening on …`
    #[arg(long, env = "HOGLET_READY_JSON")]
    pub ready_json: bool,

    /// Write the port to this file when the server is ready; deleted when it stops
    #[arg(long, env = "HOGLET_PORT_FILE", value_name = "FILE")]
    pub port_file: Option<PathBuf>,

    /// Stop at the end of standard input, as when the parent process ends
    #[arg(long, env = "HOGLET_EXIT_WITH_PARENT")]
    pub exit_with_parent: bool,

    /// Stop after this time without a request, such as 90s, 10m or 1h; health checks do not count
    #[arg(
        long,
        env = "HOGLET_IDLE_TIMEOUT",
        value_name = "TIME",
        value_parser = span
    )]
    pub idle_timeout: Option<Duration>,

    /// When a change is acknowledged
    #[arg(
        long,
        env = "HOGLET_DURABILITY",
        value_name = "WHEN",
        value_enum,
        default_value = "full"
    )]
    pub durability: Durability,

    /// Write a backup of the database into this directory whenever the latest is older than --backup-every
    #[arg(
        long,
        env = "HOGLET_AUTO_BACKUP",
        value_name = "DIR",
        conflicts_with = "ephemeral"
    )]
    pub auto_backup: Option<PathBuf>,

    /// How often to write a backup, such as 90s, 10m or 1h
    #[arg(
        long,
        env = "HOGLET_BACKUP_EVERY",
        value_name = "TIME",
        default_value = "24h",
        value_parser = span
    )]
    pub backup_every: Duration,

    /// How many backups to keep in that directory; older ones are deleted
    #[arg(
        long,
        env = "HOGLET_BACKUP_KEEP",
        value_name = "N",
        default_value_t = 7,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub backup_keep: u32,

    /// Behave as if organizations lacked this paid feature: access_control, white_labelling or organization_security_settings;
    /// can be repeated
    #[arg(
        long = "without-feature",
        env = "HOGLET_WITHOUT_FEATURE",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub without_features: Vec<Feature>,

    /// Use X-Forwarded-For and X-Forwarded-Proto from this proxy: an address, or a network such as 10.0.0.0/8; can be repeated
    #[arg(
        long = "trusted-proxy",
        env = "HOGLET_TRUSTED_PROXY",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,

    /// Limit each key, and all project secret keys of a project, to this many requests a minute and an hour (the service has 480/4800); off by default
    #[arg(long, env = "HOGLET_RATE_LIMIT", value_name = "MINUTE/HOUR")]
    pub rate_limit: Option<RateLimit>,

    /// Seconds that a client may take to send the head of a request, again for its body, and to continue reading a response
    #[arg(
        long,
        env = "HOGLET_REQUEST_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub request_timeout: u64,

    /// Maximum number of open connections; beyond it, the connection that has been idle longest is closed
    #[arg(
        long,
        env = "HOGLET_MAX_CONNECTIONS",
        value_name = "N",
        default_value_t = CONNECTIONS,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000)
    )]
    pub max_connections: u64,

    /// Memory for the bodies of all requests together, in MiB
    #[arg(
        long,
        env = "HOGLET_BODY_MEMORY",
        value_name = "MIB",
        default_value_t = 256,
        value_parser = clap::value_parser!(u64).range(8..=1_048_576)
    )]
    pub body_memory: u64,

    /// Seconds that a request waits for memory or for the database before it gets 503
    #[arg(
        long,
        env = "HOGLET_QUEUE_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u64).range(1..=600)
    )]
    pub queue_timeout: u64,

    /// Number of latest events of each project to keep in memory
    #[arg(
        long,
        env = "HOGLET_KEEP_EVENTS",
        value_name = "N",
        default_value_t = 1000
    )]
    pub keep_events: usize,

    /// Lab mode, for tests: let every client that reaches the server reset and change it under /_lab/, without a key
    #[arg(long, env = "HOGLET_LAB")]
    pub lab: bool,

    /// In lab mode, choose the same ids, tokens, keys and passwords in every run: a number to start from
    #[arg(long, env = "HOGLET_RNG_SEED", value_name = "N", requires = "lab")]
    pub rng_seed: Option<u64>,

    /// In lab mode, start with the clock frozen at this time, such as 2026-01-02T03:04:05Z
    #[arg(
        long,
        env = "HOGLET_CLOCK",
        value_name = "TIME",
        requires = "lab",
        value_parser = date
    )]
    pub clock: Option<Timestamp>,

    /// In lab mode, create a project on the first use of an unknown token that begins with phc_
    #[arg(long, env = "HOGLET_ANY_TOKEN", requires = "lab")]
    pub any_token: bool,

    /// In lab mode, name what a request sends that is ignored: unknown fields and parameters, read-only fields, unread bodies
    #[arg(
        long,
        env = "HOGLET_STRICT",
        value_name = "HOW",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "warn",
        requires = "lab"
    )]
    pub strict: Option<Strictness>,

    /// Serve metrics for Prometheus at http://HOST:PORT/metrics to every client that can connect: use a loopback address, such as 127.0.0.1:9010
    #[arg(long, env = "HOGLET_METRICS", value_name = "HOST:PORT")]
    pub metrics: Option<String>,

    /// What to log: error, warn, info, debug, or a filter such as `hoglet=debug`, which shows every request
    #[arg(
        long,
        env = "HOGLET_LOG",
        value_name = "FILTER",
        default_value = "warn,actix_http=off,hoglet=info"
    )]
    pub log: String,

    /// Log every request when it has been answered: method, route, status, microseconds, bytes, id of the key, id of the request
    #[arg(long, env = "HOGLET_ACCESS_LOG")]
    pub access_log: bool,

    /// Format of the log
    #[arg(
        long,
        env = "HOGLET_LOG_FORMAT",
        value_name = "KIND",
        value_enum,
        default_value = "text"
    )]
    pub log_format: LogFormat,
}

/// The formats of the log.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object per line
    Json,
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    address: IpAddr,
    /// How many leading bits an address must share with `address`.
    prefix: u32,
}

impl Network {
    /// Whether `address` is in this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let difference = own.to_bits() ^ other.to_bits();
                difference.leading_zeros() >= self.prefix
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let difference = own.to_bits() ^ other.to_bits();
                difference.leading_zeros() >= self.prefix
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Network, Self::Err> {
        const EXPECTED: &str =
            "expected an address such as 127.0.0.1 or a network such as 10.0.0.0/8";
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| EXPECTED)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| EXPECTED)?;
        if prefix > most {
            return Err(EXPECTED);
        }
        Ok(Network { address, prefix })
    }
}

/// Maximum number of requests with one personal key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// In any 60 seconds.
    pub burst: usize,
    /// In any 3600 seconds.
    pub sustained: usize,
}

impl FromStr for RateLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<RateLimit, Self::Err> {
        let numbers = text
            .split_once('/')
            .and_then(|(burst, sustained)| Some((burst.parse().ok()?, sustained.parse().ok()?)));
        match numbers {
            Some((burst, sustained)) if burst > 0 && sustained > 0 => {
                Ok(RateLimit { burst, sustained })
            }
            _ => Err("expected two positive whole numbers, such as 480/4800"),
        }
    }
}

impl Config {
    /// What its URLs begin with.
    pub fn scheme(&self) -> &'static str {
        match self.tls_cert {
            Some(_) => "https",
            None => "http",
        }
    }
}

/// The address under which this machine reaches a server that listens on `address`.
pub fn from_here(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// Returns `text` without its trailing slash if it is a URL of a scheme and a host only: pages are served at the root.
pub fn site_url(text: &str) -> Result<String, &'static str> {
    let url = text.strip_suffix('/').unwrap_or(text);
    let host = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let is_part = |part: char| part.is_ascii_alphanumeric() || ".-:[]_".contains(part);
    match host {
        Some(host) if !host.is_empty() && host.chars().all(is_part) => Ok(url.into()),
        _ => Err("expected a scheme and a host only, such as https://hoglet.example.com"),
    }
}

/// A time such as `90s`, `10m` or `1h`, at most a year.
fn span(text: &str) -> Result<Duration, &'static str> {
    const EXPECTED: &str = "expected a whole number and a unit, such as 90s, 10m or 1h";
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(EXPECTED),
    };
    let count: u32 = digits.parse().map_err(|_| EXPECTED)?;
    let seconds = u64::from(count) * unit;
    match (1..=365 * 24 * 3600).contains(&seconds) {
        true => Ok(Duration::from_secs(seconds)),
        false => Err("expected a time from 1s to a year"),
    }
}

/// A time that the clock can be set to.
pub fn date(text: &str) -> Result<Timestamp, &'static str> {
    let parsed = text.parse().ok().filter(|date| clock::can_show(*date));
    parsed.ok_or("expected a time from 1970 to 9998, such as 2026-01-02T03:04:05Z")
}
