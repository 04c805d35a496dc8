//! `/api/projects/{project_id}/notebooks`

use actix_web::http::{StatusCode, header::IF_NONE_MATCH};
use serde::Serialize;
use uuid::Uuid;

use super::users::{UserView, UserViews};
use crate::{
    domain::{Context, Error, notebooks},
    http::{
        Request, Response, State,
        error::{Refusal, Result},
    },
    model::*,
    store::Read,
};

/// A notebook as lists show it.
#[derive(Serialize)]
struct HeadView<'n> {
    id: Uuid,
    short_id: &'n NotebookShortId,
    title: Option<&'n str>,
    deleted: bool,
    created_at: Timestamp,
    created_by: Option<&'n UserView>,
    last_modified_at: Timestamp,
    last_modified_by: Option<&'n UserView>,
    user_access_level: &'static str,
}

impl<'n> HeadView<'n> {
    fn new(head: &'n NotebookHead, users: &'n UserViews) -> Self {
        HeadView {
            id: head.id,
            short_id: &head.short_id,
            title: head.title.as_deref(),
            deleted: head.deleted,
            created_at: head.created_at,
            created_by: users.get(head.created_by),
            last_modified_at: head.last_modified_at,
            last_modified_by: users.get(head.last_modified_by),
            user_access_level: "manager",
        }
    }
}

/// A notebook with all that is in it.
#[derive(Serialize)]
pub struct NotebookView<'n> {
    id: Uuid,
    short_id: &'n NotebookShortId,
    title: Option<&'n str>,
    content: Option<&'n JsonText>,
    text_content: Option<&'n str>,
    version: i64,
    deleted: bool,
    created_at: Timestamp,
    created_by: Option<&'n UserView>,
    last_modified_at: Timestamp,
    last_modified_by: Option<&'n UserView>,
    user_access_level: Option<&'static str>,
    parent_resource: Option<()>,
}

impl<'n> NotebookView<'n> {
    /// The view of a notebook.
    pub fn new((notebook, users): &'n Found) -> Self {
        let head = &notebook.head;
        NotebookView {
            id: head.id,
            short_id: &head.short_id,
            title: head.title.as_deref(),
            content: notebook.content.as_ref(),
            text_content: notebook.text_content.as_deref(),
            version: notebook.version,
            deleted: head.deleted,
            created_at: head.created_at,
            created_by: users.get(head.created_by),
            last_modified_at: head.last_modified_at,
            last_modified_by: users.get(head.last_modified_by),
            user_access_level: Some("manager"),
            parent_resource: None,
        }
    }

    /// The view for strangers, who edit nothing.
    pub fn for_strangers(self) -> Self {
        NotebookView {
            user_access_level: None,
            ..self
        }
    }
}

/// A notebook with the users that it names, as one look at the database found them.
pub type Found = (Notebook, UserViews);

/// `notebook` with the users that it names.
pub fn with_users(db: &Read, notebook: Notebook) -> Result<Found, Error> {
    let users = UserViews::find(
        db,
        [notebook.head.created_by, notebook.head.last_modified_by],
    )?;
    Ok((notebook, users))
}

/// 200 with a page of the project's notebooks.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let (filter, order) = notebooks::filter(&request.query(), context)?;
    let (listing, users) = state.store.read(|db| {
        let listing = notebooks::list(db, context, &filter, order, page)?;
        let named = listing
            .items
            .iter()
            .flat_map(|head| [head.created_by, head.last_modified_by]);
        let users = UserViews::find(db, named)?;
        Ok::<_, Error>((listing, users))
    })?;
    let views: Vec<_> = listing
        .items
        .iter()
        .map(|head| HeadView::new(head, &users))
        .collect();
    Ok(Response::page(request, page, listing.count, &views))
}

/// 201 with the notebook.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let found = state
        .store
        .write(move |db| with_users(db, notebooks::create(db, context, &form)?))?;
    Ok(Response::created(&NotebookView::new(&found)))
}

/// 200 with the notebook; 304 for who has its version already, which `If-None-Match` tells without quotes.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let short_id = request.path("short_id")?;
    let look = |db: &Read| with_users(db, notebooks::find(db, context, &short_id)?);
    let found = state.store.read(look)?;
    if request.header(&IF_NONE_MATCH) == Some(&*found.0.version.to_string()) {
        return Ok(Response::empty(StatusCode::NOT_MODIFIED));
    }
    Ok(Response::ok(&NotebookView::new(&found)))
}

/// PATCH: 200 with the notebook as it is now.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    change(state, context, request, false)
}

/// PUT: the same; it differs for forms only.
pub fn replace(state: &State, context: Context, request: &Request) -> Result<Response> {
    change(state, context, request, true)
}

fn change(state: &State, context: Context, request: &Request, whole: bool) -> Result<Response> {
    let (short_id, form) = (request.path("short_id")?, request.form());
    let found = state.store.write(move |db| {
        let notebook = notebooks::find_deleted_too(db, context, &short_id)?; // 404 comes before 400
        with_users(db, notebooks::update(db, context, notebook, &form?, whole)?)
            .map_err(Refusal::from)
    })?;
    Ok(Response::ok(&NotebookView::new(&found)))
}

/// 405 without a body, there or not: notebooks are deleted by `PATCH {"deleted": true}`.
pub fn destroy(_: &State, _: Context, _: &Request) -> Result<Response> {
    Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED))
}
