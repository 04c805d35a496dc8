//! `/api/projects/{project_id}/property_definitions`

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    bulk::{Skipped, TaggedView, UpdatedView},
    users::UserView,
};
use crate::{
    domain::{
        Context, Users, WithUsers,
        definitions::{self, BulkUpdate},
        property_definitions::{self, Asked},
        tags::{self, BulkTags},
        taxonomy::VirtualProperty,
    },
    http::{Request, Response, State, error::Result},
    model::{PropertyDefinition, PropertyDefinitionId, PropertyType, Timestamp},
};

/// A definition as clients see it. Its editable half is null until someone views or edits it.
#[derive(Serialize)]
struct DefinitionView<'d> {
    id: PropertyDefinitionId,
    name: &'d str,
    description: Option<&'d str>,
    /// The place of `tags` in the answer to a change that has them.
    #[serde(rename = "tags", skip_serializing_if = "Option::is_none")]
    tags_sent: Option<&'d [String]>,
    is_numerical: bool,
    updated_at: Option<Timestamp>,
    updated_by: Option<UserView<'d>>,
    is_seen_on_filtered_events: Option<bool>,
    property_type: Option<PropertyType>,
    verified: Option<bool>,
    verified_at: Option<Timestamp>,
    verified_by: Option<UserView<'d>>,
    hidden: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'d [String]>,
}

/// A property that is computed, as lists show it: with fewer keys, and one more.
#[derive(Serialize)]
struct VirtualView<'p> {
    id: String,
    name: &'p str,
    description: &'p str,
    is_numerical: bool,
    property_type: PropertyType,
    tags: [&'p str; 0],
    is_seen_on_filtered_events: bool,
    verified: bool,
    hidden: bool,
    r#virtual: bool,
}

/// One entry of a list.
#[derive(Serialize)]
#[serde(untagged)]
enum EntryView<'e> {
    Stored(DefinitionView<'e>),
    Virtual(VirtualView<'e>),
}

impl<'d> DefinitionView<'d> {
    fn new(definition: &'d PropertyDefinition, users: &'d Users, is_seen: Option<bool>) -> Self {
        let notes = definition.notes.as_ref();
        DefinitionView {
            id: definition.id,
            name: &definition.name,
            description: notes.and_then(|notes| notes.description.as_deref()),
            tags_sent: None,
            is_numerical: definition.is_numerical(),
            updated_at: notes.map(|notes| notes.updated_at),
            updated_by: UserView::find(users, notes.and_then(|notes| notes.updated_by)),
            is_seen_on_filtered_events: is_seen,
            property_type: definition.property_type,
            verified: notes.map(|notes| notes.verified),
            verified_at: notes.and_then(|notes| notes.verified_at),
            verified_by: UserView::find(users, notes.and_then(|notes| notes.verified_by)),
            hidden: notes.and_then(|notes| notes.hidden),
            tags: Some(&definition.tags),
        }
    }
}

impl<'p> VirtualView<'p> {
    fn new(property: &'p VirtualProperty) -> Self {
        VirtualView {
            id: format!("$builtin_{}", property.name),
            name: &property.name,
            description: &property.description,
            is_numerical: property.property_type == PropertyType::Numeric,
            property_type: property.property_type,
            tags: [],
            is_seen_on_filtered_events: true,
            verified: false,
            hidden: false,
            r#virtual: true,
        }
    }
}

/// 200 with a page of the definitions; the virtual properties follow the last of them.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let asked = Asked::read(&request.query(), request.page())?;
    let WithUsers {
        item: listing,
        users,
    } = property_definitions::list(&state.store, context, &asked)?;
    let stored = listing.stored.iter();
    let stored =
        stored.map(|(definition, is_seen)| DefinitionView::new(definition, &users, *is_seen));
    let computed = listing.virtual_properties.iter();
    let computed = computed.map(|property| VirtualView::new(property));
    let entries: Vec<_> = stored
        .map(EntryView::Stored)
        .chain(computed.map(EntryView::Virtual))
        .collect();
    Ok(Response::page_linked(
        request,
        asked.page,
        listing.count,
        listing.stored_count,
        &entries,
    ))
}

/// 200 with the definition. The first time, this creates its editable half.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let PropertyDefinitionId(id) = request.path("id")?;
    let found = definitions::show::<PropertyDefinition>(&state.store, context, id)?;
    Ok(Response::ok(&DefinitionView::new(
        &found.item,
        &found.users,
        None,
    )))
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
    let (PropertyDefinitionId(id), form) = (request.path("id")?, request.form());
    let has_tags = form.as_ref().is_ok_and(tags::are_sent);
    let found = definitions::update(&state.store, context, id, form, whole)?;
    let mut view = DefinitionView::new(&found.item, &found.users, None);
    if has_tags {
        view.tags_sent = view.tags.take();
    }
    Ok(Response::ok(&view))
}

/// 204; the definition is gone, with its notes and tags.
pub fn destroy(state: &State, context: Context, request: &Request) -> Result<Response> {
    let PropertyDefinitionId(id) = request.path("id")?;
    definitions::delete::<PropertyDefinition>(&state.store, context, id)?;
    Ok(Response::no_content())
}

/// 200 with the definitions that were changed, and the ids of those that were deleted or do not exist.
pub fn bulk_update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let bulk = BulkUpdate::read(&request.form()?)?;
    let WithUsers { item, users } =
        definitions::bulk_update::<PropertyDefinition>(&state.store, context, bulk)?;
    let views = item.updated.iter();
    Ok(Response::ok(&UpdatedView {
        updated: views
            .map(|item| DefinitionView::new(item, &users, None))
            .collect(),
        deleted: item.deleted,
        skipped: Skipped::all(item.skipped),
    }))
}

/// 200 with the tags that each definition has now, and with those that do not exist.
pub fn bulk_update_tags(state: &State, context: Context, request: &Request) -> Result<Response> {
    let bulk = BulkTags::read(&request.form()?)?;
    let outcome = definitions::bulk_update_tags::<PropertyDefinition>(&state.store, context, bulk)?;
    Ok(Response::ok(&TaggedView::from(outcome)))
}

/// 200 with an object: each event in the request, and whether the property was seen on it.
pub fn seen_together(state: &State, context: Context, request: &Request) -> Result<Response> {
    let seen = property_definitions::seen_together(&state.store, context, &request.query())?;
    Ok(Response::ok(&SeenView(seen)))
}

/// Pairs as one object, in their order.
struct SeenView(Vec<(String, bool)>);

impl Serialize for SeenView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (event, is_seen) in &self.0 {
            map.serialize_entry(event, is_seen)?;
        }
        map.end()
    }
}
