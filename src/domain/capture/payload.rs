//! What a request of the older protocol holds: its shape, its token, its events (`ingestion.md` 1.3, 1.4).

use std::{borrow::Cow, fmt};

use memchr::memchr_iter;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Event, Rejection, datum::*};

/// Events of this name are dropped before anything else is asked of them.
const DROPPED: &str = "$performance_event";

/// The most bytes of a token.
const TOKEN_LENGTH: usize = 64;

/// A request taken apart. Its events are still texts: read all at once they could take ten times the memory.
#[derive(Debug)]
pub struct Payload<'t> {
    /// Whether the request says when it was sent.
    pub has_sent_at: bool,
    text: &'t str,
    events: Vec<&'t str>,
    shape: Shape<'t>,
    is_engage: bool,
}

#[derive(Debug)]
enum Shape<'t> {
    /// Events, and one token for all of them.
    Batch(Cow<'t, str>),
    /// Events that bring their tokens.
    List,
    /// One event that is the whole request.
    Alone,
}

/// The shortest event, `{"event":""}`, and what separates it from the next, in bytes.
const SHORTEST: usize = 13;

/// The memory that is kept of each event at most: twice its place among the others, which may be moving.
const EVENT_MEMORY: usize = 64;

impl<'t> Payload<'t> {
    /// The most bytes of memory that reading `text` takes, the text itself not counted.
    pub fn weight(text: &str) -> usize {
        weight(text.as_bytes(), SHORTEST, EVENT_MEMORY)
    }

    /// Takes `text` apart. With `is_engage` an event that is the whole request needs no name.
    ///
    /// Errors: `NotJson`, `Shapeless`, `Nameless`.
    pub fn read(text: &'t str, is_engage: bool) -> Result<Payload<'t>, Rejection> {
        let payload = |events, shape, has_sent_at| Payload {
            has_sent_at,
            text,
            events,
            shape,
            is_engage,
        };
        if text.trim_start().starts_with('[') {
            let events: Objects = serde_json::from_str(text).map_err(|_| misfit(text))?;
            let events = events.0.ok_or_else(|| misfit(text))?;
            return Ok(payload(events, Shape::List, false));
        }
        let batch: Batch = serde_json::from_str(text).map_err(|_| misfit(text))?;
        match (batch.token, batch.events) {
            (Some(token), Some(events)) if batch.fits => {
                Ok(payload(events, Shape::Batch(token), batch.has_sent_at))
            }
            _ => Payload::alone(text, is_engage),
        }
    }

    /// Takes `text` for one event.
    fn alone(text: &'t str, is_engage: bool) -> Result<Payload<'t>, Rejection> {
        let event: Event = serde_json::from_str(text).map_err(|_| misfit(text))?;
        match event.name {
            None if !is_engage => Err(Rejection::Nameless),
            _ => Ok(Payload {
                has_sent_at: false,
                text,
                events: vec![text],
                shape: Shape::Alone,
                is_engage,
            }),
        }
    }

    /// The first token that the request carries: the one that counts, unless the request is turned away.
    pub fn token(&self) -> Option<Cow<'t, str>> {
        if let Shape::Batch(token) = &self.shape {
            return Some(token.clone());
        }
        let mut events = self.events.iter().map_while(|sent| self.event(sent));
        events.find_map(|event| event.token.or(event.properties.token))
    }

    /// The event that was sent as `sent`, one of this request's.
    pub fn event(&self, sent: &'t str) -> Option<Event<'t>> {
        let mut event: Event = serde_json::from_str(sent).ok()?;
        if event.name.is_none() && self.is_engage && matches!(self.shape, Shape::Alone) {
            event.name = Some("$identify".into());
        }
        event.name.is_some().then_some(event)
    }

    /// Goes through all events in order; `visit` may object to each, and adds it up in an `S`, which is returned.
    /// It is `None` when nothing is left to do.
    ///
    /// Errors: the first in the order of `ingestion.md` 1.4; an objection comes last.
    pub fn each<S: Default>(
        &self,
        visit: impl Fn(&mut S, &Event<'t>, &'t str) -> Result<(), Rejection>,
    ) -> Result<Option<S>, Rejection> {
        match self.walk(&visit) {
            Some(outcome) => outcome,
            // No batch then, but it may be an event that has a list called `batch` beside its name.
            None if matches!(self.shape, Shape::Batch(_)) => {
                let alone = Payload::alone(self.text, self.is_engage)?;
                alone.walk(&visit).unwrap_or(Err(Rejection::Shapeless))
            }
            None => Err(misfit(self.text)),
        }
    }

    /// `None` when one of the events is none.
    fn walk<S: Default>(
        &self,
        visit: impl Fn(&mut S, &Event<'t>, &'t str) -> Result<(), Rejection>,
    ) -> Option<Result<Option<S>, Rejection>> {
        let (mut sum, mut objection) = (S::default(), Ok(()));
        let (mut count, mut token, mut is_mixed) = (0, None, false);
        if let Shape::Batch(common) = &self.shape {
            token = Some(common.clone());
        }
        for sent in &self.events {
            let event = self.event(sent)?;
            if event.name.as_deref() == Some(DROPPED) {
                continue;
            }
            count += 1;
            if objection.is_ok() {
                objection = visit(&mut sum, &event, sent);
            }
            if !matches!(self.shape, Shape::Batch(_)) {
                let own = event.token.or(event.properties.token);
                is_mixed |= own.is_some() && token.is_some() && own != token;
                token = token.or(own);
            }
        }
        if count == 0 {
            let nothing = if self.events.is_empty() {
                Err(Rejection::Empty)
            } else {
                Ok(None)
            };
            return Some(nothing);
        }
        let check = || {
            let token = token.ok_or(Rejection::NoToken)?;
            if is_mixed {
                return Err(Rejection::MixedTokens);
            }
            check_token(&token)?;
            objection
        };
        Some(check().map(|()| Some(sum)))
    }
}

/// `each` bytes for every event, of which there are no more than braces nor more than fit, and what the members of one event
/// take, of which there are no more than colons.
pub(super) fn weight(text: &[u8], shortest: usize, each: usize) -> usize {
    let count = |byte| memchr_iter(byte, text).count();
    let events = count(b'{').min(text.len() / shortest + MOST_SHORT);
    events * each + count(b':').min(MOST_MEMBERS) * MEMBER_MEMORY
}

/// Whether `text` could be the token of a project.
pub fn is_token(text: &str) -> bool {
    check_token(text).is_ok()
}

/// Errors: why no project's token looks like that. Blanks around it do not count.
fn check_token(token: &str) -> Result<(), Rejection> {
    let reason = match token.trim() {
        "" => "empty",
        token if token.len() > TOKEN_LENGTH => "too_long",
        token if !token.is_ascii() => "not_ascii",
        token if token.starts_with("phx_") => "personal_api_key",
        token if token.contains('\0') => "null_byte",
        _ => return Ok(()),
    };
    Err(Rejection::BadToken(reason))
}

/// Whether `text` says when something was sent.
fn is_instant(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// Why `text` is no request: it is no JSON, or JSON of another shape.
fn misfit(text: &str) -> Rejection {
    match serde_json::from_str::<Checked>(text) {
        Err(error) => Rejection::NotJson(error.to_string()),
        Ok(Checked) => Rejection::Shapeless,
    }
}

/// The fields of a batch; what does not belong there is passed over.
#[derive(Debug)]
struct Batch<'t> {
    token: Option<Cow<'t, str>>,
    events: Option<Vec<&'t str>>,
    has_sent_at: bool,
    /// Whether no field has a value of a wrong type.
    fits: bool,
}

impl<'de: 't, 't> Deserialize<'de> for Batch<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadingBatch)
    }
}

struct ReadingBatch;

impl<'de> Visitor<'de> for ReadingBatch {
    type Value = Batch<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Batch<'de>, A::Error> {
        let mut batch = Batch {
            token: None,
            events: None,
            has_sent_at: false,
            fits: true,
        };
        while let Some(Text(key)) = fields.next_key()? {
            match &*key {
                "token" | "api_key" => match fields.next_value()? {
                    Datum::Text(token) => batch.token = Some(token),
                    _ => batch.fits = false,
                },
                "batch" => batch.events = fields.next_value::<Objects>()?.0,
                "sent_at" => match fields.next_value()? {
                    Datum::Text(sent_at) => batch.has_sent_at = is_instant(&sent_at),
                    other => batch.fits &= other == Datum::Null,
                },
                "historical_migration" => {
                    let value = fields.next_value()?;
                    batch.fits &= matches!(value, Datum::Null | Datum::Boolean(_));
                }
                _ => {
                    fields.next_value::<Checked>()?;
                }
            }
        }
        Ok(batch)
    }
}

#[cfg(test)]
mod tests;
