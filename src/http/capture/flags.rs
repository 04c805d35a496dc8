//! What SDKs ask of feature flags (`feature-flags.md` 3): values for a person, or definitions to evaluate themselves.

use std::collections::BTreeMap;

use actix_web::http::{StatusCode, header::ETAG};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    decode,
    sdk::{configuration, recording},
    welcome,
};
use crate::{
    assets,
    domain::{
        feature_flags::{self, EvaluatedFlag, FlagAnswer, FlagQuestion, Reason},
        projects,
    },
    http::{Request, Response, State, coding, error::Result},
    model::{
        FeatureFlag, FeatureFlagId, FlagValue, JsonText, ProjectId, parse_json, uuid_v7, weigh_json,
    },
};

/// A flag with its value.
#[derive(Serialize)]
struct FlagValueView<'f> {
    key: &'f str,
    enabled: bool,
    variant: Option<&'f str>,
    reason: ReasonView,
    metadata: MetadataView<'f>,
}

#[derive(Serialize)]
struct ReasonView {
    code: &'static str,
    /// From 0.
    condition_index: Option<usize>,
    description: String,
}

#[derive(Serialize)]
struct MetadataView<'f> {
    id: FeatureFlagId,
    version: i64,
    description: &'f str,
    payload: Option<&'f str>,
}

/// A flag as SDKs evaluate it themselves.
#[derive(Serialize)]
struct DefinitionView<'f> {
    id: FeatureFlagId,
    team_id: ProjectId,
    name: &'f str,
    key: &'f str,
    filters: &'f JsonText,
    deleted: bool,
    active: bool,
    ensure_experience_continuity: bool,
    version: i64,
}

#[derive(Serialize)]
struct DefinitionsView<'f> {
    flags: Vec<DefinitionView<'f>>,
    group_type_mapping: BTreeMap<u8, &'f str>,
    cohorts: Map<String, Value>,
}

impl<'f> FlagValueView<'f> {
    fn new(evaluated: &'f EvaluatedFlag) -> Self {
        let EvaluatedFlag {
            flag,
            outcome,
            payload,
        } = evaluated;
        FlagValueView {
            key: &flag.key,
            enabled: outcome.value.is_on(),
            variant: outcome.value.variant(),
            reason: ReasonView::new(outcome.reason),
            metadata: MetadataView {
                id: flag.id,
                version: flag.version,
                description: &flag.name,
                payload: payload.as_deref(),
            },
        }
    }
}

impl ReasonView {
    fn new(reason: Reason) -> Self {
        let (code, condition_index, description) = match reason {
            Reason::Matched(index) => {
                let description = format!("Matched condition set {}", index + 1);
                ("condition_match", Some(index), description)
            }
            Reason::OutOfRollout(index) => (
                "out_of_rollout_bound",
                Some(index),
                "Out of rollout bound".into(),
            ),
            Reason::NoMatch => (
                "no_condition_match",
                None,
                "No matching condition set".into(),
            ),
            Reason::NoGroup => ("no_group_type", None, "No group type".into()),
            Reason::Inactive => ("flag_disabled", None, "Feature flag is disabled".into()),
            Reason::Overridden => ("override", None, "Set for this distinct id".into()),
            Reason::Unsupported(what) => (
                "not_supported",
                None,
                format!("hoglet does not evaluate {what}"),
            ),
        };
        ReasonView {
            code,
            condition_index,
            description,
        }
    }
}

impl<'f> DefinitionView<'f> {
    fn new(flag: &'f FeatureFlag, project: ProjectId) -> Self {
        DefinitionView {
            id: flag.id,
            team_id: project,
            name: &flag.name,
            key: &flag.key,
            filters: &flag.filters,
            deleted: false,
            active: flag.active,
            ensure_experience_continuity: false,
            version: flag.version,
        }
    }
}

/// 200 with the values of the project's flags: with `v=2` or more in detail, else for older SDKs. With `config=true` also with
/// the fields of the remote configuration.
pub fn flags(state: &State, request: &Request) -> Result<Response> {
    let (token, answer) = answer(state, request)?;
    let mut view = Map::new();
    match version(request) {
        0 | 1 if answer.has_flags => {
            view.insert("featureFlags".into(), values(&answer, |_| true).into());
            view.insert("featureFlagPayloads".into(), payloads(&answer).into());
        }
        _ => drop(view.insert("flags".into(), in_detail(&answer))),
    }
    view.insert("errorsWhileComputingFlags".into(), answer.has_failed.into());
    view.insert("requestId".into(), uuid_v7().to_string().into());
    if request.parameter("config") == Some("true")
        && let Value::Object(config) = configuration(state, &token)?
    {
        view.extend(config);
    }
    Ok(Response::ok(&view))
}

/// 200: the same for older SDKs, with the compressions that they may use.
pub fn decide(state: &State, request: &Request) -> Result<Response> {
    let (token, answer) = answer(state, request)?;
    let settings = projects::settings(&state.store, &token)?;
    let is_on = |value: &FlagValue| value.is_on();
    let mut view = json!({
        "config": {"enable_collect_everything": true},
        "toolbarParams": {},
        "isAuthenticated": false,
        "supportedCompression": ["gzip", "gzip-js"],
        "featureFlags": match version(request) {
            0 | 1 if answer.has_flags => {
                Value::from_iter(values(&answer, is_on).into_iter().map(|(key, _)| key))
            }
            2 => values(&answer, is_on).into(),
            _ => values(&answer, |_| true).into(),
        },
        "featureFlagPayloads": payloads(&answer),
        "errorsWhileComputingFlags": answer.has_failed,
        "sessionRecording": recording(&settings),
        "siteApps": [],
    });
    if version(request) >= 4 && answer.has_flags {
        view["flags"] = in_detail(&answer);
    }
    Ok(Response::ok(&view))
}

/// 200 with the definitions of flags, for SDKs with a key; 304 for one that has them.
pub fn definitions(state: &State, project: ProjectId, request: &Request) -> Result<Response> {
    let definitions = feature_flags::definitions(&state.store, project)?;
    let flags: Vec<_> = (definitions.flags.iter())
        .map(|flag| DefinitionView::new(flag, project))
        .collect();
    let group_types = definitions.group_types.iter();
    let view = DefinitionsView {
        flags,
        group_type_mapping: group_types.map(|(name, index)| (*index, &**name)).collect(),
        cohorts: Map::new(),
    };
    let text = JsonText::new(&view);
    let tag = format!("\"{}\"", assets::tag(text.as_str().as_bytes()));
    let response = match coding::knows(&request.headers, &tag) {
        true => Response::empty(StatusCode::NOT_MODIFIED),
        false => Response::ok(&text),
    };
    Ok(response.header(ETAG, tag))
}

/// 200 with the payload of a flag, a text of JSON. 404 without a body for a flag that the project lacks, and for one without a
/// payload.
pub fn remote_config(state: &State, project: ProjectId, request: &Request) -> Result<Response> {
    let payload = feature_flags::remote_config(&state.store, project, request.segment("key"))?;
    Ok(match payload {
        Some(payload) => Response::ok(&payload),
        None => Response::empty(StatusCode::NOT_FOUND),
    })
}

/// The `v` of a request; 0 without one.
fn version(request: &Request) -> u32 {
    let version = request.parameter("v").and_then(|text| text.parse().ok());
    version.unwrap_or(0)
}

/// The token that the request has, and the flags of its project.
fn answer(state: &State, request: &Request) -> Result<(String, FlagAnswer)> {
    #[derive(Default, Deserialize)]
    struct Sent {
        token: Option<String>,
        api_key: Option<String>,
    }
    let data = decode::data(request).ok();
    let data = data.as_deref().unwrap_or_default();
    let Sent { token, api_key } = serde_json::from_slice(data).unwrap_or_default();
    let token = token.or(api_key).unwrap_or_default();
    welcome(state, request, || (&*token).into())?;
    let question = || -> Result<_> {
        let Ok(weight) = weigh_json(data) else {
            return Ok(None); // more values than are read
        };
        request.charge(weight)?;
        Ok(parse_json(data)
            .ok()
            .and_then(|body| FlagQuestion::read(&body)))
    };
    let answer = feature_flags::evaluate(&state.store, &token, request.now, question)?;
    Ok((token, answer))
}

fn in_detail(answer: &FlagAnswer) -> Value {
    let flags = answer.evaluated.iter();
    let view = |evaluated| json!(FlagValueView::new(evaluated));
    let flags = flags.map(|evaluated| (evaluated.flag.key.clone(), view(evaluated)));
    Value::Object(flags.collect())
}

/// The values of those flags that are `wanted`.
fn values(answer: &FlagAnswer, wanted: fn(&FlagValue) -> bool) -> Map<String, Value> {
    let flags = answer.evaluated.iter();
    let flags = flags.filter(|evaluated| wanted(&evaluated.outcome.value));
    let pair = |one: &EvaluatedFlag| (one.flag.key.clone(), json!(one.outcome.value));
    flags.map(pair).collect()
}

fn payloads(answer: &FlagAnswer) -> Map<String, Value> {
    let flags = answer.evaluated.iter();
    let pair = |one: &EvaluatedFlag| Some((one.flag.key.clone(), one.payload.clone()?.into()));
    flags.filter_map(pair).collect()
}
