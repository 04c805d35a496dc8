//! The whole server from outside: every test starts the real binary on a fresh database.
mod harness;
mod health;
mod property_definitions;
mod sharing;
mod sharing_fields;
mod sharing_gates;
mod sharing_parents;
mod sharing_password_fields;
mod sharing_passwords;
mod sharing_refresh;
