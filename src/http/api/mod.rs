//! One file a room: handlers, and the views that they send.

pub mod health;
pub mod organizations;
pub mod personal_api_keys;
pub mod project_secret_api_keys;
pub mod projects;
pub mod property_definitions;
pub mod sharing;
pub mod users;
