//! How a server starts: what it prints, which option wins, which files it leaves in the folder.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader},
    net::TcpListener,
    process::Stdio,
};

use serde_json::{Value, json};

use crate::process::{Folder, finish};

#[test]
fn a_newcomer_gets_a_curl_line_that_works_as_pasted() {
    for arguments in [&[][..], &["--demo"]] {
        let folder = Folder::new();
        let server = folder.serve(arguments);
        let log = server.log();
        assert!(log.contains(&server.url), "{log}");
        let line = log
            .lines()
            .find(|line| line.trim_start().starts_with("curl "))
            .unwrap();
        let answer = finish(folder.program("sh", &["-c", line]));
        let body: Value =
            serde_json::from_str(&answer.stdout).unwrap_or_else(|_| panic!("{answer:?}"));
        assert!(
            body.get("id").or(body.get("count")).is_some(),
            "{line}: {body}"
        );
        // Everything a client needs is printed by name, and the key works.
        let value = |name: &str| {
            log.lines()
                .find_map(|line| line.trim_start().strip_prefix(name))
                .unwrap()
                .trim()
        };
        assert_eq!((value("URL"), value("project id")), (&*server.url, "1"));
        let (status, project) = server.get(value("personal key"), "/api/projects/@current/");
        assert_eq!(
            (status, &project["api_token"]),
            (200, &value("project token").into())
        );
        // Printed only by the first start.
        let key = value("personal key").to_owned();
        server.stop();
        let again = folder.serve(arguments);
        assert!(
            !again.log().contains(&key) && !again.log().contains("curl"),
            "{}",
            again.log()
        );
        assert_eq!(again.get(&key, "/api/projects/1/").0, 200);
    }
}

#[test]
fn hoglet_alone_is_serve_and_the_log_goes_to_standard_error() {
    let folder = Folder::new();
    let server = folder.start(folder.command(&["--listen", "127.0.0.1:0", "--log", "debug"]));
    assert_eq!(server.get("phx_wrong", "/api/users/@me/").0, 401);
    assert!(server.log().contains("/api/users/@me/"), "{}", server.log());
    assert!(!server.log().contains("phx_wrong"), "{}", server.log());
    server.stop(); // checks that the first line was the only one
    assert_eq!(folder.names(), ["hoglet.db"]);
}

#[test]
fn a_flag_wins_over_its_variable_and_that_over_the_default() {
    let folder = Folder::new();
    let listen = ["--listen", "127.0.0.1:0"];
    let start = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = folder.command(arguments);
        command.envs(variables.iter().copied());
        folder.start(command)
    };
    start(&listen, &[("HOGLET_DB", "variable.db")]).stop();
    assert_eq!(folder.names(), ["variable.db"]);
    start(
        &[&listen[..], &["--db", "flag.db"]].concat(),
        &[("HOGLET_DB", "other.db")],
    )
    .stop();
    assert_eq!(folder.names(), ["flag.db", "variable.db"]);
    let port = {
        TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
    };
    let address = port.to_string();
    let server = start(
        &["serve"],
        &[("HOGLET_LISTEN", &address), ("HOGLET_DB", "flag.db")],
    );
    assert_eq!(server.address(), address);
    drop(server);
}

#[test]
fn a_variable_reaches_every_command() {
    let folder = Folder::new();
    folder.serve(&["--db", "flag.db"]).stop();
    // A variable that belongs to another command is not a usage error.
    let mut list = folder.command(&["projects", "list"]);
    list.env("HOGLET_DB", "flag.db")
        .env("HOGLET_LISTEN", "127.0.0.1:1");
    let done = finish(list);
    assert!(
        done.code == Some(0) && done.stdout.contains("Default project"),
        "{done:?}"
    );
    let mut create = folder.command(&["keys", "create"]);
    create.envs([
        ("HOGLET_DB", "flag.db"),
        ("HOGLET_KEY_LABEL", "CI"),
        ("HOGLET_KEY_SCOPES", "project:read,user:read"),
    ]);
    assert!(finish(create).stdout.starts_with("phx_"));
    let start = |variables: [(&str, &str); 2]| {
        let mut command = folder.command(&["--listen", "127.0.0.1:0"]);
        command.envs(variables);
        folder.start(command).stop();
    };
    // A switch: false is off, true is on.
    start([("HOGLET_EPHEMERAL", "false"), ("HOGLET_DB", "kept.db")]);
    start([("HOGLET_EPHEMERAL", "true"), ("HOGLET_DB", "gone.db")]);
    assert_eq!(folder.names(), ["flag.db", "kept.db"]);
}

#[test]
fn an_ephemeral_database_leaves_nothing_behind_however_the_server_ends() {
    let (folder, temporary) = (Folder::new(), Folder::new());
    let start = || {
        let mut command =
            folder.command(&["serve", "--listen", "127.0.0.1:0", "--ephemeral", "--demo"]);
        command.env("TMPDIR", temporary.path(""));
        folder.start(command)
    };
    let server = start();
    assert_eq!(folder.names(), [""; 0]);
    let keys = "/api/projects/1/project_secret_api_keys/";
    let new = json!({"label": "x", "scopes": ["feature_flag:read"]});
    assert_eq!(server.ask("POST", "phx_demo", keys, &new).0, 201);
    let (_, list) = server.get("phx_demo", keys);
    assert_eq!(list["count"], 3);
    server.stop();
    drop(start()); // killed
    assert_eq!((folder.names(), temporary.names()), (vec![], vec![]));
}

#[test]
fn secrets_go_into_files_where_standard_error_is_no_terminal() {
    use std::{fs, os::unix::fs::PermissionsExt};
    let folder = Folder::new();
    let start = |arguments: &[&str]| {
        let mut command = folder.command(&[&["--listen", "127.0.0.1:0"], arguments].concat());
        command.env_remove("HOGLET_PRINT_SECRETS");
        folder.start(command)
    };
    let read = |name: &str| {
        let mode = fs::metadata(folder.path(name)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
        fs::read_to_string(folder.path(name)).unwrap()
    };
    let server = start(&[]);
    let log = server.log();
    assert!(!log.contains("phx_") && !log.contains("?token="), "{log}");
    let names = ["hoglet.db.admin-link", "hoglet.db.first-key"];
    for name in names {
        let path = fs::canonicalize(folder.path(name)).unwrap();
        assert!(log.contains(path.to_str().unwrap()), "{name} in {log}");
    }
    let greeting = read(names[1]);
    let line = greeting.lines().find(|line| line.contains("personal key"));
    let key = line.unwrap().split_whitespace().last().unwrap();
    assert_eq!(server.get(key, "/api/projects/@current/").0, 200);
    let line = greeting
        .lines()
        .find(|line| line.contains("curl "))
        .unwrap();
    let answer = finish(folder.program("sh", &["-c", line]));
    assert!(answer.stdout.contains("api_token"), "{answer:?}");
    let link = read(names[0]);
    let enter = |link: &str| {
        let path = link.trim().strip_prefix(&server.url).unwrap().to_owned();
        let mut socket = server.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ));
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut socket, &mut answer).unwrap();
        answer.contains("sessionid=")
    };
    assert!(enter(&link));
    server.stop();

    // The next start writes a new link and no new key, and makes a file private again that was made readable.
    fs::set_permissions(folder.path(names[0]), fs::Permissions::from_mode(0o644)).unwrap();
    let server = start(&[]);
    assert_ne!(read(names[0]), link);
    assert_eq!(read(names[1]), greeting);
    assert!(!server.log().contains(names[1]), "{}", server.log());
    server.stop();
    let mut left = folder.names();
    left.retain(|name| name.starts_with("hoglet.db."));
    assert_eq!(left, names);

    // Secrets are printed on request, and when they are public (`--demo`) or temporary (`--ephemeral`).
    for arguments in [
        &["--print-secrets", "--db", "printed.db"][..],
        &["--demo", "--db", "demo.db"],
        &["--ephemeral"],
    ] {
        let server = start(arguments);
        let log = server.log();
        assert!(
            log.contains("phx_") && log.contains("/admin/login?token="),
            "{log}"
        );
        server.stop();
    }
    assert!(
        folder
            .names()
            .iter()
            .all(|name| !name.starts_with("printed.db.") && !name.starts_with("demo.db."))
    );
}

#[test]
fn secrets_are_printed_where_standard_error_is_a_terminal() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let terminal = ptsname(&screen, Vec::new()).unwrap().into_string().unwrap();
    let terminal = OpenOptions::new().write(true).open(terminal).unwrap();

    let folder = Folder::new();
    let mut command = folder.command(&["--listen", "127.0.0.1:0"]);
    command.env_remove("HOGLET_PRINT_SECRETS");
    command.stdout(Stdio::null()).stderr(terminal);
    let mut server = command.spawn().unwrap();
    drop(command); // holds the terminal open, too
    let lines = BufReader::new(File::from(screen)).lines();
    let lines = lines.map_while(Result::ok);
    let mut shown: Vec<_> = lines
        .take_while(|line| !line.contains("/admin/login?token="))
        .collect();
    let is_running = server.try_wait().unwrap().is_none();
    server.kill().unwrap();
    server.wait().unwrap();

    assert!(is_running, "the link was not printed: {shown:#?}");
    shown.retain(|line| line.contains("personal key   phx_"));
    assert_eq!(shown.len(), 1);
    let files = folder.names();
    let is_secret = |name: &&String| name.contains("first-key") || name.contains("admin-link");
    assert_eq!(files.iter().find(is_secret), None);
}

#[test]
fn a_trusted_proxy_is_an_address_or_a_network() {
    let folder = Folder::new();
    for wrong in ["localhost", "10.0.0.0/33", "10.0.0.0/x", "::1/129", ""] {
        let done = folder.run(&["--ephemeral", "--trusted-proxy", wrong]);
        assert_eq!(done.code, Some(2), "{wrong}");
        assert!(
            done.stderr
                .contains("expected an address such as 127.0.0.1 or a network such as 10.0.0.0/8"),
            "{}",
            done.stderr
        );
    }
    let mut command = folder.command(&["--listen", "127.0.0.1:0", "--ephemeral"]);
    command.env("HOGLET_TRUSTED_PROXY", "127.0.0.1,10.0.0.0/8,fd00::/8");
    folder.start(command).stop();
}
