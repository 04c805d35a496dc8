//! Ingestion under stress: `kill -9` while events come in, and payloads that nobody would think of.

#[path = "../support/mod.rs"]
mod harness;

mod durability;
mod payloads;
mod property;
mod whole;
