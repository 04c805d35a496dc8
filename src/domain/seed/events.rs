//! The list `events`: payloads as SDKs send them, captured by the same code.

use super::{
    file::{COMMENT, Item},
    read::invalid,
    work::Work,
};
use crate::{
    domain::{
        Error, Form, Result,
        capture::{self, Clock, Event, Payload, Rejection, Sink},
    },
    model::{CaptureTarget, Json},
    store::projects,
};

/// Where a payload may have a token. In a file it needs none, since it names its project.
const TOKENS: [&str; 3] = ["api_key", "token", "$token"];

/// Captures the events of a payload for the project that it names.
pub fn capture(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "project")?;
    let target = CaptureTarget {
        project,
        cache_epoch: projects::cache_epoch(work.db, project)?,
    };
    let text = payload(form);
    let captured = match Payload::read(&text, is_engage(form)) {
        Ok(payload) => {
            let sink = Sink::Change(work.db);
            let clock = Clock {
                now: work.now,
                sent_at: None,
            };
            work.capture
                .ingest_payload(sink, Some(target), &payload, clock)?
        }
        Err(rejection) => Err(rejection),
    };
    captured.map_err(|rejection| blame(form, &rejection))
}

/// The payload as an SDK would send it, with a made-up token.
fn payload(form: &Form) -> String {
    let is_sent = |name: &&str| !["project", COMMENT].contains(name) && !TOKENS.contains(name);
    let fields = form.names().filter(is_sent);
    let mut fields: Vec<_> = fields
        .filter_map(|name| Some((name.to_owned(), form.raw(name)?.clone())))
        .collect();
    fields.push(("api_key".into(), "seed".into()));
    json(&Json::Object(fields))
}

fn json(value: &Json) -> String {
    serde_json::to_string(value).expect("what was read as JSON can be written")
}

/// The error of a rejected payload, with the event that is wrong and why: more than SDKs get.
fn blame(form: &Form, rejection: &Rejection) -> Error {
    let invalid = match form.raw("batch") {
        Some(Json::List(batch)) => batch.iter().enumerate().find_map(|(index, event)| {
            let what = fault(&json(event), false)?;
            Some(invalid(format!("batch__{index}"), what))
        }),
        _ => fault(&payload(form), is_engage(form)).map(Error::request),
    };
    invalid.unwrap_or_else(|| Error::request(rejection.to_string()))
}

/// Whether an event needs no name because it describes a person. SDKs say so by the path `/engage`; in a file the event must
/// set properties of the person, so that one with a misspelt `event` is not accepted.
fn is_engage(form: &Form) -> bool {
    let has = |key| form.raw(key).is_some();
    !has("event") && (has("$set") || has("$set_once"))
}

/// What is wrong with one event.
fn fault(text: &str, is_engage: bool) -> Option<String> {
    match serde_json::from_str::<Event>(text) {
        Err(error) => {
            let line = error.to_string();
            let what = line.split(" at line ").next().unwrap_or_default();
            Some(format!("is no event that could be captured: {what}"))
        }
        Ok(event) if event.has_bad_uuid => Some("needs a UUID as `uuid`".into()),
        Ok(event) if event.name.is_none() && !is_engage => Some("needs a text `event`".into()),
        Ok(event) => capture::check(&event).err().map(|error| error.to_string()),
    }
}
