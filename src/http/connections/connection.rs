//! One connection, and the request on it that is under way.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    net::IpAddr,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use actix_web::HttpRequest;

use super::Connections;
use crate::http::{
    framing::{Framing, Length},
    response::Body,
};

/// The size of actix's buffer for what is read on a connection, and of that for what is written, before they grow. A usual TLS
/// handshake is smaller, too.
const FIRST_BUFFER: usize = 8 << 10;

/// The most by which the read buffer grows at once: actix refuses a head of 128 KiB.
const MOST_ROOM: usize = 128 << 10;

/// How many bytes of a body are given out although its handler does not wait for more.
const UNWANTED: usize = 8 << 10;

/// What is known of one connection.
pub struct Connection {
    number: u64,
    network: IpAddr,
    connections: Rc<Connections>,
    phase: Cell<Phase>,
    /// When the phase began, or when the client last sent or took what the server waited for.
    since: Cell<Instant>,
    /// Whether bytes wait until the client takes some.
    is_blocked: Cell<bool>,
    is_closed: Cell<bool>,
    /// Whether the client has ended its side of the connection.
    has_left: Cell<bool>,
    has_more: Cell<bool>,
    /// Whether a request on it was answered.
    has_answered: Cell<bool>,
    /// Whether the handler waits for more of the body, and how many bytes were given out since it did.
    is_wanted: Cell<bool>,
    unwanted: Cell<usize>,
    held: Cell<usize>,
    /// The most that there was room for in its read buffer, and the most that was in its write buffer.
    most_room: Cell<usize>,
    most_written: Cell<usize>,
    /// How much has come of its TLS handshake, and the most of it that fits.
    greeting: Cell<usize>,
    most_greeting: Cell<usize>,
    /// By how much all of them have grown.
    grown: Cell<usize>,
    waker: RefCell<Option<Waker>>,
    framing: RefCell<Framing>,
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// No request was decoded since the last response.
    Idle,
    /// The body of a request comes in.
    Receiving,
    /// The server works on a request.
    Working,
    /// The response is handed over to the connection's write buffer.
    Sending,
}

/// A request, from its head until its response is written. Dropped, its connection is idle again.
pub struct Answering(Rc<Connection>);

impl Connection {
    /// A connection from `network` that was just accepted.
    pub fn new(number: u64, network: IpAddr, connections: Rc<Connections>) -> Connection {
        Connection {
            number,
            network,
            connections,
            phase: Cell::new(Phase::Idle),
            since: Cell::new(Instant::now()),
            is_blocked: Cell::new(false),
            is_closed: Cell::new(false),
            has_left: Cell::new(false),
            has_more: Cell::new(false),
            has_answered: Cell::new(false),
            is_wanted: Cell::new(false),
            unwanted: Cell::new(0),
            held: Cell::new(0),
            most_room: Cell::new(FIRST_BUFFER),
            most_written: Cell::new(FIRST_BUFFER),
            greeting: Cell::new(0),
            most_greeting: Cell::new(FIRST_BUFFER),
            grown: Cell::new(0),
            waker: RefCell::default(),
            framing: RefCell::default(),
        }
    }

    /// Its key in the table.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The address or network of its client.
    pub fn network(&self) -> IpAddr {
        self.network
    }

    /// Whether a request on it was answered.
    pub fn has_answered(&self) -> bool {
        self.has_answered.get()
    }

    /// Whether no request is under way: the next byte is the first of one.
    pub fn is_idle(&self) -> bool {
        self.phase.get() == Phase::Idle
    }

    /// Whether bytes wait until the client takes some.
    pub fn is_blocked(&self) -> bool {
        self.is_blocked.get()
    }

    /// Whether the server waits for the client, in the middle of a request.
    pub fn is_awaited(&self) -> bool {
        self.phase.get() == Phase::Receiving || self.is_blocked.get()
    }

    /// When its phase began, or when it last sent or took what the server waited for.
    pub fn since(&self) -> Instant {
        self.since.get()
    }

    /// How long that is ago.
    pub fn waited(&self) -> Duration {
        self.since.get().elapsed()
    }

    /// How many bytes its response takes.
    pub fn holds(&self) -> usize {
        self.held.get()
    }

    /// Whether one of its buffers has grown.
    pub fn has_grown(&self) -> bool {
        self.grown.get() > 0
    }

    /// Notes that its read buffer has room for so many bytes. Returns `false` if there is no memory for such a buffer.
    ///
    /// How much is in it is not known here, but it doubles when it is full: it is twice as large as the room that it had most,
    /// or smaller. While the rest of a body is thrown away it does not grow.
    pub fn reads_into(&self, room: usize) -> bool {
        self.is_drained() || self.grow(&self.most_room, room.min(MOST_ROOM), 2)
    }

    /// Whether its last request was answered before all of its body was there. Actix throws the rest away and ends the connection.
    fn is_drained(&self) -> bool {
        self.is_idle() && self.framing.borrow().is_in_body()
    }

    /// Notes that its write buffer has so many bytes.
    pub fn writes_from(&self, length: usize) {
        self.grow(&self.most_written, length, 1);
    }

    /// Notes that so many bytes of its handshake have come. Returns `false` if there is no memory to keep them in.
    pub fn greets(&self, length: usize) -> bool {
        self.greeting.set(self.greeting.get() + length);
        self.grow(&self.most_greeting, self.greeting.get(), 1)
    }

    fn grow(&self, most: &Cell<usize>, size: usize, factor: usize) -> bool {
        let more = size.saturating_sub(most.get()) * factor;
        if more == 0 || self.is_closed() {
            return true;
        }
        let buffers = &self.connections.buffers;
        most.set(size);
        self.grown.set(self.grown.get() + more);
        buffers.set(buffers.get() + more);
        self.connections.shrink()
    }

    fn enter(&self, phase: Phase) {
        self.phase.set(phase);
        self.since.set(Instant::now());
        self.resume();
    }

    /// Lets bytes come again, if they were held back.
    fn resume(&self) {
        if self.unwanted.take() >= UNWANTED {
            self.wake();
        }
    }

    /// Whether nothing is to be read, since the handler does not wait for more of the body yet.
    ///
    /// Actix would read on, and keep 160 KiB of the body of each request that waits for memory.
    pub fn holds_back(&self) -> bool {
        self.phase.get() != Phase::Idle && self.unwanted.get() >= UNWANTED
    }

    /// Notes that so many bytes were given out.
    pub fn gave(&self, length: usize) {
        if !self.is_wanted.get() {
            self.unwanted.set(self.unwanted.get() + length);
        }
    }

    /// Gives up the connection's place at once, and makes its task end.
    pub fn close(&self) {
        tracing::debug!(phase = ?self.phase.get(), waited = ?self.waited(), "connection closed");
        self.is_closed.set(true);
        self.leave();
        self.wake();
    }

    /// Gives up the connection's place, and what its response and its buffers take.
    pub fn leave(&self) {
        self.connections.remove(self);
        self.release();
        let buffers = &self.connections.buffers;
        buffers.set(buffers.get() - self.grown.take());
    }

    fn release(&self) {
        let held = &self.connections.held;
        held.set(held.get() - self.held.take());
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Whether the connection has to end.
    pub fn is_closed(&self) -> bool {
        self.is_closed.get()
    }

    /// Notes which task is to be woken for this connection.
    pub fn register(&self, context: &Context) {
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(waker) => waker.clone_from(context.waker()),
            None => *waker = Some(context.waker().clone()),
        }
    }

    /// Notes that bytes came in.
    pub fn sent(&self) {
        // One that sends a head byte by byte is as idle as one that sends nothing.
        if self.phase.get() == Phase::Receiving {
            self.since.set(Instant::now());
        }
    }

    /// Notes that the client sends no more: usually it has gone.
    pub fn left(&self) {
        self.has_left.set(true);
    }

    /// Notes that the client took bytes.
    pub fn took(&self) {
        self.is_blocked.set(false);
        self.since.set(Instant::now());
    }

    /// Notes that the client takes no more bytes for now.
    pub fn blocks(&self) {
        if !self.is_blocked.replace(true) {
            self.since.set(Instant::now());
        }
    }

    /// Notes whether the stream has bytes of the next request.
    pub fn set_more(&self, has_more: bool) {
        self.has_more.set(has_more);
    }

    /// How many of `bytes` belong to the request under way.
    pub fn advance(&self, bytes: &[u8]) -> usize {
        self.framing.borrow_mut().advance(bytes)
    }

    /// How many of `bytes` belong to the first line of a request.
    pub fn first_line(&self, bytes: &[u8]) -> usize {
        self.framing.borrow().first_line(bytes)
    }

    /// Whether all bytes of the request under way were admitted.
    pub fn is_at_end(&self) -> bool {
        self.framing.borrow().is_at_end()
    }

    /// Lets the next request come.
    pub fn restart(&self) {
        self.framing.take();
    }
}

impl Answering {
    /// Notes that `request`, whose head was read, is being received.
    pub fn begin(request: &HttpRequest) -> Answering {
        let connection = connection(request).clone();
        connection.framing.borrow_mut().expect(Length::of(request));
        connection.is_wanted.set(false);
        connection.enter(Phase::Receiving);
        Answering(connection)
    }

    /// Notes that `request` is received as far as is needed, and the server works on it.
    pub fn work(request: &HttpRequest) {
        connection(request).enter(Phase::Working);
    }

    /// Notes whether the handler of `request` waits for more of its body.
    pub fn want(request: &HttpRequest, is_wanted: bool) {
        let connection = connection(request);
        connection.is_wanted.set(is_wanted);
        connection.resume();
    }

    /// Notes that the response is sent, with this body. Returns `false` if there is no memory to keep it in until it is read.
    pub fn send(&self, body: Option<&Body>) -> bool {
        let Answering(connection) = self;
        connection.enter(Phase::Sending);
        self.hold(match body {
            Some(Body::Made(bytes)) => bytes.len(),
            Some(Body::Fixed(_) | Body::Streamed(_)) | None => 0,
        })
    }

    /// Notes that what is being sent takes `length` bytes, instead of what it took before. Returns `false` if there is no
    /// memory to keep it in until it is read.
    pub fn hold(&self, length: usize) -> bool {
        let Answering(connection) = self;
        let connections = &connection.connections;
        connection.release();
        if length == 0 || connection.is_closed() {
            return true;
        }
        if !connections.make_room(length) {
            return false;
        }
        connection.held.set(length);
        connections.held.set(connections.held.get() + length);
        true
    }

    /// Ends the connection, whatever of the response has not been written.
    pub fn close(&self) {
        let Answering(connection) = self;
        connection.close();
    }

    /// Whether the client sends no more, which for one that waits for something means that it has gone.
    pub fn has_client_left(&self) -> bool {
        let Answering(connection) = self;
        connection.has_left.get()
    }

    /// Ends when the client of `request` sends no more. Nothing has to be woken for it: the task that notices is the one that
    /// answers the request.
    pub async fn client_leaves(request: &HttpRequest) {
        let connection = connection(request);
        poll_fn(|_| match connection.has_left.get() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let Answering(connection) = self;
        connection.release();
        connection.enter(Phase::Idle);
        connection.has_answered.set(true);
        if connection.is_at_end() {
            connection.restart();
        }
        if connection.has_more.get() {
            connection.wake();
        }
    }
}

/// The connection that received `request`.
fn connection(request: &HttpRequest) -> &Rc<Connection> {
    request
        .conn_data::<Rc<Connection>>()
        .expect("every connection has one from its start")
}
