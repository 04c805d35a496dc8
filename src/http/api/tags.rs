//! What is said of tags that many things get at once.

use serde::Serialize;
use uuid::Uuid;

use crate::domain::tags::BulkOutcome;

/// What became of a change of many things' tags.
#[derive(Serialize)]
pub struct BulkView {
    updated: Vec<Tagged>,
    skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Tagged {
    id: Uuid,
    tags: Vec<String>,
}

#[derive(Serialize)]
struct Skipped {
    id: Uuid,
    reason: &'static str,
}

impl From<BulkOutcome> for BulkView {
    fn from(outcome: BulkOutcome) -> BulkView {
        let updated = outcome
            .updated
            .into_iter()
            .map(|(id, tags)| Tagged { id, tags });
        let skipped = outcome.skipped.into_iter().map(|id| Skipped {
            id,
            reason: "Not found",
        });
        BulkView {
            updated: updated.collect(),
            skipped: skipped.collect(),
        }
    }
}
