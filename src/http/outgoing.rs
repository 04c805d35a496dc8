//! The body of a response on its way to the client.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    body::{BodySize, MessageBody},
    dev::ResponseHead,
    http::{ConnectionType, Method},
    web::{Bytes, Payload},
};
use futures_util::stream::{BoxStream, StreamExt as _};

use super::{connections::Answering, idle::UnderWay, response::Body};

/// The largest body that is copied into the connection's write buffer as a whole.
const WHOLE: usize = 32 * 1024;

/// How much of a larger one is copied at once.
///
/// Actix asks for more when its buffer holds less than [`WRITE_BUFFER`], so this is what a client that does not read keeps in
/// it, whatever the size of the body: head and piece fit the 8 KiB that the buffer has from the start. The rest stays where it
/// is: in the program, or in the response's own bytes.
const PIECE: usize = 7 * 1024;

/// How full a connection's write buffer is when it is written out before more is asked for.
pub const WRITE_BUFFER: usize = 4 * 1024;

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
            piece: piece(&rest),
            rest,
            later,
            answering,
            _under_way: under_way,
            _unread: unread,
        }
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
                    self.piece = piece(&bytes);
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

/// How much of `bytes` is copied at once.
fn piece(bytes: &Bytes) -> usize {
    match bytes.len() {
        length @ ..=WHOLE => length,
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
        if self.rest.is_empty() {
            ready!(self.poll_later(context));
        }
        let length = self.rest.len().min(self.piece);
        Poll::Ready((length > 0).then(|| Ok(self.rest.split_to(length))))
    }
}
