//! What of the events that are sent has no effect, for strict mode.

use super::{
    Capture, Event, Lane, Payload,
    derive::{MAX_UPDATES, counts_too_much},
    is_token,
    names::LONGEST,
};
use crate::{
    model::Timestamp,
    store::{self, Store, projects},
};

/// The most warnings about one request.
const MOST: usize = 20;

impl Capture {
    /// What of `payload` has no effect although it is accepted.
    pub fn ignored(&self, store: &Store, payload: &Payload) -> store::Result<Vec<String>> {
        let mut found = self.ignored_token(store, payload.token().as_deref())?;
        let events = payload.each(|found: &mut Vec<String>, event, _| {
            found.extend(of(event).into_iter().take(MOST.saturating_sub(found.len())));
            Ok(())
        });
        found.extend(events.ok().flatten().unwrap_or_default()); // a rejection says what is wrong
        Ok(found)
    }

    /// The same of a batch of protocol v1.
    pub fn ignored_in_batch(
        &self,
        store: &Store,
        lane: Lane,
        text: &str,
        sdk: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> store::Result<Vec<String>> {
        let mut found = self.ignored_token(store, token)?;
        let Ok((_, verdicts)) = self.accept_batch(lane, text, sdk, None, now) else {
            return Ok(found);
        };
        let dropped = verdicts
            .iter()
            .filter_map(|(uuid, details)| Some((uuid, (*details)?)));
        let dropped = dropped.map(|(uuid, details)| format!("event {uuid} is dropped: {details}"));
        found.extend(dropped.take(MOST));
        let events = super::v1::events(text, sdk);
        found.extend(events.iter().flat_map(of).take(MOST));
        Ok(found)
    }

    fn ignored_token(&self, store: &Store, token: Option<&str>) -> store::Result<Vec<String>> {
        let Some(token) = token.map(str::trim).filter(|token| is_token(token)) else {
            return Ok(Vec::new()); // refused anyway
        };
        let is_known = store.read(|db| projects::find_target(db, token))?.is_some();
        let is_taken = self.takes_any_token && token.starts_with("phc_");
        Ok(match is_known || is_taken {
            true => Vec::new(),
            false => vec!["no project has this token: the events are dropped".into()],
        })
    }
}

/// What `event` would define and does not.
fn of(event: &Event) -> Vec<String> {
    let name = event.name.as_deref().unwrap_or_default();
    let start: String = name.chars().take(40).collect();
    let properties = &event.properties;
    let sets = [
        &event.set,
        &event.set_once,
        &properties.set,
        &properties.set_once,
    ];
    let sets = sets.into_iter().flatten().chain(&properties.group_set);
    let members = properties.members.iter().chain(sets.flatten());
    let mut found = Vec::new();
    if name.len() > LONGEST {
        found.push(format!("the name of the event '{start}…' is longer than {LONGEST} bytes: it is cut, or defines nothing"));
    }
    for (key, _) in members.filter(|(key, _)| key.len() > LONGEST).take(MOST) {
        let key: String = key.chars().take(40).collect();
        found.push(format!("the property '{key}…' of the event '{start}' is longer than {LONGEST} bytes: it defines nothing"));
    }
    if counts_too_much(event) {
        found.push(format!(
            "the event '{start}' has more than {MAX_UPDATES} definitions: it defines nothing"
        ));
    }
    found
}
