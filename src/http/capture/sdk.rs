//! Other endpoints of SDKs: feature flags, remote configuration, and features that hoglet does not have. The responses are
//! the minimum that SDKs accept (`ingestion.md` 3).

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::decode;
use crate::{
    domain::capture,
    http::{Request, Response, State, error::Result},
    model::ProjectId,
};

/// 200 without flags; with `config=true` also with the fields of [`config`].
pub fn flags(_: &State, request: &Request) -> Result<Response> {
    let mut view = json!({
        "flags": {},
        "errorsWhileComputingFlags": false,
        "requestId": uuid::Uuid::now_v7(),
    });
    if request.parameter("config") == Some("true")
        && let (Some(view), Value::Object(config)) =
            (view.as_object_mut(), configuration(&token(request)))
    {
        view.extend(config);
    }
    Ok(Response::ok(&view))
}

/// 200: the same for older SDKs, with the compressions that they may use.
pub fn decide(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::ok(&json!({
        "config": {"enable_collect_everything": true},
        "toolbarParams": {},
        "isAuthenticated": false,
        "supportedCompression": ["gzip", "gzip-js"],
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": false,
        "sessionRecording": false,
        "siteApps": [],
    })))
}

/// 200 with the remote configuration of the browser SDK.
pub fn config(_: &State, request: &Request) -> Result<Response> {
    Ok(Response::ok(&configuration(request.segment("token"))))
}

/// 200 with the same as a script. 404 for text that is not a token: it would be run as code.
pub fn config_script(_: &State, request: &Request) -> Result<Response> {
    let token = request.segment("token");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !token.bytes().all(is_plain) {
        let kind = "text/plain; charset=utf-8";
        return Ok(Response::typed(StatusCode::NOT_FOUND, kind, "Not found\n"));
    }
    let config = configuration(token);
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

pub fn surveys(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::ok(&json!({"surveys": []})))
}

pub fn early_access_features(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::ok(&json!({"earlyAccessFeatures": []})))
}

pub fn web_experiments(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::ok(&json!({"experiments": []})))
}

pub fn product_tours(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::ok(&json!({})))
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

fn configuration(token: &str) -> Value {
    json!({
        "token": token,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": false,
        "captureDeadClicks": false,
        "capturePerformance": false,
        "autocapture_opt_out": false,
        "autocaptureExceptions": false,
        "analytics": {"endpoint": "/i/v0/e/"},
        "elementsChainAsString": true,
        "errorTracking": {"autocaptureExceptions": false, "suppressionRules": []},
        "sessionRecording": false,
        "heatmaps": false,
        "surveys": false,
        "defaultIdentifiedOnly": true,
        "siteApps": [],
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
