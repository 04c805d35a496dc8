//! `/_lab/requests`: the journal.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use super::{start, streams::Client};
use crate::{harness::Server, sessions::Visitor};

fn list(server: &Server, query: &str) -> Vec<Value> {
    let path = format!("/_lab/requests/?{query}");
    let page = server.ask("GET", &path).send().ok(200);
    page["results"].as_array().unwrap().clone()
}

fn last(server: &Server) -> Value {
    list(server, "").pop().unwrap()
}

#[test]
fn a_request_and_its_answer_are_recorded() {
    let server = start();
    let made = server
        .post("/api/projects/1/insights/?x=1", json!({"name": "Signups"}))
        .ok(201);
    let entry = last(&server);
    assert_eq!(entry["number"], 1);
    assert!(entry["time"].as_str().unwrap().ends_with('Z'), "{entry}");
    assert_eq!(entry["method"], "POST");
    assert_eq!(entry["path"], "/api/projects/1/insights/");
    assert_eq!(entry["query"], "x=1");
    assert_eq!(entry["route"], "/api/projects/{project_id}/insights");
    assert_eq!(entry["did_you_mean"], Value::Null);
    assert_eq!(
        (&entry["status"], &entry["project"]),
        (&json!(201), &json!(1))
    );
    assert_eq!(entry["request"]["body"], r#"{"name":"Signups"}"#);
    assert_eq!(entry["request"]["encoding"], "text");
    assert_eq!(
        entry["request"]["headers"]["content-type"],
        "application/json"
    );
    assert_eq!(entry["response"]["headers"]["hoglet-lab"], "1");
    let body = entry["response"]["body"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), made);
    assert_eq!(entry["response"]["size"], body.len());
    assert!(entry["microseconds"].as_u64().unwrap() > 0, "{entry}");
    let one = server.ask("GET", "/_lab/requests/1/").send().ok(200);
    assert_eq!(one, entry);
    server
        .ask("GET", "/_lab/requests/2/")
        .send()
        .not_found("Not found.");
    server
        .ask("GET", "/_lab/requests/x/")
        .send()
        .not_found("Not found.");
}

#[test]
fn lab_mode_files_of_pages_and_health_checks_are_not_recorded() {
    let server = start();
    for path in [
        "/_lab/",
        "/_lab/nothing",
        "/_lab/requests/",
        "/_health",
        "/_readyz",
        "/docs/docs.css",
        "/static/viewer/viewer.js",
    ] {
        server.get(path);
    }
    assert_eq!(list(&server, ""), [] as [Value; 0]);
}

#[test]
fn what_is_refused_before_a_handler_runs_is_recorded_too() {
    let server = start();
    server.ask("GET", "/api/projects/1/").send().error(
        401,
        "authentication_error",
        "not_authenticated",
        "Authentication credentials were not provided.",
        None,
    );
    server.ask("GET", "/").header("host", "evil.example").send();
    server
        .ask("DELETE", "/api/projects/1/insights/")
        .key("phx_ada")
        .send();
    server.ask("OPTIONS", "/e/").send();
    let statuses: Vec<_> = list(&server, "")
        .iter()
        .map(|entry| entry["status"].clone())
        .collect();
    assert_eq!(statuses, [401, 400, 403, 200]);
}

#[test]
fn credentials_are_masked() {
    let server = start();
    let secrets = [
        "phx_ada",
        "hunter2hunter2",
        "phx_0123456789abcdefghij",
        "cookie-value-of-a-session",
        "token-of-a-share-0123456789",
    ];
    let insight = server
        .post("/api/projects/1/insights/", json!({"name": "x"}))
        .ok(201);
    let sharing = format!("/api/projects/1/insights/{}/sharing/", insight["id"]);
    let shared = server.patch(&sharing, json!({"enabled": true})).ok(200);
    let access = shared["access_token"].as_str().unwrap().to_owned();
    server.post(
        &format!("{sharing}passwords/"),
        json!({"raw_password": "x", "password": secrets[1]}),
    );
    server.get(&format!("/shared/{access}"));
    server
        .ask("POST", &format!("/shared/{access}"))
        .form(&format!("password={}", secrets[1]))
        .send();
    server.get(&format!(
        "/api/users/@me/?personal_api_key={}&sharing_access_token={}",
        secrets[2], secrets[4]
    ));
    server
        .ask("GET", "/api/users/@me/")
        .header("cookie", &format!("sessionid={}", secrets[3]))
        .header("authorization", &format!("Basic {}", secrets[4]))
        .send();
    let label = json!({"label": "x", "scopes": ["feature_flag:read"]});
    let key = server
        .post("/api/projects/1/project_secret_api_keys/", label)
        .ok(201);
    let key = key["value"].as_str().unwrap();
    Visitor::new(&server)
        .ask("GET", "/api/users/@me/")
        .send()
        .ok(200);
    server.post(
        "/nothing/",
        json!({"nested": [{"password": secrets[1]}, secrets[2]]}),
    );
    let text = json!({"password": secrets[1], "key": secrets[2]}).to_string();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    server
        .ask("POST", "/api/projects/1/insights/")
        .body("application/json; charset=utf-16-be", utf16)
        .send();

    let journal = server.ask("GET", "/_lab/requests/?limit=1000").send().text;
    let journal = journal.replace("\\u0000", "");
    for secret in secrets.into_iter().chain([&*access, key]) {
        assert!(!journal.contains(secret), "{secret}: {journal}");
    }
    let masked = |secret: &str| format!("{}...{}", &secret[..4], &secret[secret.len() - 4..]);
    for mask in [
        masked(key),
        masked(&access),
        masked(secrets[2]),
        "Bearer ********".into(),
    ] {
        assert!(journal.contains(&mask), "{mask}: {journal}");
    }
    assert!(!journal.contains("Set-Cookie"));
}

#[test]
fn entries_can_be_filtered_counted_and_cleared() {
    let server = start();
    server.get("/api/projects/1/insights/");
    server.get("/api/projects/2/insights/");
    server.get("/api/projects/1/insights/999/");
    server
        .post(
            "/e/",
            json!({"api_key": "phc_main", "event": "x", "distinct_id": "d"}),
        )
        .ok(200);
    let key = server.get("/api/personal_api_keys/@current/").ok(200)["id"].clone();
    for (query, expected) in [
        ("", vec![1, 2, 3, 4, 5]),
        ("method=post", vec![4]),
        ("status=404", vec![3]),
        ("status=2xx", vec![1, 2, 4, 5]),
        ("path=/api/projects/*/insights/", vec![1, 2]),
        ("path=/api/**", vec![1, 2, 3, 5]),
        ("project=1", vec![1, 3, 4]),
        ("project=2&method=GET", vec![2]),
        ("since=3", vec![4, 5]),
        ("limit=2&offset=1", vec![2, 3]),
        ("order=number&limit=2", vec![1, 2]),
        ("order=-number&limit=2&offset=1", vec![4, 3]),
        (&*format!("key={}", key.as_str().unwrap()), vec![1, 2, 3, 5]),
        ("key=other", vec![]),
    ] {
        let numbers: Vec<_> = list(&server, query)
            .iter()
            .map(|entry| entry["number"].clone())
            .collect();
        assert_eq!(numbers, expected, "{query}");
        if !query.contains("limit") {
            let path = format!("/_lab/requests/count/?{query}");
            let count = server.ask("GET", &path).send().ok(200);
            assert_eq!(count, json!({"count": expected.len()}), "{query}");
        }
    }
    for (query, field) in [
        ("status=abc", "status"),
        ("status=700", "status"),
        ("path=api", "path"),
        ("project=x", "project"),
        ("since=-1", "since"),
        ("durations=x", "durations"),
        ("order=time", "order"),
    ] {
        let answer = server
            .ask("GET", &format!("/_lab/requests/?{query}"))
            .send();
        assert_eq!(
            (answer.status, &answer.body["attr"]),
            (400, &json!(field)),
            "{query}"
        );
    }
    let cleared = server.ask("DELETE", "/_lab/requests/").send();
    assert_eq!((cleared.status, &*cleared.text), (204, ""));
    assert!(list(&server, "").is_empty());
    server.get("/api/projects/1/");
    assert_eq!(last(&server)["number"], 6);
}

#[test]
fn durations_can_be_left_out() {
    let server = start();
    server.get("/api/projects/1/");
    assert_eq!(
        list(&server, "durations=false")[0].get("microseconds"),
        None
    );
    let one = server
        .ask("GET", "/_lab/requests/1?durations=false")
        .send()
        .ok(200);
    assert_eq!(one.get("microseconds"), None);
}

#[test]
fn entries_are_sent_as_they_are_recorded() {
    let server = start();
    let number = |client: &mut Client| {
        let message = client.next();
        let data: Value = serde_json::from_str(&message.data).unwrap();
        (message.id, data["path"].as_str().unwrap().to_owned())
    };
    let named = |id: &str, path: &str| (id.to_owned(), path.to_owned());
    server.get("/docs/");
    let mut all = Client::open(&server, "/_lab/requests/stream?since=0", "");
    let mut failed = Client::open(&server, "/_lab/requests/stream?status=4xx", "");
    assert_eq!(number(&mut all), named("1", "/docs/"));
    server.get("/api/projects/1/");
    server.get("/api/projects/999/");
    assert_eq!(number(&mut all), named("2", "/api/projects/1/"));
    assert_eq!(number(&mut all), named("3", "/api/projects/999/"));
    assert_eq!(number(&mut failed), named("3", "/api/projects/999/"));
    server.ask("DELETE", "/_lab/requests/").send();
    server.get("/docs/cli/");
    let mut late = Client::open(&server, "/_lab/requests/stream", "Last-Event-ID: 2\r\n");
    assert_eq!(late.next().kind, "lost");
    assert_eq!(number(&mut late), named("4", "/docs/cli/"));
    for path in [
        "/_lab/requests/stream?since=x",
        "/_lab/requests/stream?status=x",
    ] {
        assert_eq!(server.ask("GET", path).send().status, 400, "{path}");
    }
}

#[test]
fn what_an_sdk_sends_compressed_is_recorded_as_text() {
    let server = start();
    let event = r#"{"api_key":"phc_main","batch":[{"event":"x","distinct_id":"d"}]}"#;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(event.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let ask = server
        .ask("POST", "/batch/")
        .header("content-encoding", "gzip");
    ask.body("application/json", &packed).send().ok(200);
    let entry = last(&server);
    assert_eq!(
        (&entry["request"]["body"], &entry["project"]),
        (&json!(event), &json!(1))
    );
    server
        .ask("POST", "/api/projects/1/insights/")
        .key("phx_ada")
        .body("image/png", [0xff, 0xfe])
        .send();
    let entry = last(&server);
    assert_eq!(entry["request"]["body"], "//4=");
    assert_eq!(entry["request"]["encoding"], "base64");
    server.get("/array/phc_main/config.js");
    assert_eq!(last(&server)["project"], 1);
}

#[test]
fn a_path_that_hoglet_lacks_names_the_route_that_it_resembles() {
    let server = start();
    for _ in 0..2 {
        server.get("/api/project/1/insights/");
    }
    let entry = last(&server);
    assert_eq!(entry["route"], Value::Null);
    assert_eq!(entry["did_you_mean"], "/api/projects/{project_id}/insights");
    server.get("/api/projects/1/experiments/");
    assert_eq!(last(&server)["did_you_mean"], Value::Null);
    let page = server.ask("GET", "/_lab/requests/unserved/").send().ok(200);
    let first = &page["results"][0];
    assert_eq!(
        (&first["path"], &first["count"]),
        (&json!("/api/project/*/insights/"), &json!(2))
    );
    assert_eq!(page["count"], 2);
}

#[test]
fn the_journal_is_bounded() {
    let server = start();
    let large = "é".repeat(100_000);
    server.post("/api/projects/1/insights/", json!({"name": large}));
    let entry = last(&server);
    let body = entry["request"]["body"].as_str().unwrap();
    assert!(body.len() <= 16 << 10, "{}", body.len());
    assert_eq!(
        (&entry["request"]["is_cut"], &entry["request"]["size"]),
        (&json!(true), &json!(2 * 100_000 + r#"{"name":""}"#.len()))
    );
    for _ in 0..1050 {
        server
            .ask("POST", "/nothing")
            .body("text/plain", "x".repeat(100))
            .send();
    }
    let page = server.ask("GET", "/_lab/requests/?limit=1").send().ok(200);
    assert_eq!(
        (&page["count"], &page["results"][0]["number"]),
        (&json!(1000), &json!(52))
    );
    let text = "x".repeat(16 << 10);
    for _ in 0..1000 {
        server.ask("POST", "/e/").body("text/plain", &text).send();
    }
    let kept = server.ask("GET", "/_lab/requests/count/").send().ok(200);
    assert!(
        (900..1000).contains(&kept["count"].as_u64().unwrap()),
        "{kept}"
    );
}

#[test]
fn without_lab_mode_nothing_is_recorded() {
    let server = Server::start();
    let lists = [
        "/_lab/requests/",
        "/_lab/requests/1/",
        "/_lab/requests/count/",
    ];
    for path in lists {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}
