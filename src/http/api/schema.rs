//! The OpenAPI document of this server, as JSON and as YAML (`http-conventions.md` 9).

use std::sync::OnceLock;

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use serde_json::{Map, Value};

use crate::{
    assets::{self, Document},
    domain::Error,
    http::{
        Request, Response, State, coding,
        error::{Refusal, Result},
    },
};

/// The document without [`TWINS`]. A test checks that it has exactly the routes of the route table.
const DOCUMENT: &str = "openapi.json";

/// The resources of a project whose operations the published document lists under `/api/environments/` too
/// (`schemas.md` 2).
const TWINS: [&str; 5] = [
    "dashboards",
    "events",
    "insights",
    "project_secret_api_keys",
    "session_recordings",
];

const OF_PROJECT: &str = "/api/projects/{project_id}/";
const OF_ENVIRONMENT: &str = "/api/environments/{environment_id}/";

/// The media types of the document, and whether they are YAML; the first that the client accepts is sent.
const KINDS: [(&str, bool); 4] = [
    ("application/vnd.oai.openapi", true),
    ("application/yaml", true),
    ("application/vnd.oai.openapi+json", false),
    ("application/json", false),
];

/// 200 with the document. Unlike all other paths of the API, this one must end in a slash.
pub fn show(_: &State, request: &Request) -> Result<Response> {
    if !request.path.ends_with('/') {
        return Err(Error::NotFound("Endpoint not found.").into());
    }
    let wanted = match request.parameter("format") {
        None | Some("") => None,
        Some("yaml") => Some(true),
        Some("json") => Some(false),
        Some(_) => return Err(Error::NOT_FOUND.into()),
    };
    let accept = request.header(&ACCEPT).unwrap_or("*/*");
    let kinds = KINDS
        .into_iter()
        .filter(|(_, is_yaml)| wanted.is_none_or(|wanted| wanted == *is_yaml));
    let (kind, is_yaml) = best(kinds.collect(), accept).ok_or(Refusal::NotAcceptable)?;
    let (kind, suffix, text) = match is_yaml {
        true => (format!("{kind}; charset=utf-8"), "yaml", yaml()),
        false => (kind.to_owned(), "json", json()),
    };
    let disposition = format!("inline; filename=\"schema.{suffix}\"");
    let response = coding::document(kind, text, &request.headers);
    Ok(response.header(CONTENT_DISPOSITION, disposition))
}

/// The first of `kinds` that `accept` names; if it names none, the first if `accept` has a wildcard that includes it.
fn best(kinds: Vec<(&'static str, bool)>, accept: &str) -> Option<(&'static str, bool)> {
    let ranges = accept
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    let ranges: Vec<_> = ranges.map(str::to_ascii_lowercase).collect();
    let takes = |range: &str| ranges.iter().any(|asked| asked == range);
    let exact = kinds.iter().find(|(kind, _)| takes(kind));
    let any = (takes("application/*") || takes("*/*"))
        .then(|| kinds.first())
        .flatten();
    exact.or(any).copied()
}

fn yaml() -> &'static Document {
    static YAML: OnceLock<&Document> = OnceLock::new();
    YAML.get_or_init(|| {
        let yaml = serde_saphyr::to_string(&document());
        Document::new(yaml.expect("YAML has all values of JSON").into_bytes())
    })
}

fn json() -> &'static Document {
    static JSON: OnceLock<&Document> = OnceLock::new();
    JSON.get_or_init(|| Document::new(format!("{:#}", document()).into_bytes()))
}

/// The whole document: each operation on a resource of [`TWINS`] comes twice, the second time as deprecated.
fn document() -> Value {
    let mut document: Value =
        serde_json::from_str(assets::text(DOCUMENT)).expect("the document is JSON");
    let paths = document["paths"].as_object_mut().expect("paths");
    let twins: Map<_, _> = paths
        .iter()
        .filter_map(|(path, item)| twin(path, item))
        .collect();
    paths.extend(twins);
    let parameters = document["components"]["parameters"].as_object_mut();
    let parameters = parameters.expect("parameters");
    let mut parameter = parameters["ProjectIdPath"].clone();
    parameter["name"] = "environment_id".into();
    parameters.insert("EnvironmentIdPath".to_owned(), parameter);
    document
}

/// What `item` is under `/api/environments/`, if it is there in the published document.
fn twin(path: &str, item: &Value) -> Option<(String, Value)> {
    let rest = path.strip_prefix(OF_PROJECT)?;
    let resource = rest.split('/').next()?;
    TWINS.contains(&resource).then_some(())?;
    let text = item
        .to_string()
        .replace("/ProjectIdPath", "/EnvironmentIdPath");
    let mut item: Value = serde_json::from_str(&text).expect("it was JSON");
    for operation in item.as_object_mut()?.values_mut() {
        let id = operation["operationId"].as_str()?;
        operation["operationId"] = format!("environments_{id}").into();
        operation["deprecated"] = true.into();
    }
    Some((format!("{OF_ENVIRONMENT}{rest}"), item))
}
