//! A database file that loses its name while the server runs: nothing is acknowledged that would be gone with the process.

use std::fs;

use serde_json::json;

use crate::process::{Folder, Running};

const INSIGHTS: &str = "/api/projects/1/insights/";

fn create(server: &Running, name: &str) -> u16 {
    server
        .ask("POST", "phx_demo", INSIGHTS, &json!({"name": name}))
        .0
}

/// Checks that `server` refuses changes, answers reads, and says so once in its log.
#[track_caller]
fn is_lost(server: &Running) {
    server.wait_for_log("changes are refused: the database file was deleted or replaced");
    for _ in 0..3 {
        let change = json!({"name": "refused"});
        server.refuses("POST", INSIGHTS, &change, "lost its database");
        assert_eq!(server.get("phx_demo", "/api/projects/1/insights/1/").0, 200);
    }
    let log = server.log();
    assert_eq!(log.matches("changes are refused").count(), 1, "{log}");
}

#[test]
fn a_deleted_file_is_noticed_without_any_change() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    fs::remove_file(folder.path("hoglet.db")).unwrap();
    is_lost(&server);
    server.stop();
}

#[test]
fn a_change_after_the_deletion_is_refused_however_soon_it_comes() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    fs::remove_file(folder.path("hoglet.db")).unwrap();
    let change = json!({"name": "refused"});
    server.refuses("POST", INSIGHTS, &change, "lost its database");
    server.stop();
}

#[test]
fn a_reset_after_the_deletion_is_refused() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--lab"]);
    fs::remove_file(folder.path("hoglet.db")).unwrap();
    server.refuses("POST", "/_lab/reset", &json!({}), "lost its database");
    server.stop();
}

#[test]
fn a_replaced_file_is_not_written() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    fs::copy(folder.path("hoglet.db"), folder.path("copy.db")).unwrap();
    let copy = fs::read(folder.path("copy.db")).unwrap();
    fs::rename(folder.path("copy.db"), folder.path("hoglet.db")).unwrap();
    is_lost(&server);
    server.stop();
    assert!(fs::read(folder.path("hoglet.db")).unwrap() == copy);
}

#[test]
fn a_deleted_log_is_noticed_too() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    fs::remove_file(folder.path("hoglet.db-wal")).unwrap();
    is_lost(&server);
    server.stop();
}

#[test]
fn the_same_file_back_under_its_name_is_written_again() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    assert_eq!(create(&server, "zebra"), 201);
    fs::rename(folder.path("hoglet.db"), folder.path("elsewhere.db")).unwrap();
    is_lost(&server);
    fs::rename(folder.path("elsewhere.db"), folder.path("hoglet.db")).unwrap();
    server.wait_for_log("changes are written again"); // by itself
    assert_eq!(create(&server, "giraffe"), 201);
    server.stop();
    let again = folder.serve(&[]);
    let search = |name: &str| {
        again
            .get("phx_demo", &format!("{INSIGHTS}?search={name}"))
            .1["count"]
            .clone()
    };
    assert_eq!(
        [search("zebra"), search("refused"), search("giraffe")],
        [1, 0, 1]
    );
    again.stop();
}

#[test]
fn an_ephemeral_file_has_no_name_to_lose() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--ephemeral"]);
    assert_eq!(create(&server, "one"), 201);
    std::thread::sleep(std::time::Duration::from_millis(1200)); // longer than between two checks of the files
    assert_eq!(create(&server, "two"), 201);
    assert!(!server.log().contains("refused"), "{}", server.log());
    server.stop();
}
