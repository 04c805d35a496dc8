//! In what the events that came differ from those that were expected.

use serde::Serialize;

use super::{
    Candidate, Expectation, ExpectedEvent,
    matcher::{Effort, Matcher, Path},
    names::nearest,
};
use crate::model::Json;

/// The most differences of one event, and the most events that came besides, which are shown.
const MOST_SHOWN: usize = 20;

/// The longest values in the text, in characters.
const LONGEST: usize = 300;

/// The difference, for programs and for people. Empty if there is none.
#[derive(Default)]
pub struct Difference {
    pub missing: Vec<MissingEvent>,
    /// The numbers of the events that stand for none that is expected, as far as they are shown.
    pub others: Vec<u64>,
    /// As a failed test prints it.
    pub text: String,
}

/// An expected event that did not come.
#[derive(Serialize)]
pub struct MissingEvent {
    /// Its place in the list.
    pub index: usize,
    pub expected: Json,
    /// The number of the event that is most like it, of those that stand for none.
    pub nearest: Option<u64>,
    /// How that differs.
    pub differences: Vec<PropertyDifference>,
    /// The nearest name, if no event has the expected one.
    pub nearest_name: Option<String>,
}

/// A place at which an event is not as expected.
#[derive(Serialize)]
pub struct PropertyDifference {
    /// Such as `properties.plan`.
    pub property: String,
    pub expected: Json,
    /// What is there; left out for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<Json>,
}

impl Expectation {
    /// Describes how `candidates` differ from what is expected. `fitting` has those that fit each expected event, `assigned` the
    /// one that stands for it.
    pub(super) fn difference(
        &self,
        candidates: &[Candidate],
        fitting: &[Vec<usize>],
        assigned: &[Option<usize>],
        lost: Option<u64>,
        effort: &Effort,
    ) -> Difference {
        let taken: Vec<_> = assigned.iter().flatten().copied().collect();
        let is_free = |place: &usize| !taken.contains(place);
        let free: Vec<_> = (0..candidates.len()).filter(is_free).collect();
        let mut missing = Vec::new();
        let mut text = String::new();
        for (index, expected) in self.events.iter().enumerate() {
            if assigned[index].is_none() {
                let one = expected.missing(index, candidates, &free, effort);
                describe(&mut text, &one, candidates, &fitting[index]);
                missing.push(one);
            }
        }
        let has_others = self.only && !free.is_empty();
        if missing.is_empty() && !has_others {
            return Difference::default();
        }
        self.describe_others(&mut text, candidates, &free);
        if let Some(lost) = lost {
            let line = "are no longer in memory; --keep-events keeps more.";
            text += &format!("\nEvents up to {lost} {line}\n");
        }
        let (expected, came) = (self.events.len(), taken.len());
        let order = if self.ordered { " in this order" } else { "" };
        let heading = format!("Expected {}{order}; {came} came.\n", events(expected));
        let shown = free.iter().rev().take(MOST_SHOWN).rev();
        Difference {
            missing,
            others: shown.map(|place| candidates[*place].event.number).collect(),
            text: heading + &text,
        }
    }

    /// Lists the latest of the events that stand for none that is expected.
    fn describe_others(&self, text: &mut String, candidates: &[Candidate], free: &[usize]) {
        let what = match self.only {
            true => "Not expected",
            false => "Also came",
        };
        *text += &match free.len() {
            0 => "\nNothing else came.\n".to_owned(),
            count => format!("\n{what}: {}\n", events(count)),
        };
        if free.len() > MOST_SHOWN {
            *text += "  …\n";
        }
        for place in free.iter().rev().take(MOST_SHOWN).rev() {
            let event = &candidates[*place].event;
            let (name, distinct_id) = (&event.event.event, &event.event.distinct_id);
            let properties = short(event.event.properties.as_str());
            *text += &format!(
                "  {} {name:?} by {distinct_id:?} {properties}\n",
                event.number
            );
        }
    }
}

impl ExpectedEvent {
    /// What is known of it when it has not come: the most similar one of the `free` events.
    fn missing(
        &self,
        index: usize,
        candidates: &[Candidate],
        free: &[usize],
        effort: &Effort,
    ) -> MissingEvent {
        let has_name = |place: &&usize| self.has_name(&candidates[**place], effort);
        let name = |candidate: &Candidate| candidate.event.event.event.clone();
        let is_known = candidates
            .iter()
            .any(|candidate| self.has_name(candidate, effort));
        let nearest_name = match &self.name {
            Matcher::Equal(Json::Text(text))
                if !is_known && effort.take(100 * candidates.len()) =>
            {
                let names = candidates.iter();
                let names = names.map(|candidate| &*candidate.event.event.event);
                nearest(&text.value, names).map(str::to_owned)
            }
            _ => None,
        };
        let mut similar: Vec<_> = free.iter().filter(has_name).collect();
        if similar.is_empty() {
            let free = free.iter();
            similar = free
                .filter(|place| Some(name(&candidates[**place])) == nearest_name)
                .collect();
        }
        let compared = similar.into_iter().map(|place| {
            let mut differences = Vec::new();
            let mut report = |path: &Path, matcher: &Matcher, found: Option<&Json>| {
                differences.push(PropertyDifference {
                    property: path.to_string(),
                    expected: matcher.source(),
                    got: found.cloned(),
                });
            };
            self.compare(&candidates[*place], effort, &mut report);
            (differences, candidates[*place].event.number)
        });
        let nearest = compared.min_by_key(|(differences, _)| differences.len());
        let (mut differences, nearest) = match nearest {
            Some((differences, number)) => (differences, Some(number)),
            None => (Vec::new(), None),
        };
        differences.truncate(MOST_SHOWN);
        MissingEvent {
            index,
            expected: self.source(),
            nearest,
            differences,
            nearest_name,
        }
    }
}

/// Adds what is known of an event that has not come. `fitting` are those that would fit, but stand for other ones or came at the
/// wrong time.
fn describe(
    text: &mut String,
    missing: &MissingEvent,
    candidates: &[Candidate],
    fitting: &[usize],
) {
    let expected = short(&json(&missing.expected));
    let line = format!("\nMissing: events[{}] {expected}\n", missing.index);
    *text += &line;
    let numbers = fitting.iter().take(MOST_SHOWN);
    let numbers: Vec<_> = numbers
        .map(|place| candidates[*place].event.number.to_string())
        .collect();
    if !numbers.is_empty() {
        let numbers = numbers.join(", ");
        *text += &format!("  Fits, but came in another order or stands for another: {numbers}\n");
        return;
    }
    if let Some(name) = &missing.nearest_name {
        *text += &format!("  No event has this name. The nearest is {name:?}.\n");
    }
    if let Some(number) = missing.nearest {
        *text += &format!("  Nearest: event {number}\n");
    }
    for PropertyDifference {
        property,
        expected,
        got,
    } in &missing.differences
    {
        let expected = short(&json(expected));
        let got = got
            .as_ref()
            .map_or("nothing".to_owned(), |got| short(&json(got)));
        *text += &format!("    {property}: expected {expected}, got {got}\n");
    }
}

fn events(count: usize) -> String {
    match count {
        1 => "1 event".to_owned(),
        count => format!("{count} events"),
    }
}

fn json(value: &Json) -> String {
    serde_json::to_string(value).expect("what was read as JSON can be written")
}

/// The start of `text`, in one line.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.replace(['\n', '\r'], " ")
}
