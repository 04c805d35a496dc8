//! The nouns: plain data that depends on nothing of ours.
mod json;
mod python;

pub use json::{Json, Text};
