//! What the server is told when it starts: flag, else environment, else default.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use clap::Args;

use crate::model::{Contract, Durability, Feature};

/// How many connections may be open unless more are asked for. One that is idle takes about 25 KiB, and one that reads nothing
/// of a large response about 100 KiB.
const CONNECTIONS: u64 = 2048;

/// Options of `hoglet serve`.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// The database file; made if it is not there
    #[arg(
        long,
        env = "HOGLET_DB",
        value_name = "FILE",
        default_value = "hoglet.db"
    )]
    pub db: PathBuf,

    /// Use a database that is gone with the process; nothing is written to the working directory
    #[arg(long, env = "HOGLET_EPHEMERAL")]
    pub ephemeral: bool,

    /// Where to listen; port 0 takes any free port
    #[arg(
        long,
        env = "HOGLET_LISTEN",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:8010"
    )]
    pub listen: String,

    /// Fill a new database from this file; one that is not new is left as it is
    #[arg(long, env = "HOGLET_SEED", value_name = "FILE")]
    pub seed: Option<PathBuf>,

    /// Fill a new database with demonstration data and fixed keys
    #[arg(long, env = "HOGLET_DEMO", conflicts_with = "seed")]
    pub demo: bool,

    /// What to be where the published reference and the hosted service differ
    #[arg(
        long,
        env = "HOGLET_CONTRACT",
        value_name = "KIND",
        value_enum,
        default_value = "documented"
    )]
    pub contract: Contract,

    /// The public URL of this server, if it is not the address it listens on; its host is accepted in requests
    #[arg(long, env = "HOGLET_SITE_URL", value_name = "URL", value_parser = site_url)]
    pub site_url: Option<String>,

    /// Let whoever knows the first line of this file into the admin page, as the first user
    #[arg(long, env = "HOGLET_ADMIN_PASSWORD_FILE", value_name = "FILE")]
    pub admin_password_file: Option<PathBuf>,

    /// Print the first key of a new database and the link to the admin page, also where standard error is no terminal
    #[arg(long, env = "HOGLET_PRINT_SECRETS")]
    pub print_secrets: bool,

    /// When a change counts as kept
    #[arg(
        long,
        env = "HOGLET_DURABILITY",
        value_name = "WHEN",
        value_enum,
        default_value = "full"
    )]
    pub durability: Durability,

    /// Answer as an organization without this paid feature; may be repeated
    #[arg(
        long = "without-feature",
        env = "HOGLET_WITHOUT_FEATURE",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub without_features: Vec<Feature>,

    /// A proxy whose X-Forwarded-For and X-Forwarded-Proto count: an address or a network such as 10.0.0.0/8; may be repeated
    #[arg(
        long = "trusted-proxy",
        env = "HOGLET_TRUSTED_PROXY",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,

    /// Limit each personal key to so many requests a minute and an hour (the service has 480/4800); off by default
    #[arg(long, env = "HOGLET_RATE_LIMIT", value_name = "MINUTE/HOUR")]
    pub rate_limit: Option<RateLimit>,

    /// How many seconds a client may take to send the head of a request, again its body, and to read on in a response
    #[arg(
        long,
        env = "HOGLET_REQUEST_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub request_timeout: u64,

    /// How many connections may be open at once; when there are more, the one that is idle longest is closed
    #[arg(
        long,
        env = "HOGLET_MAX_CONNECTIONS",
        value_name = "N",
        default_value_t = CONNECTIONS,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000)
    )]
    pub max_connections: u64,

    /// The memory that the bodies of all requests may take together, in MiB
    #[arg(
        long,
        env = "HOGLET_BODY_MEMORY",
        value_name = "MIB",
        default_value_t = 256,
        value_parser = clap::value_parser!(u64).range(8..=1_048_576)
    )]
    pub body_memory: u64,

    /// How many seconds a request may wait for memory or for its turn at the database before it is answered 503
    #[arg(
        long,
        env = "HOGLET_QUEUE_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u64).range(1..=600)
    )]
    pub queue_timeout: u64,

    /// How many of the latest events of each project to keep in memory
    #[arg(
        long,
        env = "HOGLET_KEEP_EVENTS",
        value_name = "N",
        default_value_t = 1000
    )]
    pub keep_events: usize,

    /// What to log: error, warn, info, debug, or a filter such as `hoglet=debug`, which shows every request
    #[arg(
        long,
        env = "HOGLET_LOG",
        value_name = "FILTER",
        default_value = "warn,actix_http=off,hoglet=info"
    )]
    pub log: String,

    /// How to write the log
    #[arg(
        long,
        env = "HOGLET_LOG_FORMAT",
        value_name = "KIND",
        value_enum,
        default_value = "text"
    )]
    pub log_format: LogFormat,
}

/// How the log looks.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    address: IpAddr,
    /// How many bits at the start of an address decide whether it belongs.
    prefix: u32,
}

impl Network {
    /// Whether `address` belongs to it.
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
            "an address such as 127.0.0.1 or a network such as 10.0.0.0/8 is needed";
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

/// How many requests a personal key may make.
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
            _ => Err("two whole numbers are needed, such as 480/4800"),
        }
    }
}

/// The URL that `address` is reached at from this machine.
pub fn local_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// `text` without a slash at the end, if it is a URL with a scheme and a host and nothing else: pages live at the root.
fn site_url(text: &str) -> Result<String, &'static str> {
    let url = text.strip_suffix('/').unwrap_or(text);
    let host = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let is_part = |part: char| part.is_ascii_alphanumeric() || ".-:[]_".contains(part);
    match host {
        Some(host) if !host.is_empty() && host.chars().all(is_part) => Ok(url.into()),
        _ => Err(
            "a scheme and a host are needed and nothing else, such as https://hoglet.example.com",
        ),
    }
}
