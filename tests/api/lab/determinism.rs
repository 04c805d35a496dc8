//! `--rng-seed` and `--clock`: the same requests get the same responses in every run, byte for byte.

use std::thread;

use serde_json::{Value, json};

use crate::{harness::Server, table::rows};

const CLOCK: &str = "2030-01-01T00:00:00Z";

/// A server for which everything that could differ between two runs is fixed; its address too, as far as clients see it.
fn start(seed: &str) -> Server {
    Server::with(&[
        "--lab",
        "--rng-seed",
        seed,
        "--clock",
        CLOCK,
        "--site-url",
        "http://hoglet.test",
        "--rate-limit",
        "2000/4000",
        "--durability",
        "relaxed",
    ])
}

/// A client that keeps what it sends and what comes back.
struct Journal<'s> {
    server: &'s Server,
    entries: Vec<String>,
}

impl Journal<'_> {
    /// Sends a request as the owner of `key`. Returns the body of the response.
    fn send(&mut self, key: &str, method: &str, path: &str, body: &Value) -> Value {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: hoglet.test\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let response = self.server.raw(request.as_bytes());
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let head = head.lines().filter(|line| !line.starts_with("date: "));
        let mut head: Vec<_> = head.collect();
        head[1..].sort_unstable(); // actix keeps headers in a hash map with random keys
        let head = head.join("\n");
        self.entries
            .push(format!("{method} {path} {key}\n{head}\n\n{body}"));
        serde_json::from_str(body).unwrap_or_default()
    }

    /// The same as ada, who may do everything.
    fn ada(&mut self, method: &str, path: &str, body: Value) -> Value {
        self.send("phx_ada", method, path, &body)
    }

    /// Creates something and returns its `field`.
    #[track_caller]
    fn create(&mut self, path: &str, body: Value, field: &str) -> String {
        let made = self.ada("POST", path, body);
        let value = &made[field];
        assert!(!value.is_null(), "{path}: {made}");
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }
}

/// Creates things of every kind, shares them, captures events, breaks rules. Returns the journal.
fn tour(server: &Server) -> Vec<String> {
    let mut journal = Journal {
        server,
        entries: Vec::new(),
    };
    let project = "/api/projects/1";
    for round in 0..3 {
        let name = |kind: &str| json!({"name": format!("{kind} {round}"), "tags": ["b", "a"]});
        let insight = journal.create(&format!("{project}/insights/"), name("insight"), "id");
        let dashboard = journal.create(&format!("{project}/dashboards/"), name("dashboard"), "id");
        journal.ada(
            "PATCH",
            &format!("{project}/insights/{insight}/"),
            json!({"dashboards": [dashboard]}),
        );
        let notebook = json!({"title": "notebook", "content": {"type": "doc", "content": []}});
        let notebook = journal.create(&format!("{project}/notebooks/"), notebook, "short_id");
        let event = journal.create(
            &format!("{project}/event_definitions/"),
            name("event"),
            "id",
        );
        let key = json!({"label": format!("key {round}"), "scopes": ["feature_flag:read"]});
        let keys = format!("{project}/project_secret_api_keys/");
        let secret = journal.create(&keys, key.clone(), "value");
        journal.send(&secret, "GET", "/flags/definitions", &Value::Null);
        let key = journal.ada("POST", &keys, key); // the label is taken
        assert_eq!(key["type"], "validation_error");
        for parent in [
            format!("{project}/insights/{insight}"),
            format!("{project}/dashboards/{dashboard}"),
            format!("{project}/notebooks/{notebook}"),
            format!("{project}/session_recordings/rec-main"),
        ] {
            let sharing = format!("{parent}/sharing");
            journal.ada(
                "PATCH",
                &sharing,
                json!({"enabled": true, "password_required": true}),
            );
            let password = journal.create(
                &format!("{sharing}/passwords"),
                json!({"note": "made up"}),
                "password",
            );
            if round == 0 {
                journal.ada("PATCH", &sharing, json!({"password_required": false}));
            }
            let token = journal.create(&format!("{sharing}/refresh"), json!({}), "access_token");
            for suffix in ["", ".json"] {
                let path = format!("/shared/{token}{suffix}");
                journal.send("", "GET", &path, &Value::Null);
                for password in [&password, "wrong"] {
                    let guess = json!({"password": password});
                    let opened = journal.send("", "POST", &path, &guess);
                    let session = opened["shareToken"].as_str().unwrap_or_default().to_owned();
                    journal.send(&session, "GET", &path, &Value::Null);
                }
            }
            journal.ada("GET", &sharing, Value::Null);
        }
        let events: Vec<_> = (0..20)
            .map(|number| {
                let properties: serde_json::Map<_, _> = (0..20)
                    .map(|property| (format!("p{number}-{property}"), json!(property)))
                    .collect();
                json!({"event": format!("captured {number}"), "distinct_id": "d", "properties": properties})
            })
            .collect();
        let batch = json!({"api_key": "phc_main", "batch": events});
        journal.send("", "POST", "/batch/", &batch);
        let flags = json!({"token": "phc_main", "distinct_id": "d"});
        journal.send("", "POST", "/flags/?v=2", &flags);
        let sign_in = json!({"secret": "phx_ada"});
        journal.send("", "POST", "/admin/login", &sign_in);
        journal.create("/api/projects/", name("project"), "api_token");
        journal.ada("POST", "/api/organizations/", name("organization")); // not with a key
        journal.ada(
            "GET",
            &format!("{project}/event_definitions/{event}/"),
            Value::Null,
        );
        journal.ada("POST", "/_lab/clock", json!({"advance": "59m"}));
    }
    // Every method of every route, so that nothing is left out; what fails has to fail alike.
    for row in rows() {
        let path = row.segments().map(|segment| match segment {
            "{project_id}" | "{insight_id}" | "{dashboard_id}" => "1",
            "{organization_id}" => "@current",
            "{notebook_id}" | "{short_id}" => "NoteMain1",
            "{recording_id}" => "rec-main",
            named if named.starts_with('{') => "1",
            literal => literal,
        });
        let path = path.fold(String::new(), |path, segment| format!("{path}/{segment}"));
        let body = match &*row.method {
            "GET" => Value::Null,
            _ => json!({"name": "swept"}),
        };
        for key in ["phx_ada", "phx_none", ""] {
            journal.send(key, &row.method, &format!("{path}/"), &body);
        }
    }
    journal.ada("GET", "/api/projects/1/activity_log?limit=500", Value::Null);
    // The server's own journal, as far as it goes back.
    for offset in [0, 250, 500, 750] {
        let path = format!("/_lab/requests/?durations=false&limit=250&offset={offset}");
        let page = journal.ada("GET", &path, Value::Null);
        assert!(page["results"][0].is_object() || offset > 250, "{page}");
    }
    journal.entries
}

#[test]
fn the_same_requests_get_the_same_responses_byte_for_byte() {
    let tours = [(); 2].map(|()| thread::spawn(|| tour(&start("7"))));
    let [one, other] = tours.map(|tour| tour.join().unwrap());
    assert!(one.len() > 300, "{}", one.len());
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other);
    }
}

#[test]
fn ids_tokens_and_keys_depend_on_the_seed() {
    let secrets = |server: &Server| {
        let key = json!({"label": "k", "scopes": ["endpoint:read"]});
        let key = server.post("/api/projects/1/project_secret_api_keys/", key);
        let notebook = server.post("/api/projects/1/notebooks/", json!({"title": "n"}));
        let share = server.patch(
            "/api/projects/1/insights/1/sharing",
            json!({"enabled": true}),
        );
        let (key, notebook, share) = (key.ok(201), notebook.ok(201), share.ok(200));
        [
            key["id"].clone(),
            key["value"].clone(),
            notebook["id"].clone(),
            notebook["short_id"].clone(),
            share["access_token"].clone(),
        ]
    };
    let seeded = ["7", "7", "8"].map(|seed| secrets(&start(seed)));
    assert_eq!(seeded[0], seeded[1]);
    let unseeded = secrets(&Server::with(&["--lab", "--clock", CLOCK]));
    for other in [&seeded[2], &unseeded] {
        for (one, other) in seeded[0].iter().zip(other) {
            assert_ne!(one, other);
        }
    }
}
