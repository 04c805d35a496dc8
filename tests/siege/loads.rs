//! The loads of the table: each is what one attacker, most of them without a key, can send.

use std::{
    io::Write as _,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use rustix::process::setpriority_process;
use serde_json::json;

use super::{
    client::{Client, JSON, Outcome, Outcomes, head, peek, write},
    server::{DEFINITION, KEY, Server, Setup, TOKEN, share_token},
};

/// The largest body that the server reads.
const LARGEST: usize = 20 << 20;

/// The largest file that needs no key, as long as the vendored version is this one.
const SCRIPT: &str = "/static/vendor/rapidoc-9.3.8/rapidoc-min.js";

const FORM: &str = "content-type: application/x-www-form-urlencoded";

/// The address of an attacker who opens many connections.
const ELSEWHERE: [u8; 4] = [127, 0, 0, 2];

/// How long idle connections are held: longer than others wait, so that these notice when they have to.
const IDLE: Duration = Duration::from_secs(10);

/// How much of a load is sent.
#[derive(Clone, Copy, PartialEq)]
pub enum Scale {
    /// As the issue describes it.
    Full,
    /// Enough to break a bound of memory where nothing guards it, and to be over in seconds.
    Short,
}

impl Scale {
    fn pick<T>(self, full: T, short: T) -> T {
        match self {
            Scale::Full => full,
            Scale::Short => short,
        }
    }

    /// How long connections are held that do nothing.
    fn hold(self) -> Duration {
        Duration::from_secs(self.pick(45, 6))
    }
}

/// One row of the table.
pub struct Load {
    pub name: &'static str,
    pub setup: fn(Scale) -> Setup,
    pub run: fn(&Server, Scale) -> Outcomes,
}

/// Every load, in the order of the issue.
#[rustfmt::skip] // a table: read it by columns
pub const LOADS: &[Load] = &[
    Load { name: "wrong guesses",              setup: eight_shares,      run: wrong_guesses },
    Load { name: "many passwords",             setup: many_passwords,    run: guesses_at_many },
    Load { name: "keyless [0,0,...",           setup: plain,             run: keyless_json },
    Load { name: "keyless form a&",            setup: plain,             run: keyless_form },
    Load { name: "half-sent bodies",           setup: plain,             run: half_sent },
    Load { name: "gzip bodies",                setup: plain,             run: gzip_bodies },
    Load { name: "list never read",            setup: large_list,        run: list_never_read },
    Load { name: "script never read",          setup: plain,             run: script_never_read },
    Load { name: "idle, soft limit 1024",      setup: low_soft_limit,    run: idle },
    Load { name: "idle, hard limit 1024",      setup: low_hard_limit,    run: idle },
    Load { name: "new names in one request",   setup: plain,             run: new_names },
];

fn plain(scale: Scale) -> Setup {
    // Short loads do not wait for the default of 30 seconds.
    let arguments = scale.pick(&[][..], &["--request-timeout", "2"][..]);
    Setup {
        arguments: arguments.iter().map(|&text| text.into()).collect(),
        patience: Duration::from_secs(30),
        ..Setup::default()
    }
}

fn eight_shares(scale: Scale) -> Setup {
    Setup {
        shares: 8,
        passwords: 1,
        ..plain(scale)
    }
}

fn many_passwords(scale: Scale) -> Setup {
    Setup {
        shares: 1,
        passwords: scale.pick(50, 12),
        ..plain(scale)
    }
}

fn large_list(scale: Scale) -> Setup {
    Setup {
        definitions: 10_000,
        ..plain(scale)
    }
}

fn low_soft_limit(scale: Scale) -> Setup {
    Setup {
        descriptors: Some(scale.pick("-Sn 1024", "-Sn 256")),
        patience: IDLE / 2,
        ..plain(scale)
    }
}

fn low_hard_limit(scale: Scale) -> Setup {
    Setup {
        descriptors: Some(scale.pick("-n 1024", "-n 256")),
        patience: IDLE / 2,
        ..plain(scale)
    }
}

/// 96 wrong guesses by 8 clients, each at a share of its own.
fn wrong_guesses(server: &Server, _: Scale) -> Outcomes {
    crowd(8, |number| {
        repeat(12, || guess(server, &share_token(number)))
    })
}

/// 60 guesses at one share whose every password has to be compared.
fn guesses_at_many(server: &Server, scale: Scale) -> Outcomes {
    let guesses = scale.pick(60, 16);
    crowd(guesses, |_| repeat(1, || guess(server, &share_token(0))))
}

fn guess(server: &Server, share: &str) -> Outcome {
    let body = r#"{"password":"wrong"}"#;
    let head = head(
        "POST",
        &format!("/shared/{share}"),
        &[JSON],
        Some(body.len()),
    );
    server.client().send(&head, body.as_bytes())
}

/// 20 MiB of `[0,0,…` without a key.
fn keyless_json(server: &Server, scale: Scale) -> Outcomes {
    let mut body = String::from("[0");
    body.push_str(&",0".repeat((LARGEST - 3) / 2));
    body.push(']');
    keyless(server, JSON, &body, scale)
}

/// 20 MiB of `a&` without a key.
fn keyless_form(server: &Server, scale: Scale) -> Outcomes {
    keyless(server, FORM, &"a&".repeat(LARGEST / 2), scale)
}

fn keyless(server: &Server, kind: &str, body: &str, scale: Scale) -> Outcomes {
    let head = head("PATCH", DEFINITION, &[kind], Some(body.len()));
    crowd(scale.pick(4, 1), |_| {
        repeat(1, || server.client().send(&head, body.as_bytes()))
    })
}

/// Bodies that lack their last byte, to where events are sent, which needs no key.
fn half_sent(server: &Server, scale: Scale) -> Outcomes {
    let (connections, size) = scale.pick((200, LARGEST), (120, 4 << 20));
    let head = head("POST", "/batch/", &[JSON], Some(size));
    let body = vec![b' '; size - 1];
    let sockets = crowd_of(connections, |_| {
        let mut socket = server.client().connect().ok()?;
        socket
            .set_write_timeout(Some(
                scale.pick(Duration::from_secs(15), Duration::from_secs(4)),
            ))
            .ok()?;
        write(&mut socket, &head, &body);
        Some(socket)
    });
    held(
        sockets,
        scale.pick(Duration::from_secs(10), Duration::from_secs(4)),
    )
}

/// Bodies of some 57 KiB that stand for 20 MiB.
fn gzip_bodies(server: &Server, scale: Scale) -> Outcomes {
    let event = json!({"event": "e", "distinct_id": "d", "properties": {"plan": "free", "n": 1}});
    let events = LARGEST / (event.to_string().len() + 1) - 1;
    let batch = json!({"api_key": TOKEN, "batch": vec![event; events]}).to_string();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(batch.as_bytes())
        .expect("memory takes all");
    let body = encoder.finish().expect("memory takes all");
    let head = head(
        "POST",
        "/batch/",
        &[JSON, "content-encoding: gzip"],
        Some(body.len()),
    );
    crowd(scale.pick(64, 20), |_| {
        repeat(1, || server.client().send(&head, &body))
    })
}

/// Readers with a key who ask for a list of some 4 MiB and read nothing.
fn list_never_read(server: &Server, scale: Scale) -> Outcomes {
    let key = format!("authorization: Bearer {KEY}");
    let path = "/api/projects/1/property_definitions/?limit=10000";
    let request = head("GET", path, &[&key], None);
    never_read(server, scale.pick(300, 120), &request, scale)
}

/// Readers without a key who ask for a script of 842 KiB and read nothing.
fn script_never_read(server: &Server, scale: Scale) -> Outcomes {
    let request = head("GET", SCRIPT, &[], None);
    never_read(server, scale.pick(2_000, 600), &request, scale)
}

fn never_read(server: &Server, readers: usize, request: &str, scale: Scale) -> Outcomes {
    let ask = |client: &Client| {
        let mut socket = client.connect().ok()?;
        write(&mut socket, request, &[]);
        Some(socket)
    };
    let client = server.client();
    held((0..readers).map(|_| ask(&client)).collect(), scale.hold())
}

/// Connections on which nothing is sent, from another address than others have: more than the server has descriptors for.
fn idle(server: &Server, scale: Scale) -> Outcomes {
    let client = server.client();
    let connections = scale.pick(1_100, 300);
    let sockets = (0..connections).map(|_| client.connect_from(ELSEWHERE).ok());
    held(sockets.collect(), IDLE)
}

/// Many new property names in one request.
fn new_names(server: &Server, scale: Scale) -> Outcomes {
    let names = scale.pick(100_000, 20_000);
    let event = |first: usize| {
        let properties = (first..first + 100).map(|name| (format!("new_{name}"), json!("text")));
        json!({"event": "siege", "distinct_id": "d", "properties": properties.collect::<serde_json::Map<_, _>>()})
    };
    let batch = (0..names).step_by(100).map(event).collect::<Vec<_>>();
    let body = json!({"api_key": TOKEN, "batch": batch}).to_string();
    let head = head("POST", "/batch/", &[JSON], Some(body.len()));
    repeat(1, || server.client().send(&head, body.as_bytes()))
}

/// Keeps `sockets` open for a time, then reports how each ended.
fn held(sockets: Vec<Option<TcpStream>>, time: Duration) -> Outcomes {
    let until = Instant::now() + time;
    thread::sleep(until.saturating_duration_since(Instant::now()));
    let mut outcomes = Outcomes::default();
    for socket in sockets {
        outcomes.add(socket.map_or(Outcome::Unreachable, |mut socket| peek(&mut socket)));
    }
    outcomes
}

/// Runs `work` in as many threads, each with its number.
///
/// They would be on other machines, so they leave the cores of this one to the server whenever it needs them. What is measured
/// is then the server, and not how the system shares two cores among hundreds of threads.
fn crowd_of<T: Send>(members: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let run = |number| {
        // To Linux the thread that calls this is the process that it names.
        setpriority_process(None, 19).expect("anyone may lower a priority");
        work(number)
    };
    let run = &run;
    thread::scope(|scope| {
        let threads = (0..members).map(|number| scope.spawn(move || run(number)));
        let threads: Vec<_> = threads.collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("an attacker ends well"))
            .collect()
    })
}

fn crowd(members: usize, work: impl Fn(usize) -> Outcomes + Sync) -> Outcomes {
    let mut sum = Outcomes::default();
    for outcomes in crowd_of(members, work) {
        sum += outcomes;
    }
    sum
}

fn repeat(times: usize, work: impl Fn() -> Outcome) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for _ in 0..times {
        outcomes.add(work());
    }
    outcomes
}
