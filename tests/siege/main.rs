//! Most loads of `bench.rs`, small enough for every run: no bound of memory is broken, others are served, nothing is a 500.
//!
//! Times are not checked here: `tests/long` reports them.

#[allow(dead_code)] // the table uses the rest
mod client;
mod echo;
#[allow(dead_code)]
mod loads;
#[allow(dead_code)]
mod measure;
#[allow(dead_code)]
mod server;

use std::sync::{Mutex, PoisonError};

use loads::{LOADS, Scale};
use server::Server;

/// One load at a time: they share the machine, and each is measured.
static TURN: Mutex<()> = Mutex::new(());

fn withstands(name: &str) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let load = LOADS.iter().find(|load| load.name == name).unwrap();
    let setup = (load.setup)(Scale::Short);
    let server = Server::start(&setup);
    let figures = measure::watch(&server, setup.patience, |server| {
        (load.run)(server, Scale::Short)
    });
    println!("{}\n{name:<28} {figures}", measure::heading());
    let broken = figures.broken();
    assert!(broken.is_empty(), "{broken:#?}\n{}", server.log());
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[test]
fn wrong_guesses_keep_no_memory() {
    withstands("wrong guesses");
}

#[test]
fn guesses_at_a_share_with_many_passwords_keep_no_memory() {
    withstands("many passwords");
}

#[test]
fn a_large_json_body_without_a_key_is_not_read_into_a_tree() {
    withstands("keyless [0,0,...");
}

#[test]
fn a_large_form_without_a_key_is_not_read_into_a_tree() {
    withstands("keyless form a&");
}

#[test]
fn half_sent_bodies_share_a_budget() {
    withstands("half-sent bodies");
}

#[test]
fn decompressed_bodies_share_a_budget() {
    withstands("gzip bodies");
}

#[test]
fn unread_long_lists_are_made_one_at_a_time() {
    withstands("list never read");
}

#[test]
fn unread_responses_keep_no_copy_of_a_file() {
    withstands("script never read");
}

#[test]
fn idle_connections_above_the_soft_limit_make_room() {
    withstands("idle, soft limit 1024");
}

#[test]
fn idle_connections_above_the_hard_limit_make_room() {
    withstands("idle, hard limit 1024");
}

#[test]
fn many_new_names_in_one_request_do_not_delay_others() {
    withstands("new names in one request");
}
