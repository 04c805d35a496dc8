//! How refusals look on the wire (`http-conventions.md` 1.2): the only place that knows error bodies.

use actix_web::http::{
    StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;
use serde_json::json;

use super::{Response, State};
use crate::domain::{Error, Outage, Refused};

pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// Why a request was refused: the domain's reasons, and those that only HTTP knows.
#[derive(Debug)]
pub enum Refusal {
    Domain(Error),
    /// The body cannot be read; says why.
    Parse(String),
    /// The body's type is none that we read: the header as it was sent.
    UnsupportedMedia(String),
    /// The answer would be JSON, which the client does not take.
    NotAcceptable,
    /// The path has no such method.
    MethodNotAllowed(String),
    /// Too many requests; come back after so many seconds.
    Throttled(Throttling),
    /// The server cannot do it at this moment.
    Outage(Outage),
    /// As after a bug, which the client learns nothing about.
    Failed,
    /// The body is longer than we read.
    TooLarge,
    /// The body did not come in time.
    TooSlow,
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Refusal {
        Refusal::Domain(error.into())
    }
}

/// Too many requests of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Throttling {
    /// When to come back.
    pub seconds: u64,
    /// What there were too many of, as metrics call it.
    pub reason: &'static str,
}

/// The body of nearly every error response.
#[derive(Serialize)]
struct ErrorView<'e> {
    r#type: &'e str,
    code: &'e str,
    detail: &'e str,
    /// The field at fault; null when it is not one field's.
    attr: Option<&'e str>,
}

impl Refusal {
    /// The server has too much to do at this moment, and therefore lacks what `reason` names.
    pub const fn busy(reason: &'static str) -> Refusal {
        Refusal::Outage(Outage::busy(reason))
    }

    /// The answer that tells the client.
    pub fn response(&self, state: &State) -> Response {
        match self {
            Refusal::Domain(error) => domain_response(error, state),
            Refusal::Parse(detail) => invalid_request(400, "parse_error", detail),
            Refusal::UnsupportedMedia(sent) => {
                let detail = format!("Unsupported media type \"{sent}\" in request.");
                invalid_request(415, "unsupported_media_type", &detail)
            }
            Refusal::NotAcceptable => invalid_request(
                406,
                "not_acceptable",
                "Could not satisfy the request Accept header.",
            ),
            Refusal::MethodNotAllowed(method) => invalid_request(
                405,
                "method_not_allowed",
                &format!("Method \"{method}\" not allowed."),
            ),
            Refusal::Throttled(Throttling { seconds, reason }) => {
                let unit = if *seconds == 1 { "second" } else { "seconds" };
                let detail =
                    format!("Request was throttled. Expected available in {seconds} {unit}.");
                envelope(429, "throttled_error", "throttled", &detail, None)
                    .header(RETRY_AFTER, seconds.to_string())
                    .lacking(reason)
            }
            Refusal::Outage(outage) => unavailable(outage),
            Refusal::Failed => failed(),
            Refusal::TooSlow => {
                let detail = "Request body did not come in time.";
                invalid_request(408, "request_timeout", detail)
            }
            Refusal::TooLarge => invalid_request(413, "parse_error", "Request body is too large."),
        }
    }
}

fn domain_response(error: &Error, state: &State) -> Response {
    let challenge = |response: Response| {
        let document = format!("{}/.well-known/oauth-protected-resource", state.site.url());
        response.header(
            WWW_AUTHENTICATE,
            format!("Bearer resource_metadata=\"{document}\""),
        )
    };
    let authentication =
        |status, code, detail| envelope(status, "authentication_error", code, detail, None);
    match error {
        Error::NotAuthenticated => {
            let detail = "Authentication credentials were not provided.";
            challenge(authentication(401, "not_authenticated", detail))
        }
        Error::WrongCredential(detail) => {
            challenge(authentication(401, "authentication_failed", detail))
        }
        Error::WrongShare(detail) => authentication(403, "authentication_failed", detail),
        Error::Denied(detail) => authentication(403, "permission_denied", detail),
        Error::NotRecent => {
            let detail = "This action requires you to be recently authenticated.";
            authentication(403, "sensitive_action_required_reauth", detail)
        }
        Error::NotFound(detail) => invalid_request(404, "not_found", detail),
        Error::Invalid(fault) => envelope(
            400,
            "validation_error",
            fault.code,
            &fault.detail,
            fault.field.as_deref(),
        ),
        Error::Conflict(detail) => envelope(409, "server_error", "conflict", detail, None),
        Error::Bare(refused, text) => Response::json(status(*refused), &json!({"error": text})),
        Error::Detail(refused, text) => Response::json(status(*refused), &json!({"detail": text})),
        Error::Busy => unavailable(&Outage::busy("password_hashing")),
        Error::Store(cause) => match Outage::of(cause) {
            Some(outage) => unavailable(&outage).because(format!("refused for now: {cause}")),
            None => internal(format!("the database failed: {cause}")),
        },
    }
}

fn status(refused: Refused) -> StatusCode {
    match refused {
        Refused::Invalid => StatusCode::BAD_REQUEST,
        Refused::Denied => StatusCode::FORBIDDEN,
        Refused::Missing => StatusCode::NOT_FOUND,
    }
}

/// 503 with `Retry-After`.
fn unavailable(outage: &Outage) -> Response {
    envelope(503, "server_error", outage.code, outage.detail, None)
        .header(RETRY_AFTER, outage.retry_after.to_string())
        .lacking(outage.reason)
}

/// 500, which says nothing of the cause: the log does.
pub fn internal(cause: String) -> Response {
    failed().because(cause)
}

fn failed() -> Response {
    let detail = "A server error occurred.";
    envelope(500, "server_error", "error", detail, None)
}

/// 503 for a moment in which the server has too much to do, and therefore lacks what `reason` names.
pub fn overloaded(reason: &'static str) -> Response {
    unavailable(&Outage::busy(reason))
}

fn invalid_request(status: u16, code: &str, detail: &str) -> Response {
    envelope(status, "invalid_request", code, detail, None)
}

fn envelope(status: u16, kind: &str, code: &str, detail: &str, attr: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).expect("the statuses above are real");
    Response::json(
        status,
        &ErrorView {
            r#type: kind,
            code,
            detail,
            attr,
        },
    )
}
