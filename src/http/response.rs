//! A response as plain data.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, VARY,
        },
    },
    web::Bytes,
};
use futures_util::stream::{BoxStream, Stream, StreamExt as _};
use serde::{Serialize, de::IgnoredAny};

#[derive(Debug)]
pub struct Response {
    pub status: StatusCode,
    /// Headers of this answer alone; those that every answer has are added on its way out.
    pub headers: Vec<(HeaderName, Cow<'static, str>)>,
    body: Body,
    framable: bool,
    cause: Option<String>,
    reason: Option<&'static str>,
    plain: Option<Vec<u8>>,
}

/// The bytes of a response.
pub enum Body {
    /// Part of the program: however many clients read it, it is in memory once.
    Fixed(&'static [u8]),
    /// Made for this response.
    Made(Vec<u8>),
    /// Made while it is sent, a piece at a time. The next one is asked for when the client has taken the one before.
    Streamed(BoxStream<'static, Bytes>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Body::Fixed(_) => "Fixed",
            Body::Made(_) => "Made",
            Body::Streamed(_) => "Streamed",
        })
    }
}

impl Body {
    /// The bytes; `None` for a body that is still to be made.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Body::Fixed(bytes) => Some(bytes),
            Body::Made(bytes) => Some(bytes),
            Body::Streamed(_) => None,
        }
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Body {
        Body::Fixed(text.as_bytes())
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Body {
        Body::Fixed(bytes)
    }
}

impl From<String> for Body {
    fn from(text: String) -> Body {
        Body::Made(text.into_bytes())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body::Made(bytes)
    }
}

impl From<Cow<'static, [u8]>> for Body {
    fn from(file: Cow<'static, [u8]>) -> Body {
        match file {
            Cow::Borrowed(bytes) => Body::Fixed(bytes),
            Cow::Owned(bytes) => Body::Made(bytes),
        }
    }
}

/// Marks an answer that pages of other sites may show in a frame.
pub struct Framable;

impl Response {
    /// 200 with `view` as JSON.
    pub fn ok(view: &impl Serialize) -> Response {
        Response::json(StatusCode::OK, view)
    }

    /// 201 with `view` as JSON.
    pub fn created(view: &impl Serialize) -> Response {
        Response::json(StatusCode::CREATED, view)
    }

    pub fn no_content() -> Response {
        Response::empty(StatusCode::NO_CONTENT)
    }

    pub fn empty(status: StatusCode) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: Body::Fixed(b""),
            framable: false,
            cause: None,
            reason: None,
            plain: None,
        }
    }

    /// `status` with `view` as JSON.
    pub fn json(status: StatusCode, view: &impl Serialize) -> Response {
        Response::sized(status, view, 1024)
    }

    /// The same, of a view that takes about `size` bytes.
    pub fn sized(status: StatusCode, view: &impl Serialize, size: usize) -> Response {
        let mut body = Vec::with_capacity(size);
        serde_json::to_writer(&mut body, view).expect("views serialise");
        Response::typed(status, "application/json", body)
    }

    pub fn text(status: StatusCode, text: impl Into<Body>) -> Response {
        Response::typed(status, "text/plain; charset=utf-8", text)
    }

    /// 404 outside the API.
    pub fn not_found() -> Response {
        Response::text(StatusCode::NOT_FOUND, "Not found\n")
    }

    /// `status` with a body of any type.
    pub fn typed(
        status: StatusCode,
        content_type: impl Into<Cow<'static, str>>,
        body: impl Into<Body>,
    ) -> Response {
        Response {
            status,
            headers: vec![(CONTENT_TYPE, content_type.into())],
            body: body.into(),
            framable: false,
            cause: None,
            reason: None,
            plain: None,
        }
    }

    /// 200 with a body that is made while it is sent.
    pub fn streamed(
        content_type: &'static str,
        pieces: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Response {
        let body = Body::Streamed(pieces.boxed());
        Response::typed(StatusCode::OK, content_type, body)
    }

    /// The names of the members of a JSON object; none for another body.
    pub fn fields(&self) -> Vec<String> {
        let object = self
            .body
            .bytes()
            .and_then(|bytes| serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(bytes).ok());
        object.unwrap_or_default().into_keys().collect()
    }

    /// As what a share's link shows: pages of any site may frame it, and nothing keeps it, for the share may end at any time.
    pub fn shared(mut self) -> Response {
        self.framable = true;
        self.header(CACHE_CONTROL, "no-store")
    }

    /// Says in the log why the server failed.
    pub fn because(mut self, cause: String) -> Response {
        self.cause = Some(cause);
        self
    }

    /// Why the server failed, if it did.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Says in the metrics what there was too little, or too many, of.
    pub fn lacking(mut self, reason: &'static str) -> Response {
        self.reason = Some(reason);
        self
    }

    /// What there was too little, or too many, of.
    pub fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    pub fn header(mut self, name: HeaderName, value: impl Into<Cow<'static, str>>) -> Response {
        self.headers.push((name, value.into()));
        self
    }

    /// Whether it has the header `name`.
    pub fn has(&self, name: &HeaderName) -> bool {
        self.headers.iter().any(|(own, _)| own == name)
    }

    /// Its bytes, if they were made for it.
    pub fn made(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Made(bytes) => Some(bytes),
            Body::Fixed(_) | Body::Streamed(_) => None,
        }
    }

    /// Says that its bytes are gzip, which other clients do not get.
    pub fn encoded(mut self) -> Response {
        for (name, tag) in &mut self.headers {
            // The tag was made for other bytes with the same meaning.
            if *name == ETAG && tag.starts_with('"') {
                tag.to_mut().insert_str(0, "W/");
            }
        }
        self.header(CONTENT_ENCODING, "gzip")
            .header(VARY, "Accept-Encoding")
    }

    /// The same with `gzip` as its bytes. Keeps those that it had if `keeps_plain`.
    pub fn packed(mut self, gzip: Vec<u8>, keeps_plain: bool) -> Response {
        let plain = std::mem::replace(&mut self.body, Body::Made(gzip));
        if let (Body::Made(plain), true) = (plain, keeps_plain) {
            self.plain = Some(plain);
        }
        self.encoded()
    }

    /// What its bytes were before they were compressed, if that was kept.
    pub fn take_plain(&mut self) -> Option<Body> {
        self.plain.take().map(Body::Made)
    }

    /// The head as actix has it, and the body, which a status without one does not have.
    pub fn into_parts(self) -> (HttpResponse, Option<Body>) {
        let mut head = HttpResponse::new(self.status);
        for (name, value) in self.headers {
            let value = match value {
                Cow::Borrowed(text) => Ok(HeaderValue::from_static(text)),
                Cow::Owned(text) => HeaderValue::try_from(text),
            };
            // A value of ours that no header can hold, such as an echoed line break, is left out.
            if let Ok(value) = value {
                head.headers_mut().append(name, value);
            }
        }
        if self.framable {
            head.extensions_mut().insert(Framable);
        }
        let has_body = !matches!(
            self.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
        );
        (head, has_body.then_some(self.body))
    }
}
