//! The headers that every answer has (`http-conventions.md` 2.4, 2.8, 5.3, 5.4).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};

use super::{
    admission,
    response::Framable,
    router::{Match, Target},
};

/// Headers that a browser may send to us from a page of another origin.
const CORS_HEADERS: &str = "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with, traceparent, \
request-id, request-context, x-amzn-trace-id, x-cloud-trace-context, Sentry-Trace, Baggage, x-highlight-request, \
x-datadome-clientid, x-posthog-token, x-b3-sampled, x-b3-spanid, x-b3-traceid, x-b3-parentspanid, b3";

/// Whether `path` is the API's, be it one of its paths or not: `/apifoo` is, `/api` is not.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api") && path.len() > "/api".len()
}

/// Whether `path` is a public page's.
fn is_share(path: &str) -> bool {
    let prefixes = ["/shared/", "/embedded/", "/shared_dashboard/"];
    prefixes.iter().any(|prefix| path.starts_with(prefix))
}

/// Whether `request` is a browser's question before the real one: answered alike wherever it goes below `/api/`.
pub fn is_preflight(request: &HttpRequest) -> bool {
    let asks = request
        .headers()
        .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    request.method() == Method::OPTIONS && asks && request.path().starts_with("/api/")
}

/// Adds to `response` what every answer has.
pub fn add(response: &mut HttpResponse, request: &HttpRequest, target: &Target) {
    if let Match::Rows(rows, _) = &target.found
        && admission::is_for_sdks(rows)
    {
        return add_for_sdks(response, request);
    }
    let is_api = is_api(&target.path);
    let is_probe = ["/_livez", "/_readyz"].contains(&&*target.path);
    let own_vary = response.headers().get(header::VARY);
    let own_vary = own_vary.and_then(|value| value.to_str().ok());
    let own_vary = own_vary.map_or(String::new(), |name| format!("{name}, "));
    let has = |name: HeaderName| response.headers().contains_key(name);
    let (has_policy, has_frames) = (
        has(header::CONTENT_SECURITY_POLICY),
        has(header::X_FRAME_OPTIONS),
    );
    let is_framable = response.extensions().get::<Framable>().is_some();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    let is_empty = |status: StatusCode| status == StatusCode::NO_CONTENT;
    if is_preflight(request) {
        set(header::VARY, "origin");
    } else {
        set(header::REFERRER_POLICY, "same-origin");
        set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        if !has_policy {
            set(header::CONTENT_SECURITY_POLICY, "default-src 'none'");
        }
        if !is_probe {
            if !has_frames && !is_framable {
                set(header::X_FRAME_OPTIONS, "SAMEORIGIN");
            }
            let vary = if is_api { "origin, Cookie" } else { "Cookie" };
            set(header::VARY, &format!("{own_vary}{vary}"));
        }
    }
    if (is_api || is_share(&target.path)) && !is_preflight(request) {
        set(header::ALLOW, &allow(&target.found));
    }
    if is_api {
        cors(request, &mut set);
    }
    if target.is_alias && !matches!(target.found, Match::Unknown) {
        let query = request.query_string();
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{query}")
        };
        set(HeaderName::from_static("deprecation"), "true");
        set(
            header::LINK,
            &format!("<{}{query}>; rel=\"successor-version\"", target.path),
        );
    }
    if !is_empty(response.status()) && !is_preflight(request) {
        response.headers_mut().insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
    }
}

/// What answers to SDKs have (`ingestion.md` 1.6): any page may send events.
fn add_for_sdks(response: &mut HttpResponse, request: &HttpRequest) {
    let is_asking = request.method() == Method::OPTIONS;
    let is_refused = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let sent = |name| request.headers().get(name).cloned();
    let fixed = |is_set: bool, value| is_set.then(|| HeaderValue::from_static(value));
    let asked = sent(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|_| is_asking);
    let vary = "origin, access-control-request-method, access-control-request-headers";
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, sent(header::ORIGIN)),
        (
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            fixed(true, "true"),
        ),
        (header::VARY, fixed(true, vary)),
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            fixed(is_asking, "GET,POST,OPTIONS"),
        ),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, asked),
        (header::ALLOW, fixed(is_refused, "POST,GET,HEAD,OPTIONS")),
        (header::X_CONTENT_TYPE_OPTIONS, fixed(!is_asking, "nosniff")),
    ] {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Any page may ask with a key: the answer is open to every origin, and no browser sends a cookie along with it.
fn cors(request: &HttpRequest, set: &mut impl FnMut(HeaderName, &str)) {
    if !request.headers().contains_key(header::ORIGIN) {
        return;
    }
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if request.method() == Method::OPTIONS {
        set(header::ACCESS_CONTROL_ALLOW_HEADERS, CORS_HEADERS);
        set(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "DELETE, GET, OPTIONS, PATCH, POST, PUT",
        );
        set(header::ACCESS_CONTROL_MAX_AGE, "86400");
    }
}

/// The methods of a path, in the reference's order; HEAD goes with GET, OPTIONS with everything.
fn allow(found: &Match) -> String {
    let Match::Rows(rows, _) = found else {
        return "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS".into();
    };
    let has = |method: &Method| rows.iter().any(|row| row.method == *method);
    let order = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    let mut names: Vec<_> = order
        .iter()
        .filter(|method| has(method))
        .map(Method::as_str)
        .collect();
    if has(&Method::GET) {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.join(", ")
}
