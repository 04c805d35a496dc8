//! The list `events`: payloads as SDKs send them, taken in by the code that takes those.

use serde_json::{Map, Value};

use super::{problem::*, work::*};
use crate::{
    domain::capture::{self, Capture, Event, Payload},
    store::projects,
};

/// Takes in every payload of `list` for the project that it names.
pub fn take_in(work: &mut Work, list: &[Map<String, Value>]) -> Result<()> {
    let capture = Capture::new(0);
    for (index, item) in list.iter().enumerate() {
        take_in_one(work, &capture, item, &Place::item("events", index))?;
    }
    Ok(())
}

fn take_in_one(
    work: &Work,
    capture: &Capture,
    item: &Map<String, Value>,
    place: &Place,
) -> Result<()> {
    let mut payload = item.clone();
    let Some(Value::String(name)) = payload.shift_remove("project") else {
        return Err(place.problem("a project is needed"));
    };
    let project = work.project(&name, &place.key("project"))?;
    let token = projects::find(work.db, project)?
        .map(|project| project.api_token)
        .unwrap_or_default();
    let target =
        projects::find_target(work.db, &token)?.ok_or_else(|| place.problem("has no project"))?;
    payload.insert("api_key".into(), token.into());
    let text = Value::Object(payload).to_string();
    let refused = |rejection: capture::Rejection| place.problem(rejection.to_string());
    let payload = Payload::read(&text, false).map_err(refused)?;
    let has_sent_at = payload.has_sent_at;
    let mut sifted = capture
        .sift(&payload, Some(target), has_sent_at, work.now)
        .map_err(refused)?;
    while let Some(news) =
        capture.next_news(&mut sifted, target, has_sent_at, work.now, Event::read)
    {
        let written = news
            .record(work.db, project, work.now)
            .map_err(Problem::from)?;
        capture.learn(target, &news, &written);
    }
    Ok(())
}
