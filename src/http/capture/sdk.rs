//! Other endpoints of SDKs: feature flags, remote configuration, and features that hoglet does not have. The responses are
//! the minimum that SDKs accept (`ingestion.md` 3).

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{decode, welcome};
use crate::{
    domain::{capture, projects},
    http::{Request, Response, State, error::Result},
    model::{ProjectId, ProjectSettings, uuid_v7},
};

/// 200 without flags; with `config=true` also with the fields of [`config`].
pub fn flags(state: &State, request: &Request) -> Result<Response> {
    welcome(state, request, || token(request).into())?;
    let mut view = json!({
        "flags": {},
        "errorsWhileComputingFlags": false,
        "requestId": uuid_v7(),
    });
    if request.parameter("config") == Some("true")
        && let (Some(view), Value::Object(config)) =
            (view.as_object_mut(), configuration(state, &token(request))?)
    {
        view.extend(config);
    }
    Ok(Response::ok(&view))
}

/// 200: the same for older SDKs, with the compressions that they may use.
pub fn decide(state: &State, request: &Request) -> Result<Response> {
    let token = token(request);
    welcome(state, request, || (&token).into())?;
    let settings = projects::settings(&state.store, &token)?;
    Ok(Response::ok(&json!({
        "config": {"enable_collect_everything": true},
        "toolbarParams": {},
        "isAuthenticated": false,
        "supportedCompression": ["gzip", "gzip-js"],
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": false,
        "sessionRecording": recording(&settings),
        "siteApps": [],
    })))
}

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

/// 200 with what a server SDK needs for local evaluation: no flags, and the project's group types.
pub fn definitions(state: &State, project: ProjectId, _: &Request) -> Result<Response> {
    let group_types = capture::group_types(&state.store, project)?;
    let group_types: Map<_, _> = group_types
        .into_iter()
        .map(|(group_type, index)| (index.to_string(), group_type.into()))
        .collect();
    Ok(Response::ok(
        &json!({"flags": [], "group_type_mapping": group_types, "cohorts": {}}),
    ))
}

/// 404 without a body, as for every flag that a project lacks.
pub fn remote_config(_: &State, _: ProjectId, _: &Request) -> Result<Response> {
    Ok(Response::empty(StatusCode::NOT_FOUND))
}

/// The remote configuration for the project with this token; an unknown token has that of a new project.
fn configuration(state: &State, token: &str) -> Result<Value> {
    let settings = projects::settings(&state.store, token)?;
    let captures_exceptions = settings.autocapture_exceptions_opt_in == Some(true);
    Ok(json!({
        "token": token,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": false,
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
fn recording(settings: &ProjectSettings) -> Value {
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

/// The token in a request for flags; empty if there is none.
fn token(request: &Request) -> String {
    #[derive(Default, Deserialize)]
    struct Sent {
        #[serde(alias = "api_key")]
        token: String,
    }
    let data = decode::data(request).ok();
    let sent = data.and_then(|data| serde_json::from_slice::<Sent>(&data).ok());
    sent.unwrap_or_default().token
}
