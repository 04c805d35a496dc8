//! Compressed responses: `Content-Encoding`, for clients whose `Accept-Encoding` asks for it.
//!
//! gzip only. A client that decodes Brotli or zstd decodes gzip too, and of the libraries that the server has anyway none writes
//! Brotli, and ruzstd writes zstd that is larger than gzip and takes longer.
//!
//! What is the same for all clients, a [`Document`], is compressed once, when the program is built or when it is first asked for.
//! A client on this machine gets it compressed as well: that costs nothing.
//!
//! A response that is made for one request is compressed if
//!
//! - it is larger than [`SMALL`]: below that it is one packet in either form. A stream of events is never compressed, since each
//!   event has to arrive when it happens;
//! - the client is on another machine. The programs on this one, such as the SDKs in a test, ask for gzip by habit, and both sides
//!   would pay for it without a gain. A proxy on this machine either says who its clients are (`--trusted-proxy`) or compresses
//!   by itself;
//! - no cookie was read for it. This is against BREACH: a page of another site makes a browser send requests with its cookies,
//!   gets text of its own into the responses, and is with an eavesdropper, who compares their lengths. A response is shorter where
//!   that text repeats a secret of the response, so the secret can be guessed bit by bit. A key in a header excludes this: no
//!   browser adds it by itself. So does a secret that is returned only once: there is no second response to compare.
//!
//! This is done on the blocking pool, in the same turn as the use case. At [`LEVEL`] it takes less time than making the response
//! does, so a client cannot make the server work much more by asking for it.
//!
//! `Vary` names `Accept-Encoding` on what is compressed, and on both forms of a document with an `ETag`, which caches may keep.
//! On other responses it stays what the service sends: a cache may give an uncompressed response to every client.

use std::borrow::Cow;

use actix_web::http::{
    StatusCode,
    header::{
        ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, ETAG, Encoding, HeaderMap,
        IF_NONE_MATCH, VARY, from_comma_delimited,
    },
};
use flate2::Compression;

use super::{Request, Response};
use crate::assets::{Document, SMALL, gzip};

/// How hard to try. Of a list of 100 definitions, 16.3 kB, this makes 2.6 kB in 20 to 60 µs; the default level makes 2.1 kB and takes
/// two to four times as long.
const LEVEL: Compression = Compression::fast();

/// The longest `Accept-Encoding` that is read: a long one takes time to sort.
const LONGEST: usize = 500;

/// 200 with `document`, in the form that a client with these headers prefers.
pub fn document(
    kind: impl Into<Cow<'static, str>>,
    document: &'static Document,
    headers: &HeaderMap,
) -> Response {
    match document.gzip().filter(|_| takes_gzip(headers)) {
        Some(gzip) => Response::typed(StatusCode::OK, kind, gzip).encoded(),
        None => Response::typed(StatusCode::OK, kind, document.plain()),
    }
}

/// The same with an `ETag`, which is another for each form. 304 if the client has it in the form that it would get.
pub fn tagged(
    kind: impl Into<Cow<'static, str>>,
    document: &'static Document,
    headers: &HeaderMap,
) -> Response {
    let mut response = self::document(kind, document, headers);
    let tag = match response.has(&CONTENT_ENCODING) {
        true => format!("\"{}-gzip\"", document.tag()),
        false => format!("\"{}\"", document.tag()),
    };
    if knows(headers, &tag) {
        response = Response::empty(StatusCode::NOT_MODIFIED);
    }
    if !response.has(&VARY) {
        response = response.header(VARY, "Accept-Encoding");
    }
    response.header(ETAG, tag)
}

/// Whether a client with these headers has what is called `tag`.
pub fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH);
    known
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

/// Compresses the response to `request` if it should be (see the module). What it says is kept as well if `keeps_plain`.
pub fn compress(response: Response, request: &Request, keeps_plain: bool) -> Response {
    let plain = response.made().filter(|plain| {
        plain.len() > SMALL
            && !request.client.address.is_loopback()
            && !request.has_read_cookie()
            && !response.has(&CONTENT_ENCODING)
            && takes_gzip(&request.headers)
    });
    let packed = plain.and_then(|plain| gzip(plain, LEVEL).filter(|it| it.len() < plain.len()));
    match packed {
        Some(packed) => response.packed(packed, keeps_plain),
        None => response,
    }
}

/// Whether a client with these headers prefers gzip to nothing.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let length = headers.get_all(ACCEPT_ENCODING).map(|line| line.len());
    if !(1..=LONGEST).contains(&length.sum::<usize>()) {
        return false;
    }
    let asked = from_comma_delimited(headers.get_all(ACCEPT_ENCODING));
    let supported = [Encoding::gzip(), Encoding::identity()];
    let chosen = AcceptEncoding(asked.unwrap_or_default()).negotiate(supported.iter());
    chosen == Some(Encoding::gzip())
}
