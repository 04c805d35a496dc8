//! Other endpoints of SDKs: remote configuration, and features that hoglet does not have. The responses are the minimum that
//! SDKs accept (`ingestion.md` 3).

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::welcome;
use crate::{
    domain::{feature_flags, projects},
    http::{Request, Response, State, error::Result},
    model::ProjectSettings,
};

/// 200 with the remote configuration of the browser SDK.
pub fn config(state: &State, request: &Request) -> Result<Response> {
    let token = request.segment("token");
    welcome(state, request, || token.into())?;
    Ok(Response::ok(&configuration(state, token)?))
}

/// 200 with the same as a script. 404 for text that is not a token: it would be run as code.
pub fn config_script(state: &State, request: &Request) -> Result<Response> {
    let token = request.segment("token");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !token.bytes().all(is_plain) {
        return Ok(Response::not_found());
    }
    welcome(state, request, || token.into())?;
    let config = configuration(state, token)?;
    let script = format!(
        "(function() {{\n  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {{}};\n  \
         window._POSTHOG_REMOTE_CONFIG['{token}'] = {{ config: {config}, siteApps: [] }}\n}})();\n"
    );
    Ok(Response::typed(
        StatusCode::OK,
        "application/javascript",
        script,
    ))
}

pub fn surveys(state: &State, request: &Request) -> Result<Response> {
    welcome_query(state, request)?;
    Ok(Response::ok(&json!({"surveys": []})))
}

pub fn early_access_features(state: &State, request: &Request) -> Result<Response> {
    welcome_query(state, request)?;
    Ok(Response::ok(&json!({"earlyAccessFeatures": []})))
}

pub fn web_experiments(state: &State, request: &Request) -> Result<Response> {
    welcome_query(state, request)?;
    Ok(Response::ok(&json!({"experiments": []})))
}

pub fn product_tours(state: &State, request: &Request) -> Result<Response> {
    welcome_query(state, request)?;
    Ok(Response::ok(&json!({})))
}

/// The same as [`welcome`] for the token in the query string.
fn welcome_query(state: &State, request: &Request) -> Result<()> {
    let token = request.parameter("token").unwrap_or_default();
    Ok(welcome(state, request, || token.into())?)
}

/// The remote configuration for the project with this token; an unknown token has that of a new project.
pub fn configuration(state: &State, token: &str) -> Result<Value> {
    let settings = projects::settings(&state.store, token)?;
    let captures_exceptions = settings.autocapture_exceptions_opt_in == Some(true);
    Ok(json!({
        "token": token,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": feature_flags::any(&state.store, token)?,
        "captureDeadClicks": false,
        "capturePerformance": false,
        "autocapture_opt_out": settings.autocapture_opt_out == Some(true),
        "autocaptureExceptions": captures_exceptions,
        "analytics": {"endpoint": "/i/v0/e/"},
        "elementsChainAsString": true,
        "errorTracking": {"autocaptureExceptions": captures_exceptions, "suppressionRules": []},
        "sessionRecording": recording(&settings),
        "heatmaps": settings.heatmaps_opt_in == Some(true),
        "surveys": false,
        "defaultIdentifiedOnly": true,
        "siteApps": [],
    }))
}

/// How the browser SDK records sessions, or `false`. Without a `scriptConfig` each of its versions loads its own recorder.
pub fn recording(settings: &ProjectSettings) -> Value {
    if !settings.session_recording_opt_in {
        return false.into();
    }
    json!({
        "endpoint": "/s/",
        "consoleLogRecordingEnabled": true,
        "recorderVersion": "v2",
        "sampleRate": null,
        "minimumDurationMilliseconds": null,
        "linkedFlag": null,
        "networkPayloadCapture": null,
        "masking": null,
        "urlTriggers": [],
        "urlBlocklist": [],
        "eventTriggers": [],
        "triggerMatchType": null,
        "scriptConfig": null,
    })
}
