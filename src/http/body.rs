//! From bytes to what a client sent: JSON, a form, or a multipart form (`http-conventions.md` 3).

use actix_multipart::Multipart;
use actix_web::{
    http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap},
    web::{Bytes, BytesMut, Payload},
};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::error::{Refusal, Result};
use crate::model::{Contract, Json, parse_json_with};

/// The largest body read, in bytes.
pub const BODY_LIMIT: usize = 20 << 20;

/// The most fields that a form may have.
const FIELD_LIMIT: usize = 1000;

/// What a body said.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing was sent.
    Empty,
    /// A JSON value.
    Json(Json),
    /// The pairs of a form, in order.
    Encoded(Vec<(String, String)>),
}

/// A body as it came, with what was learned of it while reading it.
#[derive(Debug, Default)]
pub struct RawBody {
    /// The bytes; none when there are too many.
    pub bytes: Bytes,
    /// How many bytes there are, as far as is known, when that is more than are read.
    pub too_long: Option<usize>,
    /// The text fields of a multipart form; `None` for another type, an error for one that is broken.
    multipart: Option<Result<Vec<(String, String)>, ()>>,
}

impl RawBody {
    /// Reads a body. One that announces to be too long is not waited for.
    ///
    /// A multipart body is taken apart here: it is the one kind that can only be read asynchronously.
    ///
    /// Errors: `Parse` when it breaks off.
    pub async fn receive(headers: &HeaderMap, payload: &mut Payload) -> Result<RawBody> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let length = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let too_long = |length| RawBody {
            too_long: Some(length),
            ..RawBody::default()
        };
        if let Some(length) = length.filter(|length| *length > BODY_LIMIT) {
            return Ok(too_long(length));
        }
        let mut bytes = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let broken = |_| Refusal::Parse("Request body cannot be read.".into());
            bytes.extend_from_slice(&chunk.map_err(broken)?);
            if bytes.len() > BODY_LIMIT {
                return Ok(too_long(BODY_LIMIT + 1));
            }
        }
        let bytes = bytes.freeze();
        let kind = text(CONTENT_TYPE).unwrap_or_default();
        let is_multipart = essence(kind) == "multipart/form-data" && !bytes.is_empty();
        let multipart = if is_multipart {
            Some(read_multipart(headers, bytes.clone()).await)
        } else {
            None
        };
        Ok(RawBody {
            bytes,
            too_long: None,
            multipart,
        })
    }

    /// What the body says, read as `content_type` declares it.
    pub fn read(&self, content_type: &str, contract: Contract) -> Result<Body> {
        if self.bytes.is_empty() {
            return Ok(Body::Empty);
        }
        match essence(content_type).as_str() {
            "application/json" => self.read_json(content_type, contract),
            "application/x-www-form-urlencoded" => encoded(pairs(&self.bytes)),
            "multipart/form-data" => match &self.multipart {
                Some(Ok(fields)) => encoded(fields.clone()),
                _ => Err(Refusal::Parse(
                    "Multipart form parse error - the form cannot be read.".into(),
                )),
            },
            _ => Err(Refusal::UnsupportedMedia(content_type.into())),
        }
    }

    fn read_json(&self, content_type: &str, contract: Contract) -> Result<Body> {
        match parse_json_with(&self.bytes, charset(content_type)) {
            Ok(value) => Ok(Body::Json(value)),
            // The reference page's curl examples declare JSON and send a form: see the README's table of contracts.
            Err(_) if contract == Contract::Documented && reads_as_form(&self.bytes) => {
                encoded(pairs(&self.bytes).into_iter().map(unquoted).collect())
            }
            Err(problem) => Err(Refusal::Parse(format!("JSON parse error - {problem}"))),
        }
    }
}

/// `name=value` pairs joined by `&`, as `curl -d name=value -d …` sends them: every piece has a name of letters.
fn reads_as_form(bytes: &[u8]) -> bool {
    let is_name = |name: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]-".contains(&byte);
        !name.is_empty()
            && name.bytes().all(letters)
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
    };
    let is_pair = |piece: &str| piece.split_once('=').is_some_and(|(name, _)| is_name(name));
    std::str::from_utf8(bytes).is_ok_and(|text| text.trim().split('&').all(is_pair))
}

/// The page writes `-d label="string"`: where a shell keeps the quotes, they are no part of the value.
fn unquoted((name, value): (String, String)) -> (String, String) {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map(str::to_owned);
    (name, inner.unwrap_or(value))
}

fn encoded(fields: Vec<(String, String)>) -> Result<Body> {
    match fields.len() > FIELD_LIMIT {
        true => Err(Refusal::Parse(format!(
            "Form parse error - more than {FIELD_LIMIT} fields."
        ))),
        false => Ok(Body::Encoded(fields)),
    }
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// The type without its parameters, in lower case.
pub fn essence(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn charset(content_type: &str) -> Option<&str> {
    let parameters = content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.trim().split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
    charsets.next().map(|(_, value)| value.trim_matches('"'))
}

/// The text fields of a multipart form; files are passed over.
async fn read_multipart(headers: &HeaderMap, bytes: Bytes) -> Result<Vec<(String, String)>, ()> {
    let whole = stream::iter([Ok::<_, actix_web::error::PayloadError>(bytes)]).boxed_local();
    let mut parts = Multipart::new(headers, whole);
    let mut fields = Vec::new();
    while let Some(mut part) = parts.try_next().await.map_err(drop)? {
        let disposition = part.content_disposition();
        let name = disposition
            .and_then(|parameters| parameters.get_name())
            .map(str::to_owned);
        let is_file = disposition.is_some_and(|parameters| parameters.get_filename().is_some());
        let mut value = Vec::new();
        while let Some(chunk) = part.try_next().await.map_err(drop)? {
            value.extend_from_slice(&chunk);
        }
        if let (Some(name), false) = (name, is_file) {
            fields.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_with_names_read_as_a_form() {
        for form in [
            "a=b",
            "label=x&scopes=a:b&scopes=c:d",
            "created_at=\"string\"",
            "a=",
        ] {
            assert!(reads_as_form(form.as_bytes()), "{form}");
        }
        for other in [
            "",
            "{\"a\": \"b=c\"",
            "abc",
            "=b",
            "a=b&c",
            "[1=2]",
            "tru",
            "1=2",
        ] {
            assert!(!reads_as_form(other.as_bytes()), "{other}");
        }
    }
}
