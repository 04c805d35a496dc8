//! A request as plain data.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell},
    str::FromStr,
    sync::Arc,
    time::Instant,
};

use actix_web::{
    HttpRequest,
    http::{
        Method,
        header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue},
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::watch;

use super::{
    Response, State,
    body::{Missing, PREVIEW, ParsedBody, RawBody, charset, essence},
    budget::Full,
    client::Client,
    error::{Refusal, Result},
    observation::Observation,
    reading::{Reading, Strict},
};
use crate::{
    domain::{
        Arrival, Error, Form, Page, Queued, Store, auth::KeyPlace, changes::Topic,
        lab::journal::Findings,
    },
    model::{Charset, ClientName, Contract, Json, ProjectId, RequestSource, Secret, Timestamp},
};

/// The characters that stay as they are in the path of a URL.
pub const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'@')
    .remove(b'$')
    .remove(b':');

/// The parameters of a path, in its order.
pub type Params = Arc<Vec<(&'static str, String)>>;

/// A request, copied out of actix so that it can go to another thread.
pub struct Request {
    pub method: Method,
    /// Its path, decoded; of the alias, the path that it stands for.
    pub path: Arc<str>,
    /// When it came in.
    pub now: Timestamp,
    pub client: Client,
    contract: Contract,
    pub headers: HeaderMap,
    params: Params,
    query: Vec<(String, String)>,
    query_string: String,
    origin: String,
    raw: RawBody,
    body: OnceCell<ParsedBody>,
    observation: Option<Arc<Observation>>,
    wait: Cell<Option<Wait>>,
    later: Cell<Option<Queueing>>,
    change: Cell<Option<(ProjectId, Topic)>>,
    has_read_cookie: Cell<bool>,
}

/// What a request waits for that is not answered finally yet.
pub struct Wait {
    /// What may change the answer.
    pub news: watch::Receiver<()>,
    /// Until when it waits.
    pub deadline: Instant,
    /// Answers again.
    pub again: Again,
}

/// Queues the change that a request makes. What presents the response is given once it is made.
pub type Queueing = Box<dyn FnOnce(&Store, Give) -> Result<Queued> + Send>;

/// Takes what presents a response.
pub type Give = Box<dyn FnOnce(Present) + Send>;

/// Presents a response.
pub type Present = Box<dyn FnOnce() -> Result<Response> + Send>;

/// Answers a request that was admitted before.
pub type Again = Box<dyn FnOnce(&State, &Request) -> Result<Response> + Send>;

impl Request {
    /// Copies what handlers need. `path` and `params` come from the router.
    pub fn new(
        request: &HttpRequest,
        path: Arc<str>,
        params: Params,
        raw: RawBody,
        state: &State,
        observation: Option<Arc<Observation>>,
    ) -> Request {
        let query = form_urlencoded::parse(request.query_string().as_bytes())
            .into_owned()
            .collect();
        let query: Vec<(String, String)> = query;
        if let Some(strict) = observation
            .as_ref()
            .and_then(|observation| observation.strict.as_ref())
        {
            let names = query.iter().map(|(name, _)| name.as_str());
            strict.reading.query.set_sent(names);
            let is_empty = matches!(raw.bytes.trim_ascii(), b"" | b"{}");
            strict.reading.set_body(!is_empty);
        }
        let peer = request.peer_addr().map(|address| address.ip());
        Request {
            method: request.method().clone(),
            path,
            now: Timestamp::now(),
            client: Client::of(peer, request.headers(), &state.trusted_proxies),
            contract: state.contract,
            headers: request.headers().clone(),
            params,
            query,
            query_string: request.query_string().to_owned(),
            origin: origin(request.headers(), state),
            raw,
            body: OnceCell::new(),
            wait: Cell::new(None),
            later: Cell::new(None),
            change: Cell::new(None),
            has_read_cookie: Cell::new(false),
            observation,
        }
    }

    /// How strictly it is read, if it is.
    pub fn strict(&self) -> Option<&Strict> {
        self.observation.as_ref()?.strict.as_ref()
    }

    fn reading(&self) -> Option<&Reading> {
        self.strict().map(|strict| &*strict.reading)
    }

    /// Keeps warnings about it.
    pub fn warn(&self, warnings: &[String]) {
        if let Some(observation) = &self.observation {
            observation.warn(warnings);
        }
    }

    /// What is kept of it.
    pub fn observation(&self) -> Option<&Observation> {
        self.observation.as_deref()
    }

    /// Keeps what became known of it, if anything is kept.
    pub fn find(&self, note: impl FnOnce(&mut Findings)) {
        if let Some(observation) = &self.observation {
            observation.find(note);
        }
    }

    /// Makes the answer that is being prepared a preliminary one: it is sent if nothing happens in time. The caller has
    /// subscribed to the news before it looked at what may change, so that nothing comes in between.
    ///
    /// Only requests in lab mode wait.
    pub fn answer_again(&self, wait: Wait) {
        self.wait.set(Some(wait));
    }

    /// What the request waits for, unless its answer is final.
    pub fn take_wait(&self) -> Option<Wait> {
        self.wait.take()
    }

    /// Makes the response to `change` its answer, in place of the one that the handler returns.
    pub fn answer_later(&self, change: Queueing) {
        self.later.set(Some(change));
    }

    /// The change that its answer waits for, if it does.
    pub fn take_later(&self) -> Option<Queueing> {
        self.later.take()
    }

    /// Says what of a project it changes if it succeeds.
    pub fn changes(&self, project: ProjectId, topic: Topic) {
        self.change.set(Some((project, topic)));
    }

    /// What of a project it changes, if anything that pages show.
    pub fn take_change(&self) -> Option<(ProjectId, Topic)> {
        self.change.take()
    }

    /// When and from where it came.
    pub fn arrival(&self) -> Arrival {
        Arrival {
            now: self.now,
            source: self.source(),
        }
    }

    /// Where it came from, for the activity log.
    pub fn source(&self) -> RequestSource {
        let client = self.header(&HeaderName::from_static("x-posthog-client"));
        RequestSource {
            address: Some(self.client.address),
            client: client.and_then(ClientName::new),
        }
    }

    /// The header `name`, if it is there and is text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The path segment called `name`, as text.
    pub fn segment(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(param, _)| *param == name)
            .map_or("", |(_, value)| value)
    }

    /// The path segment called `name`, parsed. Errors: `NotFound` if it is malformed.
    pub fn path<T: FromStr>(&self, name: &str) -> Result<T, Error> {
        self.segment(name).parse().map_err(|_| Error::NOT_FOUND)
    }

    /// Whether its body is meant to be the whole object, not only what changes.
    pub fn is_put(&self) -> bool {
        self.method == Method::PUT
    }

    /// The query string as a form.
    pub fn query(&self) -> Form {
        let form = Form::encoded(self.query.iter().cloned());
        match self.reading() {
            Some(reading) => form.watched(reading.query.clone()),
            None => form,
        }
    }

    /// The last value that the query string has for `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        if let Some(reading) = self.reading() {
            reading.query.note(name);
        }
        self.query
            .iter()
            .rev()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value.as_str())
    }

    /// The page of a list that `limit` and `offset` ask for.
    pub fn page(&self) -> Page {
        Page::new(self.parameter("limit"), self.parameter("offset"))
    }

    /// The parsed body; parsed once, when it is first asked for.
    ///
    /// Errors: `Parse`, `UnsupportedMedia`.
    pub fn body(&self) -> Result<&ParsedBody> {
        if let Some(body) = self.body.get() {
            return Ok(body);
        }
        let body = self.raw.parse(&self.content_type(), self.contract)?;
        Ok(self.body.get_or_init(|| body))
    }

    fn content_type(&self) -> Cow<'_, str> {
        let sent = self.headers.get(CONTENT_TYPE);
        sent.map_or(Cow::default(), |value| {
            String::from_utf8_lossy(value.as_bytes())
        })
    }

    /// The encoding of the body.
    pub fn charset(&self) -> Charset {
        charset(&self.content_type())
    }

    /// Checks that the body is declared to be JSON. Errors: `UnsupportedMedia`.
    pub fn check_json(&self) -> Result<()> {
        let kind = self.content_type();
        let is_json = essence(&kind) == "application/json";
        if is_json || self.raw.bytes.is_empty() {
            return Ok(());
        }
        Err(Refusal::UnsupportedMedia(kind.into_owned()))
    }

    /// Why the body is missing, if it is.
    pub fn missing(&self) -> Option<Missing> {
        self.raw.missing
    }

    /// Accounts for `bytes` of memory that the body is about to take, until the request is dropped.
    pub fn charge(&self, bytes: usize) -> Result<(), Full> {
        self.raw.reservation.grow_blocking(bytes)
    }

    /// Whether its body is so short that it is parsed without waiting for others.
    pub fn is_brief(&self) -> bool {
        self.raw.is_brief()
    }

    /// The bytes of the body, as they came.
    pub fn bytes(&self) -> &[u8] {
        &self.raw.bytes
    }

    /// The fields of the body of an admitted request, whose body has been parsed.
    ///
    /// Errors: `Invalid` if it is JSON but not an object. A use case reports it after looking up what it changes, since 404
    /// comes before 400.
    pub fn form(&self) -> Result<Form, Error> {
        if let Some(reading) = self.reading() {
            reading.read_body();
        }
        match self.body.get() {
            None | Some(ParsedBody::Empty) => Ok(Form::default()),
            Some(ParsedBody::Form(form)) => Ok(match self.reading() {
                Some(reading) => form.clone().watched(reading.fields.clone()),
                None => form.clone(),
            }),
            Some(ParsedBody::Json(Json::Null)) => Err(Error::no_data()),
            Some(ParsedBody::Json(other)) => Err(Error::request(format!(
                "Invalid data. Expected a dictionary, but got {}.",
                other.kind()
            ))),
        }
    }

    /// The personal key shown, and where: the header, else the body, else the query string (`keys-and-auth.md` 4.2).
    ///
    /// A body longer than [`PREVIEW`] is not searched: it would have to be received and parsed for someone who has not
    /// shown who they are. A client that sends such a body shows its key in the header, as every client does.
    ///
    /// Errors: those of reading the body, which is looked at only without a usable header.
    pub fn credential(&self) -> Result<Option<(Secret, KeyPlace)>> {
        if let Some(bearer) = self.bearer() {
            return Ok(Some((Secret::new(bearer), KeyPlace::Header)));
        }
        if self.has_foreign_bearer() {
            return Ok(Some((Secret::new(""), KeyPlace::Header)));
        }
        if self.missing().is_none()
            && self.bytes().len() <= PREVIEW
            && let ParsedBody::Form(form) = self.body()?
            && let Some(value) = form.raw("personal_api_key")
        {
            if let Some(reading) = self.reading() {
                reading.read_body();
            }
            let text = match value {
                Json::Text(text) => &text.value,
                _ => "",
            };
            return Ok(Some((Secret::new(text), KeyPlace::Body)));
        }
        Ok(self
            .parameter("personal_api_key")
            .map(|key| (Secret::new(key), KeyPlace::Query)))
    }

    /// The token of an `Authorization: Bearer …` header: at least two characters, the scheme's case as written here.
    pub fn bearer(&self) -> Option<&str> {
        let rest = self.header(&AUTHORIZATION)?.strip_prefix("Bearer")?;
        let token = rest.trim();
        (rest.starts_with(char::is_whitespace) && token.chars().count() > 1).then_some(token)
    }

    /// Whether the `Authorization` header has a token with a character that no key has, which [`bearer`](Self::bearer) cannot
    /// return.
    fn has_foreign_bearer(&self) -> bool {
        let value = self.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        value.is_some_and(|value| {
            !value.is_ascii() && (value.starts_with(b"Bearer ") || value.starts_with(b"Bearer\t"))
        })
    }

    /// The value of the cookie `name`.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.header(&COOKIE)?.split(';');
        pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(sent, value)| (sent == name).then_some(value))
            .inspect(|_| self.has_read_cookie.set(true))
    }

    /// Whether a cookie was read for its response.
    pub fn has_read_cookie(&self) -> bool {
        self.has_read_cookie.get()
    }

    /// Whether it came over TLS, to the server itself or by the word of a trusted proxy.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://") || self.client.is_https
    }

    /// The URL of the request.
    pub fn url(&self) -> String {
        let path = utf8_percent_encode(&self.path, PATH);
        let origin = match self.origin.strip_prefix("http://") {
            Some(host) if self.is_https() => format!("https://{host}"),
            _ => self.origin.clone(),
        };
        let mark = if self.query_string.is_empty() {
            ""
        } else {
            "?"
        };
        format!("{origin}{path}{mark}{}", self.query_string)
    }

    /// The URL of this list with `limit`, and with `offset` where it is above zero (`http-conventions.md` 6).
    pub fn page_url(&self, limit: i64, offset: i64) -> String {
        let offset = (offset > 0).then(|| offset.to_string());
        self.url_with([("limit", Some(limit.to_string())), ("offset", offset)])
    }

    /// The URL of the request with these parameters in place of those of the same names, or without them; sorted by name, a
    /// key left out.
    pub fn url_with<const N: usize>(&self, changes: [(&str, Option<String>); N]) -> String {
        let keeps = |name: &str| {
            name != "personal_api_key" && changes.iter().all(|(changed, _)| *changed != name)
        };
        let kept = self.query.iter().filter(|(name, _)| keeps(name));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let added = changes.iter();
        let added = added.filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let mut pairs: Vec<_> = kept.chain(added).collect();
        pairs.sort_by_key(|(name, _)| *name);
        let encoded: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let mark = if encoded.is_empty() { "" } else { "?" };
        format!(
            "{}{}{mark}{}",
            self.origin,
            utf8_percent_encode(&self.path, PATH),
            encoded.join("&")
        )
    }
}

/// Scheme and host of links: those of the request. Asked under one of the site's own names it is that URL's scheme, since a
/// proxy in front may speak TLS; if the server itself does, it is `https` in any case. A request without a host, which HTTP/1.0
/// allows, gets the site's own URL.
fn origin(headers: &HeaderMap, state: &State) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return state.site.url().to_owned();
    };
    let url = || state.site.url_at(host);
    let scheme = match state.has_tls || url().is_some_and(|url| url.starts_with("https://")) {
        true => "https://",
        false => "http://",
    };
    [scheme, host].concat()
}

/// `text` as Python's `urlencode` writes it: blanks as `+`, everything but letters, digits and `_.-~` in upper-case hex.
fn encode(text: &str) -> String {
    const QUERY: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'_')
        .remove(b'.')
        .remove(b'-')
        .remove(b'~')
        .remove(b' ');
    utf8_percent_encode(text, QUERY)
        .to_string()
        .replace(' ', "+")
}
