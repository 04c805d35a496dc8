//! `/api/projects/{project_id}/activity_log`
//!
//! It has two ways of paging (`resources.md` 5a): numbered pages with `page`, else with a cursor, whose lists have no count.

use base64::{Engine, prelude::BASE64_URL_SAFE};
use serde::Serialize;
use uuid::Uuid;

use super::users::UserView;
use crate::{
    domain::{
        Context, Error, Listing, Users, WithUsers,
        activity::{self, LogSheet, Part},
        insights, integer,
    },
    http::{Request, Response, State, error::Result},
    model::{Activity, JsonText, OrganizationId, ProjectId, Timestamp},
};

/// How many entries a page has, unless `page_size` says otherwise.
const USUAL_SIZE: i64 = 100;

/// How many entries a page has at most.
const LARGEST_SIZE: i64 = 1000;

#[derive(Serialize)]
struct ActivityView<'a> {
    id: Uuid,
    user: Option<UserView<'a>>,
    unread: bool,
    team_id: ProjectId,
    organization_id: Option<OrganizationId>,
    was_impersonated: bool,
    is_system: bool,
    client: Option<&'a str>,
    ip_address: Option<String>,
    activity: &'a str,
    item_id: Option<&'a str>,
    scope: &'a str,
    detail: &'a JsonText,
    created_at: Timestamp,
}

impl<'a> ActivityView<'a> {
    fn new(activity: &'a Activity, project: ProjectId, users: &'a Users) -> Self {
        let source = &activity.source;
        ActivityView {
            id: activity.id,
            user: UserView::find(users, activity.user),
            unread: false,
            team_id: project,
            organization_id: activity.organization,
            was_impersonated: false,
            is_system: activity.is_system,
            client: source.client.as_ref().map(|client| client.as_str()),
            ip_address: source.address.map(|address| address.to_string()),
            activity: &activity.activity,
            item_id: activity.item.as_deref(),
            scope: &activity.scope,
            detail: &activity.detail,
            created_at: activity.created_at,
        }
    }
}

#[derive(Serialize)]
struct LogView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<ActivityView<'a>>,
}

/// 200 with a part of the project's activity log, newest first. 404 for a page or a cursor that does not exist.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let size = request.parameter("page_size").and_then(integer);
    let size = size.filter(|size| *size > 0).unwrap_or(USUAL_SIZE);
    let (part, size) = (part(request)?, size.min(LARGEST_SIZE));
    let WithUsers { item: page, users } =
        activity::list(&state.store, context, &request.query(), part, size)?;
    let view = |activity| ActivityView::new(activity, context.project, &users);
    Ok(Response::ok(&LogView {
        count: page.count,
        next: page.next.map(|part| url(request, part)),
        previous: page.previous.map(|part| url(request, part)),
        results: page.entries.iter().map(view).collect(),
    }))
}

/// The part that `page` or `cursor` asks for.
fn part(request: &Request) -> Result<Part> {
    let sent = |name| request.parameter(name).filter(|value| !value.is_empty());
    if let Some(page) = sent("page") {
        let number = integer(page).filter(|number| *number > 0);
        return Ok(Part::Numbered(
            number.ok_or(Error::NotFound("Invalid page."))?,
        ));
    }
    let Some(cursor) = sent("cursor") else {
        return Ok(Part::Newest);
    };
    Ok(position(cursor).ok_or(Error::NotFound("Invalid cursor"))?)
}

/// The URL of this list that asks for `part`; the first page has no number.
fn url(request: &Request, part: Part) -> String {
    let cursor = match part {
        Part::Newest => None,
        Part::Numbered(number) => {
            let number = (number > 1).then(|| number.to_string());
            return request.url_with([("page", number)]);
        }
        Part::Before(position) => Some(format!("p={position}")),
        Part::After(position) => Some(format!("r=1&p={position}")),
    };
    request.url_with([("cursor", cursor.map(|text| BASE64_URL_SAFE.encode(text)))])
}

/// The position that a cursor of [`url`] names.
fn position(cursor: &str) -> Option<Part> {
    let text = String::from_utf8(BASE64_URL_SAFE.decode(cursor).ok()?).ok()?;
    match text.strip_prefix("r=1&") {
        Some(position) => Some(Part::After(position.strip_prefix("p=")?.parse().ok()?)),
        None => Some(Part::Before(text.strip_prefix("p=")?.parse().ok()?)),
    }
}

/// A page of the log of one kind of objects.
#[derive(Serialize)]
struct SheetView<'a> {
    results: Vec<ActivityView<'a>>,
    next: Option<String>,
    previous: Option<String>,
    total_count: i64,
}

/// 200 with a page of what was done to the project's insights, newest first.
pub fn of_insights(state: &State, context: Context, request: &Request) -> Result<Response> {
    let query = request.query();
    let found = insights::activity(&state.store, context, None, &query)?;
    sheet(context, request, &found)
}

/// 200 with a page of what was done to the insight with this number or `short_id`, newest first.
pub fn of_insight(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (name, query) = (request.segment("id"), request.query());
    let found = insights::activity(&state.store, context, Some(name), &query)?;
    sheet(context, request, &found)
}

fn sheet(
    context: Context,
    request: &Request,
    found: &WithUsers<Listing<Activity>>,
) -> Result<Response> {
    let LogSheet { number, size } = LogSheet::read(&request.query())?;
    let Listing { items, count } = &found.item;
    let url = |number: i64| {
        request.url_with([
            ("limit", Some(size.to_string())),
            ("page", Some(number.to_string())),
        ])
    };
    Ok(Response::ok(&SheetView {
        results: items
            .iter()
            .map(|activity| ActivityView::new(activity, context.project, &found.users))
            .collect(),
        next: (number.saturating_mul(size) < *count).then(|| url(number + 1)),
        previous: (number > 1).then(|| url(number - 1)),
        total_count: *count,
    }))
}
