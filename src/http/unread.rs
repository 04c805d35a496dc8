//! What is left of a request's body when it is answered.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    web::{Bytes, Payload},
};

/// The body of an answer, and that of its request until it is sent.
///
/// Actix closes the connection when somebody still holds a body that did not come to its end. Of one that was dropped it waits
/// for the rest, however long that takes.
pub struct Holding {
    body: BoxBody,
    _unread: Payload,
}

impl Holding {
    /// `body`, sent as it is.
    pub fn new(body: BoxBody, unread: Payload) -> Holding {
        Holding {
            body,
            _unread: unread,
        }
    }
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
