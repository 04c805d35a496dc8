//! The bytes of a connection.
//!
//! ```text
//! actix-http  <->  Stream: one request at a time, in turns  <->  Channel: TLS or nothing  <->  Socket: what the client takes
//! ```

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_web::{rt::net::TcpStream, web::BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    task::coop,
};
use tokio_rustls::{Accept, server::TlsStream};

use super::{connections::Connection, target, tls::Tls};

/// How many bytes a connection gives out before others have their turn, and the dispatcher has to deal with them.
///
/// Without this actix reads as much as its buffer has room for, up to 256 KiB, and keeps as much again for a handler that does
/// not take it: half a megabyte for each client whose body waits for memory. And a health check waits for a hundred such reads.
const TURN: usize = 8 * 1024;

/// More operations than tokio lets a task do at a time, which are 128.
const MOST_OPERATIONS: usize = 1000;

/// A socket that notes in its [`Connection`] whether the client takes what is written.
struct Socket {
    tcp: TcpStream,
    /// Whether what comes is a TLS handshake, which is kept until its message is whole.
    is_greeting: bool,
    connection: Rc<Connection>,
}

/// What carries requests and responses over a socket.
enum Channel {
    Plain(Socket),
    /// Until the handshake has ended.
    Greeting(Box<Accept<Socket>>),
    Tls(Box<TlsStream<Socket>>),
}

/// A connection that keeps its [`Connection`] up to date, ends when that says so, and gives out one request at a time (see
/// [`super::framing`]).
pub struct Stream {
    channel: Channel,
    connection: Rc<Connection>,
    /// Bytes that came after the end of the request under way.
    next: BytesMut,
    /// Whether the end of a head was given out, and the dispatcher has not been polled since.
    is_fresh: bool,
    /// How many bytes were given out since the dispatcher last stopped reading.
    given: usize,
}

impl Stream {
    /// `tcp`, the socket of `connection`; its client speaks `tls`, if that is given.
    pub fn new(tcp: TcpStream, connection: Rc<Connection>, tls: Option<&Tls>) -> Stream {
        let socket = Socket {
            tcp,
            is_greeting: tls.is_some(),
            connection: connection.clone(),
        };
        Stream {
            channel: match tls {
                Some(tls) => Channel::Greeting(Box::new(tls.accept(socket))),
                None => Channel::Plain(socket),
            },
            connection,
            next: BytesMut::new(),
            is_fresh: false,
            given: 0,
        }
    }

    /// What the connection is doing.
    pub fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    fn check(&self, context: &Context) -> io::Result<()> {
        self.connection.register(context);
        match self.connection.is_closed() {
            true => Err(ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }

    /// Whether the bytes that are there have to wait: for the response to the request before them, or until the dispatcher has
    /// decoded the head before them.
    fn must_wait(&mut self, context: &Context) -> bool {
        if !self.connection.is_at_end() {
            return false;
        }
        if !self.connection.is_idle() {
            return true;
        }
        if self.is_fresh {
            self.is_fresh = false;
            context.waker().wake_by_ref();
            return true;
        }
        self.connection.restart(); // what looked like a head was none, such as an empty line before one
        false
    }

    /// Fills `buffer` with bytes that came earlier, as far as they belong to one request.
    fn give(&mut self, buffer: &mut ReadBuf) {
        let line = self.connection.first_line(&self.next);
        if target::is_to_be_encoded(&self.next[..line]) {
            let rest = self.next.split_off(line);
            self.next = target::encode(&self.next);
            self.next.unsplit(rest);
        }
        let length = self.next.len().min(buffer.remaining());
        let admitted = self.connection.advance(&self.next[..length]);
        buffer.put_slice(&self.next.split_to(admitted));
        if self.next.is_empty() {
            self.next = BytesMut::new(); // an idle connection keeps nothing
        }
    }

    /// Of the bytes that `buffer` holds from `start`, leaves those that belong to one request, and keeps the others.
    fn keep_rest(&mut self, buffer: &mut ReadBuf, start: usize, must_wait: bool) {
        let new = &buffer.filled()[start..];
        let line = self.connection.first_line(new);
        if !must_wait && target::is_to_be_encoded(&new[..line]) {
            self.next.extend_from_slice(new);
            buffer.set_filled(start);
            return self.give(buffer);
        }
        let admitted = match must_wait {
            true => 0,
            false => self.connection.advance(new),
        };
        self.next.extend_from_slice(&new[admitted..]);
        buffer.set_filled(start + admitted);
    }
}

/// Ends the turn of the task that is being polled: its next one begins when others have had theirs.
///
/// The dispatcher asks for more although it was given nothing: while it waits for a client to take the response to a body that
/// it did not want, it reads and throws away until nothing comes. So the budget that tokio gives to each poll of a task is used
/// up, without which a socket has nothing to read. Outside a task there is none, and the loop ends by itself.
fn end_turn(context: &mut Context) {
    for _ in 0..MOST_OPERATIONS {
        match coop::poll_proceed(context) {
            Poll::Ready(operation) => operation.made_progress(),
            Poll::Pending => return, // the task is woken later
        }
    }
    context.waker().wake_by_ref();
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.connection.reads_into(buffer.remaining()) {
            this.connection.close();
        }
        this.check(context)?;
        if this.given >= TURN {
            this.given = 0;
            end_turn(context);
            return Poll::Pending;
        }
        if this.connection.holds_back() {
            return Poll::Pending;
        }
        let start = buffer.filled().len();
        if this.next.is_empty() {
            let room = TURN - this.given;
            let channel = Pin::new(&mut this.channel);
            let read = match buffer.remaining() <= room {
                true => channel.poll_read(context, buffer),
                false => {
                    // Zeroes a part of the buffer first, since only unsafe code can read into a part that is not initialized.
                    let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
                    let read = channel.poll_read(context, &mut part);
                    let received = part.filled().len();
                    buffer.advance(received);
                    read
                }
            };
            if read.is_pending() {
                this.given = 0;
            }
            ready!(read)?;
            if buffer.filled().len() == start {
                this.connection.left();
                return Poll::Ready(Ok(()));
            }
            this.connection.sent();
            let must_wait = this.must_wait(context);
            this.keep_rest(buffer, start, must_wait);
        } else if !this.must_wait(context) {
            this.give(buffer);
        }
        this.connection.set_more(!this.next.is_empty());
        if buffer.filled().len() == start {
            return Poll::Pending;
        }
        let given = buffer.filled().len() - start;
        this.connection.gave(given);
        this.given += given;
        this.is_fresh = this.connection.is_at_end();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.connection.writes_from(bytes.len());
        this.check(context)?;
        Pin::new(&mut this.channel).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().channel).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().channel).poll_shutdown(context)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.leave();
    }
}

impl AsyncRead for Channel {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match this {
            Channel::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            Channel::Tls(tls) => Pin::new(tls).poll_read(context, buffer),
            Channel::Greeting(accept) => {
                let mut tls = Box::new(ready!(Pin::new(accept).poll(context))?);
                tls.get_mut().0.is_greeting = false;
                let read = Pin::new(&mut tls).poll_read(context, buffer);
                *this = Channel::Tls(tls);
                read
            }
        }
    }
}

/// Before the end of the handshake nothing can be said to the client, such as that it takes too long: its connection just ends.
impl AsyncWrite for Channel {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Channel::Plain(socket) => Pin::new(socket).poll_write(context, bytes),
            Channel::Tls(tls) => Pin::new(tls).poll_write(context, bytes),
            Channel::Greeting(_) => Poll::Ready(Err(ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Channel::Plain(socket) => Pin::new(socket).poll_flush(context),
            Channel::Tls(tls) => Pin::new(tls).poll_flush(context),
            Channel::Greeting(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Channel::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            Channel::Tls(tls) => Pin::new(tls).poll_shutdown(context),
            Channel::Greeting(_) => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let start = buffer.filled().len();
        ready!(Pin::new(&mut this.tcp).poll_read(context, buffer))?;
        if this.is_greeting && !this.connection.greets(buffer.filled().len() - start) {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.tcp).poll_write(context, bytes);
        match outcome {
            Poll::Ready(_) => this.connection.took(),
            Poll::Pending => this.connection.blocks(),
        }
        outcome
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, io::Write};

    use actix_web::rt::{System, net::TcpListener, spawn};

    use super::*;

    #[test]
    fn a_task_reads_nothing_more_until_it_is_polled_again() {
        System::new().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (mut tcp, _) = listener.accept().await.unwrap();
            client.write_all(&[b'a'; 64]).unwrap();
            tcp.readable().await.unwrap();
            let mut polls = 0;
            let reading = poll_fn(move |context| {
                polls += 1;
                let mut read = |context: &mut Context| {
                    let (mut room, tcp) = ([0; 8], Pin::new(&mut tcp));
                    tcp.poll_read(context, &mut ReadBuf::new(&mut room))
                };
                assert!(read(context).is_ready());
                if polls == 1 {
                    end_turn(context);
                    assert!(read(context).is_pending());
                    return Poll::Pending;
                }
                Poll::Ready(())
            });
            spawn(reading).await.unwrap();
        });
    }
}
