//! The capture endpoint of protocol v1, which reports what became of each event (`ingestion.md` 2).

use actix_web::http::{
    StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::json;

use super::decode::{self, Data, DecodeError};
use crate::{
    domain::capture::{
        self, Clock, Lane, Rejection, event_time,
        v1::{self, BatchRejection, Verdict},
    },
    http::{Request, Response, State, body::essence, error::Result},
};

const SDK_INFO: HeaderName = HeaderName::from_static("posthog-sdk-info");
const REQUEST_ID: HeaderName = HeaderName::from_static("posthog-request-id");
const REQUEST_TIMESTAMP: HeaderName = HeaderName::from_static("posthog-request-timestamp");

/// Headers that every request must have, as error messages spell them.
const REQUIRED: [(&str, HeaderName); 4] = [
    ("PostHog-Sdk-Info", SDK_INFO),
    (
        "PostHog-Attempt",
        HeaderName::from_static("posthog-attempt"),
    ),
    ("PostHog-Request-Id", REQUEST_ID),
    ("PostHog-Request-Timestamp", REQUEST_TIMESTAMP),
];

/// Whether clients of this protocol send to `path`.
pub fn speaks(path: &str) -> bool {
    path.starts_with("/i/v1/analytics/") || path.starts_with("/i/v1/ai/")
}

/// A failure with `status`, as batches are refused.
pub fn failed(status: u16, seconds: u64) -> Response {
    let (tag, text) = match status {
        400 => ("request_parsing_error", "Failed to parse request body."),
        401 => ("invalid_api_token", "The provided API token is not valid."),
        403 => ("forbidden", "Forbidden"),
        404 => ("not_found", "Not found"),
        409 => ("conflict", "Conflict"),
        429 => ("rate_limited", "Too many requests"),
        503 => ("service_unavailable", super::BUSY.detail),
        _ => ("internal_error", "Internal server error"),
    };
    BatchRefusal(super::status(status), tag, text.into()).response_after(seconds)
}

/// Why a batch is rejected as a whole: status, code, description.
struct BatchRefusal(StatusCode, &'static str, String);

/// Captures a batch. 200 with what became of each event, by uuid. The response repeats the id of the request.
pub fn events(state: &State, request: &Request) -> Result<Response> {
    answer(state, request, Lane::Analytics)
}

/// Captures a batch of events about AI. 200 likewise.
pub fn ai_events(state: &State, request: &Request) -> Result<Response> {
    answer(state, request, Lane::Ai)
}

fn answer(state: &State, request: &Request, lane: Lane) -> Result<Response> {
    let response = capture(state, request, lane)?;
    Ok(match request.header(&REQUEST_ID) {
        Some(id) => response.header(REQUEST_ID, id.to_owned()),
        None => response,
    })
}

fn capture(state: &State, request: &Request, lane: Lane) -> Result<Response> {
    let data = match read(request) {
        Ok(data) => data,
        Err(refused) => {
            (state.capture).refuse(None, request.now, &refused.2, None);
            return Ok(refused.response());
        }
    };
    let Ok(text) = data.text() else {
        return Ok(undecodable().response());
    };
    let sdk = request.header(&SDK_INFO).unwrap_or_default();
    let sent_at = request.header(&REQUEST_TIMESTAMP);
    let clock = Clock {
        now: request.now,
        sent_at: sent_at.and_then(event_time::sent_at),
    };
    let token = request.bearer();
    if request.strict().is_some() {
        let (capture, store) = (&state.capture, &state.store);
        let ignored = capture.ignored_in_batch(store, lane, text, sdk, token, request.now)?;
        request.warn(&ignored);
        if let Some(reason) = super::strict_refusal(request, &ignored) {
            return Ok(BatchRefusal(StatusCode::BAD_REQUEST, "strict", reason).response());
        }
    }
    Ok(
        match (state.capture).batch(&state.store, lane, text, sdk, token, clock)? {
            Ok(verdicts) => Response::ok(&json!({"results": Results(&verdicts)})),
            Err(rejection) => BatchRefusal::from(rejection).response(),
        },
    )
}

/// Checks the headers and decodes the body.
fn read(request: &Request) -> Result<Data<'_>, BatchRefusal> {
    check_headers(request)?;
    let encoding = request.header(&CONTENT_ENCODING).unwrap_or_default();
    if request.missing().is_none() && request.bytes().is_empty() {
        let text = "request body is empty".into();
        return Err(BatchRefusal(StatusCode::BAD_REQUEST, "empty_body", text));
    }
    let data = decode::body(request, &encoding.trim().to_ascii_lowercase()).map(|data| {
        let data = data?;
        decode::charge(request, v1::weight(&data))?;
        Ok(data)
    });
    let (status, tag, text) = match data {
        Some(Ok(data)) => return Ok(data),
        Some(Err(DecodeError::Busy)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            super::BUSY.detail.into(),
        ),
        Some(Err(DecodeError::Rejected(Rejection::TooLarge(detail)))) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            format!("payload too large: {detail}"),
        ),
        Some(Err(DecodeError::Rejected(_))) => return Err(undecodable()),
        None => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_encoding",
            format!("unsupported content encoding: {encoding}"),
        ),
    };
    Err(BatchRefusal(status, tag, text))
}

fn undecodable() -> BatchRefusal {
    let text = "Failed to decode request body.".into();
    BatchRefusal(StatusCode::BAD_REQUEST, "request_decoding_error", text)
}

/// Checks the headers, the content type, and the form of the token.
fn check_headers(request: &Request) -> Result<(), BatchRefusal> {
    let is_missing = |(_, name): &(_, HeaderName)| request.header(name).is_none();
    let missing = REQUIRED.into_iter().filter(is_missing);
    let missing: Vec<_> = missing.map(|(name, _)| name).collect();
    let kind = request.header(&CONTENT_TYPE).unwrap_or_default();
    let (status, tag, text) = if !missing.is_empty() {
        (
            StatusCode::BAD_REQUEST,
            "missing_required_headers",
            format!("request is missing required headers: {missing:?}"),
        )
    } else if essence(kind) != "application/json" {
        (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_content_type",
            format!("unsupported content type: {kind}"),
        )
    } else if !request.bearer().is_some_and(capture::is_token) {
        (
            StatusCode::UNAUTHORIZED,
            "invalid_api_token",
            "The provided API token is not valid.".into(),
        )
    } else {
        return Ok(());
    };
    Err(BatchRefusal(status, tag, text))
}

impl From<BatchRejection> for BatchRefusal {
    fn from(rejection: BatchRejection) -> BatchRefusal {
        let tag = match &rejection {
            BatchRejection::Unreadable => "request_parsing_error",
            BatchRejection::Empty => "empty_batch",
            BatchRejection::BadCreatedAt(_) => "invalid_batch",
            BatchRejection::NoUuid => "missing_event_uuid",
            BatchRejection::BadUuid(_) => "invalid_event_uuid",
            BatchRejection::SameUuid(_) => "duplicate_event_uuid",
            BatchRejection::TooLarge(_) => "payload_too_large",
        };
        let status = match rejection {
            BatchRejection::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        BatchRefusal(status, tag, rejection.to_string())
    }
}

impl BatchRefusal {
    fn response(self) -> Response {
        self.response_after(1)
    }

    /// The response; one after which clients retry asks them to wait for so many seconds.
    fn response_after(self, seconds: u64) -> Response {
        let BatchRefusal(status, tag, text) = self;
        let view = json!({
            "error": tag,
            "error_description": text,
            "error_uri": "https://posthog.com/docs/api",
        });
        let response = Response::json(status, &view)
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, decode::ENCODINGS);
        match status.as_u16() {
            429 | 500 | 503 => response
                .header(RETRY_AFTER, seconds.to_string())
                .lacking(super::BUSY.reason),
            _ => response,
        }
    }
}

/// The verdicts as an object by uuid, in the order sent.
struct Results<'v>(&'v [Verdict]);

#[derive(Serialize)]
struct VerdictView {
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'static str>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (uuid, details) in self.0 {
            let result = if details.is_some() { "drop" } else { "ok" };
            let view = VerdictView {
                result,
                details: *details,
            };
            map.serialize_entry(uuid, &view)?;
        }
        map.end()
    }
}
