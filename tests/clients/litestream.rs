//! Litestream beside hoglet, as the guide has it: what is written is in the replica, and comes back.

use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    harness::{Process, Server, hoglet},
    packages,
};

const CONFIG: &str = include_str!("../../static/docs/hosting/litestream.yml");
const DATABASE: &str = "/var/lib/hoglet/hoglet.db";
const BUCKET: &str = "url: s3://my-bucket/hoglet";

/// A replicating Litestream; killed when dropped.
struct Litestream(Child);

impl Drop for Litestream {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop((self.0.kill(), self.0.wait()));
    }
}

fn create_event(server: &Server, name: &str) {
    let new = server.ask("POST", "/api/projects/1/event_definitions/");
    new.key("phx_demo")
        .json(json!({"name": name}))
        .send()
        .ok(201);
}

#[test]
fn litestream_brings_back_what_was_written_until_a_crash() {
    assert!(CONFIG.contains(DATABASE) && CONFIG.contains(BUCKET));
    let program = packages().join("litestream/bin/litestream");
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut server = Server::demo(&["--queue-timeout", "5"]);
    let (database, replica) = (server.database(), path("replica"));
    let config = CONFIG
        .replace(DATABASE, database.to_str().unwrap())
        .replace(BUCKET, &format!("path: {}", replica.display()));
    fs::write(path("litestream.yml"), config).unwrap();
    let command = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command
            .arg(arguments[0])
            .arg("-config")
            .arg(path("litestream.yml"));
        command.args(&arguments[1..]).stdin(Stdio::null());
        command
    };
    let log = File::create(path("log")).unwrap();
    let mut replicating = command(&["replicate"]);
    let replicating = replicating
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn();
    let replicating = Litestream(replicating.unwrap());
    let said = || fs::read_to_string(path("log")).unwrap();

    // More than the 1,000 pages after which SQLite puts the log back into the file.
    for index in 0..60 {
        create_event(&server, &format!("event {index}"));
        let list = "/api/projects/1/property_definitions/?limit=1";
        let list = server.ask("GET", list).key("phx_demo").send().ok(200);
        let id = list["results"][0]["id"].as_str().unwrap();
        let change = json!({"description": format!("{index} ").repeat(40_000)});
        let path = format!("/api/projects/1/property_definitions/{id}/");
        server
            .ask("PATCH", &path)
            .key("phx_demo")
            .json(change)
            .send()
            .ok(200);
    }
    create_event(&server, "the last");
    let restored = path("restored.db");
    let start = Instant::now();
    let has_all = || {
        drop(fs::remove_file(&restored)); // there is none at first
        let target = [
            "restore",
            "-o",
            restored.to_str().unwrap(),
            database.to_str().unwrap(),
        ];
        let done = command(&target).output().unwrap();
        done.status.success() && {
            let copy = rusqlite::Connection::open(&restored).unwrap();
            let last = "SELECT count(*) FROM event_definition WHERE name = 'the last'";
            copy.query_row(last, [], |row| row.get::<_, i64>(0))
                .unwrap()
                == 1
        }
    };
    while !has_all() {
        assert!(start.elapsed() < Duration::from_secs(120), "{}", said());
        sleep(Duration::from_millis(500));
    }

    // Both crash, and the machine is lost: the replica is all there is.
    server.kill();
    drop(replicating);
    assert!(has_all(), "{}", said());
    let checked = hoglet(&["check", "--db"]).arg(&restored).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let mut command = hoglet(&["serve", "--listen", "127.0.0.1:0", "--db"]);
    command.arg(&restored);
    let again = Process::start(command);
    let list = format!(
        "{}/api/projects/1/event_definitions/?search=event&limit=100",
        again.url
    );
    let list = crate::harness::Ask::new("GET", list)
        .key("phx_demo")
        .send()
        .ok(200);
    assert!(list["count"].as_u64() >= Some(60), "{list}");
}
