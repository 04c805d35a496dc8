//! Pages for people, and the files they are made of: all in the binary, nothing from elsewhere.

pub mod admin;
pub mod assets;
pub mod docs;
pub mod viewer;
