//! `/api/projects/{project_id}/event_definitions`

use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    definitions::{BulkView, Shown, entry},
    users::UserView,
};
use crate::{
    domain::{
        Context, Error, Users, WithUsers,
        definitions::{self, BulkVerify},
        event_definitions, tags,
    },
    http::{Request, Response, State, error::Result},
    model::{EventDefinition, EventDefinitionId, Timestamp},
};

#[derive(Serialize)]
pub struct EventDefinitionView<'d> {
    id: EventDefinitionId,
    name: &'d str,
    owner: Option<UserView<'d>>,
    description: Option<&'d str>,
    /// The place of `tags` in the answer to a change that has them.
    #[serde(rename = "tags", skip_serializing_if = "Option::is_none")]
    tags_sent: Option<&'d [String]>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    updated_by: Option<UserView<'d>>,
    last_seen_at: Option<Timestamp>,
    verified: Option<bool>,
    verified_at: Option<Timestamp>,
    verified_by: Option<UserView<'d>>,
    hidden: Option<bool>,
    enforcement_mode: &'static str,
    primary_property: Option<&'d str>,
    is_action: bool,
    /// Left out of answers to PATCH.
    #[serde(skip_serializing_if = "Option::is_none")]
    post_to_slack: Option<bool>,
    default_columns: &'d [String],
    media_preview_urls: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'d [String]>,
}

impl Shown for EventDefinition {
    type View<'d> = EventDefinitionView<'d>;

    fn view<'d>(&'d self, users: &'d Users) -> EventDefinitionView<'d> {
        let notes = self.notes.as_ref();
        EventDefinitionView {
            id: self.id,
            name: &self.name,
            owner: UserView::find(users, self.owner),
            description: notes.and_then(|notes| notes.description.as_deref()),
            tags_sent: None,
            created_at: self.created_at,
            updated_at: notes.map(|notes| notes.updated_at),
            updated_by: UserView::find(users, notes.and_then(|notes| notes.updated_by)),
            last_seen_at: self.last_seen_at,
            verified: notes.map(|notes| notes.verified),
            verified_at: notes.and_then(|notes| notes.verified_at),
            verified_by: UserView::find(users, notes.and_then(|notes| notes.verified_by)),
            hidden: notes.and_then(|notes| notes.hidden),
            enforcement_mode: "allow",
            primary_property: self.primary_property.as_deref(),
            is_action: false,
            post_to_slack: Some(false),
            default_columns: &self.default_columns,
            media_preview_urls: [],
            tags: Some(&self.tags),
        }
    }

    fn changed_view<'d>(&'d self, users: &'d Users, has_tags: bool, whole: bool) -> Self::View<'d> {
        let mut view = self.view(users);
        if has_tags {
            view.tags_sent = view.tags.take();
        }
        view.post_to_slack = view.post_to_slack.filter(|_| whole);
        view
    }
}

/// The events that have a primary property.
#[derive(Serialize)]
struct PrimaryPropertiesView {
    primary_properties: Map<String, Value>,
}

/// How often queries used the event.
#[derive(Serialize)]
struct MetricsView {
    query_usage_30_day: i64,
}

/// 200 with a page of the definitions.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (page, query) = (request.page(), request.query());
    let WithUsers { item: found, users } =
        event_definitions::list(&state.store, context, &query, page)?;
    let items = found.items.iter();
    let views: Vec<_> = items.map(|item| entry(&**item, &users)).collect();
    Ok(Response::page(request, page, found.count, &views))
}

/// 201 with the definition, of which no event is known yet.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let has_tags = tags::are_sent(&form);
    let found = event_definitions::create(&state.store, context, form)?;
    let view = found.item.changed_view(&found.users, has_tags, true);
    Ok(Response::created(&view))
}

/// 200 with the definition of the event that the query names, as [`show`](super::definitions::show) for an id. Its errors
/// lack the usual envelope.
pub fn by_name(state: &State, context: Context, request: &Request) -> Result<Response> {
    let refuse = |status, detail: &str| Ok(Response::json(status, &json!({"detail": detail})));
    let name = request.parameter("name").unwrap_or_default();
    if name.is_empty() {
        return refuse(
            StatusCode::BAD_REQUEST,
            "Query parameter 'name' is required",
        );
    }
    match event_definitions::show_named(&state.store, context, name) {
        Err(Error::NotFound(_)) => {
            let detail = format!("Event definition with name '{name}' not found");
            refuse(StatusCode::NOT_FOUND, &detail)
        }
        found => {
            let found = found?;
            Ok(Response::ok(&found.item.view(&found.users)))
        }
    }
}

/// 200 with an object: each event that has a primary property, and that property.
pub fn primary_properties(state: &State, context: Context, request: &Request) -> Result<Response> {
    let found = event_definitions::primary_properties(&state.store, context, &request.query())?;
    let pairs = found
        .into_iter()
        .map(|(name, property)| (name, property.into()));
    Ok(Response::ok(&PrimaryPropertiesView {
        primary_properties: pairs.collect(),
    }))
}

/// 200 with how often queries used the event: never, for this server runs none.
pub fn metrics(state: &State, context: Context, request: &Request) -> Result<Response> {
    definitions::show::<EventDefinition>(&state.store, context, request.path("id")?)?;
    Ok(Response::ok(&MetricsView {
        query_usage_30_day: 0,
    }))
}

/// 200 with the definitions that were verified, or are no longer, and with those that do not exist.
pub fn bulk_update_verified(
    state: &State,
    context: Context,
    request: &Request,
) -> Result<Response> {
    let bulk = BulkVerify::read(&request.form()?)?;
    let is_verified = bulk.is_verified();
    let outcome = definitions::bulk_verify::<EventDefinition>(&state.store, context, bulk)?;
    let updated = outcome.updated.into_iter();
    let views = updated.map(|id| json!({"id": id, "verified": is_verified}));
    Ok(Response::ok(&BulkView::new(views, outcome.skipped)))
}
