//! The binary as people and scripts use it: commands, options, exit codes, signals.
mod advice;
mod backups;
mod commands;
mod config;
mod connections;
mod documents;
mod exec;
mod file_gone;
mod full_disk;
#[path = "../support/mod.rs"]
mod harness;
mod help;
mod hosting;
#[path = "../api/judge.rs"]
mod judge;
mod lab;
mod locked;
mod moving;
mod noted;
mod private;
mod process;
mod proxies;
mod ready;
mod seed_errors;
mod seed_events;
mod seed_objects;
mod seed_rules;
mod seed_schema;
mod seeded;
mod seeding;
mod share_files;
mod start;
mod stop;
mod taxonomy;
mod tls;
mod trouble;
mod upgrades;
