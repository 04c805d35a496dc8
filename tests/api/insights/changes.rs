//! How insights change, go and come back (`resources.md` 1.4), and what the activity log keeps of that.

use serde_json::{Value, json};

use super::{INSIGHTS, names};
use crate::{
    activity_log::told,
    harness::{Answer, Server},
};

#[test]
fn a_change_says_who_made_it_and_when() {
    let server = Server::start();
    let path = format!("{INSIGHTS}1/");
    let as_mel = |body: Value| {
        server
            .ask("PATCH", &path)
            .key("phx_mel")
            .json(body)
            .send()
            .ok(200)
    };
    let before = server.get(&path).ok(200);
    for silent in [
        json!({}),
        json!({"query": {"kind": "X"}}),
        json!({"tags": ["a"]}),
        json!({"favorited": true}),
        json!({"derived_name": "d"}),
    ] {
        let after = as_mel(silent.clone());
        assert_eq!(
            after["last_modified_at"], before["last_modified_at"],
            "{silent}"
        );
        assert_eq!(
            after["last_modified_by"], before["last_modified_by"],
            "{silent}"
        );
        assert!(
            after["updated_at"].as_str() > before["updated_at"].as_str(),
            "{silent}"
        );
        assert_eq!(after["last_viewed_at"], Value::Null);
    }
    for telling in [
        json!({"name": "n"}),
        json!({"description": null}),
        json!({"filters": {}}),
    ] {
        let earlier = server.patch(&path, json!({"name": "reset"})).ok(200);
        let after = as_mel(telling.clone());
        assert!(
            after["last_modified_at"].as_str() > earlier["last_modified_at"].as_str(),
            "{telling}"
        );
        assert_eq!(after["last_modified_by"]["email"], "mel@example.com");
    }
    assert_eq!(
        server.patch(&path, json!({"saved": false})).ok(200)["saved"],
        false
    );
    assert_eq!(
        server.patch(&path, json!({"name": "n"})).ok(200)["saved"],
        true,
        "an update saves"
    );
    let put = server
        .ask("PUT", &path)
        .key("phx_ada")
        .json(json!({"description": "only this"}))
        .send()
        .ok(200);
    assert_eq!(
        (&put["name"], &put["description"]),
        (&json!("n"), &json!("only this"))
    );
}

#[test]
fn deleting_is_a_patch_and_can_be_undone() {
    let server = Server::start();
    let path = format!("{INSIGHTS}1/");
    server.patch(&path, json!({"dashboards": [1]})).ok(200);
    let deleted = server.patch(&path, json!({"deleted": true})).ok(200);
    assert_eq!(
        (&deleted["deleted"], &deleted["dashboards"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(names(&server, ""), [""; 0]);
    server.get(&path).not_found("Not found.");
    server
        .get(&format!("{INSIGHTS}InsMain1/"))
        .not_found("Not found.");
    for body in [
        json!({}),
        json!({"name": "x"}),
        json!({"deleted": true}),
        json!({"deleted": 0}),
        json!({"deleted": null}),
        json!({"deleted": "false"}),
    ] {
        server.patch(&path, body).not_found("Not found.");
    }
    server
        .ask("PUT", &path)
        .key("phx_ada")
        .json(json!({"deleted": false}))
        .send()
        .not_found("Not found.");
    let restored = server
        .patch(&path, json!({"deleted": false, "name": "Back"}))
        .ok(200);
    assert_eq!(
        (
            &restored["deleted"],
            &restored["name"],
            &restored["dashboards"]
        ),
        (&json!(false), &json!("Back"), &json!([]))
    );
    assert_eq!(names(&server, ""), ["Back"]);

    let empty = |answer: Answer| assert_eq!((answer.status, answer.text.as_str()), (405, ""));
    empty(server.delete(&path));
    empty(server.delete(&format!("{INSIGHTS}999999")));
    let read_only = server.ask("DELETE", &path).key("phx_read").send();
    read_only.denied("API key missing required scope 'insight:write'");
    assert_eq!(names(&server, ""), ["Back"]);
}

#[test]
fn every_change_is_kept_in_the_activity_log() {
    let server = Server::start();
    let made = server
        .post(INSIGHTS, json!({"name": "N", "dashboards": [1]}))
        .ok(201);
    let path = format!("{INSIGHTS}{}/", made["id"]);
    server.get(&path).ok(200);
    server
        .patch(
            &path,
            json!({"name": "M", "favorited": false, "tags": ["t"]}),
        )
        .ok(200);
    server.patch(&path, json!({"name": []})).invalid(
        "invalid_input",
        "Not a valid string.",
        "name",
    );
    server.patch(&path, json!({"deleted": true})).ok(200);
    let log = server.get("/api/projects/1/activity_log/").ok(200);
    let mine = log["results"].as_array().unwrap().iter().filter(|entry| {
        entry["scope"] == "Insight" && entry["item_id"] == json!(made["id"].to_string())
    });
    let mine: Vec<_> = mine.collect();
    assert!(
        mine.iter()
            .all(|entry| entry["detail"]["short_id"] == made["short_id"])
    );
    insta::assert_snapshot!(told(mine), @r#"
    deleted M by 1
    updated M by 1:
      changed name: "N" -> "M"
      changed tags: [] -> ["t"]
    created N by 1
    "#);
}
