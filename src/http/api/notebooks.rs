//! `/api/projects/{project_id}/notebooks`

use actix_web::http::{StatusCode, header::IF_NONE_MATCH};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::users::UserView;
use crate::{
    domain::{Context, Users, WithUsers, notebooks, viewer},
    http::{Request, Response, State, error::Result},
    model::{JsonText, Notebook, NotebookHead, NotebookShortId, Timestamp},
};

#[derive(Serialize)]
struct HeadView<'n> {
    id: Uuid,
    short_id: &'n NotebookShortId,
    title: Option<&'n str>,
    deleted: bool,
    created_at: Timestamp,
    created_by: Option<UserView<'n>>,
    last_modified_at: Timestamp,
    last_modified_by: Option<UserView<'n>>,
    user_access_level: &'static str,
}

impl<'n> HeadView<'n> {
    fn new(head: &'n NotebookHead, users: &'n Users) -> Self {
        HeadView {
            id: head.id,
            short_id: &head.short_id,
            title: head.title.as_deref(),
            deleted: head.deleted,
            created_at: head.created_at,
            created_by: UserView::find(users, head.created_by),
            last_modified_at: head.last_modified_at,
            last_modified_by: UserView::find(users, head.last_modified_by),
            user_access_level: "manager",
        }
    }
}

/// A notebook with its content.
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
    created_by: Option<UserView<'n>>,
    last_modified_at: Timestamp,
    last_modified_by: Option<UserView<'n>>,
    user_access_level: Option<&'static str>,
    parent_resource: Option<()>,
}

impl<'n> NotebookView<'n> {
    /// The view of a notebook.
    pub fn new(notebook: &'n Notebook, users: &'n Users) -> Self {
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
            created_by: UserView::find(users, head.created_by),
            last_modified_at: head.last_modified_at,
            last_modified_by: UserView::find(users, head.last_modified_by),
            user_access_level: Some("manager"),
            parent_resource: None,
        }
    }

    /// The view for anonymous visitors, who cannot edit.
    pub fn for_visitors(self) -> Self {
        NotebookView {
            user_access_level: None,
            ..self
        }
    }
}

/// 200 with a page of the project's notebooks.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let WithUsers { item: found, users } =
        notebooks::list(&state.store, context, &request.query(), page)?;
    let view = |head| HeadView::new(head, &users);
    let views: Vec<_> = found.items.iter().map(view).collect();
    Ok(Response::page(request, page, found.count, &views))
}

pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let found = notebooks::create(&state.store, context, request.form()?)?;
    Ok(Response::created(&NotebookView::new(
        &found.item,
        &found.users,
    )))
}

/// 200 with the notebook; 304 if `If-None-Match` is its version, without quotes.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let found = notebooks::show(&state.store, context, &request.path("short_id")?)?;
    if request.header(&IF_NONE_MATCH) == Some(&*found.item.version.to_string()) {
        return Ok(Response::empty(StatusCode::NOT_MODIFIED));
    }
    Ok(Response::ok(&NotebookView::new(&found.item, &found.users)))
}

/// 200 with the updated notebook. PUT differs from PATCH only for forms, where a missing `deleted` means false.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (short_id, form) = (request.path("short_id")?, request.form());
    let found = notebooks::update(&state.store, context, short_id, form, request.is_put())?;
    Ok(Response::ok(&NotebookView::new(&found.item, &found.users)))
}

/// 405 without a body: notebooks are deleted by `PATCH {"deleted": true}`.
pub fn destroy(_: &State, _: Context, _: &Request) -> Result<Response> {
    Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED))
}

/// 200 with what the public page would draw of a notebook with the `content` in the body. Nothing is stored.
///
/// An extension, for the admin page: only the server reads Markdown.
pub fn preview(_: &State, _: Context, request: &Request) -> Result<Response> {
    let content = request.form()?.field("content").json()?;
    let drawings = viewer::preview(&content.required("content")?);
    Ok(Response::ok(&json!({"drawings": drawings})))
}
