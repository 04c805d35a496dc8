//! A request and its answer.

use serde_json::{Value, json};
use ureq::http::HeaderMap;

/// A request on its way.
pub struct Ask {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    /// A request to `url` with nothing in it yet.
    pub fn new(method: &str, url: String) -> Ask {
        Ask {
            method: method.into(),
            url,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Shows `key` in the `Authorization` header.
    pub fn key(self, key: &str) -> Ask {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A JSON body.
    pub fn json(self, body: Value) -> Ask {
        self.body("application/json", body.to_string())
    }

    /// A form-encoded body.
    pub fn form(self, body: &str) -> Ask {
        self.body("application/x-www-form-urlencoded", body)
    }

    /// A body of any type; an empty `kind` sends no `Content-Type`.
    pub fn body(mut self, kind: &str, body: impl AsRef<[u8]>) -> Ask {
        self.body = body.as_ref().to_vec();
        if kind.is_empty() {
            self
        } else {
            self.header("content-type", kind)
        }
    }

    /// Sends it and reads the whole answer.
    pub fn send(self) -> Answer {
        self.try_send().unwrap()
    }

    /// The same where no answer may come, as from a server that is killed meanwhile.
    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .build()
            .into();
        let bodiless = matches!(&*self.method, "GET" | "DELETE" | "HEAD" | "OPTIONS");
        let mut response = if bodiless && !self.body.is_empty() {
            // Only these builders send a body with a method that seldom has one.
            let start = if self.method == "GET" {
                agent.get(&self.url)
            } else {
                agent.delete(&self.url)
            };
            let add = |request: ureq::RequestBuilder<_>, (name, value): &(String, String)| {
                request.header(name, value)
            };
            self.headers
                .iter()
                .fold(start, add)
                .force_send_body()
                .send(&self.body[..])?
        } else {
            let mut request = ureq::http::Request::builder()
                .method(&*self.method)
                .uri(&self.url);
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
            match bodiless {
                true => agent.run(request.body(()).unwrap())?,
                false => agent.run(request.body(self.body).unwrap())?,
            }
        };
        let text = response
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_string()?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        })
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The text read as JSON; null when it is none.
    pub body: Value,
}

impl Answer {
    /// The header `name`; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Checks the status and hands on the body.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Checks the status and the error envelope, to the byte: `kind` is the envelope's `type`.
    #[track_caller]
    pub fn error(
        &self,
        status: u16,
        kind: &str,
        code: &str,
        detail: &str,
        attr: impl Into<Option<&'static str>>,
    ) {
        let envelope = json!({"type": kind, "code": code, "detail": detail, "attr": attr.into()});
        assert_eq!(
            (self.status, self.text.as_str()),
            (status, envelope.to_string().as_str())
        );
    }

    /// 400 `validation_error`.
    #[track_caller]
    pub fn invalid(&self, code: &str, detail: &str, attr: impl Into<Option<&'static str>>) {
        self.error(400, "validation_error", code, detail, attr);
    }

    /// 403 `permission_denied`.
    #[track_caller]
    pub fn denied(&self, detail: &str) {
        self.error(
            403,
            "authentication_error",
            "permission_denied",
            detail,
            None,
        );
    }

    /// 404 with `detail`.
    #[track_caller]
    pub fn not_found(&self, detail: &str) {
        self.error(404, "invalid_request", "not_found", detail, None);
    }
}
