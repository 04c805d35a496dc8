//! Health checks (`http-conventions.md` 8).

use std::io::{self, Write};

use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, EXPIRES},
    },
};
use serde::Serialize;
use serde_json::{
    Map, Value, json,
    ser::{Formatter, Serializer},
};

use crate::{
    domain::health,
    http::{Request, Response, State, error::Result},
};

/// The checks of `/_readyz`, in the order of its response.
const CHECKS: [&str; 3] = ["http", "postgres", "cache"];

/// What metrics call the reason of a 503 here.
const NOT_READY: &str = "not_ready";

/// 200 while the database works; otherwise 503 with the reason.
pub fn alive(state: &State, _: &HttpRequest) -> Response {
    works(state, "ok")
}

/// The same for what asks the service's ingestion, which is a program of its own (`ingestion.md` 1.1).
pub fn receives(state: &State, _: &HttpRequest) -> Response {
    works(state, "capture")
}

/// 200 while the process responds, for the same.
pub fn lives(_: &State, _: &HttpRequest) -> Response {
    Response::typed(StatusCode::OK, "text/plain", "ok")
}

fn works(state: &State, text: &'static str) -> Response {
    match state.store.condition() {
        Ok(()) => Response::typed(StatusCode::OK, "text/plain", text),
        Err(why) => {
            Response::typed(StatusCode::SERVICE_UNAVAILABLE, "text/plain", why).lacking(NOT_READY)
        }
    }
}

/// 200 while the process responds.
pub fn live(_: &State, request: &HttpRequest) -> Response {
    match request.path().ends_with('/') {
        true => Response::not_found(),
        false => Response::typed(StatusCode::OK, "application/json", "{\"http\": true}"),
    }
}

/// 200, or 503 with the reason if the database does not work. The checks have the names that clients of the service know.
///
/// `?role=` selects the checks of one kind of the service's processes; `?exclude=` reports a check without counting it.
pub fn ready(state: &State, request: &HttpRequest) -> Response {
    if request.path().ends_with('/') {
        return Response::not_found();
    }
    let query = || form_urlencoded::parse(request.query_string().as_bytes());
    let role = query().filter(|(name, _)| name == "role").last();
    let checks: &[&str] = match role.as_ref().map(|(_, role)| &**role) {
        None | Some("") => &CHECKS,
        Some("web") => &CHECKS[1..],
        Some("worker") => &CHECKS[1..2],
        Some("events" | "decide") => &CHECKS[..1],
        Some(_) => {
            let body = "{\"error\": \"InvalidRole\"}";
            return Response::typed(StatusCode::BAD_REQUEST, "application/json", body);
        }
    };
    let problem = state.store.condition().err();
    let is_good = |check: &str| check == "http" || problem.is_none();
    let is_excluded = |check: &str| query().any(|(name, of)| name == "exclude" && of == check);
    let mut view: Map<_, _> = checks
        .iter()
        .map(|check| ((*check).to_owned(), is_good(check).into()))
        .collect();
    let is_ready = checks
        .iter()
        .all(|check| is_good(check) || is_excluded(check));
    let status = match is_ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    if let Some(why) = problem {
        view.insert("reason".into(), why.into());
    }
    Response::typed(status, "application/json", spaced(&Value::Object(view))).lacking(NOT_READY)
}

/// What the web app of the service requests before it starts.
pub fn preflight(state: &State, _: &Request) -> Result<Response> {
    let initiated = health::is_initiated(&state.store)?;
    let view = json!({
        "django": true, "redis": true, "plugins": true, "celery": true, "clickhouse": true, "kafka": true, "db": true,
        "initiated": initiated, "cloud": false, "demo": false, "realm": "hosted-clickhouse", "region": null,
        "available_social_auth_providers": {}, "can_create_org": false, "email_service_available": false,
        "slack_service": {"available": false, "client_id": null},
        "data_warehouse_integrations": {"hubspot": {"client_id": null}, "salesforce": {"client_id": null}},
        "object_storage": false, "public_egress_ip_addresses": [],
    });
    Ok(
        Response::typed(StatusCode::OK, "application/json", spaced(&view))
            .header(
                CACHE_CONTROL,
                "max-age=0, no-cache, no-store, must-revalidate, private",
            )
            .header(EXPIRES, "Thu, 01 Jan 1970 00:00:00 GMT"),
    )
}

/// Excludes search engines from the whole server.
pub fn robots(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::typed(
        StatusCode::OK,
        "text/plain",
        "User-agent: *\nDisallow: /",
    ))
}

/// `value` as JSON with a space after each comma and colon: these responses have it, unlike the rest of the API.
fn spaced(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, Spaced);
    value
        .serialize(&mut serializer)
        .expect("a JSON value always serialises");
    out
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}
