//! `/api/projects/{project_id}/event_definitions`

use serde::Serialize;

use super::{tags::BulkView, users::UserView};
use crate::{
    domain::{Context, Users, WithUsers, definitions, event_definitions, tags::BulkTags},
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
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    updated_by: Option<UserView<'d>>,
    last_seen_at: Option<Timestamp>,
    verified: Option<bool>,
    verified_at: Option<Timestamp>,
    verified_by: Option<UserView<'d>>,
    hidden: Option<bool>,
    enforcement_mode: &'static str,
    primary_property: Option<()>,
    is_action: bool,
    /// Left out of answers to PATCH.
    #[serde(skip_serializing_if = "Option::is_none")]
    post_to_slack: Option<bool>,
    default_columns: &'d [String],
    media_preview_urls: [(); 0],
    tags: &'d [String],
}

impl<'d> DefinitionView<'d> {
    fn new(definition: &'d EventDefinition, users: &'d Users) -> Self {
        let notes = definition.notes.as_ref();
        DefinitionView {
            id: definition.id,
            name: &definition.name,
            owner: UserView::find(users, definition.owner),
            description: notes.and_then(|notes| notes.description.as_deref()),
            created_at: definition.created_at,
            updated_at: notes.map(|notes| notes.updated_at),
            updated_by: UserView::find(users, notes.and_then(|notes| notes.updated_by)),
            last_seen_at: definition.last_seen_at,
            verified: notes.map(|notes| notes.verified),
            verified_at: notes.and_then(|notes| notes.verified_at),
            verified_by: UserView::find(users, notes.and_then(|notes| notes.verified_by)),
            hidden: notes.and_then(|notes| notes.hidden),
            enforcement_mode: "allow",
            primary_property: None,
            is_action: false,
            post_to_slack: Some(false),
            default_columns: &definition.default_columns,
            media_preview_urls: [],
            tags: &definition.tags,
        }
    }
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
    let found = event_definitions::create(&state.store, context, request.form()?)?;
    Ok(Response::created(&DefinitionView::new(
        &found.item,
        &found.users,
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

/// PATCH: 200 with the definition as it is now.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let found = change(state, context, request, false)?;
    let view = DefinitionView {
        post_to_slack: None,
        ..DefinitionView::new(&found.item, &found.users)
    };
    Ok(Response::ok(&view))
}

/// PUT: the same; only a form shows what is left out of it.
pub fn replace(state: &State, context: Context, request: &Request) -> Result<Response> {
    let found = change(state, context, request, true)?;
    Ok(Response::ok(&DefinitionView::new(
        &found.item,
        &found.users,
    )))
}

fn change(
    state: &State,
    context: Context,
    request: &Request,
    whole: bool,
) -> Result<WithUsers<EventDefinition>> {
    let (id, form) = (request.path("id")?, request.form());
    Ok(event_definitions::update(
        &state.store,
        context,
        id,
        form,
        whole,
    )?)
}

/// 204; the definition is gone, with its notes and tags.
pub fn destroy(state: &State, context: Context, request: &Request) -> Result<Response> {
    let EventDefinitionId(id) = request.path("id")?;
    definitions::delete::<EventDefinition>(&state.store, context, id)?;
    Ok(Response::no_content())
}

/// 200 with the tags that each definition has now, and with those that do not exist.
pub fn bulk_update_tags(state: &State, context: Context, request: &Request) -> Result<Response> {
    let bulk = BulkTags::read(&request.form()?)?;
    let outcome = definitions::bulk_update_tags::<EventDefinition>(&state.store, context, bulk)?;
    Ok(Response::ok(&BulkView::from(outcome)))
}
