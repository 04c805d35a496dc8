//! Notebooks changed and deleted: reference `resources.md` 3.

use std::thread;

use serde_json::json;

use crate::{
    harness::{Answer, Server},
    notebooks::list::titles,
    notebooks::{NOTEBOOKS, create, path},
};

#[track_caller]
fn conflict(answer: &Answer) {
    answer.error(
        409,
        "server_error",
        "conflict",
        "Someone else edited the Notebook",
        None,
    );
}

#[test]
fn content_is_changed_only_by_who_knows_its_version() {
    let server = Server::start();
    let made = create(&server, json!({"title": "N", "content": {"n": 0}}));
    let path = path(&made);
    let first = server
        .patch(&path, json!({"content": {"n": 1}, "version": 0}))
        .ok(200);
    assert_eq!(
        (&first["content"], &first["version"]),
        (&json!({"n": 1}), &json!(1))
    );

    conflict(&server.patch(
        &path,
        json!({"content": {"n": 2}, "version": 0, "title": "Lost"}),
    ));
    conflict(&server.patch(&path, json!({"content": {"n": 2}})));
    conflict(&server.patch(&path, json!({"content": null})));
    server
        .patch(&path, json!({"content": {}, "version": "x"}))
        .invalid("invalid_input", "A valid integer is required.", "version");
    assert_eq!(server.get(&path).ok(200), first);

    let title = server.patch(&path, json!({"title": "New"})).ok(200);
    assert_eq!(
        (&title["title"], &title["version"]),
        (&json!("New"), &json!(1))
    );
    let cleared = server
        .patch(&path, json!({"content": null, "version": "1"}))
        .ok(200);
    assert_eq!(
        (&cleared["content"], &cleared["version"]),
        (&json!(null), &json!(2))
    );
    // A version alone is written as given.
    assert_eq!(
        server.patch(&path, json!({"version": 9})).ok(200)["version"],
        9
    );
    assert_eq!(
        server
            .patch(&path, json!({"content": [], "version": 9}))
            .ok(200)["version"],
        10
    );
}

#[test]
fn of_many_who_change_one_version_exactly_one_wins() {
    let server = Server::start();
    let made = create(&server, json!({"content": {"n": 0}}));
    let path = path(&made);
    let save = |n: usize| {
        let (server, path) = (&server, &path);
        move || server.patch(path, json!({"content": {"writer": n}, "version": 0}))
    };
    let answers: Vec<Answer> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|n| scope.spawn(save(n))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    lost.iter().for_each(|answer| conflict(answer));
    assert_eq!((won.len(), lost.len()), (1, 7));
    assert_eq!(server.get(&path).ok(200), won[0].body);
}

#[test]
fn a_body_without_a_field_of_ours_changes_nothing() {
    let server = Server::start();
    let made = create(&server, json!({"title": "N"}));
    for body in [
        json!({}),
        json!({"nonsense": 1, "id": "x", "created_at": null}),
    ] {
        assert_eq!(server.patch(&path(&made), body).ok(200), made);
    }
    assert_eq!(
        server
            .ask("PATCH", &path(&made))
            .key("phx_ada")
            .send()
            .ok(200),
        made
    );
}

#[test]
fn who_has_the_version_already_is_not_sent_it_again() {
    let server = Server::start();
    let made = create(&server, json!({"content": {}}));
    let get = |tag: &str| {
        server
            .ask("GET", &path(&made))
            .key("phx_ada")
            .header("if-none-match", tag)
            .send()
    };
    let same = get("0");
    assert_eq!((same.status, &*same.text), (304, ""));
    for other in ["1", "\"0\"", "W/\"0\"", "*", "00"] {
        assert_eq!(get(other).status, 200, "{other}");
    }
    server
        .patch(&path(&made), json!({"content": {}, "version": 0}))
        .ok(200);
    assert_eq!((get("0").status, get("1").status), (200, 304));
    server.patch(&path(&made), json!({"deleted": true})).ok(200);
    get("1").not_found("Not found.");
}

#[test]
fn a_deleted_notebook_is_gone_but_a_patch_still_finds_it() {
    let server = Server::start();
    let made = create(&server, json!({"title": "Doomed"}));
    let deleted = server.patch(&path(&made), json!({"deleted": true})).ok(200);
    assert_eq!(
        (&deleted["deleted"], &deleted["version"]),
        (&json!(true), &json!(0))
    );
    server.get(&path(&made)).not_found("Not found.");
    assert_eq!(titles(&server.get(NOTEBOOKS).ok(200)), ["Plan"]);

    assert_eq!(
        server
            .patch(&path(&made), json!({"title": "Renamed"}))
            .ok(200)["deleted"],
        true
    );
    server.get(&path(&made)).not_found("Not found.");
    let restored = server
        .patch(&path(&made), json!({"deleted": "false"}))
        .ok(200);
    assert_eq!(
        (&restored["deleted"], &restored["title"]),
        (&json!(false), &json!("Renamed"))
    );
    assert_eq!(server.get(&path(&made)).ok(200), restored);

    // A form has no unticked boxes: in a whole one, what is left out is off.
    server.patch(&path(&made), json!({"deleted": true})).ok(200);
    let form = |method| {
        server
            .ask(method, &path(&made))
            .key("phx_ada")
            .form("title=x")
    };
    assert_eq!(form("PATCH").send().ok(200)["deleted"], true);
    assert_eq!(form("PUT").send().ok(200)["deleted"], false);
}

#[test]
fn delete_is_not_allowed_and_says_nothing() {
    let server = Server::start();
    for short_id in ["NoteMain1", "nothing"] {
        let answer = server.delete(&format!("{NOTEBOOKS}{short_id}/"));
        assert_eq!((answer.status, &*answer.text), (405, ""));
        assert_eq!(
            answer.header("allow"),
            "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
        );
    }
    assert_eq!(
        server.get(&format!("{NOTEBOOKS}NoteMain1/")).ok(200)["deleted"],
        false
    );
    let stranger = server
        .ask("DELETE", &format!("{NOTEBOOKS}NoteMain1/"))
        .key("phx_read")
        .send();
    stranger.denied("API key missing required scope 'notebook:write'");
}

#[test]
fn only_the_short_id_finds_a_notebook_and_only_in_its_own_project() {
    let server = Server::start();
    let made = create(&server, json!({"title": "N"}));
    let uuid = made["id"].as_str().unwrap();
    for path in [
        format!("{NOTEBOOKS}{uuid}/"),
        format!("{NOTEBOOKS}nothing/"),
        format!("{NOTEBOOKS}notemain1/"),
        format!("{NOTEBOOKS}NoteSide1/"),
        format!(
            "/api/projects/2/notebooks/{}/",
            made["short_id"].as_str().unwrap()
        ),
    ] {
        server.get(&path).not_found("Not found.");
        server
            .patch(&path, json!({"title": "Mine"}))
            .not_found("Not found.");
        server
            .patch(&path, json!({"title": {}}))
            .not_found("Not found."); // 404 before 400
    }
    assert_eq!(
        titles(&server.get("/api/projects/2/notebooks/").ok(200)),
        ["Side notebook"]
    );
    let current = format!(
        "/api/projects/@current/notebooks/{}",
        made["short_id"].as_str().unwrap()
    );
    assert_eq!(server.get(&current).ok(200), made);
    server
        .ask("POST", NOTEBOOKS)
        .key("phx_write")
        .json(json!({}))
        .send()
        .denied("API key missing required scope 'notebook:write'");
    server
        .ask("GET", NOTEBOOKS)
        .key("phx_write")
        .send()
        .denied("API key missing required scope 'notebook:read'");
}
