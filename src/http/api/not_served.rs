//! `/api/not_served`: what clients asked for and hoglet lacks, for the admin page.

use crate::{
    domain::Caller,
    http::{Request, Response, State, error::Result},
};

/// 200 with a page of the paths that hoglet lacks, those asked for most often first.
pub fn list(state: &State, _: Caller, request: &Request) -> Result<Response> {
    let all = state.unserved.list();
    let page = request.page();
    let shown: Vec<_> = page.of(&all).collect();
    Ok(Response::page(request, page, all.len() as i64, &shown))
}
