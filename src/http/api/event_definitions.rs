//! `/api/projects/{project_id}/event_definitions`

use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    bulk::{Skipped, TaggedView, UpdatedView, VerifiedView},
    users::UserView,
};
use crate::{
    domain::{
        Context, Error, Users, WithUsers,
        definitions::{self, BulkUpdate, BulkVerify},
        event_definitions,
        tags::{self, BulkTags},
    },
    http::{Request, Response, State, error::Result},
    model::{EventDefinition, EventDefinitionId, Timestamp},
};

/// A definition as clients see it. Its editable half is null until someone views or edits it.
#[derive(Serialize)]
struct DefinitionView<'d> {
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

impl<'d> DefinitionView<'d> {
    fn new(definition: &'d EventDefinition, users: &'d Users) -> Self {
        let notes = definition.notes.as_ref();
        DefinitionView {
            id: definition.id,
            name: &definition.name,
            owner: UserView::find(users, definition.owner),
            description: notes.and_then(|notes| notes.description.as_deref()),
            tags_sent: None,
            created_at: definition.created_at,
            updated_at: notes.map(|notes| notes.updated_at),
            updated_by: UserView::find(users, notes.and_then(|notes| notes.updated_by)),
            last_seen_at: definition.last_seen_at,
            verified: notes.map(|notes| notes.verified),
            verified_at: notes.and_then(|notes| notes.verified_at),
            verified_by: UserView::find(users, notes.and_then(|notes| notes.verified_by)),
            hidden: notes.and_then(|notes| notes.hidden),
            enforcement_mode: "allow",
            primary_property: definition.primary_property.as_deref(),
            is_action: false,
            post_to_slack: Some(false),
            default_columns: &definition.default_columns,
            media_preview_urls: [],
            tags: Some(&definition.tags),
        }
    }

    /// The answer to a change.
    fn changed(found: &'d WithUsers<EventDefinition>, has_tags: bool) -> Self {
        let mut view = DefinitionView::new(&found.item, &found.users);
        if has_tags {
            view.tags_sent = view.tags.take();
        }
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
    let view = |definition| DefinitionView::new(definition, &users);
    let views: Vec<_> = found.items.iter().map(|item| view(&**item)).collect();
    Ok(Response::page(request, page, found.count, &views))
}

/// 201 with the definition, of which no event is known yet.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let has_tags = tags::are_sent(&form);
    let found = event_definitions::create(&state.store, context, form)?;
    Ok(Response::created(&DefinitionView::changed(
        &found, has_tags,
    )))
}

/// 200 with the definition. The first time, this creates its editable half.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let EventDefinitionId(id) = request.path("id")?;
    let found = definitions::show::<EventDefinition>(&state.store, context, id)?;
    Ok(Response::ok(&DefinitionView::new(
        &found.item,
        &found.users,
    )))
}

/// 200 with the definition of the event that the query names, as [`show`]. Its errors lack the usual envelope.
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
            let view = DefinitionView::new(&found.item, &found.users);
            Ok(Response::ok(&view))
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
    let EventDefinitionId(id) = request.path("id")?;
    definitions::show::<EventDefinition>(&state.store, context, id)?;
    Ok(Response::ok(&MetricsView {
        query_usage_30_day: 0,
    }))
}

/// PATCH: 200 with the definition as it is now.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    change(state, context, request, false)
}

/// PUT: the same; only a form shows what is left out of it.
pub fn replace(state: &State, context: Context, request: &Request) -> Result<Response> {
    change(state, context, request, true)
}

fn change(state: &State, context: Context, request: &Request, whole: bool) -> Result<Response> {
    let (EventDefinitionId(id), form) = (request.path("id")?, request.form());
    let has_tags = form.as_ref().is_ok_and(tags::are_sent);
    let found = definitions::update(&state.store, context, id, form, whole)?;
    let mut view = DefinitionView::changed(&found, has_tags);
    if !whole {
        view.post_to_slack = None;
    }
    Ok(Response::ok(&view))
}

/// 204; the definition is gone, with its notes and tags.
pub fn destroy(state: &State, context: Context, request: &Request) -> Result<Response> {
    let EventDefinitionId(id) = request.path("id")?;
    definitions::delete::<EventDefinition>(&state.store, context, id)?;
    Ok(Response::no_content())
}

/// 200 with the definitions that were changed, and the ids of those that were deleted or do not exist.
pub fn bulk_update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let bulk = BulkUpdate::read(&request.form()?)?;
    let WithUsers { item, users } =
        definitions::bulk_update::<EventDefinition>(&state.store, context, bulk)?;
    let views = item.updated.iter();
    Ok(Response::ok(&UpdatedView {
        updated: views
            .map(|item| DefinitionView::new(item, &users))
            .collect(),
        deleted: item.deleted,
        skipped: Skipped::all(item.skipped),
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
    Ok(Response::ok(&VerifiedView::new(outcome, is_verified)))
}

/// 200 with the tags that each definition has now, and with those that do not exist.
pub fn bulk_update_tags(state: &State, context: Context, request: &Request) -> Result<Response> {
    let bulk = BulkTags::read(&request.form()?)?;
    let outcome = definitions::bulk_update_tags::<EventDefinition>(&state.store, context, bulk)?;
    Ok(Response::ok(&TaggedView::from(outcome)))
}
