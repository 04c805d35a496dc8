//! The endpoint of `--metrics`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web,
};
use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE, encode};

use super::{Metrics, readings};
use crate::http::{Response, State, connections::Answering, error, outgoing::Outgoing};

/// GET `/metrics`: 200 with all metrics; 404 for anything else.
pub async fn answer(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse<Outgoing> {
    let answering = Answering::begin(&request);
    Answering::work(&request);
    let is_meant = request.path() == "/metrics";
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = match is_meant && is_read {
        true => web::block(move || text(&state)).await.ok().flatten(),
        false => Some(Response::text(
            StatusCode::NOT_FOUND,
            "Metrics are at /metrics\n",
        )),
    };
    let failed = || Response::empty(StatusCode::INTERNAL_SERVER_ERROR);
    let (mut head, mut body) = response.unwrap_or_else(failed).into_parts();
    if !answering.send(body.as_ref()) {
        (head, body) = error::overloaded("response_memory").into_parts();
    }
    head.map_body(|_, _| Outgoing::new(body, request.method(), answering, None, payload))
}

/// All metrics; `None` if there are none.
fn text(state: &State) -> Option<Response> {
    let metrics: &Metrics = state.metrics.as_ref()?;
    let mut text = String::new();
    encode(&mut text, &metrics.registry).ok()?;
    encode(&mut text, &readings::read(state, metrics)).ok()?;
    Some(Response::typed(StatusCode::OK, CONTENT_TYPE, text))
}
