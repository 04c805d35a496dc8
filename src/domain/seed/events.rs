//! The list `events`: payloads as SDKs send them, taken in by the code that takes those.

use serde_json::{Map, Value};

use super::{problem::*, work::*};
use crate::{
    domain::capture::{self, Event, Known, Look, News, Payload, Rejection},
    model::*,
};

/// Where a payload may carry a token. A file's needs none: it says whose it is by its project.
const TOKENS: [&str; 3] = ["api_key", "token", "$token"];

/// Takes in what each payload of `list` holds, for the project that it names. Returns the events with their projects.
pub fn take_in(work: &mut Work, list: &[Map<String, Value>]) -> Result<Vec<(ProjectId, String)>> {
    let (known, mut events) = (Known::default(), Vec::new());
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("events", index);
        let project = match item.get("project") {
            Some(Value::String(name)) => work.project(name, &place.key("project"))?,
            Some(_) => {
                return Err(place
                    .key("project")
                    .problem("expected the ref of a project"));
            }
            None => return Err(place.problem("missing field `project`")),
        };
        let target = Target {
            project,
            forgotten: 0,
        };
        let look = known.look(target, work.now);
        let told = told(item, &look).map_err(|rejection| blame(item, &place, &rejection))?;
        told.news.record(work.db, project, work.now)?;
        events.extend(told.events.into_iter().map(|sent| (project, sent)));
    }
    Ok(events)
}

/// What a payload tells, and the events in it.
#[derive(Default)]
struct Told {
    news: News,
    events: Vec<String>,
}

/// Reads a payload. Errors: those that SDKs are told, but none of a token.
fn told(item: &Map<String, Value>, look: &Look) -> Result<Told, Rejection> {
    let is_engage = is_engage(item);
    let mut item = item.clone();
    item.retain(|key, _| key != "project" && !TOKENS.contains(&&**key));
    item.insert("api_key".into(), "seed".into());
    let text = Value::Object(item).to_string();
    let payload = Payload::read(&text, is_engage)?;
    let has_sent_at = payload.has_sent_at;
    let told = payload.each(|told: &mut Told, event, sent| {
        capture::check(event)?;
        let mut add = |update| told.news.add(update, look.now);
        capture::derive(event, has_sent_at, look, &mut add);
        told.events.push(sent.to_owned());
        Ok(())
    })?;
    Ok(told.unwrap_or_default())
}

/// What to tell the writer of a payload that was rejected: which event it is and why, where SDKs are told less.
fn blame(item: &Map<String, Value>, place: &Place, rejection: &Rejection) -> Problem {
    let Some(Value::Array(batch)) = item.get("batch") else {
        let fault = fault(&Value::Object(item.clone()), is_engage(item));
        return place.problem(fault.unwrap_or_else(|| rejection.to_string()));
    };
    let faults = batch.iter().map(|event| fault(event, false)).enumerate();
    let mut problems = faults.filter_map(|(index, fault)| {
        let place = place.key("batch").nth(index);
        Some(place.problem(fault?))
    });
    let first = problems.next();
    first.unwrap_or_else(|| place.problem(rejection.to_string()))
}

/// Whether an event is one that needs no name, because it tells who somebody is. A file has no path to say so: it has to
/// set something of the person, lest a misspelt `event` pass for one.
fn is_engage(event: &Map<String, Value>) -> bool {
    let has = |key| event.contains_key(key);
    !has("event") && (has("$set") || has("$set_once"))
}

/// What is wrong with one event.
fn fault(event: &Value, is_engage: bool) -> Option<String> {
    let text = event.to_string();
    match serde_json::from_str::<Event>(&text) {
        Err(error) => {
            let line = error.to_string();
            let what = line.split(" at line ").next().unwrap_or_default();
            Some(format!("is no event that could be captured: {what}"))
        }
        Ok(event) if event.name.is_none() && !is_engage => Some("needs a text `event`".into()),
        Ok(event) => capture::check(&event).err().map(|error| error.to_string()),
    }
}
