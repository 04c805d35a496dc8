//! What is kept of a request while it is answered: for the journal of lab mode, and for the access log.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Instant,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{HeaderMap, HeaderName},
    },
};
use percent_encoding::percent_decode_str;

use super::{reading::Strict, response::Body};
use crate::{
    domain::lab::{
        faults::{DropAt, Strike},
        journal::{Findings, JournalEntry, Sample},
        masked,
    },
    model::{Charset, Secret, Strictness, Timestamp},
};

/// The pages whose query string may hold a token to sign in with.
const ADMIN: &str = "/admin";

/// The most warnings that are kept of a request.
const MOST_WARNINGS: usize = 20;

/// The most characters of one of them.
const LONGEST_WARNING: usize = 300;

pub struct Observation {
    started: Instant,
    time: Timestamp,
    seen: Mutex<Seen>,
    strike: OnceLock<Option<Strike>>,
    /// What is read of it, in strict mode.
    pub strict: Option<Strict>,
}

#[derive(Default)]
struct Seen {
    body: Option<Sample>,
    findings: Findings,
}

impl Observation {
    /// Of a request that comes in now.
    pub fn begin(strictness: Option<Strictness>) -> Observation {
        Observation {
            started: Instant::now(),
            time: Timestamp::now(),
            seen: Mutex::default(),
            strike: OnceLock::new(),
            strict: strictness.map(|strictness| Strict {
                refuses: strictness == Strictness::Refuse,
                reading: Arc::default(),
            }),
        }
    }

    /// Whether it is decided whether the request fails.
    pub fn is_decided(&self) -> bool {
        self.strike.get().is_some()
    }

    /// Decides that the request fails as `strike` says, or does not.
    pub fn decide(&self, strike: Option<Strike>) -> Option<&Strike> {
        if let Some(strike) = &strike {
            self.find(|findings| findings.fault = Some(strike.rule));
        }
        self.strike.get_or_init(|| strike).as_ref()
    }

    /// How the request fails, if it does.
    pub fn strike(&self) -> Option<&Strike> {
        self.strike.get()?.as_ref()
    }

    /// Keeps the start of the request's body, which is in `charset` if it is text.
    pub fn keep_body(&self, body: &[u8], charset: Charset) {
        self.seen().body = Some(Sample::of(body, charset));
    }

    /// Keeps what became known of the request.
    pub fn find(&self, note: impl FnOnce(&mut Findings)) {
        note(&mut self.seen().findings);
    }

    /// The id of the key that the request was made with.
    pub fn key(&self) -> Option<String> {
        self.seen().findings.key.clone()
    }

    /// What the request sends that is ignored.
    pub fn warnings(&self) -> Vec<String> {
        self.seen().findings.warnings.clone()
    }

    /// Keeps warnings about it: not too many, not too long, without credentials.
    pub fn warn(&self, warnings: &[String]) {
        let short =
            |warning: &String| text(&warning.chars().take(LONGEST_WARNING).collect::<String>());
        let kept = &mut self.seen().findings.warnings;
        let room = MOST_WARNINGS.saturating_sub(kept.len());
        kept.extend(warnings.iter().take(room).map(short));
    }

    /// The entry of the journal, once the response is known. `route` serves the path; `did_you_mean` is
    /// the route that it resembles.
    pub fn entry(
        &self,
        request: &HttpRequest,
        route: Option<&'static str>,
        did_you_mean: Option<&'static str>,
        head: &HttpResponse,
        body: Option<&Body>,
    ) -> JournalEntry {
        let path = percent_decode_str(request.path()).decode_utf8_lossy();
        let query = match request.query_string() {
            "" => String::new(),
            query if path.starts_with(ADMIN) => Secret::new(query).mask(),
            query => text(query),
        };
        let drop = self.strike().and_then(|strike| strike.action.drop);
        let is_dropped = drop == Some(DropAt::Before);
        let body = body.filter(|_| request.method() != Method::HEAD && !is_dropped);
        let seen = self.seen();
        JournalEntry {
            number: 0,
            time: self.time,
            method: request.method().to_string(),
            path: text(&path),
            route,
            did_you_mean,
            query,
            request_headers: headers(request.headers()),
            request_body: seen.body.clone(),
            status: (!is_dropped).then(|| head.status().as_u16()),
            response_headers: match is_dropped {
                true => Vec::new(),
                false => headers(head.headers()),
            },
            response_body: body
                .and_then(Body::bytes)
                .map(|bytes| Sample::of(bytes, Charset::Utf8)),
            microseconds: self.started.elapsed().as_micros() as u64,
            findings: seen.findings.clone(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner) // what was noted stays usable
    }
}

/// The headers by name; those of one name in their order.
fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let pairs = map.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), header(name, &value))
    });
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs
}

/// The value of a header without credentials.
fn header(name: &HeaderName, value: &str) -> String {
    let mask = |text: &str| Secret::new(text).mask();
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", mask(value)),
        None => mask(pair),
    };
    match name.as_str() {
        "authorization" | "proxy-authorization" => match value.split_once(' ') {
            Some((_, token)) if token.starts_with("phc_") => value.to_owned(), // public
            Some((scheme, token)) => format!("{scheme} {}", mask(token)),
            None => mask(value),
        },
        "cookie" => {
            let pairs: Vec<_> = value.split(';').map(pair).collect();
            pairs.join(";")
        }
        "set-cookie" => match value.split_once(';') {
            Some((cookie, attributes)) => format!("{};{attributes}", pair(cookie)),
            None => pair(value),
        },
        "x-csrftoken" => mask(value),
        _ => text(value),
    }
}

fn text(text: &str) -> String {
    String::from_utf8_lossy(&masked(text.as_bytes())).into_owned()
}
