//! The host names that the server answers to: a page of another site must not reach it under a name of its own.

use std::net::IpAddr;

use actix_web::http::{
    StatusCode,
    header::{HOST, HeaderMap},
};

use super::Response;

/// Accepts requests to an address, to `localhost` and to the host of the site's URL. Others get a 400 that says what to do.
///
/// A browser that was tricked into resolving an attacker's name to this machine still sends that name.
pub fn check(headers: &HeaderMap, site_url: &str) -> Result<(), Response> {
    let Some(host) = headers.get(HOST) else {
        return Ok(());
    };
    let host = String::from_utf8_lossy(host.as_bytes());
    let name = name_of(&host);
    let site = site_url
        .split_once("://")
        .map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    let is_address = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>()
        .is_ok();
    let is_local =
        name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    if is_address || is_local || name.eq_ignore_ascii_case(name_of(site)) {
        return Ok(());
    }
    let text = "This host name is not served here. If it is yours, start hoglet with --site-url http://NAME\n";
    Err(Response::typed(
        StatusCode::BAD_REQUEST,
        "text/plain; charset=utf-8",
        text,
    ))
}

/// A `Host` value without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn strangers_names_are_refused() {
        let checked = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            check(&headers, "https://hog.example:8443/x").is_ok()
        };
        for own in [
            "127.0.0.1:8010",
            "[::1]:8010",
            "localhost",
            "LOCALHOST:1",
            "app.localhost:1",
            "hog.example",
            "192.168.1.5:1",
        ] {
            assert!(checked(own), "{own}");
        }
        for strange in [
            "evil.example",
            "127.0.0.1.evil.example:8010",
            "localhost.evil.example",
            "hog.example.evil",
        ] {
            assert!(!checked(strange), "{strange}");
        }
    }
}
