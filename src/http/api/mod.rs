//! Handlers of the API and the views that they return, one module for each resource.

pub mod absent;
pub mod activity_log;
pub mod backups;
pub mod changes;
pub mod dashboards;
pub mod definitions;
pub mod event_definitions;
pub mod events;
pub mod feature_flags;
pub mod health;
pub mod insights;
pub mod key_uses;
pub mod not_served;
pub mod notebooks;
pub mod organization_members;
pub mod organizations;
pub mod personal_api_keys;
pub mod project_secret_api_keys;
pub mod projects;
pub mod property_definitions;
pub mod schema;
pub mod session_recordings;
pub mod sharing;
pub mod sharing_configurations;
pub mod users;
