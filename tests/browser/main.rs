//! The pages, in a real browser.
mod admin;
mod docs;
mod driver;
mod entrance;
mod events;
mod frames;
mod gallery;
#[path = "../api/harness/mod.rs"]
#[allow(dead_code)] // other tests use the rest
mod harness;
mod keys;
mod pictures;
mod properties;
mod sections;
mod shares;
mod snippets;
mod viewer;
mod xss;
