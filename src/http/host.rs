//! The host names that the server answers to: a page of another site must not reach it under a name of its own.
//!
//! Paths of SDKs are exempt: every page may call them anyway, and a program in a neighbouring container knows the server by
//! another name than people do.

use std::net::IpAddr;

use actix_web::http::{
    StatusCode,
    header::{HOST, HeaderMap},
};

use super::Response;

/// The URLs under which clients know the server, without slashes at the end.
pub struct Site {
    /// The first is used in links.
    urls: Vec<String>,
}

impl Site {
    /// The site with the URLs that were configured; `default` if there are none.
    pub fn new(configured: &[String], default: &str) -> Site {
        match configured {
            [] => Site {
                urls: vec![default.to_owned()],
            },
            urls => Site {
                urls: urls.to_owned(),
            },
        }
    }

    /// The URL to use in links.
    pub fn url(&self) -> &str {
        &self.urls[0]
    }

    /// The URL whose host and port are the `Host` value `host`.
    pub fn url_at(&self, host: &str) -> Option<&str> {
        let mut urls = self.urls.iter();
        let found = urls.find(|url| authority(url).eq_ignore_ascii_case(host));
        found.map(String::as_str)
    }

    /// Whether `origin` is one of the URLs.
    pub fn has_origin(&self, origin: &str) -> bool {
        self.urls.iter().any(|url| url == origin)
    }

    /// Accepts requests to an address, to `localhost` and to the hosts of the URLs. Others get a 400 that says what to do.
    ///
    /// A browser that was tricked into resolving an attacker's name to this machine still sends that name.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Response> {
        let Some(host) = headers.get(HOST) else {
            return Ok(());
        };
        let host = String::from_utf8_lossy(host.as_bytes());
        let name = name_of(&host);
        let address = name.trim_start_matches('[').trim_end_matches(']');
        let mut hosts = self.urls.iter().map(|url| name_of(authority(url)));
        if address.parse::<IpAddr>().is_ok()
            || name.eq_ignore_ascii_case("localhost")
            || name.to_ascii_lowercase().ends_with(".localhost")
            || hosts.any(|own| own.eq_ignore_ascii_case(name))
        {
            return Ok(());
        }
        let text = "This host name is not served here. If it is yours, start hoglet with --site-url http://NAME\n";
        Err(Response::text(StatusCode::BAD_REQUEST, text))
    }
}

/// The host and the port of a URL.
fn authority(url: &str) -> &str {
    let mut schemes = ["http://", "https://"].iter();
    let host = schemes.find_map(|scheme| url.strip_prefix(scheme));
    host.unwrap_or_default()
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
            let urls = ["https://hog.example:8443", "http://hoglet:8010"];
            let site = Site::new(&urls.map(String::from), "");
            site.check(&headers).is_ok()
        };
        for own in [
            "127.0.0.1:8010",
            "[::1]:8010",
            "localhost",
            "LOCALHOST:1",
            "app.localhost:1",
            "hog.example",
            "Hoglet:80",
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
