//! How a server stops when asked to: it finishes the requests it has begun and leaves a complete file without a log.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use crate::process::Folder;

const SEED: &str = r#"{
  "users": [{"ref": "ada", "email": "ada@example.com"}],
  "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
  "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1}],
  "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_ada"}]
}"#;

#[test]
fn requests_under_way_are_answered_and_the_log_goes_back_into_the_file() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        folder.write("seed.json", SEED);
        let server = folder.serve(&["--seed", "seed.json"]);
        assert!(folder.names().contains(&"hoglet.db-wal".to_owned()));
        let idle = server.send(""); // an idle connection does not delay the stop
        let body = r#"{"label": "last", "scopes": ["feature_flag:read"]}"#;
        let head = format!(
            "POST /api/projects/1/project_secret_api_keys/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer phx_ada\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n{}",
            server.address(),
            body.len(),
            &body[..10],
        );
        let mut request = server.send(&head);
        let mut go_on = [0; 25];
        request.read_exact(&mut go_on).unwrap(); // the server has read the head
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        server.signal(signal);
        while TcpStream::connect(server.address()).is_ok() {
            thread::sleep(Duration::from_millis(10)); // it begins to stop
        }
        request.write_all(&body.as_bytes()[10..]).unwrap();
        let mut answer = String::new();
        request.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{signal}: {answer}");
        let (status, _, log) = server.end(Duration::from_secs(8));
        assert_eq!(status.code(), Some(0), "{signal}: {log}");
        assert!(!log.contains("ERROR") && !log.contains("panic"), "{log}");
        drop(idle);
        assert_eq!(folder.names(), ["hoglet.db", "seed.json"], "{signal}");
        let server = folder.serve(&[]);
        let (_, list) = server.get("phx_ada", "/api/projects/1/project_secret_api_keys/");
        assert_eq!(list["results"][0]["label"], "last", "{signal}: {list}");
    }
}
