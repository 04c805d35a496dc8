//! The parameters of the list of event definitions. Invalid values are errors, not ignored.

use super::core_events::CORE_EVENTS;
use crate::{
    domain::{Context, Error, Form, Result, notes, tags},
    model::{EventFilter, EventOrder, Json, Timestamp},
};

/// An event that has not come in for this long is stale.
const STALE_AFTER: i64 = 30 * 24 * 3600 * 1_000_000; // microseconds

/// Reads which definitions `query` asks for, in which order.
///
/// Errors: `Invalid` for the first invalid parameter.
pub fn asked(query: &Form, context: Context) -> Result<EventFilter> {
    let flag = |name| {
        let sent = query.field(name).optional().boolean()?;
        Ok::<_, Error>(sent.value() == Some(true))
    };
    let words = query.field("search").optional().blank().words()?;
    let sent_by_posthog = event_type(query)?;
    let orders = listed(query, "ordering")?;
    // Whatever else is sent, also nothing, asks for the others.
    let verified = query
        .raw("verified")
        .map(|sent| matches!(sent, Json::Text(text) if text.value.eq_ignore_ascii_case("true")));
    let exclude_hidden = flag("exclude_hidden")?;
    let hidden = notes::is_hidden(query)?;
    let stale = Timestamp(context.now.0 - STALE_AFTER);
    Ok(EventFilter {
        words,
        sent_by_posthog,
        order: orders
            .iter()
            .filter_map(|name| EventOrder::named(name))
            .collect(),
        verified,
        core: CORE_EVENTS,
        exclude_hidden: exclude_hidden || hidden == Some(false),
        only_hidden: hidden == Some(true),
        seen_after: flag("exclude_stale")?.then_some(stale),
        names: listed(query, "names")?,
        tags: tags::normal(&query.field("tags").optional().json_texts()?),
        tag: tags::wanted(query)?,
        excluded: query.field("excluded_properties").optional().json_texts()?,
    })
}

/// Reads whether only the events of PostHog's libraries are requested, or only the project's own.
fn event_type(query: &Form) -> Result<Option<bool>> {
    match query
        .field("event_type")
        .optional()
        .text(None)?
        .value()
        .as_deref()
    {
        None | Some("event") => Ok(None),
        Some("event_custom") => Ok(Some(false)),
        Some("event_posthog") => Ok(Some(true)),
        Some(_) => {
            let detail = "Not a valid event type. Use one of: event, event_custom, event_posthog.";
            Err(Error::field("event_type", "invalid_input", detail))
        }
    }
}

/// Reads the values of a parameter that may be repeated, and may join several with commas.
fn listed(query: &Form, name: &'static str) -> Result<Vec<String>> {
    let sent = query.field(name).blank().texts(None)?.value();
    let sent = sent.unwrap_or_default();
    let values = sent.iter().flat_map(|text| text.split(','));
    Ok(values
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect())
}
