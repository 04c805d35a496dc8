//! Hoglet: a PostHog-compatible server in one binary with one SQLite file.
//!
//! The floors, each of which knows only those below it: `cli` and `http`, `domain`, `store`, `model`.

pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod model;
pub mod store;
