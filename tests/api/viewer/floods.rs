//! Guesses in numbers: what many of them cost, and whom they keep out.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::{
    INSIGHT, NOTEBOOK,
    locks::{PASSWORD, protect, submit},
};
use crate::harness::{Answer, Server};

/// A guess that a proxy on this machine passes on for `client`.
fn submit_as(server: &Server, client: &str, path: &str, password: &str) -> Answer {
    let body = serde_json::json!({"password": password});
    let ask = server.ask("POST", path).header("x-forwarded-for", client);
    ask.json(body).send()
}

fn behind_a_proxy() -> Server {
    Server::with(&["--trusted-proxy", "127.0.0.1"])
}

/// The most memory that the server has held, in MiB.
fn peak(server: &Server) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: usize = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .unwrap()
        .parse()
        .unwrap();
    kib / 1024
}

/// What the places for hashing hold, at most four of 19 MiB, and room for the threads that wait.
fn bound() -> usize {
    let cores = thread::available_parallelism().unwrap().get();
    19 * cores.min(4) + 24
}

/// Gives the share that was protected first `count` more active passwords, older than its own, with these hashes.
fn add_passwords(server: &Server, count: u8, hash: &str) {
    let database = Connection::open(server.database()).unwrap();
    let sql = "INSERT INTO share_password (configuration, password_hash, created_at)
               WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
               SELECT configuration, coalesce(?2, password_hash), created_at - 1 FROM share_password, n WHERE id = 1";
    let hash = (!hash.is_empty()).then_some(hash);
    assert_eq!(
        database.execute(sql, (count, hash)).unwrap(),
        usize::from(count)
    );
}

/// Fits no password and takes no time, so that a test of counting does not depend on how fast the machine hashes.
const CHEAP: &str =
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQxMjM0$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

#[test]
fn one_client_cannot_lock_out_another() {
    let server = behind_a_proxy();
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    for _ in 0..60 {
        submit_as(&server, "192.0.2.1", &path, "wrong");
    }
    assert_eq!(submit_as(&server, "192.0.2.1", &path, PASSWORD).status, 429);
    assert_eq!(submit_as(&server, "192.0.2.2", &path, "wrong").status, 401);
    assert_eq!(submit_as(&server, "192.0.2.2", &path, PASSWORD).status, 200);
    // What stands left of the client's address is the client's own invention.
    let forged = "192.0.2.3, 192.0.2.1";
    assert_eq!(submit_as(&server, forged, &path, PASSWORD).status, 429);
}

#[test]
fn the_addresses_of_one_ipv6_network_are_one_client() {
    let server = behind_a_proxy();
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    for number in 1..=10 {
        let client = format!("2001:db8::{number}");
        assert_eq!(submit_as(&server, &client, &path, "wrong").status, 401);
    }
    let eleventh = submit_as(&server, "2001:db8::ffff:1", &path, "wrong");
    assert_eq!(eleventh.status, 429);
    let neighbour = submit_as(&server, "2001:db8:0:1::1", &path, "wrong");
    assert_eq!(neighbour.status, 401);
}

#[test]
fn without_a_trusted_proxy_a_client_cannot_choose_its_address() {
    for arguments in [&[][..], &["--trusted-proxy", "192.0.2.0/24"]] {
        let server = Server::with(arguments);
        let path = format!("/shared/{}", protect(&server, INSIGHT));
        for number in 1..=10 {
            let client = format!("192.0.2.{number}");
            assert_eq!(submit_as(&server, &client, &path, "wrong").status, 401);
        }
        let eleventh = submit_as(&server, "192.0.2.11", &path, "wrong");
        assert_eq!(eleventh.status, 429);
    }
}

#[test]
fn the_log_names_the_client_that_a_trusted_proxy_names() {
    let server = behind_a_proxy();
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    submit_as(&server, "203.0.113.9, 192.0.2.7", &path, "wrong");
    let log = server.get("/api/projects/1/activity_log?scope=Insight&item_id=1");
    let after = &log.ok(200)["results"][0]["detail"]["changes"][0]["after"];
    assert_eq!(after["client_ip"], "192.0.2.7");
}

#[test]
fn a_share_with_fifty_passwords_takes_six_guesses_a_minute_and_then_one_of_each_client() {
    let server = behind_a_proxy();
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    add_passwords(&server, 49, CHEAP);
    let statuses: Vec<_> = (0..60)
        .map(|_| submit_as(&server, "192.0.2.1", &path, "wrong").status)
        .collect();
    assert_eq!(statuses, [[401; 6].as_slice(), &[429; 54]].concat());
    // A client that has not guessed lately and knows a password is let in, and no other share is slowed down.
    assert_eq!(submit_as(&server, "192.0.2.2", &path, PASSWORD).status, 200);
    assert_eq!(submit_as(&server, "192.0.2.2", &path, PASSWORD).status, 429);
    let other = format!("/shared/{}", protect(&server, NOTEBOOK));
    assert_eq!(
        submit_as(&server, "192.0.2.1", &other, PASSWORD).status,
        200
    );
}

#[test]
fn guesses_of_many_clients_hold_bounded_memory() {
    let server = behind_a_proxy();
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    let (before, start) = (peak(&server), Instant::now());
    thread::scope(|scope| {
        for client in 0..8 {
            let (server, path) = (&server, &path);
            scope.spawn(move || {
                for guess in 0..12 {
                    let client = format!("192.0.2.{client}");
                    let expected = if guess < 10 { 401 } else { 429 };
                    // On a busy machine a guess can wait too long for its hash, and does not count.
                    let mut answer = submit_as(server, &client, path, "wrong");
                    while answer.status == 503 && start.elapsed() < Duration::from_secs(30) {
                        thread::sleep(Duration::from_secs(1));
                        answer = submit_as(server, &client, path, "wrong");
                    }
                    assert_eq!(answer.status, expected, "{}", answer.text);
                }
            });
        }
    });
    let grown = peak(&server) - before;
    assert!(grown < bound(), "{grown} MiB");
    assert_eq!(submit(&server, &path, PASSWORD).status, 200);
}

#[test]
fn a_full_queue_answers_503_and_asks_to_come_back() {
    let server = behind_a_proxy();
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    add_passwords(&server, 5, "");
    let answers: Vec<Answer> = thread::scope(|scope| {
        let guess = |client| {
            let (server, path) = (&server, &path);
            scope.spawn(move || submit_as(server, &format!("192.0.2.{client}"), path, "wrong"))
        };
        let guesses: Vec<_> = (0..80).map(guess).collect();
        let health = server.get("/api/projects/1/insights/");
        assert_eq!(health.status, 200, "others are served meanwhile");
        guesses
            .into_iter()
            .map(|guess| guess.join().unwrap())
            .collect()
    });
    let busy: Vec<_> = answers.iter().filter(|it| it.status == 503).collect();
    assert!(!busy.is_empty());
    for answer in busy {
        let detail = "The server is busy. Try again shortly.";
        answer.error(503, "server_error", "service_unavailable", detail, None);
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert!(answers.iter().all(|it| [401, 503].contains(&it.status)));
    assert!(peak(&server) < bound() + 40, "{} MiB", peak(&server));
}
