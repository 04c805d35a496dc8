//! The payload of a protocol v0 request: its shape, its token, its events (`ingestion.md` 1.3, 1.4).

use std::{borrow::Cow, fmt};

use memchr::memchr_iter;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::{
    Event, Lane, Rejection,
    datum::{Checked, CowStr, Datum, MAX_MEMBERS, MAX_SHORT_ITEMS, MEMBER_MEMORY, Objects},
    event_time,
};
use crate::model::Timestamp;

/// Events of this name are dropped unchecked.
const DROPPED: &str = "$performance_event";

/// The most bytes of a token.
const TOKEN_LENGTH: usize = 64;

/// The parts of a payload. Its events are still unparsed: all at once they could take ten times the memory.
#[derive(Debug)]
pub struct Payload<'t> {
    /// `sent_at`, if it is valid.
    pub sent_at: Option<Timestamp>,
    text: &'t str,
    events: Vec<&'t str>,
    shape: Shape<'t>,
    is_engage: bool,
}

#[derive(Debug)]
enum Shape<'t> {
    /// An object with a list of events and one token for all of them.
    Batch(Cow<'t, str>),
    /// A list of events with tokens of their own.
    List,
    Alone,
}

/// The length of the shortest event, `{"event":""}`, with a comma, in bytes.
const SHORTEST: usize = 13;

/// The most memory kept per event, in bytes: twice its slot in a list, which may be growing.
const EVENT_MEMORY: usize = 64;

impl<'t> Payload<'t> {
    /// The most bytes of memory that reading `text` takes, the text itself not counted.
    pub fn weight(text: &str) -> usize {
        weight(text.as_bytes(), SHORTEST, EVENT_MEMORY)
    }

    /// Parses a payload, but not its events. With `is_engage` a single event needs no name.
    ///
    /// Errors: `NotJson`, `Shapeless`, `Nameless`.
    pub fn read(text: &'t str, is_engage: bool) -> Result<Payload<'t>, Rejection> {
        let payload = |events, shape, sent_at| Payload {
            sent_at,
            text,
            events,
            shape,
            is_engage,
        };
        if text.trim_start().starts_with('[') {
            let events: Objects = serde_json::from_str(text).map_err(|_| misfit(text))?;
            let events = events.0.ok_or_else(|| misfit(text))?;
            return Ok(payload(events, Shape::List, None));
        }
        let batch: Batch = serde_json::from_str(text).map_err(|_| misfit(text))?;
        match (batch.token, batch.events) {
            (Some(token), Some(events)) if batch.fits => {
                Ok(payload(events, Shape::Batch(token), batch.sent_at))
            }
            _ => Payload::alone(text, is_engage),
        }
    }

    /// Parses a payload that is a single event.
    fn alone(text: &'t str, is_engage: bool) -> Result<Payload<'t>, Rejection> {
        let event: Event = serde_json::from_str(text).map_err(|_| misfit(text))?;
        match event.name {
            None if !is_engage => Err(Rejection::Nameless),
            _ => Ok(Payload {
                sent_at: None,
                text,
                events: vec![text],
                shape: Shape::Alone,
                is_engage,
            }),
        }
    }

    /// The first token, which is the one that counts unless the payload is rejected.
    pub fn token(&self) -> Option<Cow<'t, str>> {
        if let Shape::Batch(token) = &self.shape {
            return Some(token.clone());
        }
        let mut events = self.events.iter().map_while(|sent| self.event(sent));
        events.find_map(|event| event.token.or(event.properties.token))
    }

    /// Errors: `TooLarge` if one of its events is, on this lane.
    pub fn check_sizes(&self, lane: Lane) -> Result<(), Rejection> {
        let mut events = self.events.iter();
        events.try_for_each(|event| lane.check(event.len()))
    }

    /// The first event for which `is_wanted` returns true, or which has not the shape of an event.
    pub fn find(&self, is_wanted: impl Fn(&Event) -> bool) -> Option<&'t str> {
        let fits = |sent: &&str| {
            let event = self.event(sent);
            event.is_none_or(|event| event.has_bad_uuid || is_wanted(&event))
        };
        self.events.iter().copied().find(fits)
    }

    /// Parses `sent`, one of this payload's events.
    pub fn event(&self, sent: &'t str) -> Option<Event<'t>> {
        let mut event: Event = serde_json::from_str(sent).ok()?;
        if event.name.is_none() && self.is_engage && matches!(self.shape, Shape::Alone) {
            event.name = Some("$identify".into());
        }
        event.name.is_some().then_some(event)
    }

    /// Calls `visit` for each event, in order, until it returns an error, and returns the `S` that it fills; `None` if all
    /// events were dropped.
    ///
    /// Errors: the first in the order of `ingestion.md` 1.4: those of the whole payload precede those of `visit`.
    pub fn each<S: Default>(
        &self,
        visit: impl Fn(&mut S, &Event<'t>, &'t str) -> Result<(), Rejection>,
    ) -> Result<Option<S>, Rejection> {
        match self.walk(&visit) {
            Some(outcome) => outcome,
            // Not a batch, but perhaps a single event with a field `batch`.
            None if matches!(self.shape, Shape::Batch(_)) => {
                let alone = Payload::alone(self.text, self.is_engage)?;
                alone.walk(&visit).unwrap_or(Err(Rejection::Shapeless))
            }
            None => Err(misfit(self.text)),
        }
    }

    /// `None` if an item is not an event.
    fn walk<S: Default>(
        &self,
        visit: impl Fn(&mut S, &Event<'t>, &'t str) -> Result<(), Rejection>,
    ) -> Option<Result<Option<S>, Rejection>> {
        let (mut sum, mut objection, mut has_bad_uuid) = (S::default(), Ok(()), false);
        let (mut count, mut token, mut is_mixed) = (0, None, false);
        if let Shape::Batch(common) = &self.shape {
            token = Some(common.clone());
        }
        for sent in &self.events {
            let event = self.event(sent)?;
            has_bad_uuid |= event.has_bad_uuid;
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
        if has_bad_uuid {
            return Some(Err(Rejection::Nameless));
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

/// An upper bound of the memory for `text`, from two counts and without parsing: `each` bytes per event, of which there are no
/// more than opening braces and no more than fit; and the members of one event, of which there are no more than colons.
pub(super) fn weight(text: &[u8], shortest: usize, each: usize) -> usize {
    let count = |byte| memchr_iter(byte, text).count();
    let events = count(b'{').min(text.len() / shortest + MAX_SHORT_ITEMS);
    events * each + count(b':').min(MAX_MEMBERS) * MEMBER_MEMORY
}

/// Whether a project could have the token `text`.
pub fn is_token(text: &str) -> bool {
    check_token(text).is_ok()
}

/// Ignores blanks around the token. Errors: why no project can have it.
pub fn check_token(token: &str) -> Result<(), Rejection> {
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

/// The error for `text`: it is not JSON, or JSON of another shape.
fn misfit(text: &str) -> Rejection {
    match serde_json::from_str::<Checked>(text) {
        Err(error) => Rejection::NotJson(error.to_string()),
        Ok(Checked) => Rejection::Shapeless,
    }
}

/// The fields of a batch; others are ignored.
#[derive(Debug)]
struct Batch<'t> {
    token: Option<Cow<'t, str>>,
    events: Option<Vec<&'t str>>,
    sent_at: Option<Timestamp>,
    /// Whether the fields have the right types.
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
            sent_at: None,
            fits: true,
        };
        while let Some(CowStr(key)) = fields.next_key()? {
            match &*key {
                "token" | "api_key" => match fields.next_value()? {
                    Datum::Text(token) => batch.token = Some(token),
                    _ => batch.fits = false,
                },
                "batch" => batch.events = fields.next_value::<Objects>()?.0,
                "sent_at" => match fields.next_value()? {
                    Datum::Text(sent_at) => batch.sent_at = event_time::sent_at(&sent_at),
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
