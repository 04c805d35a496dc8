//! `--access-log`: one line for each request, when its response has been sent or its client has left, before or while it was.

use std::{sync::Arc, time::Instant};

use actix_web::http::{Method, StatusCode, header::HeaderValue};

use super::{observation::Observation, request_id};

/// The target of the lines in the log.
pub const TARGET: &str = "hoglet::access";

/// What is written of a request. The line is written when it is dropped.
///
/// Of the path only the pattern of its route is written: the path may hold the token of a share.
pub struct AccessLine {
    pub started: Instant,
    pub id: Option<HeaderValue>,
    pub method: Method,
    pub route: Option<&'static str>,
    /// The status of the response; `None` until there is one.
    pub status: Option<StatusCode>,
    pub observation: Option<Arc<Observation>>,
    /// How many bytes of the body were handed over.
    pub bytes: usize,
}

impl AccessLine {
    /// Counts bytes of the body that were handed over. A response to HEAD has none, though actix takes them.
    pub fn add(&mut self, bytes: usize) {
        if self.method != Method::HEAD {
            self.bytes += bytes;
        }
    }
}

impl Drop for AccessLine {
    fn drop(&mut self) {
        let key = self.observation.as_ref().and_then(|seen| seen.key());
        tracing::info!(
            target: TARGET,
            method = %self.method,
            route = self.route,
            status = self.status.map(|status| status.as_u16()),
            micros = self.started.elapsed().as_micros() as u64,
            bytes = self.bytes,
            key,
            id = self.id.as_ref().map(request_id::text),
            "{}",
            match self.status {
                Some(_) => "answered",
                None => "client left before the response",
            }
        );
    }
}
