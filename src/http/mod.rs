//! The HTTP door.
pub mod json;
