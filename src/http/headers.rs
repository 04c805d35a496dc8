//! The headers of every response (`http-conventions.md` 2.4, 2.8, 5.3, 5.4).

use std::borrow::Cow;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};

use percent_encoding::utf8_percent_encode;

use super::{
    request::PATH,
    response::Framable,
    router::{Match, ResolvedPath},
    routes::{Family, Formats},
};
use crate::model::Secret;

/// Headers that a browser may send to us from a page of another origin.
const CORS_HEADERS: &str = "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with, traceparent, \
request-id, request-context, x-amzn-trace-id, x-cloud-trace-context, Sentry-Trace, Baggage, x-highlight-request, \
x-datadome-clientid, x-datadog-origin, x-datadog-trace-id, x-datadog-parent-id, x-datadog-sampling-priority, x-datadog-tags, \
x-posthog-token, x-conversations-token, x-b3-sampled, x-b3-spanid, x-b3-traceid, x-b3-parentspanid, b3";

/// Values that most responses have. They are constants so that the compiler checks them, and not each response.
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const SAME_ORIGIN_FRAMES: HeaderValue = HeaderValue::from_static("SAMEORIGIN");
const NOTHING_ELSE: HeaderValue = HeaderValue::from_static("default-src 'none'");
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
const VARY_FORMATS: HeaderValue = HeaderValue::from_static("Accept, origin, Cookie");
const VARY_API: HeaderValue = HeaderValue::from_static("origin, Cookie");
const VARY_PAGES: HeaderValue = HeaderValue::from_static("Cookie");

/// The prefixes of public pages; a token follows.
pub const SHARES: [&str; 3] = ["/shared/", "/embedded/", "/shared_dashboard/"];

/// Where the API begins.
const API: &str = "/api/";

/// Parameters that hold a credential.
const CREDENTIALS: [&str; 2] = ["personal_api_key", "sharing_access_token"];

/// Whether `path` belongs to the API, routed or not: `/apifoo` does, `/api` does not.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api") && path.len() > "/api".len()
}

/// `path` for the log: the token of a public page is a credential, so it is masked.
pub fn loggable(path: &str) -> Cow<'_, str> {
    let prefix = SHARES.iter().find(|prefix| path.starts_with(**prefix));
    let Some(prefix) = prefix else {
        return Cow::Borrowed(path);
    };
    let rest = Secret::new(&path[prefix.len()..]);
    Cow::Owned(format!("{prefix}{}", rest.mask()))
}

/// Whether `request` is a CORS preflight, which is answered alike for all paths below `/api/`.
pub fn is_preflight(request: &HttpRequest) -> bool {
    let asks = request
        .headers()
        .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    request.method() == Method::OPTIONS && asks && request.path().starts_with("/api/")
}

/// Adds the headers of every response to `response`. What it says in `Vary` comes after what every response says there.
pub fn add(response: &mut HttpResponse, request: &HttpRequest, resolved: &ResolvedPath) {
    let own = response.headers_mut().remove(header::VARY).next();
    match resolved.is_of(Family::Sdk) {
        true => add_for_sdks(response, request),
        false => add_for_others(response, request, resolved),
    }
    if let Some(own) = own {
        let names = [response.headers().get(header::VARY), Some(&own)];
        let names = names.into_iter().flatten();
        let names: Vec<_> = names.filter_map(|names| names.to_str().ok()).collect();
        if let Ok(names) = HeaderValue::from_str(&names.join(", ")) {
            response.headers_mut().insert(header::VARY, names);
        }
    }
}

fn add_for_others(response: &mut HttpResponse, request: &HttpRequest, resolved: &ResolvedPath) {
    let is_api = is_api(&resolved.path);
    add_protection(response, resolved, is_preflight(request));
    let is_refused = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    if is_refused || !is_preflight(request) && (is_api || resolved.is_of(Family::Share)) {
        let methods = allow(&resolved.found);
        response.headers_mut().insert(header::ALLOW, methods);
    }
    if response.status() != StatusCode::NO_CONTENT {
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    }
    if resolved.path.starts_with(API) {
        add_cors(response, request);
    } else if resolved.is_for_sdks() && resolved.route().is_none() {
        add_for_sdks(response, request); // so that a browser reports the 404, and not that it may not read it
    }
    if resolved.is_alias && resolved.nearest().is_some() {
        add_deprecation(response, request, &resolved.path);
    }
}

fn set(response: &mut HttpResponse, name: HeaderName, value: &'static str) {
    let value = HeaderValue::from_static(value);
    response.headers_mut().insert(name, value);
}

/// Adds the headers that make browsers refuse things, unless the response has its own, and `Vary`.
fn add_protection(response: &mut HttpResponse, resolved: &ResolvedPath, is_preflight: bool) {
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, SAME_ORIGIN);
    headers.insert(header::CROSS_ORIGIN_OPENER_POLICY, SAME_ORIGIN);
    if is_preflight {
        return set(response, header::VARY, "origin");
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING_ELSE);
    }
    if ["/_livez", "/_readyz"].contains(&&*resolved.path) {
        return;
    }
    let may_be_framed = response.extensions().get::<Framable>().is_some();
    let headers = response.headers_mut();
    if !may_be_framed && !headers.contains_key(header::X_FRAME_OPTIONS) {
        headers.insert(header::X_FRAME_OPTIONS, SAME_ORIGIN_FRAMES);
    }
    let has_formats = resolved
        .nearest()
        .is_some_and(|route| route.formats != Formats::Json);
    let vary = match resolved.path.starts_with(API) {
        true if has_formats => VARY_FORMATS,
        true => VARY_API,
        false => VARY_PAGES,
    };
    headers.insert(header::VARY, vary);
}

/// Adds that this path is the older name of `path`.
fn add_deprecation(response: &mut HttpResponse, request: &HttpRequest, path: &str) {
    let query = match without_credentials(request.query_string()) {
        query if query.is_empty() => query,
        query => format!("?{query}"),
    };
    let path = utf8_percent_encode(path, PATH);
    let link = format!("<{path}{query}>; rel=\"successor-version\"");
    set(response, HeaderName::from_static("deprecation"), "true");
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}

/// The query string without the parameters that hold a credential: a `Link` header is kept in more places than a key should be.
fn without_credentials(query: &str) -> String {
    let is_credential = |pair: &&str| {
        form_urlencoded::parse(pair.as_bytes())
            .any(|(name, _)| CREDENTIALS.contains(&name.as_ref()))
    };
    let kept: Vec<_> = query
        .split('&')
        .filter(|pair| !is_credential(pair))
        .collect();
    kept.join("&")
}

/// Adds the headers of responses to SDKs (`ingestion.md` 1.6): any page may send events.
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
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            fixed(is_asking, "GET,POST,OPTIONS"),
        ),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, asked),
        (header::VARY, fixed(true, vary)),
        (header::ALLOW, fixed(is_refused, "POST,GET,HEAD,OPTIONS")),
        (header::X_CONTENT_TYPE_OPTIONS, fixed(!is_asking, "nosniff")),
    ] {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Opens the response to every origin: any page may send requests with a key, and browsers send no cookies with them.
fn add_cors(response: &mut HttpResponse, request: &HttpRequest) {
    if !request.headers().contains_key(header::ORIGIN) {
        return;
    }
    set(response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if request.method() == Method::OPTIONS {
        let methods = "DELETE, GET, OPTIONS, PATCH, POST, PUT";
        set(response, header::ACCESS_CONTROL_ALLOW_HEADERS, CORS_HEADERS);
        set(response, header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        set(response, header::ACCESS_CONTROL_MAX_AGE, "86400");
    }
}

/// The methods of a path.
fn allow(found: &Match) -> HeaderValue {
    match found {
        Match::Route(route, _) | Match::Suffixed(route) => route.allow(),
        Match::Root => HeaderValue::from_static("GET, HEAD, OPTIONS"),
        Match::Unknown => HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    }
}
