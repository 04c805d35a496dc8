//! Ingestion under stress: `kill -9` while events arrive, and unexpected payloads.

#[path = "../support/mod.rs"]
mod harness;

mod durability;
mod payloads;
mod property;
mod whole;
