//! `/api/projects/{project_id}/sharing_configurations`

use std::{
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
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
            "last_viewed_at": null, "views": 0, "daily_views": vec![0; 30], "expires_at": null, "expired": false,
        });
        assert_eq!(share.to_string(), expected.to_string());
        let alone = server.get(&format!("{LIST}{parent}/{id}/")).ok(200);
        assert_eq!(alone.to_string(), expected.to_string());
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

/// Waits until `count` views of shares are written: a busy server answers before.
#[track_caller]
fn wait_for_views(server: &Server, count: i64) {
    let database = Connection::open(server.database()).unwrap();
    let written = || {
        let sum = "SELECT sum(views) FROM sharing_configuration";
        database.query_row(sum, [], |row| row.get::<_, i64>(0))
    };
    let start = Instant::now();
    while written() != Ok(count) {
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", written());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn views_that_wait_for_the_database_count_for_their_days() {
    let server = Server::with(&["--lab", "--clock", "2030-01-10T12:00:00Z"]);
    let sharing = "/api/projects/1/insights/1/sharing/";
    let share = server.patch(sharing, json!({"enabled": true})).ok(200);
    let path = format!("/shared/{}", share["access_token"].as_str().unwrap());
    let other = Connection::open(server.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for times in 1..=6 {
        for _ in 0..times {
            assert_eq!(server.ask("GET", &path).send().status, 200);
        }
        let body = json!({"advance": "1d"});
        server.ask("POST", "/_lab/clock").json(body).send().ok(200);
    }
    other.execute_batch("ROLLBACK").unwrap();
    wait_for_views(&server, 21);
    let share = &server.get(LIST).ok(200)["results"][0];
    let days = share["daily_views"].as_array().unwrap();
    assert_eq!(days[days.len() - 7..], [1, 2, 3, 4, 5, 6, 0]);
    assert_eq!(share["last_viewed_at"], "2030-01-15T12:00:00Z");
}

#[test]
fn views_are_counted_by_day_for_a_month() {
    let server = Server::with(&["--lab", "--clock", "2030-01-10T23:59:59Z"]);
    let sharing = "/api/projects/1/insights/1/sharing/";
    let share = server.patch(sharing, json!({"enabled": true})).ok(200);
    let token = share["access_token"].as_str().unwrap().to_owned();
    let made = Cell::new(0);
    let views = |token: &str, times| {
        for _ in 0..times {
            let answer = server.ask("GET", &format!("/shared/{token}")).send();
            assert_eq!(answer.status, 200);
            made.set(made.get() + 1);
        }
        wait_for_views(&server, made.get());
    };
    let advance = |span: &str| {
        let body = json!({"advance": span});
        server.ask("POST", "/_lab/clock").json(body).send().ok(200);
    };
    // How many days ago there were how many views.
    let daily = || {
        let share = &server.get(LIST).ok(200)["results"][0];
        let days = share["daily_views"].as_array().unwrap();
        let ago = days.iter().rev().enumerate();
        let seen = ago.filter(|(_, views)| **views != 0);
        let seen: Vec<_> = seen
            .map(|(ago, views)| (ago, views.as_i64().unwrap()))
            .collect();
        (seen, share["views"].as_i64().unwrap())
    };
    let rows = || {
        let database = Connection::open(server.database()).unwrap();
        let count = database.query_row("SELECT count(*) FROM share_view", [], |row| row.get(0));
        count.unwrap_or(-1)
    };
    views(&token, 2);
    advance("1s");
    views(&token, 3);
    assert_eq!(daily(), (vec![(0, 3), (1, 2)], 5));
    advance("28d");
    assert_eq!(daily(), (vec![(28, 3), (29, 2)], 5));
    advance("1d");
    assert_eq!((daily(), rows()), ((vec![(29, 3)], 5), 2));
    views(&token, 1);
    assert_eq!((daily(), rows()), ((vec![(0, 1), (29, 3)], 6), 2));
    // One row a day, and no more than the days that are listed and one for a clock that was set back.
    for _ in 0..40 {
        advance("1d");
        views(&token, 1);
    }
    assert_eq!(
        (daily(), rows()),
        ((Vec::from_iter((0..30).map(|ago| (ago, 1))), 46), 30)
    );
    // A new link starts anew, as its total does, and views of the old one no longer take a row.
    let new = server
        .post(&format!("{sharing}refresh/"), json!({}))
        .ok(200)["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    views(&token, 1);
    assert_eq!((daily(), rows()), ((vec![], 0), 0));
    views(&new, 4);
    assert_eq!((daily(), rows()), ((vec![(0, 4)], 4), 1));
}

#[test]
fn the_page_of_a_share_is_downloaded_as_a_file() {
    let server = Server::start();
    let sharing = "/api/projects/1/notebooks/NoteMain1/sharing";
    let path = format!("{LIST}notebook/NoteMain1/page/");
    let detail = |path: &str| server.get(path).ok(404)["detail"].clone();
    assert_eq!(detail(&path), "This was never shared.");
    server.patch(sharing, json!({"enabled": true})).ok(200);
    let share = server
        .patch(sharing, json!({"password_required": true}))
        .ok(200);
    let token = share["access_token"].as_str().unwrap();
    let page = server.get(&path);
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(
        page.header("content-disposition"),
        "attachment; filename=\"notebook-NoteMain1.html\""
    );
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.text.contains("Plan") && !page.text.contains(token));
    let listed = server.get(&format!("{LIST}notebook/NoteMain1/")).ok(200);
    assert_eq!(listed["views"], 0);
    server.patch(sharing, json!({"enabled": false})).ok(200);
    assert_eq!(detail(&path), "This share is not open.");
    let other = format!("{LIST}nothing/NoteMain1/page/");
    assert_eq!(detail(&other), "Not found.");
}
