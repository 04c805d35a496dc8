//! The body of a response on its way to the client.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::{
    body::{BodySize, MessageBody},
    dev::ResponseHead,
    http::{ConnectionType, Method},
    rt::time::{Sleep, sleep},
    web::{Bytes, Payload},
};
use futures_util::stream::{BoxStream, StreamExt as _};
use prometheus_client::metrics::counter::Counter;

use super::{access_log::AccessLine, connections::Answering, idle::UnderWay, response::Body};

/// The largest body that is copied into the connection's write buffer as a whole.
const WHOLE: usize = 32 * 1024;

/// The same of a body that was made for the response, whose own bytes are freed then. A list of 100 definitions with notes, 34 KB,
/// leaves in one write; in pieces it takes five, each of which wakes the client.
const WHOLE_MADE: usize = 64 * 1024;

/// How much of a larger one is copied at once.
///
/// Actix asks for more when its buffer holds less than [`WRITE_BUFFER`], so this is what a client that does not read keeps in
/// it, whatever the size of the body: head and piece fit the 8 KiB that the buffer has from the start. The rest stays where it
/// is: in the program, or in the response's own bytes.
const PIECE: usize = 7 * 1024;

/// How full a connection's write buffer is when it is written out before more is asked for.
pub const WRITE_BUFFER: usize = 4 * 1024;

/// How long to wait until what was handed over is written, before the connection is dropped.
const FLUSH: Duration = Duration::from_millis(20);

/// How often a slow body sends a piece, at most.
const TICK: Duration = Duration::from_millis(10);

/// The most pieces of a slow body.
const SLOW_PIECES: usize = 200;

/// What is wrong with a body, in lab mode.
struct Flaw {
    /// How long to wait before each piece.
    pause: Duration,
    sleeping: Option<Pin<Box<Sleep>>>,
    /// Whether the connection ends before the body does.
    is_cut: bool,
}

impl Flaw {
    fn poll_pause(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let pause = self.pause;
        let sleeping = self.sleeping.get_or_insert_with(|| Box::pin(sleep(pause)));
        ready!(sleeping.as_mut().poll(context));
        self.sleeping = None;
        Poll::Ready(())
    }
}

/// The body of a response. It keeps three things until it is sent: the client's state, which says that a response is under way,
/// the same for the whole server, and the body of the request.
///
/// Actix closes the connection when the body of a request is still held and did not come to its end. Of one that was dropped
/// it waits for the rest, however long that takes.
pub struct Outgoing {
    size: BodySize,
    rest: Bytes,
    /// How much of it is copied at once.
    piece: usize,
    /// What comes after the rest.
    later: Option<BoxStream<'static, Bytes>>,
    flaw: Option<Flaw>,
    /// The line of the access log.
    pub line: Option<AccessLine>,
    /// Counts the bytes that are handed over.
    pub sent: Option<Counter>,
    answering: Answering,
    _under_way: Option<UnderWay>,
    _unread: Payload,
}

impl Outgoing {
    /// The body of the response to a request with this method.
    pub fn new(
        body: Option<Body>,
        method: &Method,
        answering: Answering,
        under_way: Option<UnderWay>,
        unread: Payload,
    ) -> Outgoing {
        let whole = |bytes: Bytes| (BodySize::Sized(bytes.len() as u64), bytes, None);
        let most = match body {
            Some(Body::Made(_)) => WHOLE_MADE,
            _ => WHOLE,
        };
        let (size, rest, later) = match body {
            None => (BodySize::None, Bytes::new(), None),
            Some(Body::Fixed(bytes)) => whole(Bytes::from_static(bytes)),
            Some(Body::Made(bytes)) => whole(Bytes::from(bytes)),
            // Actix takes the body of a response to HEAD as well, up to its end.
            Some(Body::Streamed(_)) if method == Method::HEAD => {
                (BodySize::Stream, Bytes::new(), None)
            }
            Some(Body::Streamed(pieces)) => (BodySize::Stream, Bytes::new(), Some(pieces)),
        };
        Outgoing {
            size,
            piece: piece(&rest, most),
            rest,
            later,
            flaw: None,
            line: None,
            sent: None,
            answering,
            _under_way: under_way,
            _unread: unread,
        }
    }

    /// Makes the connection end after so many bytes, if there are more, and the bytes take this time. A body that is streamed
    /// stays as it is.
    pub fn flawed(mut self, truncate_after: Option<usize>, time: Option<Duration>) -> Outgoing {
        let whole = self.rest.len();
        self.rest.truncate(truncate_after.unwrap_or(whole));
        let length = self.rest.len();
        let is_cut = length < whole;
        let ticks = time.map_or(1, |time| (time.as_millis() / TICK.as_millis()) as usize);
        let pieces = ticks.min(SLOW_PIECES).min(length).max(1);
        self.piece = length.div_ceil(pieces).max(1);
        self.flaw = (is_cut || time.is_some()).then(|| Flaw {
            pause: time.map_or(FLUSH, |time| time / pieces as u32),
            sleeping: None,
            is_cut,
        });
        self
    }

    /// Fetches what comes after the rest. A stream ends with its client, and when there is no memory for its next piece.
    fn poll_later(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(later) = &mut self.later {
            self.answering.hold(0); // what was sent before
            let next = match self.answering.has_client_left() {
                true => None,
                false => ready!(later.poll_next_unpin(context)),
            };
            match next {
                Some(bytes) if self.answering.hold(bytes.len()) => {
                    self.piece = piece(&bytes, WHOLE);
                    self.rest = bytes;
                }
                _ => self.later = None,
            }
        }
        Poll::Ready(())
    }
}

/// Makes a streamed body end where the connection does, for clients of HTTP 1.0, which know no chunks.
pub fn end_by_closing(head: &mut ResponseHead) {
    head.no_chunking(true);
    head.set_connection_type(ConnectionType::Close);
}

/// How much of `bytes` is copied at once, if no more than `most` are copied as a whole.
fn piece(bytes: &Bytes, most: usize) -> usize {
    match bytes.len() {
        length if length <= most => length,
        _ => PIECE,
    }
}

impl MessageBody for Outgoing {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let is_over = self.rest.is_empty();
        if let Some(flaw) = &mut self.flaw {
            let is_cut = flaw.is_cut;
            if is_cut || !is_over {
                ready!(flaw.poll_pause(context));
            }
            if is_cut && is_over {
                self.answering.close();
                return Poll::Pending;
            }
        }
        if self.rest.is_empty() {
            ready!(self.poll_later(context));
        }
        let length = self.rest.len().min(self.piece);
        if let Some(line) = &mut self.line {
            line.add(length);
        }
        if let Some(sent) = &self.sent {
            sent.inc_by(length as u64);
        }
        Poll::Ready((length > 0).then(|| Ok(self.rest.split_to(length))))
    }
}
