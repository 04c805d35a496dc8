//! `/api/projects/{project_id}/event_definitions`

use serde::Serialize;

use super::{tags::BulkView, users::UserView};
use crate::{
    domain::{Context, Error, Users, WithUsers, event_definitions, tags::BulkTags},
    http::{Request, Response, State, error::Result},
    model::*,
    store::{Read, Write},
};

/// A definition as clients see it. While nobody has touched it, what people say of it is null.
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

/// A definition with the users that it names, as one look at the database found them.
type Found = (EventDefinition, Users);

/// 200 with a page of the definitions.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let asked = event_definitions::asked(&request.query(), context)?;
    let page = request.page();
    let WithUsers {
        item: listing,
        users,
    } = state.store.read(|db| {
        let listing = event_definitions::list(db, context, &asked, page)?;
        WithUsers::read(db, listing)
    })?;
    let view = |definition| DefinitionView::new(definition, &users);
    let views: Vec<_> = listing.items.iter().map(view).collect();
    Ok(Response::page(request, page, listing.count, &views))
}

/// 201 with the definition, of which no event is known yet.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let make = move |db: &Write| with_users(db, event_definitions::create(db, context, &form)?);
    let (definition, users) = state.store.write(make)?;
    Ok(Response::created(&DefinitionView::new(&definition, &users)))
}

/// 200 with the definition. The first look at it makes its editable half.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let (mut definition, users) = state
        .store
        .read(|db| with_users(db, event_definitions::find(db, context, id)?))?;
    event_definitions::open(&state.store, context, &mut definition);
    Ok(Response::ok(&DefinitionView::new(&definition, &users)))
}

/// PATCH: 200 with the definition as it is now.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (definition, users) = change(state, context, request, false)?;
    let view = DefinitionView {
        post_to_slack: None,
        ..DefinitionView::new(&definition, &users)
    };
    Ok(Response::ok(&view))
}

/// PUT: the same; only a form can tell what is left out of it.
pub fn replace(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (definition, users) = change(state, context, request, true)?;
    Ok(Response::ok(&DefinitionView::new(&definition, &users)))
}

fn change(state: &State, context: Context, request: &Request, whole: bool) -> Result<Found> {
    let (id, form) = (request.path("id")?, request.form());
    Ok(state.store.write(move |db| {
        let found = event_definitions::find(db, context, id)?; // 404 comes before 400
        let changed = event_definitions::update(db, context, found, &form?, whole)?;
        with_users(db, changed)
    })?)
}

/// 204; the definition and what people said of it are gone.
pub fn destroy(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    state
        .store
        .write(move |db| event_definitions::delete(db, context, id))?;
    Ok(Response::no_content())
}

/// 200 with the tags that each definition has now, and with those that are not there.
pub fn bulk_update_tags(state: &State, context: Context, request: &Request) -> Result<Response> {
    let bulk = BulkTags::read(&request.form()?)?;
    let outcome = state
        .store
        .write(move |db| event_definitions::bulk_update_tags(db, context, &bulk))?;
    Ok(Response::ok(&BulkView::from(outcome)))
}

fn with_users(db: &Read, definition: EventDefinition) -> Result<Found, Error> {
    let WithUsers { item, users } = WithUsers::read(db, definition)?;
    Ok((item, users))
}
