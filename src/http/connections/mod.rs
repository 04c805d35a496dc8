//! The open connections, and which of them are closed when they take without giving back.
//!
//! actix-http limits how long a client may take to send its first head, and closes idle connections after five seconds. It
//! does not limit how long a client may leave a response unread, nor how long the second head on a connection takes, and when
//! the descriptors run out it stops accepting. So every connection has a [`Connection`] here, which its stream and the request
//! under way keep up to date, and the [`Connections`] of a worker close
//!
//! - one that reads nothing of a response for the request timeout, and one that begins a request and does not go on;
//! - when the limit of connections is reached, one that others can do without, so that a new client is served: see
//!   [`Connections::dispensable`]. A connection whose request the server is working on is never closed;
//! - when the responses that wait for their readers take too much memory, the one that has read nothing for longest;
//! - when the buffers that have grown take too much memory, the one of these that has been idle longest, or has kept the server
//!   waiting longest. Actix gives such a buffer up with the connection: an idle one may keep 64 KiB of a response that has left,
//!   and one that sends a long head, which needs no key, 256 KiB.
//!
//! Each worker has its own table, without locks: actix hands out connections to the workers in turn.

mod connection;

pub use connection::{Answering, Connection};

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    rc::{Rc, Weak},
    time::Duration,
};

use actix_web::rt::time::sleep;
use prometheus_client::metrics::{counter::Counter, gauge::Gauge};

/// How long a connection without a request may stay open.
pub const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// How long a client may keep the server waiting even if others need its place.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often overdue connections are looked for.
const ROUND: Duration = Duration::from_millis(500);

/// What a worker enforces on its connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// How many may be open at once.
    pub connections: usize,
    /// How long a client may take nothing of a response, or go on with a head that it began.
    pub timeout: Duration,
    /// How many bytes the responses that are being sent may take, beyond one that takes more by itself.
    pub memory: usize,
    /// How many bytes the buffers of connections may take beyond what each has from its start.
    pub buffers: usize,
}

/// Counts the connections of all workers.
#[derive(Clone, Debug, Default)]
pub struct ConnectionMetrics {
    /// How many are open.
    pub open: Gauge,
    pub accepted: Counter,
    /// Those for which there was no place.
    pub refused: Counter,
}

/// The connections of a worker.
pub struct Connections {
    limits: ConnectionLimits,
    open: RefCell<BTreeMap<u64, Rc<Connection>>>,
    last: Cell<u64>,
    /// The bytes of the responses that are being sent.
    held: Cell<usize>,
    /// The bytes that buffers take beyond what each has from its start.
    buffers: Cell<usize>,
    metrics: Option<ConnectionMetrics>,
}

impl Connections {
    /// The table of a worker, which looks for overdue connections as long as it is in use.
    pub fn start(limits: ConnectionLimits, metrics: Option<ConnectionMetrics>) -> Rc<Connections> {
        let connections = Rc::new(Connections {
            limits,
            open: RefCell::default(),
            last: Cell::new(0),
            held: Cell::new(0),
            buffers: Cell::new(0),
            metrics,
        });
        actix_web::rt::spawn(keep_closing(Rc::downgrade(&connections)));
        connections
    }

    /// A place for a new connection from `network`. If there is none, another one is closed for it; if none may be, returns
    /// `None`.
    pub fn accept(self: &Rc<Connections>, network: IpAddr) -> Option<Rc<Connection>> {
        let accepted = self.try_accept(network);
        if let Some(metrics) = &self.metrics {
            match accepted {
                Some(_) => {
                    metrics.accepted.inc();
                    metrics.open.inc();
                }
                None => drop(metrics.refused.inc()),
            }
        }
        accepted
    }

    fn try_accept(self: &Rc<Connections>, network: IpAddr) -> Option<Rc<Connection>> {
        if self.open.borrow().len() >= self.limits.connections {
            self.dispensable()?.close();
        }
        let number = self.last.get() + 1;
        self.last.set(number);
        let connection = Rc::new(Connection::new(number, network, self.clone()));
        self.open.borrow_mut().insert(number, connection.clone());
        Some(connection)
    }

    /// The connection that is closed when a new one needs its place: in this order,
    ///
    /// 1. the one that has been open longest without a whole request, but not less than [`PATIENCE`]: the others may be about
    ///    to send theirs;
    /// 2. of the idle ones, and
    /// 3. of those that keep the server waiting, in the middle of a body or of a response, for [`PATIENCE`] or more,
    ///    the one that does so longest, of the client that has most connections. One that opens many takes its own places.
    fn dispensable(&self) -> Option<Rc<Connection>> {
        let is_idle = |connection: &Connection| connection.is_idle() && !connection.is_blocked();
        let is_late = |connection: &Connection| connection.waited() >= PATIENCE;
        let silent = |it: &Connection| is_idle(it) && !it.has_answered() && is_late(it);
        let awaited = |it: &Connection| it.is_awaited() && is_late(it);
        let found = self.longest(silent);
        let found = found.or_else(|| self.longest_of_most(is_idle));
        found.or_else(|| self.longest_of_most(awaited))
    }

    /// The same as [`Connections::longest`], of the client that has most connections.
    fn longest_of_most(&self, is_meant: impl Fn(&Connection) -> bool) -> Option<Rc<Connection>> {
        let open = self.open.borrow();
        let mut counts = HashMap::new();
        for connection in open.values() {
            *counts.entry(connection.network()).or_insert(0) += 1;
        }
        let meant = open.values().filter(|connection| is_meant(connection));
        let order = |it: &&Rc<Connection>| (Reverse(counts[&it.network()]), it.since());
        meant.min_by_key(order).cloned()
    }

    /// The connection that has been in its present state longest, of those that `is_meant` picks.
    fn longest(&self, is_meant: impl Fn(&Connection) -> bool) -> Option<Rc<Connection>> {
        let open = self.open.borrow();
        let meant = open.values().filter(|connection| is_meant(connection));
        meant.min_by_key(|connection| connection.since()).cloned()
    }

    fn remove(&self, connection: &Connection) {
        let removed = self.open.borrow_mut().remove(&connection.number());
        if let (Some(_), Some(metrics)) = (removed, &self.metrics) {
            metrics.open.dec();
        }
    }

    /// Whether `length` bytes more may wait for their reader. Closes those that have read nothing for long to make room.
    fn make_room(&self, length: usize) -> bool {
        let is_full = || self.held.get() > 0 && self.held.get() + length > self.limits.memory;
        while is_full() {
            let stalled = self.longest(|connection| {
                connection.holds() > 0 && connection.is_blocked() && connection.waited() >= PATIENCE
            });
            match stalled {
                Some(connection) => connection.close(),
                None => return false,
            }
        }
        true
    }

    /// Closes connections whose buffers have grown, until the others' fit. Returns `false` if too few may be closed.
    fn shrink(&self) -> bool {
        while self.buffers.get() > self.limits.buffers {
            let grown = self.longest(|connection| {
                let is_idle = connection.is_idle() && !connection.is_blocked();
                let is_late = connection.is_awaited() && connection.waited() >= PATIENCE;
                connection.has_grown() && (is_idle || is_late)
            });
            match grown {
                Some(connection) => connection.close(),
                None => return false,
            }
        }
        true
    }

    fn close_overdue(&self) {
        let limit = self.limits.timeout;
        // Actix gets to answer 408, or to close the connection, before this does.
        let idle_limit = limit.max(KEEP_ALIVE) + 2 * ROUND;
        let is_overdue = |connection: &Connection| match connection.is_blocked() {
            true => connection.waited() >= limit,
            false => connection.is_idle() && connection.waited() >= idle_limit,
        };
        while let Some(connection) = self.longest(is_overdue) {
            connection.close();
        }
    }
}

async fn keep_closing(connections: Weak<Connections>) {
    loop {
        sleep(ROUND).await;
        match connections.upgrade() {
            Some(connections) => connections.close_overdue(),
            None => return,
        }
    }
}
