//! What became of a request about many things.

use serde::Serialize;
use uuid::Uuid;

use crate::domain::{definitions::BulkVerified, tags::BulkOutcome};

/// What became of changes of many definitions, each with the view `V`.
#[derive(Serialize)]
pub struct UpdatedView<V> {
    pub updated: Vec<V>,
    pub deleted: Vec<Uuid>,
    pub skipped: Vec<Skipped>,
}

/// Which definitions were verified, or are no longer.
#[derive(Serialize)]
pub struct VerifiedView {
    updated: Vec<Verified>,
    skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Verified {
    id: Uuid,
    verified: bool,
}

impl VerifiedView {
    /// The result of a request for the state `verified`.
    pub fn new(outcome: BulkVerified, verified: bool) -> VerifiedView {
        let updated = outcome.updated.into_iter();
        VerifiedView {
            updated: updated.map(|id| Verified { id, verified }).collect(),
            skipped: Skipped::all(outcome.skipped),
        }
    }
}

/// What became of a change of many things' tags.
#[derive(Serialize)]
pub struct TaggedView {
    updated: Vec<Tagged>,
    skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Tagged {
    id: Uuid,
    tags: Vec<String>,
}

/// A thing that does not exist.
#[derive(Serialize)]
pub struct Skipped {
    id: Uuid,
    reason: &'static str,
}

impl Skipped {
    /// Those with `ids`.
    pub fn all(ids: Vec<Uuid>) -> Vec<Skipped> {
        let skipped = ids.into_iter().map(|id| Skipped {
            id,
            reason: "Not found",
        });
        skipped.collect()
    }
}

impl From<BulkOutcome> for TaggedView {
    fn from(outcome: BulkOutcome) -> TaggedView {
        let updated = outcome
            .updated
            .into_iter()
            .map(|(id, tags)| Tagged { id, tags });
        TaggedView {
            updated: updated.collect(),
            skipped: Skipped::all(outcome.skipped),
        }
    }
}
