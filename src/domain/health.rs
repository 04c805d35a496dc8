//! The state of the server (`http-conventions.md` 8).

use super::Result;
use crate::store::{Store, organizations};

/// Whether there is an organization yet.
pub fn is_initiated(store: &Store) -> Result<bool> {
    Ok(store.read(organizations::any)?)
}
