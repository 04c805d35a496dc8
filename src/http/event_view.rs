//! How events are shown.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    domain::events::SeenEvent,
    model::{JsonText, Timestamp},
};

/// An event as clients see it.
#[derive(Serialize)]
pub struct EventView<'e> {
    id: Uuid,
    distinct_id: &'e str,
    properties: &'e JsonText,
    event: &'e str,
    timestamp: Timestamp,
}

impl<'e> EventView<'e> {
    pub fn new(event: &'e SeenEvent) -> Self {
        EventView {
            id: event.id,
            distinct_id: &event.distinct_id,
            properties: &event.properties,
            event: &event.event,
            timestamp: event.timestamp,
        }
    }
}
