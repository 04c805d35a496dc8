//! The list `events`: what they define, found out by the same code as for events that SDKs send.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{problem::*, work::*};
use crate::{
    domain::capture::{self, Event, Known, News},
    model::*,
};

/// Takes in the events, in their order.
pub fn take_in(work: &mut Work, list: &[Map<String, Value>]) -> Result<()> {
    let known = Known::default();
    let mut news = BTreeMap::<_, News>::new();
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
        let text = Value::Object(item.clone()).to_string();
        let event: Event = serde_json::from_str(&text).map_err(|error| {
            let line = error.to_string();
            let what = line.split(" at line ").next().unwrap_or_default();
            place.problem(format!("is no event that could be captured: {what}"))
        })?;
        if event.name.is_none() {
            return Err(place.problem("needs a text `event`"));
        }
        capture::check(&event).map_err(|rejection| place.problem(rejection.to_string()))?;
        let target = Target {
            project,
            forgotten: 0,
        };
        let (look, news) = (
            known.look(target, work.now),
            news.entry(project).or_default(),
        );
        let mut add = |update| news.add(update, look.now);
        capture::derive(&event, false, &look, &mut add);
    }
    for (project, news) in news {
        news.record(work.db, project, work.now)?;
    }
    Ok(())
}
