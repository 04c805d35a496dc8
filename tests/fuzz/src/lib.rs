//! What each fuzz target does with an input: every function panics when hoglet does something wrong with it.

mod events;
mod http;
mod json;
mod markdown;
mod seed;
mod server;

pub use events::events;
pub use http::{body, query};
pub use json::json;
pub use markdown::markdown;
pub use seed::seed;

/// A target's name and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 6] = [
    ("body", body),
    ("events", events),
    ("json", json),
    ("markdown", markdown),
    ("query", query),
    ("seed", seed),
];
