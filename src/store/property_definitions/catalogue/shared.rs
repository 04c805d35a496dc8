//! The catalogues of a running server, each behind a lock of its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use super::{Catalogue, follow::VERSION};
use crate::{
    model::*,
    store::{Read, Result},
};

/// Definitions kept in memory over all projects, before those of other projects make room.
pub(super) const MOST_KEPT: usize = 2_000_000;

type Shared = Arc<RwLock<Catalogue>>;

/// The catalogues that were asked for since the start, and large ones.
#[derive(Default)]
pub struct Catalogues(Mutex<HashMap<(ProjectId, DefinitionType), Shared>>);

impl Catalogues {
    /// Runs `look` on the catalogue of `project` and type `of`, as the database is at the instant of `db`, or later: whether it
    /// is that instant is told.
    pub fn with<T>(
        &self,
        db: &Read,
        project: ProjectId,
        of: DefinitionType,
        look: impl FnOnce(&Catalogue, bool) -> Result<T>,
    ) -> Result<T> {
        let shared = self.shared(project, of);
        {
            // Locked before the version is asked for: whoever asks first sees no later state than the catalogue can have.
            let catalogue = shared.read().unwrap_or_else(PoisonError::into_inner);
            if catalogue.version == db.count(VERSION, [])? && catalogue.version > 0 {
                return look(&catalogue, true);
            }
        }
        let mut catalogue = shared.write().unwrap_or_else(PoisonError::into_inner);
        if catalogue.version == 0 {
            *catalogue = Catalogue::load(db, project, of)?;
        } else {
            catalogue.refresh(db, project, of)?;
        }
        let is_current = catalogue.version == db.count(VERSION, [])?;
        look(&catalogue, is_current)
    }

    fn shared(&self, project: ProjectId, of: DefinitionType) -> Shared {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(&(project, of)) {
            let kept = |shared: &Shared| shared.try_read().map_or(0, |catalogue| catalogue.len());
            if all.values().map(kept).sum::<usize>() > MOST_KEPT {
                all.clear();
            }
        }
        all.entry((project, of)).or_default().clone()
    }
}
