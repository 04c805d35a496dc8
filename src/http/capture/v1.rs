//! The newer protocol, which tells what became of each event (`ingestion.md` 2).

use actix_web::http::{
    StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::json;
use uuid::Uuid;

use super::{
    decode::{self, Data, Fault},
    find_target,
};
use crate::{
    domain::{
        Outage,
        capture::{
            self, Rejection, Sink,
            v1::{self, BatchRejection, Judged, Sdk},
        },
    },
    http::{Request, Response, State, body::essence, error::Result},
};

const SDK_INFO: HeaderName = HeaderName::from_static("posthog-sdk-info");

/// Headers that every request must have, as they are written.
const REQUIRED: [(&str, HeaderName); 4] = [
    ("PostHog-Sdk-Info", SDK_INFO),
    (
        "PostHog-Attempt",
        HeaderName::from_static("posthog-attempt"),
    ),
    (
        "PostHog-Request-Id",
        HeaderName::from_static("posthog-request-id"),
    ),
    (
        "PostHog-Request-Timestamp",
        HeaderName::from_static("posthog-request-timestamp"),
    ),
];

/// Why a batch is turned away as a whole: a status, a word for programs, a sentence for people.
struct Refused(StatusCode, &'static str, String);

/// Takes in a batch; 200 with what became of each event, by its uuid.
pub fn events(state: &State, request: &Request) -> Result<Response> {
    let data = match read(request) {
        Ok(data) => data,
        Err(refused) => return Ok(refused.response()),
    };
    let Ok(text) = data.text() else {
        return Ok(undecodable().response());
    };
    let sdk = Sdk {
        info: request.header(&SDK_INFO).unwrap_or_default().to_owned(),
    };
    let target = find_target(state, request.bearer())?;
    let judged = match state.capture.judge(text, &sdk, target, request.now) {
        Ok(judged) => judged,
        Err(rejection) => return Ok(Refused::from(rejection).response()),
    };
    let Judged { sifted, verdicts } = judged;
    if let Some(target) = target {
        let read = |sent| v1::event(sent, &sdk);
        let (capture, sink) = (&state.capture, Sink::Store(&state.store));
        let sent = (true, request.now);
        if let Err(rejection) = capture.ingest(sink, target, sent, sifted, read)? {
            return Ok(Refused::too_large(&rejection.to_string()).response());
        }
    }
    Ok(Response::ok(&json!({"results": Results(&verdicts)})))
}

/// The body, decoded, if the request is one of this protocol.
fn read(request: &Request) -> Result<Data<'_>, Refused> {
    check_headers(request)?;
    let encoding = request.header(&CONTENT_ENCODING).unwrap_or_default();
    if request.missing().is_none() && request.bytes().is_empty() {
        let text = "request body is empty".into();
        return Err(Refused(StatusCode::BAD_REQUEST, "empty_body", text));
    }
    let data = decode::body(request, &encoding.to_ascii_lowercase()).map(|data| {
        let data = data?;
        decode::charge(request, v1::weight(&data))?;
        Ok(data)
    });
    let (status, tag, text) = match data {
        Some(Ok(data)) => return Ok(data),
        Some(Err(Fault::Busy)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            Outage::BUSY.detail.into(),
        ),
        Some(Err(Fault::Rejected(Rejection::TooLarge(detail)))) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            format!("payload too large: {detail}"),
        ),
        Some(Err(Fault::Rejected(_))) => return Err(undecodable()),
        None => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_encoding",
            format!("unsupported content encoding: {encoding}"),
        ),
    };
    Err(Refused(status, tag, text))
}

fn undecodable() -> Refused {
    let text = "Failed to decode request body.".into();
    Refused(StatusCode::BAD_REQUEST, "request_decoding_error", text)
}

/// Checks that all headers are there, that the body is JSON, and that the token can be one.
fn check_headers(request: &Request) -> Result<(), Refused> {
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
    Err(Refused(status, tag, text))
}

impl From<BatchRejection> for Refused {
    fn from(rejection: BatchRejection) -> Refused {
        let tag = match &rejection {
            BatchRejection::Unreadable => "request_parsing_error",
            BatchRejection::Empty => "empty_batch",
            BatchRejection::BadCreatedAt(_) => "invalid_batch",
            BatchRejection::NoUuid => "missing_event_uuid",
            BatchRejection::BadUuid(_) => "invalid_event_uuid",
            BatchRejection::SameUuid(_) => "duplicate_event_uuid",
        };
        Refused(StatusCode::BAD_REQUEST, tag, rejection.to_string())
    }
}

impl Refused {
    fn too_large(detail: &str) -> Refused {
        let text = format!("payload too large: {detail}");
        Refused(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", text)
    }

    fn response(self) -> Response {
        let Refused(status, tag, text) = self;
        let view = json!({
            "error": tag,
            "error_description": text,
            "error_uri": "https://posthog.com/docs/api",
        });
        let response = Response::json(status, &view)
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "gzip, deflate");
        match status {
            StatusCode::SERVICE_UNAVAILABLE => response.header(RETRY_AFTER, "1"),
            _ => response,
        }
    }
}

/// What became of the events, as an object in the order sent.
struct Results<'v>(&'v [(Uuid, Option<&'static str>)]);

#[derive(Serialize)]
struct ResultView {
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'static str>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (uuid, details) in self.0 {
            let result = if details.is_some() { "drop" } else { "ok" };
            let view = ResultView {
                result,
                details: *details,
            };
            map.serialize_entry(uuid, &view)?;
        }
        map.end()
    }
}
