//! The body of a response on its way to the client.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, MessageBody},
    web::{Bytes, Payload},
};

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
    _answering: Answering,
    _under_way: Option<UnderWay>,
    _unread: Payload,
}

impl Outgoing {
    pub fn new(
        body: Option<Body>,
        answering: Answering,
        under_way: Option<UnderWay>,
        unread: Payload,
    ) -> Outgoing {
        let has_body = body.is_some();
        let rest = match body {
            None => Bytes::new(),
            Some(Body::Fixed(bytes)) => Bytes::from_static(bytes),
            Some(Body::Made(bytes)) => Bytes::from(bytes),
        };
        Outgoing {
            size: match has_body {
                true => BodySize::Sized(rest.len() as u64),
                false => BodySize::None,
            },
            piece: match rest.len() {
                length @ ..=WHOLE => length,
                _ => PIECE,
            },
            rest,
            _answering: answering,
            _under_way: under_way,
            _unread: unread,
        }
    }
}

impl MessageBody for Outgoing {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let length = self.rest.len().min(self.piece);
        Poll::Ready((length > 0).then(|| Ok(self.rest.split_to(length))))
    }
}
