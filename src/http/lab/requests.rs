//! `/_lab/requests`: the journal of requests and answers.

use std::time::Duration;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::json;

use super::events::since;
use crate::{
    domain::lab::journal::{Content, JournalEntry, JournalFilter, Sample},
    http::{Lab, Request, Response, State, error::Result, live::add_event},
    model::{ProjectId, Timestamp},
};

#[derive(Serialize)]
struct EntryView<'e> {
    number: u64,
    time: Timestamp,
    method: &'e str,
    path: &'e str,
    query: &'e str,
    route: Option<&'e str>,
    did_you_mean: Option<&'e str>,
    project: Option<ProjectId>,
    key: Option<&'e str>,
    warnings: &'e [String],
    fault: Option<u64>,
    request: HalfView<'e>,
    status: Option<u16>,
    response: HalfView<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    microseconds: Option<u64>,
}

/// The request's or the response's headers and body.
#[derive(Serialize)]
struct HalfView<'e> {
    headers: Headers<'e>,
    body: Option<&'e str>,
    /// How the body is written; null without one.
    encoding: Option<&'static str>,
    /// The length of the whole body.
    size: usize,
    is_cut: bool,
}

/// Headers as an object; the values of one name are joined.
struct Headers<'e>(&'e [(String, String)]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for values in self.0.chunk_by(|(one, _), (other, _)| one == other) {
            let texts: Vec<_> = values.iter().map(|(_, value)| value.as_str()).collect();
            map.serialize_entry(&values[0].0, &texts.join(", "))?;
        }
        map.end()
    }
}

impl<'e> HalfView<'e> {
    fn new(headers: &'e [(String, String)], body: Option<&'e Sample>) -> HalfView<'e> {
        let content = body.map(|body| match &body.content {
            Content::Text(text) => (text.as_str(), "text"),
            Content::Base64(text) => (text.as_str(), "base64"),
        });
        HalfView {
            headers: Headers(headers),
            body: content.map(|(text, _)| text),
            encoding: content.map(|(_, encoding)| encoding),
            size: body.map_or(0, |body| body.size),
            is_cut: body.is_some_and(|body| body.is_cut),
        }
    }
}

impl<'e> EntryView<'e> {
    fn new(entry: &'e JournalEntry, has_durations: bool) -> EntryView<'e> {
        let findings = &entry.findings;
        EntryView {
            number: entry.number,
            time: entry.time,
            method: &entry.method,
            path: &entry.path,
            query: &entry.query,
            route: entry.route,
            did_you_mean: entry.did_you_mean,
            project: findings.project,
            key: findings.key.as_deref(),
            warnings: &findings.warnings,
            fault: findings.fault,
            request: HalfView::new(&entry.request_headers, entry.request_body.as_ref()),
            status: entry.status,
            response: HalfView::new(&entry.response_headers, entry.response_body.as_ref()),
            microseconds: has_durations.then_some(entry.microseconds),
        }
    }
}

/// 200 with a page of the entries that fit the query string, oldest first, or newest first with `order=-number`.
pub fn list(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let query = request.query();
    let (filter, page) = (JournalFilter::read(&query)?, request.page());
    let has_durations = query.field("durations").boolean_or(true)?;
    let order = query
        .field("order")
        .optional()
        .choice(&["number", "-number"])?;
    let mut all = lab.journal.list(&filter);
    if order.value() == Some("-number") {
        all.reverse();
    }
    let shown = page
        .of(&all)
        .map(|entry| EntryView::new(entry, has_durations));
    let shown: Vec<_> = shown.collect();
    Ok(Response::page(request, page, all.len() as i64, &shown))
}

/// 200 with the number of the entries that fit the query string.
pub fn count(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let filter = JournalFilter::read(&request.query())?;
    let count = lab.journal.list(&filter).len();
    Ok(Response::ok(&json!({"count": count})))
}

/// 200 with one entry.
pub fn show(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let has_durations = request.query().field("durations").boolean_or(true)?;
    let entry = lab.journal.find(request.path("number")?)?;
    Ok(Response::ok(&EntryView::new(&entry, has_durations)))
}

/// 200 with a stream of server-sent events: the entries that fit the query string, those to come or those after the number in
/// `Last-Event-ID` or `since`.
pub fn stream(_: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let query = request.query();
    let has_durations = query.field("durations").boolean_or(true)?;
    let mut filter = JournalFilter::read(&query)?;
    let (journal, news) = (lab.journal.clone(), lab.journal.news());
    filter.since = since(request)?.unwrap_or_else(|| journal.last());
    lab.live.stream(news, Duration::ZERO, move || {
        let (entries, lost) = journal.next(&mut filter);
        let mut piece = Vec::new();
        if let Some(lost) = lost {
            let detail = format!("Entries up to number {lost} are missing: they were dropped or cleared before they were read.");
            add_event(&mut piece, Some("lost"), None, &json!({"detail": detail}));
        }
        for entry in entries {
            let view = EntryView::new(&entry, has_durations);
            add_event(&mut piece, None, Some(entry.number), &view);
        }
        (!piece.is_empty()).then_some(piece)
    })
}

/// 204; the journal is empty.
pub fn clear(_: &State, lab: &Lab, _: &Request) -> Result<Response> {
    lab.journal.clear();
    Ok(Response::no_content())
}

/// 200 with the paths that hoglet lacks, and how often each was asked for.
pub fn unserved(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    let (all, page) = (state.unserved.list(), request.page());
    let shown: Vec<_> = page.of(&all).collect();
    Ok(Response::page(request, page, all.len() as i64, &shown))
}
