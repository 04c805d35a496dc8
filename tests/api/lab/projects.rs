//! A project for each test: made in advance, or by the first use of its token.

use std::{sync::Barrier, thread};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::start;
use crate::{
    harness::{Answer, Ask, Server},
    metrics,
};

fn create(server: &Server, body: Value) -> Answer {
    server.ask("POST", "/_lab/projects/").json(body).send()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn event(token: &str, name: &str) -> Value {
    json!({"api_key": token, "event": name, "distinct_id": "d", "properties": {"plan": "pro"}})
}

fn capture(server: &Server, token: &str, name: &str) {
    server
        .ask("POST", "/e/")
        .json(event(token, name))
        .send()
        .ok(200);
}

/// The names that a list of `project` shows `key`, in order.
fn names(server: &Server, project: &Value, list: &str, name: &str) -> Vec<String> {
    let path = format!("/api/projects/{}/{list}/?limit=1000", project["project_id"]);
    let list = server
        .ask("GET", &path)
        .key(text(&project["personal_api_key"]))
        .send()
        .ok(200);
    let items = list["results"].as_array().unwrap().iter();
    let mut names: Vec<_> = items
        .map(|item| item[name].as_str().unwrap_or_default().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_project_is_ready_to_use_and_alone() {
    let server = start();
    let made = create(&server, json!({})).ok(201);
    let keys: Vec<_> = made.as_object().unwrap().keys().collect();
    let expected = [
        "url",
        "project_id",
        "name",
        "project_token",
        "personal_api_key",
        "project_secret_api_key",
        "refs",
    ];
    assert_eq!(keys, expected);
    assert_eq!(
        (&made["url"], &made["name"]),
        (&json!(server.url), &json!("Lab project"))
    );
    let (id, key) = (&made["project_id"], text(&made["personal_api_key"]));
    let ask = |method: &str, path: &str| server.ask(method, path).key(key).send();
    capture(&server, text(&made["project_token"]), "ordered");
    assert_eq!(names(&server, &made, "events", "event"), ["ordered"]);
    assert_eq!(
        ask("GET", "/api/projects/@current/insights/").ok(200)["count"],
        0
    );
    assert_eq!(ask("GET", "/api/users/@me/").ok(200)["team"]["id"], *id);
    ask("GET", "/api/projects/1/insights/")
        .denied("API key does not have access to the requested project: ID 1.");
    let other = create(&server, json!({"name": "  Other "})).ok(201);
    assert_eq!(other["name"], "Other");
    let path = format!("/api/projects/{}/insights/", other["project_id"]);
    assert_eq!(ask("GET", &path).status, 403);
    assert_eq!(server.get(&path).status, 403); // phx_ada sees neither
    assert_eq!(server.get("/api/projects/").ok(200)["count"], 4);
    let all = server.get("/_lab/projects/?limit=2&offset=5").ok(200);
    let shown = json!([
        {"project_id": id, "name": "Lab project", "project_token": made["project_token"]},
        {"project_id": other["project_id"], "name": "Other", "project_token": other["project_token"]},
    ]);
    assert_eq!((&all["count"], &all["results"]), (&json!(7), &shown));
    let flags = server
        .ask("GET", "/flags/definitions")
        .key(text(&made["project_secret_api_key"]))
        .send();
    flags.ok(200);
    assert_eq!(names(&server, &other, "events", "event"), [""; 0]);
}

#[test]
fn a_seed_fills_the_new_project() {
    let server = start();
    let seed = json!({
        "$comment": "Only what the test needs",
        "event_definitions": [{"name": "ordered", "verified": true}],
        "event_properties": [["project", "ordered", "total"]],
        "events": [
            {"event": "ordered", "distinct_id": "d", "properties": {"total": 5}},
            {"project": "project", "batch": [{"event": "returned", "distinct_id": "d"}]},
        ],
        "dashboards": [{"ref": "board", "name": "Board"}],
        "insights": [{"ref": "sales", "name": "Sales", "dashboards": ["board"], "created_by": "owner"}],
        "sharing_configurations": [{"ref": "share", "insight": "sales", "passwords": [{"password": "correct horse"}]}],
        "project_secret_api_keys": [{"ref": "key", "scopes": ["endpoint:read"]}],
    });
    let made = create(&server, json!({"name": "Seeded", "seed": seed})).ok(201);
    assert_eq!(
        names(&server, &made, "events", "event"),
        ["ordered", "returned"]
    );
    assert_eq!(names(&server, &made, "insights", "name"), ["Sales"]);
    let defined = names(&server, &made, "event_definitions", "name");
    assert_eq!(defined, ["ordered", "returned"]);
    let refs = &made["refs"];
    assert!(
        refs["sales"]["id"].is_i64() && refs["board"]["id"].is_i64(),
        "{refs}"
    );
    assert!(text(&refs["key"]["value"]).starts_with("phs_"));
    let share = format!("/shared/{}", text(&refs["share"]["access_token"]));
    assert_eq!(server.ask("GET", &share).send().status, 200);
    capture(&server, text(&made["project_token"]), "ordered");
    assert_eq!(names(&server, &made, "events", "event").len(), 3);
    // The same again, and after a reset, which also moves the counters that caches go by.
    server.ask("POST", "/_lab/reset").send();
    for _ in 0..2 {
        let made = create(&server, json!({"seed": seed})).ok(201);
        assert_eq!(
            names(&server, &made, "events", "event"),
            ["ordered", "returned"]
        );
        assert_eq!(names(&server, &made, "event_definitions", "name").len(), 2);
    }
}

#[test]
fn a_wrong_project_is_refused_with_the_reason() {
    let server = start();
    let refused = |body: Value, detail: &str, attr| {
        create(&server, body).invalid("invalid_input", detail, attr);
    };
    create(&server, json!({"names": "x"})).invalid(
        "unknown",
        "unknown field `names`, expected one of `name`, `seed`",
        "names",
    );
    refused(json!({"name": []}), "Not a valid string.", Some("name"));
    refused(
        json!({"seed": {"insights": [{"name": "x"}, {"name": 1, "nam": "x"}]}}),
        "insights[1].nam: unknown field `nam`, expected one of `ref`, `project`, `created_by`, `id`, `short_id`, `name`, \
         `derived_name`, `description`, `query`, `filters`, `result`, `order`, `deleted`, `dashboards`, `tags`, `favorited`, `saved`, \
         `is_sample`, `created_at`, `updated_at`, `last_modified_at`, `last_modified_by`, `last_viewed_at`",
        Some("seed"),
    );
    refused(
        json!({"seed": {"insights": [{"ref": "x", "name": "x", "project": "main"}]}}),
        "insights[0].project: nothing in the file has the ref \"main\"",
        Some("seed"),
    );
    let users = create(&server, json!({"seed": {"users": []}}));
    let detail = text(&users.body["detail"]);
    assert!(
        detail
            .starts_with("users: unknown field `users`, expected one of `project_secret_api_keys`"),
        "{detail}"
    );
    refused(
        json!({"seed": []}),
        "invalid type: sequence, expected an object",
        Some("seed"),
    );
    let wrong = server
        .ask("POST", "/_lab/projects/")
        .body("application/json", "{");
    assert_eq!(wrong.send().status, 400);
    // Nothing is left of those that were refused.
    let next = create(&server, json!({})).ok(201);
    assert_eq!(next["project_id"], 6);
}

#[test]
fn a_deleted_project_takes_all_that_it_has_with_it() {
    let server = start();
    let seed: Value = json!({
        "events": [{"event": "ordered", "distinct_id": "d", "properties": {"total": 5, "$groups": {"shop": "x"}}}],
        "dashboards": [{"ref": "board", "name": "Board"}],
        "insights": [{"ref": "sales", "name": "Sales", "dashboards": ["board"]}],
        "notebooks": [{"ref": "notes", "title": "Notes"}],
        "session_recordings": [{"ref": "visit", "id": "visit", "viewed": true, "created_by": "owner"}],
        "sharing_configurations": [{"ref": "share", "insight": "sales", "passwords": [{"password": "correct horse"}]}],
        "activity_log": [{"scope": "Insight", "activity": "created", "user": "owner"}],
    });
    let count = |sql: &str| -> i64 {
        let database = Connection::open(server.database()).unwrap();
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let everything = "
        SELECT (SELECT count(*) FROM user) + (SELECT count(*) FROM organization) + (SELECT count(*) FROM membership)
             + (SELECT count(*) FROM personal_api_key) + (SELECT count(*) FROM project_secret_api_key)
             + (SELECT count(*) FROM dashboard_tile) + (SELECT count(*) FROM share_password)
             + (SELECT count(*) FROM session_recording_view)";
    let before = count(everything);
    let made = create(&server, json!({"seed": seed})).ok(201);
    assert!(count(everything) > before);
    let (id, token, key) = (
        &made["project_id"],
        text(&made["project_token"]),
        text(&made["personal_api_key"]),
    );
    let path = format!("/_lab/projects/{id}");
    let delete = |path: &str| server.ask("DELETE", path).send();
    assert_eq!(delete(&path).status, 204);
    assert_eq!(count(everything), before);
    let unknown = |key: &str, path: &str| server.ask("GET", path).key(key).send().status;
    assert_eq!(unknown(key, "/api/users/@me/"), 401);
    assert_eq!(
        unknown(text(&made["project_secret_api_key"]), "/flags/definitions"),
        401
    );
    let share = format!("/shared/{}", text(&made["refs"]["share"]["access_token"]));
    assert_eq!(server.ask("GET", &share).send().status, 404);
    capture(&server, token, "late"); // dropped, as for any unknown token
    assert!(
        server.log().contains("no project has the token"),
        "{}",
        server.log()
    );
    delete(&path).not_found("There is no project with this id.");
    delete("/_lab/projects/x").not_found("Not found.");
    // Also one of the seed file; its organization, members and keys stay.
    assert_eq!(delete("/_lab/projects/1").status, 204);
    assert_eq!(server.get("/api/projects/1/insights/").status, 404);
    assert_eq!(server.get("/api/projects/2/insights/").status, 200);
    server.get("/api/users/@me/").ok(200);
    server.ask("POST", "/_lab/reset").send();
    assert_eq!(server.get("/api/projects/1/insights/").ok(200)["count"], 1);
    assert_eq!(count(everything), before);
}

#[test]
fn the_number_of_lab_projects_is_limited() {
    let server = start();
    let many = "
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 9999)
        INSERT INTO organization (id, name, slug, created_at, updated_at)
        SELECT 'many' || n, 'Many', 'lab_' || n, 0, 0 FROM number";
    Connection::open(server.database())
        .unwrap()
        .execute(many, [])
        .unwrap();
    create(&server, json!({})).ok(201);
    create(&server, json!({})).invalid(
        "invalid_input",
        "There are 10000 lab projects already. Delete some with DELETE /_lab/projects/ID/, or reset the server.",
        None,
    );
}

/// The names of the projects that ada sees.
fn all(server: &Server) -> Vec<String> {
    let list = server.get("/api/projects/").ok(200);
    let list = list["results"].as_array().unwrap().iter();
    list.map(|project| text(&project["name"]).to_owned())
        .collect()
}

#[test]
fn the_first_use_of_a_token_creates_its_project_on_every_path_of_sdks() {
    let server = Server::with(&["--lab", "--any-token"]);
    let get = |path: &str| server.ask("GET", path);
    let post = |path: &str, body: Value| server.ask("POST", path).json(body);
    let v1 = |token: &str| {
        let body = json!({"created_at": "2026-11-23T03:59:44Z", "batch": [
            {"uuid": "cb4cc75e-eebc-471a-9ac1-000000000001", "event": "a", "distinct_id": "d",
             "timestamp": "2026-11-23T03:59:44Z", "properties": {}}]});
        let ask = post("/i/v1/analytics/events", body).key(token);
        let ask = ask.header("posthog-sdk-info", "posthog-python/7.91.1");
        let ask = ask
            .header("posthog-attempt", "1")
            .header("posthog-request-id", "1");
        ask.header("posthog-request-timestamp", "2026-11-23T03:59:44Z")
    };
    let snapshot = |token: &str| {
        json!({"api_key": token, "event": "$snapshot", "properties": {
        "distinct_id": "d", "token": token, "$session_id": "s", "$snapshot_data": [{"type": 2, "timestamp": 1}]}})
    };
    type Use<'u> = Box<dyn Fn(&str) -> Ask + 'u>;
    let uses: Vec<Use> = vec![
        Box::new(|token| post("/e/", event(token, "a"))),
        Box::new(|token| {
            post(
                "/batch/",
                json!({"api_key": token, "batch": [event(token, "a")]}),
            )
        }),
        Box::new(v1),
        Box::new(|token| post("/s/", snapshot(token))),
        Box::new(|token| post("/flags/?v=2", json!({"token": token, "distinct_id": "d"}))),
        Box::new(|token| {
            post(
                "/decide/?v=3",
                json!({"api_key": token, "distinct_id": "d"}),
            )
        }),
        Box::new(|token| get(&format!("/array/{token}/config"))),
        Box::new(|token| get(&format!("/array/{token}/config.js"))),
        Box::new(|token| get(&format!("/array/{token}/array.js"))),
        Box::new(|token| get(&format!("/api/surveys/?token={token}"))),
        Box::new(|token| get(&format!("/api/early_access_features/?token={token}"))),
        Box::new(|token| get(&format!("/api/web_experiments/?token={token}"))),
        Box::new(|token| get(&format!("/api/product_tours/?token={token}"))),
        Box::new(|token| post("/i/v1/logs", json!({})).key(token)),
    ];
    let before = all(&server);
    for (number, of) in uses.iter().enumerate() {
        let token = format!("phc_new-{number}_x");
        for _ in 0..2 {
            let answer = of(&token).send();
            assert!(
                [200, 404].contains(&answer.status),
                "{number}: {}",
                answer.text
            );
        }
        let names = all(&server);
        assert_eq!(
            (names.len(), names.last()),
            (before.len() + number + 1, Some(&token)),
            "{number}"
        );
    }
    let found = server.get("/api/projects/?search=phc_new-0_").ok(200);
    assert_eq!(found["results"][0]["api_token"], "phc_new-0_x");
    let path = format!("/api/projects/{}/events/", found["results"][0]["id"]);
    assert_eq!(server.get(&path).ok(200)["count"], 2);
    // What is no token of a project creates none.
    for token in ["other", "phc_a%20b", "phc_%C3%A4", "phx_secret"] {
        get(&format!("/api/surveys/?token={token}")).send();
        post("/flags/", json!({"token": token})).send();
    }
    assert_eq!(all(&server).len(), before.len() + uses.len());
    server.ask("POST", "/_lab/reset").send();
    assert_eq!(all(&server), before);
    capture(&server, "phc_new-0_x", "again");
    assert_eq!(all(&server).len(), before.len() + 1);
    assert_eq!(server.get("/api/projects/6/events/").ok(200)["count"], 1);
}

#[test]
fn without_the_option_an_unknown_token_creates_nothing() {
    let server = start();
    let before = all(&server);
    capture(&server, "phc_new", "a");
    server
        .ask("POST", "/flags/")
        .json(json!({"token": "phc_new"}))
        .send()
        .ok(200);
    assert_eq!(all(&server), before);
}

#[test]
fn many_first_uses_at_once_create_one_project() {
    let server = Server::with(&["--lab", "--any-token"]);
    let (before, together) = (all(&server).len(), Barrier::new(16));
    thread::scope(|scope| {
        for client in 0..16 {
            let (server, together) = (&server, &together);
            scope.spawn(move || {
                for round in 0..5 {
                    together.wait();
                    let token = format!("phc_round{round}");
                    match client % 2 {
                        0 => server.ask("POST", "/e/").json(event(&token, "a")).send(),
                        _ => server
                            .ask("POST", "/flags/")
                            .json(json!({"token": token}))
                            .send(),
                    };
                }
            });
        }
    });
    assert_eq!(all(&server).len(), before + 5);
    for project in 6..11 {
        let path = format!("/api/projects/{project}/events/");
        assert_eq!(server.get(&path).ok(200)["count"], 8);
    }
}

#[test]
fn the_number_of_projects_by_first_use_is_limited() {
    let project =
        |number: usize| json!({"ref": format!("p{number}"), "org": "acme", "name": "Many"});
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": (0..999).map(project).collect::<Vec<_>>(),
        "personal_api_keys": [{"ref": "key", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
    });
    let server = Server::seeded(&seed, &["--lab", "--any-token"]);
    let count = || server.get("/api/projects/?limit=1").ok(200)["count"].clone();
    for (token, expected) in [("phc_a", 1000), ("phc_b", 1000), ("phc_a", 1000)] {
        capture(&server, token, "a");
        assert_eq!(count(), expected, "{token}");
    }
    assert!(
        server.log().contains("no project has the token \"phc_b\""),
        "{}",
        server.log()
    );
}

#[test]
fn parallel_workers_with_a_project_each_do_not_see_each_other() {
    const WORKERS: usize = 32;
    const EVENTS: usize = 1_000 / WORKERS + 1;
    let server = start();
    let worker = |worker: usize| {
        let seed = json!({"insights": [{"name": format!("insight {worker}"), "ref": "insight"}]});
        let project = create(
            &server,
            json!({"name": format!("Worker {worker}"), "seed": seed}),
        )
        .ok(201);
        let token = text(&project["project_token"]);
        let mut sent = Vec::new();
        for number in 0..EVENTS {
            let name = format!("w{worker}e{number:02}");
            let mut event = event(token, &name);
            event["properties"] = json!({format!("p{worker}"): number});
            server.ask("POST", "/e/").json(event).send().ok(200);
            sent.push(name);
            if number % 5 == 0 {
                assert_eq!(names(&server, &project, "events", "event"), sent);
            }
        }
        assert_eq!(names(&server, &project, "events", "event"), sent);
        assert_eq!(names(&server, &project, "event_definitions", "name"), sent);
        let properties = names(&server, &project, "property_definitions", "name");
        assert!(
            properties.contains(&format!("p{worker}")) && properties.len() == 7,
            "{properties:?}"
        );
        assert_eq!(
            names(&server, &project, "insights", "name"),
            [format!("insight {worker}")]
        );
        if worker.is_multiple_of(2) {
            let path = format!("/_lab/projects/{}", project["project_id"]);
            assert_eq!(server.ask("DELETE", &path).send().status, 204);
        }
    };
    thread::scope(|scope| {
        for number in 0..WORKERS {
            let worker = &worker;
            scope.spawn(move || worker(number));
        }
    });
}

#[test]
fn a_request_under_way_in_a_project_that_is_deleted_gets_what_a_later_one_gets() {
    let server = start();
    for _ in 0..8 {
        let made = create(&server, json!({})).ok(201);
        let (token, key) = (
            text(&made["project_token"]),
            text(&made["personal_api_key"]),
        );
        let path = format!("/api/projects/{}/insights/", made["project_id"]);
        let together = Barrier::new(9);
        thread::scope(|scope| {
            for client in 0..8 {
                let (server, together, path) = (&server, &together, &path);
                scope.spawn(move || {
                    together.wait();
                    for number in 0..6 {
                        let name = format!("c{client}n{number}");
                        let ask = match client % 2 {
                            0 => server.ask("POST", "/e/").json(event(token, &name)),
                            _ => server
                                .ask("POST", path)
                                .key(key)
                                .json(json!({"name": name})),
                        };
                        let answer = ask.send();
                        assert!(
                            [200, 201, 401].contains(&answer.status),
                            "{}: {}",
                            answer.status,
                            answer.text
                        );
                    }
                });
            }
            together.wait();
            let path = format!("/_lab/projects/{}", made["project_id"]);
            assert_eq!(server.ask("DELETE", &path).send().status, 204);
        });
    }
}

/// Both wait for the writer: the removal first, then a request that was admitted before it.
#[test]
fn a_request_that_was_admitted_before_the_removal_gets_what_a_later_one_gets() {
    let server = metrics::start(&["--lab", "--queue-timeout", "60"]);
    let waiting = |count: f64| {
        metrics::until(&server, "hoglet_writer_queue_length", &[], |length| {
            length == count
        });
    };
    let other = Connection::open(server.database()).unwrap();
    for kind in ["all", "own", "event"] {
        let made = match kind {
            "all" => server
                .post("/api/projects/", json!({"name": "Ada's"}))
                .ok(201),
            _ => create(&server, json!({})).ok(201),
        };
        let path = format!("/api/projects/{}/insights/", made["project_id"]);
        let insight = |key: &str| {
            let ask = server.ask("POST", &path).key(key);
            ask.json(json!({"name": "late"})).send()
        };
        let ask = || match kind {
            "all" => insight("phx_ada"),
            "own" => insight(text(&made["personal_api_key"])),
            _ => {
                let event = event(text(&made["project_token"]), "never seen");
                server.ask("POST", "/e/").json(event).send()
            }
        };
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let project = format!("/_lab/projects/{}", made["project_id"]);
        let (removed, late) = thread::scope(|scope| {
            let removing = scope.spawn(|| server.ask("DELETE", &project).send());
            waiting(1.0);
            let asking = scope.spawn(ask);
            waiting(2.0);
            other.execute_batch("ROLLBACK").unwrap();
            (removing.join().unwrap(), asking.join().unwrap())
        });
        assert_eq!(removed.status, 204, "{}", removed.text);
        let later = ask();
        assert_eq!((late.status, &late.text), (later.status, &later.text));
        let (status, detail) = match kind {
            "all" => (404, "Project not found."),
            "own" => (401, "invalid"), // the key is gone too
            _ => (200, "Ok"),          // as for every unknown token
        };
        assert_eq!(late.status, status, "{}", late.text);
        assert!(late.text.contains(detail), "{}", late.text);
    }
}
