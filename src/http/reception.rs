//! Receiving a body, no more of it than its sender may make us hold.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use actix_multipart::Multipart as Parts;
use actix_web::{
    HttpRequest,
    error::PayloadError,
    http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, TRANSFER_ENCODING},
    rt::time::timeout,
    web::{Bytes, Payload},
};
use futures_util::{
    StreamExt, TryStreamExt,
    future::{Either, select},
    stream,
};

use super::{
    body::{BODY_LIMIT, FIELD_LIMIT, Missing, Multipart, RawBody, charset, essence},
    budget::{Full, Reservation},
    buffer::Buffer,
    connections::Answering,
    error::{Refusal, Result},
};
use crate::model::Charset;

/// A body on its way in.
pub struct Reception<'p> {
    request: &'p HttpRequest,
    payload: &'p mut Payload,
    announced: Option<usize>,
    deadline: Instant,
    has_body: bool,
    bytes: Buffer,
    reservation: Reservation,
}

impl<'p> Reception<'p> {
    /// Starts receiving into `reservation`, for as long as `patience`.
    pub fn new(
        request: &'p HttpRequest,
        payload: &'p mut Payload,
        reservation: Reservation,
        patience: Duration,
    ) -> Reception<'p> {
        let headers = request.headers();
        let announced = text(headers, CONTENT_LENGTH).and_then(|length| length.parse().ok());
        Reception {
            request,
            payload,
            announced,
            has_body: announced.is_some() || headers.contains_key(TRANSFER_ENCODING),
            deadline: Instant::now() + patience,
            bytes: Buffer::new(announced.unwrap_or(BODY_LIMIT).min(BODY_LIMIT)),
            reservation,
        }
    }

    /// The length of the body, as far as is known.
    pub fn length(&self) -> usize {
        self.announced.unwrap_or_default().max(self.bytes.len())
    }

    /// Receives until the body is whole, or until it is longer than `most`: then returns false. Of a body that announces to
    /// be longer, nothing is received.
    ///
    /// Errors: `Parse` when it breaks off, `TooSlow`, and what the budget has to say: `TooLarge`, `Unavailable`.
    pub async fn receive(&mut self, most: usize) -> Result<bool> {
        if self.length() > most {
            return Ok(false);
        }
        if !self.has_body {
            return Ok(true);
        }
        let evicted = self.reservation.arriving();
        let left = self.deadline.saturating_duration_since(Instant::now());
        let outcome = {
            let receiving = pin!(timeout(left, self.receive_up_to(most)));
            match select(receiving, pin!(evicted.notified())).await {
                Either::Left((outcome, _)) => outcome.unwrap_or(Err(Refusal::TooSlow)),
                Either::Right(_) => Err(Full::Busy.into()),
            }
        };
        self.reservation.arrived();
        outcome
    }

    async fn receive_up_to(&mut self, most: usize) -> Result<bool> {
        while let Some(chunk) = self.next().await {
            let chunk = chunk.map_err(|_| Refusal::Parse("Request body cannot be read.".into()))?;
            if self.bytes.len() + chunk.len() > BODY_LIMIT {
                self.announced = Some(BODY_LIMIT + 1);
                return Ok(false);
            }
            self.reservation
                .grow(self.bytes.charge(chunk.len()))
                .await?;
            self.bytes.push(&chunk).map_err(|_| Full::Busy)?;
            self.reservation.received(self.bytes.len());
            if self.bytes.len() > most {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn next(&mut self) -> Option<Result<Bytes, PayloadError>> {
        Answering::want(self.request, true);
        let chunk = self.payload.next().await;
        Answering::want(self.request, false);
        chunk
    }

    /// The body, now that it is whole. A multipart body is taken apart here: it is the one kind that can only be read
    /// asynchronously.
    pub async fn finish(self, headers: &HeaderMap) -> Result<RawBody> {
        let bytes = match self.bytes.is_empty() {
            true => Bytes::new(),
            false => Bytes::from_owner(self.bytes),
        };
        let mut multipart = None;
        let kind = text(headers, CONTENT_TYPE).unwrap_or_default();
        if !bytes.is_empty() && essence(kind) == "multipart/form-data" {
            let charset = charset(kind);
            // A copy that the parser makes, and the fields.
            let copies = 2 + charset.growth();
            self.reservation.grow(copies * bytes.len()).await?;
            multipart = read_multipart(headers, bytes.clone(), charset).await.ok();
        }
        Ok(RawBody::new(bytes, multipart, self.reservation))
    }

    /// Drops what was received: the body is missing.
    pub fn give_up(self, missing: Missing) -> RawBody {
        RawBody::missing(missing, self.reservation.budget().reserve())
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The parts of a multipart form, one more of a kind than a form may have at most. The contents of files are skipped.
async fn read_multipart(
    headers: &HeaderMap,
    bytes: Bytes,
    charset: Charset,
) -> Result<Multipart, ()> {
    let whole = stream::iter([Ok::<_, PayloadError>(bytes)]).boxed_local();
    let mut parts = Parts::new(headers, whole);
    let mut form = Multipart::default();
    while let Some(mut part) = parts.try_next().await.map_err(drop)? {
        let disposition = part.content_disposition();
        let file = disposition.and_then(|parameters| parameters.get_filename());
        let is_file = file.is_some_and(|file| !file.is_empty());
        let name = disposition.and_then(|parameters| parameters.get_name());
        let name = name.map(str::to_owned);
        let mut value = Vec::new();
        while let Some(chunk) = part.try_next().await.map_err(drop)? {
            if name.is_some() && !is_file {
                value.extend_from_slice(&chunk);
            }
        }
        match name {
            Some(name) if is_file => form.files.push(name),
            Some(name) => {
                let value = charset.decode_lossy(&value).into_owned();
                form.fields.push((name, value));
            }
            None => {}
        }
        if form.fields.len().max(form.files.len()) > FIELD_LIMIT {
            break;
        }
    }
    Ok(form)
}
