//! Decodes the bytes of a request to the JSON text in them, in the order of the reference (`ingestion.md` 1.2).

use std::{io::Read, ops::Deref};

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::{
    BODY_LIMIT,
    lz_string::{self, LzError},
    unpack::{Brotli, Meter, Zstd},
};
use crate::{
    domain::capture::Rejection,
    http::{
        Request,
        body::{FIELD_LIMIT, Missing, essence},
        budget::Full,
        buffer::Buffer,
    },
};

/// How many bytes of a payload are examined to guess its encoding.
const HEAD: usize = 128;

/// The first bytes of every gzip stream.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];

/// How many bytes are decompressed at a time.
const CHUNK: usize = 16 << 10;

/// The content encodings that a body may have.
pub const ENCODINGS: &str = "gzip, deflate, br, zstd";

/// Why a request cannot be decoded.
#[derive(Debug)]
pub enum DecodeError {
    Rejected(Rejection),
    /// There is no memory for the request at the moment.
    Busy,
}

impl From<Rejection> for DecodeError {
    fn from(rejection: Rejection) -> DecodeError {
        DecodeError::Rejected(rejection)
    }
}

impl From<Full> for DecodeError {
    fn from(full: Full) -> DecodeError {
        match full {
            Full::Busy => DecodeError::Busy,
            Full::TooLarge => {
                let reason = "The payload does not fit into the memory set by --body-memory";
                Rejection::TooLarge(reason.into()).into()
            }
        }
    }
}

/// The text that `request` carries. Every step charges the memory that it is about to take; none is given back before the
/// request ends.
///
/// Errors: `Busy`, or rejected as `NoPayload`, `Undecodable`, `TooLarge`.
pub fn data(request: &Request) -> Result<Data<'_>, DecodeError> {
    let mut payload = payload(request)?;
    if !is_form(&payload)
        && let Some(decoded) = base64(request, &payload)?
        && (decoded.starts_with(GZIP) || std::str::from_utf8(&decoded).is_ok())
    {
        payload = Data::Decoded(decoded); // else it only looks like base64, as `nope` does
    }
    let mut hint = request.parameter("compression").map(str::to_owned);
    if is_sent_as_form(request) {
        charge(request, 2 * payload.len())?; // a field, and its copy with `+` restored
        let form = SdkForm::read(&payload)?;
        hint = hint.or(form.compression);
        payload = Data::Decoded(form.data.ok_or(Rejection::NoPayload)?.into_bytes());
    }
    let hint = hint.unwrap_or_else(|| content_encoding(request));
    let hint = hint.to_ascii_lowercase();
    if ["gzip", "gzip-js"].contains(&&*hint) || payload.starts_with(GZIP) {
        payload = decompress(request, MultiGzDecoder::new(&*payload), "GZIP")?;
        check_utf8(&payload, "invalid gzip data")?;
    } else if ["lz64", "lz-string"].contains(&&*hint) {
        payload = Data::Decoded(lz_string(request, &payload)?.into_bytes());
    } else {
        check_utf8(&payload, "invalid UTF8 in request payload")?;
    }
    if payload.len() > BODY_LIMIT {
        return Err(too_long(payload.len()).into());
    }
    let decoded = base64(request, &payload)?;
    let decoded = decoded.filter(|decoded| std::str::from_utf8(decoded).is_ok());
    Ok(decoded.map_or(payload, Data::Decoded))
}

/// The body, decoded by its content encoding; `None` for an unsupported one.
pub fn body<'r>(request: &'r Request, encoding: &str) -> Option<Result<Data<'r>, DecodeError>> {
    let bytes = match received(request) {
        Ok(bytes) => bytes,
        Err(fault) => return Some(Err(fault)),
    };
    match encoding {
        "" | "identity" => Some(Ok(Data::Borrowed(bytes))),
        _ => unpack(request, encoding, bytes),
    }
}

/// Decompresses `packed`; `None` if `encoding` is not one of [`ENCODINGS`].
fn unpack<'r>(
    request: &'r Request,
    encoding: &str,
    packed: &'r [u8],
) -> Option<Result<Data<'r>, DecodeError>> {
    Some(match encoding {
        "gzip" => decompress(request, MultiGzDecoder::new(packed), "GZIP"),
        // Clients disagree about the zlib header, whose first byte is always this one.
        "deflate" if packed.first() == Some(&0x78) => {
            decompress(request, ZlibDecoder::new(packed), "deflate")
        }
        "deflate" => decompress(request, DeflateDecoder::new(packed), "deflate"),
        "br" | "zstd" => {
            let meter = Meter::new(request);
            let unpacked = match encoding {
                "br" => decompress(request, Brotli::new(packed, &meter), "br"),
                _ => decompress(request, Zstd::new(packed, &meter), "zstd"),
            };
            meter.outcome().map_err(DecodeError::from).and(unpacked)
        }
        _ => return None,
    })
}

/// The bytes of the body.
///
/// Errors: `Busy`, or rejected as `TooLarge`.
pub fn received(request: &Request) -> Result<&[u8], DecodeError> {
    match request.missing() {
        Some(Missing::TooLong(length)) => Err(too_long(length).into()),
        Some(Missing::Busy) => Err(DecodeError::Busy),
        None => Ok(request.bytes()),
    }
}

/// Charges `bytes` that are about to be allocated to the memory budget of request bodies.
pub fn charge(request: &Request, bytes: usize) -> Result<(), DecodeError> {
    Ok(request.charge(bytes)?)
}

/// `data` in the query string, else the body.
fn payload(request: &Request) -> Result<Data<'_>, DecodeError> {
    if let Some(data) = request.parameter("data").filter(|data| !data.is_empty()) {
        return Ok(match with_pluses(data) {
            Some(data) => Data::Decoded(data.into_bytes()),
            None => Data::Borrowed(data.as_bytes()),
        });
    }
    let bytes = received(request)?;
    if bytes.is_empty() {
        return Err(Rejection::NoPayload.into());
    }
    // Gzip is found by its first bytes, declared or not, and may be what a form or base64 holds.
    let encoding = content_encoding(request);
    if !["deflate", "br", "zstd"].contains(&&*encoding) {
        return Ok(Data::Borrowed(bytes));
    }
    let unpacked = unpack(request, &encoding, bytes).expect("it is one of the encodings")?;
    match unpacked.is_empty() {
        true => Err(Rejection::NoPayload.into()),
        false => Ok(unpacked),
    }
}

fn content_encoding(request: &Request) -> String {
    let sent = request.header(&CONTENT_ENCODING).unwrap_or_default();
    sent.trim().to_ascii_lowercase()
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

/// The fields of a form that are read.
#[derive(Default)]
struct SdkForm {
    data: Option<String>,
    compression: Option<String>,
}

impl SdkForm {
    fn read(payload: &[u8]) -> Result<SdkForm, Rejection> {
        if !is_form(payload) {
            let reason = "expected form data in POST request payload";
            return Err(Rejection::Undecodable(reason.into()));
        }
        check_utf8(payload, "invalid urlencoded form data")?;
        let mut form = SdkForm::default();
        for (count, (name, value)) in form_urlencoded::parse(payload).enumerate() {
            if count == FIELD_LIMIT {
                return Err(Rejection::Undecodable(
                    "invalid urlencoded form data".into(),
                ));
            }
            match &*name {
                "data" => form.data = with_pluses(&value).or(Some(value.into_owned())),
                "compression" => form.compression = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(form)
    }
}

/// Base64 whose unescaped `+` were decoded as blanks, restored; `None` for anything else.
fn with_pluses(value: &str) -> Option<String> {
    let head = &value.as_bytes()[..value.len().min(HEAD)];
    let fits = |byte: &u8| *byte == b' ' || is_base64(*byte);
    (value.contains(' ') && head.iter().all(fits)).then(|| value.replace(' ', "+"))
}

/// The decoded `payload`, if it is base64.
fn base64(request: &Request, payload: &[u8]) -> Result<Option<Vec<u8>>, DecodeError> {
    let head = &payload[..payload.len().min(HEAD)];
    if !payload.len().is_multiple_of(4) || !head.iter().all(|byte| is_base64(*byte)) {
        return Ok(None);
    }
    charge(request, payload.len())?;
    Ok(STANDARD.decode(payload).ok())
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// Decompresses up to [`BODY_LIMIT`]: a small payload may decompress to an enormous one. Memory is charged as it grows, whatever
/// length the payload declares.
fn decompress<'r>(
    request: &Request,
    mut stream: impl Read,
    encoding: &str,
) -> Result<Data<'r>, DecodeError> {
    let (mut whole, mut chunk) = (Buffer::new(BODY_LIMIT), [0; CHUNK]);
    loop {
        let invalid = |_| Rejection::Undecodable(format!("invalid {encoding} data").into());
        let count = stream.read(&mut chunk).map_err(invalid)?;
        if count == 0 {
            return Ok(Data::Decompressed(whole));
        }
        let length = whole.len() + count;
        if length > BODY_LIMIT {
            return Err(Rejection::TooLarge(format!(
                "Decompressed payload would exceed {BODY_LIMIT} bytes (got {length} bytes)"
            ))
            .into());
        }
        charge(request, whole.charge(count))?;
        whole.push(&chunk[..count]).map_err(|_| DecodeError::Busy)?;
    }
}

/// The text that `payload` holds as LZ-string.
fn lz_string(request: &Request, payload: &[u8]) -> Result<String, DecodeError> {
    let text = lz_string::decompress(payload, BODY_LIMIT, |bytes| charge(request, bytes));
    text.map_err(|fault| match fault {
        LzError::Charge(error) => error,
        LzError::Invalid => {
            let reason = "decompress_lz64: failed decompress to UTF16";
            Rejection::Undecodable(reason.into()).into()
        }
        LzError::TooLong => {
            let reason = format!("Decompressed LZ64 payload would exceed {BODY_LIMIT} bytes");
            Rejection::TooLarge(reason).into()
        }
    })
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

/// The bytes of a payload.
#[derive(Debug)]
pub enum Data<'r> {
    /// As received.
    Borrowed(&'r [u8]),
    /// From base64, LZ-string or a form.
    Decoded(Vec<u8>),
    /// From one of [`ENCODINGS`].
    Decompressed(Buffer),
}

impl Data<'_> {
    pub fn text(&self) -> Result<&str, Rejection> {
        std::str::from_utf8(self)
            .map_err(|_| Rejection::Undecodable("invalid UTF8 in request payload".into()))
    }
}

impl Deref for Data<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Data::Borrowed(bytes) => bytes,
            Data::Decoded(bytes) => bytes,
            Data::Decompressed(bytes) => bytes,
        }
    }
}
