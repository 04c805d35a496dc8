//! Many bodies at a time.

use std::time::Instant;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;

const BUSY: &str = "The server is busy. Try again shortly.";

#[test]
fn half_sent_bodies_give_way_to_clients_that_send() {
    let server = Server::with(&["--body-memory", "16"]);
    let path = "/i/v1/analytics/events";
    let key = "authorization: Bearer phx_ada\r\n";
    let halves: Vec<_> = [("/e/", ""), (path, V1), (KEYS, key)]
        .into_iter()
        .cycle()
        .take(18)
        .map(|(path, headers)| begin(&server, path, headers, 12 << 20, &vec![b' '; 1536 << 10]))
        .collect();
    let held = Instant::now();
    serves_small_requests(&server);
    for _ in 0..3 {
        // On a busy machine this client can be the slowest for a moment. It does what the answer asks for.
        let body = large(6 << 20);
        let mut answer = post(&server, "/e/", &body);
        while answer.status == 503 && held.elapsed() < Duration::from_secs(25) {
            assert_eq!(answer.header("retry-after"), "1");
            thread::sleep(Duration::from_secs(1));
            answer = post(&server, "/e/", &body);
        }
        assert_eq!(answer.status, 200);
    }
    assert!(
        held.elapsed() < Duration::from_secs(25),
        "they only got in after --request-timeout"
    );
    // Clients that had to give way get an error in the form of each protocol, and when to try again.
    let answers: Vec<_> = halves
        .into_iter()
        .map(|socket| {
            socket
                .set_read_timeout(Some(Duration::from_millis(200)))
                .unwrap();
            finish(socket)
        })
        .collect();
    for (nth, body) in [
        (0, BUSY.to_owned()),
        (1, json!({"error": "service_unavailable", "error_description": BUSY, "error_uri": "https://posthog.com/docs/api"}).to_string()),
        (2, json!({"type": "server_error", "code": "service_unavailable", "detail": BUSY, "attr": null}).to_string()),
    ] {
        let of_kind = answers.iter().skip(nth).step_by(3);
        let refused: Vec<_> = of_kind.filter(|(status, _)| *status != 0).collect();
        assert!(!refused.is_empty(), "none of kind {nth} gave way");
        for (status, answer) in refused {
            assert_eq!(*status, 503, "{answer}");
            assert!(answer.contains("retry-after: 1\r\n") && answer.ends_with(&body), "{answer}");
        }
    }
    serves_small_requests(&server);
}

#[test]
fn what_small_bodies_decompress_to_is_counted_and_given_back() {
    for (encoding, body) in [
        ("gzip", gzip(&large(18 << 20))),
        ("zstd", zstd(&large(18 << 20))),
        ("br", STANDARD.decode(BROTLI).unwrap()),
    ] {
        flood(encoding, &body);
    }
}

/// 18 MiB of an event and blanks.
const BROTLI: &str = "z///fwAEvt9mqvKyxXqtfESFHYMhaBkibMABc8DjSqsNE/swkVu7HDDQ5qFOxzt+xHxaZBmUURhhY6V7bX9thzuCzLQLD9v9v8dCh4rKven5//8BQAIgDgtA9/4D";

fn flood(encoding: &str, body: &[u8]) {
    let server = Server::with(&["--body-memory", "64", "--queue-timeout", "10"]);
    let post = || {
        let ask = server
            .ask("POST", "/e/")
            .header("content-encoding", encoding);
        ask.body("application/json", body).send().status
    };
    let before = memory(&server, "VmHWM");
    let statuses: Vec<_> = thread::scope(|scope| {
        let flood = |_| scope.spawn(post);
        let flood: Vec<_> = (0..24).map(flood).collect();
        for _ in 0..5 {
            serves_small_requests(&server);
        }
        flood
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 503)),
        "{encoding} {statuses:?}"
    );
    assert!(statuses.contains(&200), "{encoding} {statuses:?}");
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 64 + 48, "bodies in {encoding} took {grown} MiB");
    // Everything was given back: it fits again, any number of times.
    for _ in 0..4 {
        assert_eq!(post(), 200, "{encoding}");
    }
}

#[test]
fn bodies_are_unpacked_a_few_at_a_time() {
    // All at once would not fit, and most would be refused. One after another each of them fits.
    let cores = thread::available_parallelism().unwrap().get();
    let memory = (32 * cores).to_string();
    let server = Server::with(&["--body-memory", &memory, "--queue-timeout", "60"]);
    let body = gzip(&large(8 << 20));
    let post = || {
        let ask = server.ask("POST", "/e/").header("content-encoding", "gzip");
        ask.body("application/json", &body).send().status
    };
    let statuses: Vec<_> = thread::scope(|scope| {
        let flood: Vec<_> = (0..cores + 32).map(|_| scope.spawn(post)).collect();
        let ended = flood.into_iter().map(|thread| thread.join().unwrap());
        ended.collect()
    });
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[test]
fn bodies_that_wait_for_the_database_hold_up_no_others() {
    let cores = thread::available_parallelism().unwrap().get();
    let server = Server::with(&["--queue-timeout", "60"]);
    let batch = |name: &str| {
        let events = vec![event(name); 4000];
        json!({"api_key": "phc_main", "batch": events}).to_string()
    };
    let known = batch("known");
    assert_eq!(post(&server, "/batch/", known.as_bytes()).status, 200);
    let elsewhere = rusqlite::Connection::open(server.database()).unwrap();
    elsewhere.execute_batch("BEGIN IMMEDIATE").unwrap();
    thread::scope(|scope| {
        let define = |number| {
            let (server, body) = (&server, batch(&format!("new {number}")));
            scope.spawn(move || post(server, "/batch/", body.as_bytes()).status)
        };
        let waiting: Vec<_> = (0..cores + 2).map(define).collect();
        for _ in 0..5 {
            assert_eq!(post(&server, "/batch/", known.as_bytes()).status, 200);
            thread::sleep(Duration::from_millis(200));
        }
        assert!(waiting.iter().all(|thread| !thread.is_finished()));
        elsewhere.execute_batch("ROLLBACK").unwrap();
        for thread in waiting {
            assert_eq!(thread.join().unwrap(), 200);
        }
    });
}

#[test]
fn the_memory_of_decoders_is_counted() {
    let server = Server::with(&["--body-memory", "8"]);
    let post = |encoding: &str, body: &[u8]| {
        let ask = server
            .ask("POST", "/e/")
            .header("content-encoding", encoding);
        ask.body("application/json", body).send()
    };
    let too_large = "maximum event size exceeded: The payload does not fit into the memory set by --body-memory";
    // A window of 8 MiB in 8 bytes, and the same with a block of one byte; a stream that claims 16 MiB.
    let window = [
        0x28,
        0xb5,
        0x2f,
        0xfd,
        0x00,
        13 << 3,
        0x09,
        0x00,
        0x00,
        b'x',
    ];
    for (encoding, body) in [
        ("zstd", &window[..8]),
        ("zstd", &window[..]),
        ("br", &STANDARD.decode(BROTLI).unwrap()[..]),
    ] {
        let answer = post(encoding, body);
        assert_eq!(
            (answer.status, &*answer.text),
            (413, too_large),
            "{encoding}"
        );
    }
    // A small body takes little.
    let small = event("small zstd").to_string();
    for _ in 0..64 {
        assert_eq!(post("zstd", &zstd(small.as_bytes())).status, 200);
    }
    serves_small_requests(&server);
}

#[test]
fn memory_returns_to_the_system() {
    let server = Server::start();
    let events = r#"{"event":"a"},"#.repeat(LIMIT / 14 - 1);
    let events = gzip(format!("[{events}{{}}]").as_bytes());
    // As many values as a body may have: each takes many times its length once it is parsed.
    let values = format!("{{\"description\":[{}0]}}", "0,".repeat(1_400_000));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| post(&server, "/e/", &events));
            scope.spawn(|| {
                let key = "authorization: Bearer phx_ada\r\nconnection: close\r\n";
                let (status, answer) =
                    finish(begin(&server, KEYS, key, values.len(), values.as_bytes()));
                assert!(matches!(status, 400 | 503), "{answer}");
            });
        }
    });
    let began = Instant::now();
    while memory(&server, "VmRSS") >= 64 {
        let kept = memory(&server, "VmRSS");
        assert!(began.elapsed().as_secs() < 15, "{kept} MiB are kept");
        thread::sleep(Duration::from_millis(100));
    }
}
