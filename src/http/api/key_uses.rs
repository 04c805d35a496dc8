//! `/api/key_uses`: from where each key was used last, for the admin page.

use crate::{
    domain::{Caller, key_uses},
    http::{Request, Response, State, error::Result},
};

/// 200 with a page of the last uses of the user's own keys and of those of the user's projects, latest first.
pub fn list(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let all = key_uses::list(&state.store, &state.key_uses, caller)?;
    let page = request.page();
    let shown: Vec<_> = page.of(&all).collect();
    Ok(Response::page(request, page, all.len() as i64, &shown))
}
