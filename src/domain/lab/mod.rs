//! The rules of lab mode, in which tests control the server.

pub mod clock;
pub mod expect;
pub mod faults;
pub mod feed;
pub mod flags;
pub mod journal;
mod mask;
pub mod patience;
mod pattern;
pub mod projects;
pub mod snapshots;

pub use mask::masked;
pub use pattern::PathPattern;

pub(crate) use crate::store::with_veto;

use super::{Error, Result, Store, capture::Capture};
use crate::{
    model::{ProjectId, Timestamp},
    store::projects as table,
};

/// The project that `named` names by its id or by its token. Where any token is taken this is a first use as well, so that a
/// test can wait for the events of a token before an SDK uses it.
///
/// Errors: `Invalid` if there is none.
pub fn find_project(
    store: &Store,
    capture: &Capture,
    named: &str,
    now: Timestamp,
) -> Result<ProjectId> {
    let id = named.parse().ok().map(ProjectId);
    if id.is_none() && capture.takes_any_token() {
        capture.welcome(store, named, now)?;
    }
    let project = store.read(|db| match id {
        Some(id) => table::find(db, id),
        None => table::find_by_token(db, named),
    })?;
    let detail = "No project has this id or token.";
    let missing = || Error::field("project", "does_not_exist", detail);
    Ok(project.ok_or_else(missing)?.id)
}
