//! Requests to an API, repeated where that may help.

use std::{cell::Cell, collections::HashSet, env, io, path::Path, time::Duration};

use anyhow::{Result, bail};
use serde_json::Value;
use tokio_rustls::rustls::{self, CertificateError};
use ureq::{
    Agent, Error,
    http::{HeaderMap, Request, header},
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::{progress::LongRun, scalar::scalar};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a request that fails is sent, with pauses that double from the first: 25 s in all.
const TRIES: u32 = 9;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How often a request is sent while the server says when to come again, and the longest time that it may ask for. The
/// service counts by the hour.
const PUT_OFF: u32 = 50;
const LONGEST_PAUSE: Duration = Duration::from_secs(3700);

/// The largest body that is read.
const LARGEST: u64 = 256 << 20;

/// A server, and the key for it.
pub struct ApiClient {
    agent: Agent,
    url: String,
    authorization: String,
    /// Whether the server has answered at all: if it refuses connections afterwards, it is being restarted.
    has_answered: Cell<bool>,
    pub progress: LongRun,
}

pub struct ApiAnswer {
    pub status: u16,
    /// Null if it is not JSON.
    pub body: Value,
}

impl ApiClient {
    /// A client of the server at `url`, which has no slash at its end. Errors: the certificates to trust cannot be read.
    pub fn new(url: &str, key: &str, progress: LongRun) -> Result<ApiClient> {
        let roots = match url.starts_with("https:") {
            true => roots()?,
            false => RootCerts::WebPki, // none is asked for
        };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent(concat!("hoglet/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(ApiClient {
            agent: agent.into(),
            url: url.to_owned(),
            authorization: format!("Bearer {key}"),
            has_answered: Cell::new(false),
            progress,
        })
    }

    /// Sends a request until its answer says something about it: what it asks for must be the same if done twice. Pauses as
    /// long as the server asks for. What cannot succeed later, such as a host that does not exist, is not tried again.
    ///
    /// Errors: no such answer, one from which no other request would be exempt (a redirect, 401, 403), or
    /// [`Interrupted`](super::progress::Interrupted).
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<ApiAnswer> {
        let (mut tries, mut put_off) = (0, 0);
        loop {
            self.progress.check()?;
            let problem = match self.send_once(method, path, body) {
                Ok((answer, headers)) => match answer.status {
                    429 | 500.. => {
                        let asked = headers.get(header::RETRY_AFTER);
                        let asked = asked.and_then(|time| time.to_str().ok()?.trim().parse().ok());
                        (
                            format!("the server responds with {}", answer.describe()),
                            asked,
                        )
                    }
                    _ => return self.usable(answer, &headers),
                },
                Err(error) => match self.lasting(&error) {
                    Some(why) => bail!("{}: {why}", self.url),
                    None => (error.to_string(), None),
                },
            };
            let pause = match problem.1.map(Duration::from_secs) {
                Some(asked) if asked > LONGEST_PAUSE || put_off == PUT_OFF => {
                    bail!("{}: {}, to come again in {asked:?}", self.url, problem.0)
                }
                Some(asked) => {
                    put_off += 1;
                    asked
                }
                None if tries + 1 == TRIES => bail!("{}: {}, {TRIES} times", self.url, problem.0),
                None => {
                    tries += 1;
                    FIRST_PAUSE * (1 << (tries - 1))
                }
            };
            self.progress.pause(&problem.0, pause)?;
        }
    }

    fn send_once(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(ApiAnswer, HeaderMap), Error> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(header::AUTHORIZATION, &self.authorization);
        let mut response = match body {
            None => self.agent.run(request.body(())?)?,
            Some(body) => {
                let request = request.header(header::CONTENT_TYPE, "application/json");
                self.agent.run(request.body(body.to_string())?)?
            }
        };
        self.has_answered.set(true);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .read_to_vec()?;
        let body = serde_json::from_slice(&text).unwrap_or_default();
        Ok((ApiAnswer { status, body }, headers))
    }

    /// Why another try would fail as well, and what to do; `None` if it may succeed.
    fn lasting(&self, error: &Error) -> Option<String> {
        match error {
            Error::Io(error) if is_unknown_host(error) => {
                Some("there is no host of this name; check the URL".into())
            }
            Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                let why = "nothing answers at this port; check the URL, or start the server";
                (!self.has_answered.get()).then(|| why.into())
            }
            Error::Io(error) => {
                let cause = error.get_ref()?.downcast_ref::<rustls::Error>()?;
                explain_tls(cause)
            }
            Error::Timeout(_) | Error::ConnectionFailed => None,
            Error::Protocol(error) => Some(format!(
                "the answer is not HTTP ({error}); check the URL, also whether it begins with http: or https:"
            )),
            error => Some(error.to_string()),
        }
    }

    /// Errors: every other request would have this answer as well.
    fn usable(&self, answer: ApiAnswer, headers: &HeaderMap) -> Result<ApiAnswer> {
        let url = &self.url;
        match answer.status {
            300..=399 => {
                let target = headers
                    .get(header::LOCATION)
                    .and_then(|target| target.to_str().ok());
                bail!(
                    "{url} redirects to {}; name that server",
                    scalar(target.unwrap_or("nowhere"))
                )
            }
            401 => bail!(
                "{url} does not accept the key: {}; check that it is a personal API key of this server",
                answer.describe().trim_end_matches('.')
            ),
            403 => match answer.missing_scope() {
                Some(scope) => bail!("the key lacks the scope {scope} at {url}; add it to the key"),
                None => bail!("{url} refuses: {}", answer.describe()),
            },
            200..204 if answer.body.is_null() => {
                bail!("{url} does not respond in JSON; is it the address of an API?")
            }
            _ => Ok(answer),
        }
    }

    /// Reads all pages of the list at `path`, `query` first.
    ///
    /// A page that begins where the last ended lacks what has moved to an earlier one meanwhile. So the whole is read again
    /// if less was found than the server has counted.
    pub fn list(&self, path: &str, query: &str) -> Result<Vec<Value>> {
        for _ in 0..3 {
            let (found, count) = self.read_pages(path, query)?;
            let ids: HashSet<_> = found.iter().map(|item| item["id"].to_string()).collect();
            if ids.len() as u64 >= count {
                return Ok(found);
            }
        }
        bail!(
            "{}{path} changes while it is read; try again when it does not",
            self.url
        )
    }

    fn read_pages(&self, path: &str, query: &str) -> Result<(Vec<Value>, u64)> {
        let mut found = Vec::new();
        let mut query = query.to_owned();
        loop {
            let mut answer = self.send("GET", &format!("{path}?{query}"), None)?;
            match answer.status {
                200 => {}
                404 => bail!(
                    "{}{path}: {}; check the URL and --project",
                    self.url,
                    answer.describe().trim_end_matches('.')
                ),
                _ => bail!("{}{path}: {}", self.url, answer.describe()),
            }
            let body = &mut answer.body;
            let (Value::Array(results), Some(count)) =
                (body["results"].take(), body["count"].as_u64())
            else {
                bail!(
                    "{}{path} is not a list; is this the address of an API?",
                    self.url
                );
            };
            if body["count_is_capped"] == true {
                bail!("{}{path} has more definitions than it lists", self.url);
            }
            let is_empty = results.is_empty();
            found.extend(results);
            // Only the query counts: behind a proxy, a server may not know its own address, and no other one gets the key.
            let next = body["next"].as_str().and_then(|next| next.split_once('?'));
            match next {
                Some((_, next)) if !is_empty && next != query => query = next.to_owned(),
                Some(_) => bail!("{}{path} has a page that leads nowhere", self.url),
                None => return Ok((found, count)),
            }
        }
    }
}

impl ApiAnswer {
    /// The status, and what the server says about it.
    pub fn describe(&self) -> String {
        match self.body["detail"].as_str() {
            Some(detail) => format!("{}: {}", self.status, scalar(detail)),
            None => self.status.to_string(),
        }
    }

    /// The scope that the key lacks (`property-definitions.md` 1).
    fn missing_scope(&self) -> Option<String> {
        let detail = self.body["detail"].as_str()?;
        let (_, scope) = detail.split_once("missing required scope '")?;
        Some(scalar(scope.split('\'').next()?))
    }
}

/// Whether the resolver says that there is no such host. That it cannot say so now is another error of it; the words are those
/// of glibc and of musl, since the number is not passed on.
fn is_unknown_host(error: &io::Error) -> bool {
    let text = error.to_string();
    text.starts_with("failed to lookup address information: ")
        && !text.contains("emporary failure")
        && !text.ends_with("Try again")
}

/// Why TLS with the server fails each time, and what to do; `None` if it may succeed.
fn explain_tls(error: &rustls::Error) -> Option<String> {
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    Some(match error {
        InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is by an issuer that this system does not trust; name the issuer's certificate in SSL_CERT_FILE".into()
        }
        InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired; renew it, or set the clock of this machine".into()
        }
        InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name; use that in the URL".into(),
        InvalidCertificate(error) => format!("its certificate cannot be used: {error}"),
        InvalidMessage(_) => "it does not speak TLS there; check the port, or write http:".into(),
        rustls::Error::General(_) => return None,
        error => format!("no TLS with it: {error}"),
    })
}

/// The certificates that the system trusts, or `SSL_CERT_FILE` names; without any, as in an empty container, Mozilla's.
fn roots() -> Result<RootCerts> {
    let found = rustls_native_certs::load_native_certs();
    if let Some(path) = env::var_os("SSL_CERT_FILE") {
        let path = Path::new(&path).display();
        match found.errors.first() {
            Some(error) => bail!("SSL_CERT_FILE {path}: {error}"),
            None if found.certs.is_empty() => {
                bail!("SSL_CERT_FILE {path}: no certificate in it; name a PEM file")
            }
            None => {}
        }
    }
    Ok(match found.certs.is_empty() {
        true => RootCerts::WebPki,
        false => (found.certs.iter())
            .map(|found| Certificate::from_der(found).to_owned())
            .into(),
    })
}
