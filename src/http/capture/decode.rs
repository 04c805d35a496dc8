//! From the bytes of a request to the JSON text in them, in the reference's order (`ingestion.md` 1.2).

use std::{borrow::Cow, io::Read};

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::{GzDecoder, ZlibDecoder};

use super::BODY_LIMIT;
use crate::{
    domain::capture::Rejection,
    http::{Request, body::essence},
};

/// How much of a payload is looked at to tell what it is, in bytes.
const HEAD: usize = 128;

/// What every gzip stream begins with.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];

/// How much is decompressed at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// The text that `request` carries. Errors: `NoPayload`, `Undecodable`, `TooLarge`.
pub fn text(request: &Request) -> Result<Cow<'_, str>, Rejection> {
    let mut payload = payload(request)?;
    if !is_form(&payload)
        && let Some(decoded) = base64(&payload)
        && (decoded.starts_with(GZIP) || std::str::from_utf8(&decoded).is_ok())
    {
        payload = decoded.into(); // else it only looked like base64: so does the word `nope`
    }
    let mut hint = request.parameter("compression").map(str::to_owned);
    if is_sent_as_form(request) {
        let form = Form::read(&payload)?;
        hint = hint.or(form.compression);
        payload = form.data.ok_or(Rejection::NoPayload)?.into_bytes().into();
    }
    let hint = hint.or_else(|| request.header(&CONTENT_ENCODING).map(str::to_owned));
    let hint = hint.unwrap_or_default().to_ascii_lowercase();
    if ["gzip", "gzip-js"].contains(&&*hint) || payload.starts_with(GZIP) {
        payload = decompress(GzDecoder::new(&*payload))?.into();
        check_utf8(&payload, "invalid gzip data")?;
    } else if ["lz64", "lz-string"].contains(&&*hint) {
        let reason = "lz-string is not supported here, use gzip";
        return Err(Rejection::Undecodable(reason.into()));
    } else {
        check_utf8(&payload, "invalid UTF8 in request payload")?;
    }
    if payload.len() > BODY_LIMIT {
        return Err(too_long(payload.len()));
    }
    let decoded = base64(&payload).filter(|decoded| std::str::from_utf8(decoded).is_ok());
    into_text(decoded.map_or(payload, Cow::Owned))
}

/// The text of a body whose encoding is said in so many words; `None` when it is one that is not read.
///
/// Zstandard and Brotli are not: each would need a library of its own, and SDKs turn to what an answer says is accepted.
pub fn body(request: &Request, encoding: &str) -> Option<Result<String, Rejection>> {
    if let Some(length) = request.too_long() {
        return Some(Err(too_long(length)));
    }
    let bytes = request.bytes();
    let decoded = match encoding {
        "" | "identity" => Ok(bytes.to_vec()),
        "gzip" => decompress(GzDecoder::new(bytes)),
        "deflate" => decompress(ZlibDecoder::new(bytes)),
        _ => return None,
    };
    Some(decoded.and_then(|decoded| into_text(decoded.into()).map(Cow::into_owned)))
}

/// What is sent: in the query string, else in the body.
fn payload(request: &Request) -> Result<Cow<'_, [u8]>, Rejection> {
    if let Some(data) = request.parameter("data").filter(|data| !data.is_empty()) {
        return Ok(match with_pluses(data) {
            Some(data) => data.into_bytes().into(),
            None => data.as_bytes().into(),
        });
    }
    if let Some(length) = request.too_long() {
        return Err(too_long(length));
    }
    match request.bytes() {
        [] => Err(Rejection::NoPayload),
        bytes => Ok(bytes.into()),
    }
}

fn is_sent_as_form(request: &Request) -> bool {
    let kind = request.header(&CONTENT_TYPE).unwrap_or_default();
    essence(kind) == "application/x-www-form-urlencoded"
}

/// Whether the payload looks like a form of the kind that SDKs send.
fn is_form(payload: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&payload[..payload.len().min(HEAD)]);
    let mut fields = head.split('&');
    fields.any(|field| {
        let names = ["data=", "_=", "ip=", "compression="];
        names.iter().any(|name| field.starts_with(name))
    })
}

/// The fields of a form that count.
#[derive(Default)]
struct Form {
    data: Option<String>,
    compression: Option<String>,
}

impl Form {
    fn read(payload: &[u8]) -> Result<Form, Rejection> {
        if !is_form(payload) {
            let reason = "expected form data in POST request payload";
            return Err(Rejection::Undecodable(reason.into()));
        }
        check_utf8(payload, "invalid urlencoded form data")?;
        let mut form = Form::default();
        for (name, value) in form_urlencoded::parse(payload) {
            match &*name {
                "data" => form.data = with_pluses(&value).or(Some(value.into_owned())),
                "compression" => form.compression = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(form)
    }
}

/// Base64 whose `+` were sent as they are, and read as blanks; `None` for anything else.
fn with_pluses(value: &str) -> Option<String> {
    let head = &value.as_bytes()[..value.len().min(HEAD)];
    let fits = |byte: &u8| *byte == b' ' || is_base64(*byte);
    (value.contains(' ') && head.iter().all(fits)).then(|| value.replace(' ', "+"))
}

/// What `payload` decodes to, if it looks like base64 and is.
fn base64(payload: &[u8]) -> Option<Vec<u8>> {
    let head = &payload[..payload.len().min(HEAD)];
    let fits = payload.len().is_multiple_of(4) && head.iter().all(|byte| is_base64(*byte));
    fits.then(|| STANDARD.decode(payload).ok()).flatten()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// Decompresses no more than may be: a small payload can stand for an enormous one.
fn decompress(mut stream: impl Read) -> Result<Vec<u8>, Rejection> {
    let (mut whole, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let invalid = |_| Rejection::Undecodable("invalid GZIP data".into());
        let count = stream.read(&mut chunk).map_err(invalid)?;
        if count == 0 {
            return Ok(whole);
        }
        if whole.len() + count > BODY_LIMIT {
            let got = whole.len() + count;
            return Err(Rejection::TooLarge(format!(
                "Decompressed payload would exceed {BODY_LIMIT} bytes (got {got} bytes)"
            )));
        }
        whole.extend_from_slice(&chunk[..count]);
    }
}

fn too_long(length: usize) -> Rejection {
    Rejection::TooLarge(format!(
        "Uncompressed payload size limit {BODY_LIMIT} exceeded: {length}"
    ))
}

fn check_utf8(payload: &[u8], otherwise: &'static str) -> Result<(), Rejection> {
    match std::str::from_utf8(payload) {
        Ok(_) => Ok(()),
        Err(_) => Err(Rejection::Undecodable(otherwise.into())),
    }
}

fn into_text(payload: Cow<[u8]>) -> Result<Cow<str>, Rejection> {
    let invalid = || Rejection::Undecodable("invalid UTF8 in request payload".into());
    match payload {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(invalid()),
        },
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(invalid()),
        },
    }
}
