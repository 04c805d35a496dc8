//! Whether the server is up (`http-conventions.md` 8).

use std::io::{self, Write};

use actix_web::http::{
    StatusCode,
    header::{CACHE_CONTROL, EXPIRES},
};
use serde::Serialize;
use serde_json::{
    Value, json,
    ser::{Formatter, Serializer},
};

use crate::{
    http::{Request, Response, State, error::Result},
    store::organizations,
};

/// `ok` while the database answers.
pub fn alive(state: &State, _: &Request) -> Result<Response> {
    Ok(match is_ready(state) {
        true => Response::typed(StatusCode::OK, "text/plain", "ok"),
        false => Response::typed(
            StatusCode::SERVICE_UNAVAILABLE,
            "text/plain",
            "the database cannot be read",
        ),
    })
}

/// 200 while the process answers.
pub fn live(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::typed(
        StatusCode::OK,
        "application/json",
        "{\"http\": true}",
    ))
}

/// 200, or 503 when the database cannot be read. The names are those of the services that clients know.
pub fn ready(state: &State, _: &Request) -> Result<Response> {
    let is_ready = is_ready(state);
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = format!("{{\"http\": true, \"postgres\": {is_ready}, \"cache\": {is_ready}}}");
    Ok(Response::typed(status, "application/json", body))
}

/// What the web app of the service asks for before it starts.
pub fn preflight(state: &State, _: &Request) -> Result<Response> {
    let initiated = state.store.read(organizations::any)?;
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

/// Nothing here is for search engines.
pub fn robots(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::typed(
        StatusCode::OK,
        "text/plain",
        "User-agent: *\nDisallow: /",
    ))
}

/// `value` with a blank behind each comma and colon, as these pages have it, unlike the rest of the API.
fn spaced(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, Spaced);
    value
        .serialize(&mut serializer)
        .expect("a value of ours serialises");
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

fn is_ready(state: &State) -> bool {
    state.store.read(organizations::any).is_ok()
}
