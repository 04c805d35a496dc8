//! `X-Request-Id`: one name of a request for its client, a proxy and the log.

use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::model::random_bytes;

/// The header that holds it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over, in bytes.
const LONGEST: usize = 128;

/// Makes ids: some random bytes, the same for all requests of a server, and a number.
///
/// The number and not a random id for each request, so that with `--rng-seed` how many requests came before has no influence on
/// the random bytes of other things.
pub struct RequestIds {
    server: String,
    last: AtomicU64,
}

impl RequestIds {
    /// The ids of a server that starts.
    pub fn new() -> RequestIds {
        let bytes = random_bytes(6);
        RequestIds {
            server: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            last: AtomicU64::new(0),
        }
    }

    /// A new id.
    pub fn make(&self) -> HeaderValue {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let id = [&*self.server, "-", &number.to_string()].concat();
        HeaderValue::try_from(id).expect("letters and digits can be a header")
    }
}

/// The id that the client or a proxy gave a request, if it can stand in a line of the log: short, without blanks and quotes.
pub fn given(headers: &HeaderMap) -> Option<HeaderValue> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=+/@".contains(byte);
    let id = headers.get(REQUEST_ID)?;
    let bytes = id.as_bytes();
    let is_sane = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(is_plain);
    is_sane.then(|| id.clone())
}

/// An id as text.
pub fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}
