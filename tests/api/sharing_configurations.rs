//! `/api/projects/{project_id}/sharing_configurations`

use serde_json::{Value, json};

use crate::harness::Server;

const LIST: &str = "/api/projects/1/sharing_configurations/";

#[test]
fn every_share_of_the_project_is_listed_with_what_it_shows() {
    let server = Server::start();
    assert_eq!(
        server.get(LIST).ok(200),
        json!({"count": 0, "next": null, "previous": null, "results": []})
    );
    let things = [
        ("insights/1", "insight", "1", json!("Signups")),
        ("dashboards/1", "dashboard", "1", json!("Overview")),
        (
            "notebooks/NoteMain1",
            "notebook",
            "NoteMain1",
            json!("Plan"),
        ),
        (
            "session_recordings/rec-main",
            "session_recording",
            "rec-main",
            Value::Null,
        ),
    ];
    for (path, ..) in &things {
        let path = format!("/api/projects/1/{path}/sharing/");
        server.patch(&path, json!({"enabled": true})).ok(200);
    }
    let other = "/api/projects/2/insights/2/sharing/";
    server.patch(other, json!({"enabled": true})).ok(200);
    let list = server.get(LIST).ok(200);
    assert_eq!(list["count"], 4);
    for ((path, parent, id, name), share) in
        things.iter().rev().zip(list["results"].as_array().unwrap())
    {
        let own = server
            .get(&format!("/api/projects/1/{path}/sharing/"))
            .ok(200);
        let expected = json!({
            "parent": parent, "parent_id": id, "name": name, "parent_deleted": false, "enabled": true,
            "password_required": false, "access_token": own["access_token"], "created_at": own["created_at"],
            "last_viewed_at": null, "views": 0,
        });
        assert_eq!(share.to_string(), expected.to_string());
    }
}

#[test]
fn a_rotated_share_is_listed_once_and_a_deleted_thing_is_marked() {
    let server = Server::start();
    let sharing = "/api/projects/1/insights/1/sharing/";
    server.patch(sharing, json!({"enabled": false})).ok(200);
    let token = server
        .post(&format!("{sharing}refresh/"), json!({}))
        .ok(200)["access_token"]
        .clone();
    server
        .patch("/api/projects/1/insights/1/", json!({"deleted": true}))
        .ok(200);
    let list = server.get(LIST).ok(200);
    assert_eq!(list["count"], 1);
    let share = &list["results"][0];
    assert_eq!(
        (
            &share["access_token"],
            &share["enabled"],
            &share["parent_deleted"]
        ),
        (&token, &json!(false), &json!(true))
    );
}

#[test]
fn a_look_is_counted_unless_it_is_the_admin_pages_preview() {
    let server = Server::start();
    let sharing = "/api/projects/1/insights/1/sharing/";
    let share = server.patch(sharing, json!({"enabled": true})).ok(200);
    let token = share["access_token"].as_str().unwrap();
    let views = || {
        let share = &server.get(LIST).ok(200)["results"][0];
        assert_eq!(share["last_viewed_at"].is_null(), share["views"] == 0);
        share["views"].as_i64().unwrap()
    };
    let look = |path: &str, cookie: &str| {
        let ask = server.ask("GET", &format!("/{path}/{token}"));
        assert_eq!(ask.header("cookie", cookie).send().status, 200);
        views()
    };
    assert_eq!(look("embedded", "sessionid=any"), 0);
    assert_eq!(look("shared", "sessionid=any"), 1);
    assert_eq!(look("embedded", "other=any"), 2);
}
