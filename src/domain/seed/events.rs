//! The list `events`: payloads as SDKs send them, taken in by the code that takes those.

use super::{file::Item, read::invalid, work::Work};
use crate::{
    domain::{
        Error, Form, Result,
        capture::{self, Event, Payload, Rejection, Sink},
    },
    model::{Json, Target},
};

/// Where a payload may carry a token. A file's needs none: it names its project.
const TOKENS: [&str; 3] = ["api_key", "token", "$token"];

/// Captures the events of a payload for the project that it names.
pub fn capture(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "project")?;
    let target = Target {
        project,
        forgotten: 0,
    };
    let (now, text) = (work.now, payload(form));
    let read = Payload::read(&text, is_engage(form)).and_then(|payload| {
        let has_sent_at = payload.has_sent_at;
        let sifted = work
            .capture
            .sift(&payload, Some(target), has_sent_at, now)?;
        Ok((has_sent_at, sifted))
    });
    let (has_sent_at, sifted) = read.map_err(|rejection| blame(form, &rejection))?;
    let (sink, sent) = (Sink::Change(work.db), (has_sent_at, now));
    let ingested = work
        .capture
        .ingest(sink, target, sent, sifted, Event::read)?;
    ingested.map_err(|rejection| blame(form, &rejection))
}

/// The payload as an SDK would send it, with a token that no project has.
fn payload(form: &Form) -> String {
    let is_sent = |name: &&str| *name != "project" && !TOKENS.contains(name);
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

/// The error of a payload that was rejected: which event is wrong and why, which is more than SDKs learn.
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

/// Whether an event is one that needs no name, because it describes a person. A file has no path to say so: the event has
/// to set something of the person, so that a misspelt `event` is not taken for one.
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
        Ok(event) if event.name.is_none() && !is_engage => Some("needs a text `event`".into()),
        Ok(event) => capture::check(&event).err().map(|error| error.to_string()),
    }
}
