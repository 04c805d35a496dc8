//! `/api/projects/{project_id}/property_definitions`

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::value::{RawValue, to_raw_value};

use super::{
    definitions::{EntryView, Shown, entry},
    users::UserView,
};
use crate::{
    domain::{
        Context, Users, WithUsers,
        property_definitions::{self, Asked},
        taxonomy::VirtualProperty,
    },
    http::{Request, Response, State, error::Result},
    model::{PropertyDefinition, PropertyDefinitionId, PropertyType, Timestamp},
};

#[derive(Serialize)]
pub struct PropertyDefinitionView<'d> {
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

impl<'d> PropertyDefinitionView<'d> {
    fn new(definition: &'d PropertyDefinition, users: &'d Users, is_seen: Option<bool>) -> Self {
        let notes = definition.notes.as_ref();
        PropertyDefinitionView {
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

impl Shown for PropertyDefinition {
    type View<'d> = PropertyDefinitionView<'d>;

    fn view<'d>(&'d self, users: &'d Users) -> PropertyDefinitionView<'d> {
        PropertyDefinitionView::new(self, users, None)
    }

    fn changed_view<'d>(&'d self, users: &'d Users, has_tags: bool, _: bool) -> Self::View<'d> {
        let mut view = self.view(users);
        if has_tags {
            view.tags_sent = view.tags.take();
        }
        view
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

/// The entry of `property`, which is always the same.
fn virtual_entry(property: &VirtualProperty) -> &RawValue {
    let json = || to_raw_value(&VirtualView::new(property)).expect("views serialise");
    property.json.get_or_init(json)
}

/// 200 with a page of the definitions; the virtual properties follow the last of them.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let asked = Asked::read(&request.query(), request.page())?;
    let WithUsers {
        item: listing,
        users,
    } = property_definitions::list(&state.store, context, &asked)?;
    let stored = listing.stored.iter();
    let stored = stored.map(|(definition, is_seen)| match is_seen {
        None => entry(definition, &users),
        is_seen => EntryView::View(PropertyDefinitionView::new(definition, &users, *is_seen)),
    });
    let computed = listing.virtual_properties.iter();
    let computed = computed.map(|property| EntryView::Kept(virtual_entry(property)));
    let entries: Vec<_> = stored.chain(computed).collect();
    Ok(Response::page_linked(
        request,
        asked.page,
        listing.count,
        listing.stored_count,
        &entries,
    ))
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
