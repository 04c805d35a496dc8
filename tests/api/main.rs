//! The whole server from outside: every test starts the real binary on a fresh database.
mod harness;

mod health;
