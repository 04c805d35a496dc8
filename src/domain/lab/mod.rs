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

use super::{Error, Result, Store};
use crate::{model::ProjectId, store::projects as table};

/// The project that `named` names by its id or by its token.
///
/// Errors: `Invalid` if there is none.
pub fn find_project(store: &Store, named: &str) -> Result<ProjectId> {
    let project = store.read(|db| match named.parse() {
        Ok(id) => table::find(db, ProjectId(id)),
        Err(_) => table::find_by_token(db, named),
    })?;
    let detail = "No project has this id or token.";
    let missing = || Error::field("project", "does_not_exist", detail);
    Ok(project.ok_or_else(missing)?.id)
}
