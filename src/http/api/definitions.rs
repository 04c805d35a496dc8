//! What one can do with the definition of an event as with that of a property.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use crate::{
    domain::{
        Context, Kept, Users, WithUsers,
        definitions::{self, BulkTags, BulkUpdate, Definition},
        tags,
    },
    http::{Request, Response, State, error::Result},
};

/// A definition that the API shows.
pub trait Shown: Definition {
    /// How clients see it. Its editable half is null until someone views or edits it.
    type View<'d>: Serialize;

    fn view<'d>(&'d self, users: &'d Users) -> Self::View<'d>;

    /// The answer to a change: `has_tags` if that had tags, `whole` if it was a PUT.
    fn changed_view<'d>(&'d self, users: &'d Users, has_tags: bool, whole: bool) -> Self::View<'d>;
}

/// An entry of a list.
#[derive(Serialize)]
#[serde(untagged)]
pub enum EntryView<'d, V> {
    View(V),
    Kept(&'d RawValue),
}

/// `kept` as an entry of a list. Its JSON is kept with it, unless it names users, whose own names may change.
pub fn entry<'d, D: Shown>(kept: &'d Kept<D>, users: &'d Users) -> EntryView<'d, D::View<'d>> {
    let json = |definition: &D| {
        let mut named = Vec::new();
        definition.mention(&mut named);
        let json = || to_raw_value(&definition.view(&Users::default()));
        named.is_empty().then(|| json().expect("views serialise"))
    };
    match kept.json(json) {
        Some(json) => EntryView::Kept(json),
        None => EntryView::View(kept.view(users)),
    }
}

/// What became of a request about many definitions, with a `V` for each that was changed.
#[derive(Serialize)]
pub struct BulkView<V> {
    updated: Vec<V>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<Vec<Uuid>>,
    skipped: Vec<SkippedView>,
}

/// A definition that does not exist.
#[derive(Serialize)]
struct SkippedView {
    id: Uuid,
    reason: &'static str,
}

#[derive(Serialize)]
struct TaggedView {
    id: Uuid,
    tags: Vec<String>,
}

impl<V> BulkView<V> {
    /// The view of a request that deletes nothing.
    pub fn new(updated: impl Iterator<Item = V>, skipped: Vec<Uuid>) -> BulkView<V> {
        let reason = "Not found";
        let skipped = skipped.into_iter().map(|id| SkippedView { id, reason });
        BulkView {
            updated: updated.collect(),
            deleted: None,
            skipped: skipped.collect(),
        }
    }
}

/// 200 with the definition. The first time, this creates its editable half.
pub fn show<D: Shown>(state: &State, context: Context, request: &Request) -> Result<Response> {
    let found = definitions::show::<D>(&state.store, context, request.path("id")?)?;
    Ok(Response::ok(&found.item.view(&found.users)))
}

/// 200 with the definition as it is now. PUT differs from PATCH only for forms, which show what is left out of them.
pub fn update<D: Shown>(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (id, form, whole) = (request.path("id")?, request.form(), request.is_put());
    let has_tags = form.as_ref().is_ok_and(tags::are_sent);
    let change = definitions::update::<D>(context, id, form, whole);
    Response::to_change(state, request, change, move |WithUsers { item, users }| {
        Response::ok(&item.changed_view(&users, has_tags, whole))
    })
}

/// 204; the definition is gone, with its notes and tags.
pub fn destroy<D: Shown>(state: &State, context: Context, request: &Request) -> Result<Response> {
    let change = definitions::delete::<D>(context, request.path("id")?);
    Response::to_change(state, request, change, |()| Response::no_content())
}

/// 200 with the definitions that were changed, and the ids of those that were deleted or do not exist.
pub fn bulk_update<D: Shown>(
    state: &State,
    context: Context,
    request: &Request,
) -> Result<Response> {
    let bulk = BulkUpdate::read(&request.form()?)?;
    let WithUsers { item, users } = definitions::bulk_update::<D>(&state.store, context, bulk)?;
    let views = item
        .updated
        .iter()
        .map(|definition| definition.view(&users));
    Ok(Response::ok(&BulkView {
        deleted: Some(item.deleted),
        ..BulkView::new(views, item.skipped)
    }))
}

/// 200 with the tags that each definition has now, and with those that do not exist.
pub fn bulk_update_tags<D: Shown>(
    state: &State,
    context: Context,
    request: &Request,
) -> Result<Response> {
    let bulk = BulkTags::read(&request.form()?)?;
    let outcome = definitions::bulk_update_tags::<D>(&state.store, context, bulk)?;
    let updated = outcome.updated.into_iter();
    let views = updated.map(|(id, tags)| TaggedView { id, tags });
    Ok(Response::ok(&BulkView::new(views, outcome.skipped)))
}
