//! Ingestion under stress: `kill -9` while events come in, and payloads that nobody would think of.

#[allow(dead_code)] // the other tests use the rest of it
#[path = "../api/harness/mod.rs"]
mod harness;

mod durability;
mod payloads;
mod property;
mod whole;
