//! Which events a test expects, and whether they have come.

mod assignment;
mod difference;
mod matcher;
mod names;

use std::{cell::OnceCell, collections::HashSet, time::Duration};

use self::{
    assignment::assign,
    matcher::{Effort, Matcher, MatcherReader, Path},
};
use super::{feed::FedEvent, find_project, patience};
use crate::{
    domain::{
        Error, Form, Result, Store,
        capture::{Capture, Recent},
        events::SeenEvent,
    },
    model::{Json, ProjectId, Timestamp, parse_json},
};

pub use difference::{Difference, MissingEvent};

/// The most events that one request may expect.
const MOST_EVENTS: usize = 100;

pub struct Expectation {
    /// Of which project; `None` for all.
    pub project: Option<ProjectId>,
    /// How long to wait for it.
    pub wait: Option<Duration>,
    /// Only events after the one with this number count.
    since: u64,
    events: Vec<ExpectedEvent>,
    /// Whether they come in the order of the list.
    ordered: bool,
    /// Whether nothing else comes.
    only: bool,
}

struct ExpectedEvent {
    name: Matcher,
    distinct_id: Option<Matcher>,
    properties: Option<Matcher>,
}

/// An event that came, its properties parsed when they are first looked at.
struct Candidate {
    event: FedEvent,
    properties: OnceCell<Json>,
}

/// What has become of an expectation.
pub struct ExpectOutcome {
    /// Whether everything has come as expected.
    pub fits: bool,
    /// Whether later events cannot change that.
    pub is_final: bool,
    /// The event that stands for each expected one.
    pub matched: Vec<Option<FedEvent>>,
    pub difference: Difference,
    /// The number of the last event that the server has received.
    pub last: u64,
}

impl Expectation {
    /// Reads a request. Errors: `Invalid`.
    pub fn read(
        store: &Store,
        capture: &Capture,
        form: &Form,
        now: Timestamp,
    ) -> Result<Expectation> {
        let known = ["project", "events", "ordered", "only", "wait", "since"];
        check_names(form.names(), &known, "")?;
        let project = form.field("project").text(None)?.not_null("project")?;
        let events = form.field("events").list()?.required("events")?;
        if events.len() > MOST_EVENTS {
            let detail = format!("More than {MOST_EVENTS} events.");
            return Err(Error::field("events", "max_length", detail));
        }
        let mut reader = MatcherReader::default();
        let events = events.iter().enumerate();
        let events = events.map(|(index, event)| ExpectedEvent::read(&mut reader, index, event));
        let since = form.field("since").integer_in(0..=i64::MAX)?;
        Ok(Expectation {
            project: project
                .map(|named| find_project(store, capture, &named, now))
                .transpose()?,
            wait: patience::read(form)?,
            since: since.not_null("since")?.unwrap_or(0) as u64,
            events: events.collect::<Result<_>>()?,
            ordered: form.field("ordered").boolean_or(false)?,
            only: form.field("only").boolean_or(false)?,
        })
    }

    /// Compares it with the events that are there. Errors: `Invalid` if that takes too much effort.
    pub fn look(&self, recent: &Recent) -> Result<ExpectOutcome> {
        let later = recent.after(self.since, self.project, usize::MAX);
        let mut ids = HashSet::new();
        let mut candidates = Vec::new();
        for (project, kept) in later.events {
            let Some(event) = SeenEvent::new(&kept) else {
                continue;
            };
            // What a client sends again after an error has come once, as in the list of events.
            let id = (
                project,
                event.id,
                event.event.clone(),
                event.distinct_id.clone(),
            );
            if ids.insert(id) {
                candidates.push(Candidate::new(kept.number, project, event));
            }
        }
        let effort = Effort::default();
        let fitting: Vec<_> = (self.events.iter())
            .map(|expected| expected.fitting(&candidates, &effort))
            .collect();
        let assigned = assign(&fitting, candidates.len(), self.ordered, &effort);
        let difference = self.difference(&candidates, &fitting, &assigned, later.lost, &effort);
        effort.check()?;
        let count = assigned.iter().flatten().count();
        let has_others = self.only && count < candidates.len();
        let mut candidates: Vec<_> = candidates.into_iter().map(Some).collect();
        let matched = assigned.into_iter().map(|event| {
            let candidate = candidates[event?].take();
            candidate.map(|candidate| candidate.event)
        });
        let fits = count == self.events.len() && !has_others;
        // That nothing comes is only known when the time is over.
        let expects_nothing = self.only && self.events.is_empty();
        Ok(ExpectOutcome {
            fits,
            is_final: fits && !expects_nothing || has_others,
            matched: matched.collect(),
            difference,
            last: later.last,
        })
    }
}

impl ExpectedEvent {
    fn read(reader: &mut MatcherReader, index: usize, event: &Json) -> Result<ExpectedEvent> {
        let name = format!("events[{index}]");
        let path = Path::new(&name);
        let invalid =
            |detail: String| Error::field("events", "invalid_input", format!("{path}{detail}"));
        let Json::Object(members) = event else {
            return Err(invalid(": Expected an object.".to_owned()));
        };
        let known = ["event", "distinct_id", "properties"];
        check_names(members.iter().map(|(key, _)| &**key), &known, &name)?;
        let member = |key| members.iter().find(|(name, _)| name == key);
        let mut matcher = |key| {
            let member = member(key).map(|(_, value)| reader.read(&path.to(key), value));
            member.transpose()
        };
        let (event, distinct_id) = (matcher("event")?, matcher("distinct_id")?);
        let properties = match member("properties") {
            None => None,
            Some((key, Json::Object(members))) => Some(reader.members(&path.to(key), members)?),
            Some(_) => return Err(invalid(".properties: Expected an object.".to_owned())),
        };
        Ok(ExpectedEvent {
            name: event.ok_or_else(|| invalid(".event: This field is required.".to_owned()))?,
            distinct_id,
            properties,
        })
    }

    /// The places of the events that fit it.
    fn fitting(&self, candidates: &[Candidate], effort: &Effort) -> Vec<usize> {
        let fits = |candidate: &Candidate| {
            self.has_name(candidate, effort) && {
                let mut fits = true;
                self.compare(candidate, effort, &mut |_, _, _| fits = false);
                fits
            }
        };
        let all = candidates.iter().enumerate();
        all.filter(|(_, candidate)| fits(candidate))
            .map(|(place, _)| place)
            .collect()
    }

    fn has_name(&self, candidate: &Candidate, effort: &Effort) -> bool {
        let name = Json::from(&*candidate.event.event.event);
        let mut fits = true;
        self.name
            .compare(&Path::new("event"), Some(&name), effort, &mut |_, _, _| {
                fits = false
            });
        fits
    }

    /// Reports each place at which `candidate` is not as expected.
    fn compare(&self, candidate: &Candidate, effort: &Effort, report: &mut matcher::Report) {
        let event = &candidate.event.event;
        let text = |text: &str| Json::from(text);
        let (name, distinct_id) = (text(&event.event), text(&event.distinct_id));
        for (place, matcher, found) in [
            ("event", Some(&self.name), &name),
            ("distinct_id", self.distinct_id.as_ref(), &distinct_id),
        ] {
            if let Some(matcher) = matcher {
                matcher.compare(&Path::new(place), Some(found), effort, report);
            }
        }
        if let Some(properties) = &self.properties {
            let (path, found) = (Path::new("properties"), candidate.properties());
            properties.compare(&path, Some(found), effort, report);
        }
    }

    fn source(&self) -> Json {
        let members = [
            ("event", Some(&self.name)),
            ("distinct_id", self.distinct_id.as_ref()),
            ("properties", self.properties.as_ref()),
        ];
        let members = members.into_iter();
        let members =
            members.filter_map(|(name, matcher)| Some((name.to_owned(), matcher?.source())));
        Json::Object(members.collect())
    }
}

impl Candidate {
    fn new(number: u64, project: ProjectId, event: SeenEvent) -> Candidate {
        Candidate {
            event: FedEvent {
                number,
                project,
                event,
            },
            properties: OnceCell::new(),
        }
    }

    fn properties(&self) -> &Json {
        self.properties.get_or_init(|| {
            let sent = self.event.event.properties.as_str();
            match parse_json(sent.as_bytes()) {
                Ok(properties @ Json::Object(_)) => properties,
                _ => Json::Object(Vec::new()),
            }
        })
    }
}

/// A misspelt name would make the expectation weaker than it looks. Errors: `Invalid` for one that is not `known`.
fn check_names<'n>(
    mut names: impl Iterator<Item = &'n str>,
    known: &[&str],
    place: &str,
) -> Result<()> {
    let Some(name) = names.find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let dot = if place.is_empty() { "" } else { "." };
    let detail = format!(
        "{place}{dot}{name}: Unknown field. Known: {}.",
        known.join(", ")
    );
    Err(Error::request(detail))
}
