//! The pages, in a real browser.
mod admin;
mod charts;
mod content;
mod docs;
mod driver;
mod entrance;
mod events;
mod exploring;
mod frames;
mod gallery;
#[path = "../support/mod.rs"]
mod harness;
mod keys;
mod lab;
mod nasty;
mod notebooks;
mod pictures;
mod properties;
mod sections;
mod shapes;
mod share_ends;
mod shares;
mod snippets;
mod trips;
mod viewer;
mod walks;
mod xss;
