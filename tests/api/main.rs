//! The whole server from outside: every test starts the real binary on a fresh database.
mod activity_log;
mod harness;
mod health;
mod notebooks;
mod notebooks_changes;
mod notebooks_list;
mod property_definitions;
mod session_recordings;
mod sharing;
mod sharing_fields;
mod sharing_gates;
mod sharing_parents;
mod sharing_password_fields;
mod sharing_passwords;
mod sharing_refresh;
