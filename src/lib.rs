//! The floors of the house.
pub mod http;
pub mod model;
