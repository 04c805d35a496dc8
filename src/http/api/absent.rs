//! Lists of what projects cannot have here: surveys, cohorts, annotations, actions.

use crate::{
    domain::Context,
    http::{Request, Response, State, error::Result},
};

/// 200 with an empty page.
pub fn list(_: &State, _: Context, request: &Request) -> Result<Response> {
    Ok(Response::page::<()>(request, request.page(), 0, &[]))
}
