//! The files for servers and containers, and the commands for them.

use std::{fs, os::unix::net::UnixDatagram, path::Path, process::Command, time::Duration};

use crate::process::{Folder, finish};

const UNIT: &str = include_str!("../../static/docs/hosting/hoglet.service");
const DOCKERFILE: &str = include_str!("../../static/docs/hosting/Dockerfile");

/// Runs a program of Debian's, which is installed if it is missing. Returns what it printed if it fails.
fn check(package: &str, program: &str, arguments: &[&str]) -> Result<(), String> {
    if Command::new(program).arg("--version").output().is_err() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let installed = Command::new(root.join("tests/apt")).arg(package).status();
        assert!(
            installed.unwrap().success(),
            "{package} cannot be installed"
        );
    }
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(()),
        false => Err(text(&output.stdout) + &text(&output.stderr)),
    }
}

#[test]
fn the_unit_is_one_that_systemd_accepts() {
    let folder = Folder::new();
    let unit = UNIT.replace("/usr/local/bin/hoglet", env!("CARGO_BIN_EXE_hoglet"));
    let arguments = ["verify", "--man=no"];
    let verify = |name: &str, text: &str| {
        folder.write(name, text);
        let path = folder.path(name);
        check(
            "systemd",
            "systemd-analyze",
            &[&arguments[..], &[path.to_str().unwrap()]].concat(),
        )
    };
    assert_eq!(verify("hoglet.service", &unit), Ok(()));
    assert!(verify("wrong.service", &unit.replace("ExecStart", "ExecStar")).is_err());
    for line in UNIT
        .lines()
        .filter_map(|line| line.strip_prefix("Environment="))
    {
        is_a_variable(line.split('=').next().unwrap());
    }
}

#[test]
fn the_proxies_accept_their_files() {
    let folder = Folder::new();
    let site = include_str!("../../static/docs/hosting/nginx.conf");
    let made = finish(folder.program(
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=hoglet",
            "-keyout",
            "key",
            "-out",
            "pem",
        ],
    ));
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let here = folder.path("");
    let here = here.to_str().unwrap().trim_end_matches('/');
    let site = site.replace("/etc/ssl/hoglet.example.com.pem", &format!("{here}/pem"));
    let site = site.replace(
        "/etc/ssl/private/hoglet.example.com.key",
        &format!("{here}/key"),
    );
    let verify = |site: &str| {
        folder.write("site.conf", site);
        folder.write(
            "nginx.conf",
            format!(
                "pid {here}/pid; events {{}} http {{ access_log off; include {here}/site.conf; }}"
            ),
        );
        check(
            "nginx-light",
            "/usr/sbin/nginx",
            &["-t", "-c", &format!("{here}/nginx.conf"), "-e", "stderr"],
        )
    };
    assert_eq!(verify(&site), Ok(()));
    assert!(verify(&site.replace("proxy_pass", "proxy_past")).is_err());
}

#[test]
fn the_container_has_what_it_names() {
    let copied = DOCKERFILE
        .lines()
        .filter_map(|line| line.strip_prefix("ENV "));
    for variable in copied.flat_map(str::split_whitespace) {
        is_a_variable(variable.split('=').next().unwrap());
    }
    let ignored = include_str!("../../static/docs/hosting/Dockerfile.dockerignore");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ignored.lines().filter_map(|line| line.strip_prefix('!')) {
        let exists = root.join(name).exists() || root.join(name.replace('*', "toml")).exists();
        assert!(exists, "{name}");
    }
    assert!(DOCKERFILE.contains("[\"/usr/bin/hoglet\", \"healthcheck\"]"));
}

#[track_caller]
fn is_a_variable(name: &str) {
    let help = Folder::new().ok(&["serve", "--help"]);
    assert!(help.contains(&format!("[env: {name}=")), "{name}");
}

#[test]
fn healthchecks_know_a_server_that_is_ready() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let port = server.address().rsplit_once(':').unwrap().1.to_owned();
    assert_eq!(
        folder.ok(&["healthcheck", "--listen", &format!("0.0.0.0:{port}")]),
        ""
    );
    fs::rename(folder.path("hoglet.db"), folder.path("moved.db")).unwrap();
    server.ask(
        "POST",
        "phx_demo",
        "/api/projects/1/insights/",
        &serde_json::json!({"name": "lost"}),
    );
    let address = format!("127.0.0.1:{port}");
    folder.fails(
        &["healthcheck", "--listen", &address],
        &[&address, "not ready", "deleted or replaced"],
    );
    server.stop();
    folder.fails(
        &["healthcheck", "--listen", &address],
        &["no server answers", &address],
    );
}

#[test]
fn systemd_is_notified_when_the_server_is_ready() {
    let folder = Folder::new();
    let socket = UnixDatagram::bind(folder.path("notify")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut command = folder.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", folder.path("notify"));
    let server = folder.start(command);
    let mut message = [0; 100];
    let length = socket.recv(&mut message).unwrap();
    assert_eq!(&message[..length], b"READY=1\n");
    server.stop();
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.ok(&["completions", shell]);
        assert!(
            script.contains("backup") && script.contains("auto-backup"),
            "{shell}"
        );
    }
    fs::create_dir(folder.path("man1")).unwrap();
    folder.ok(&["man", "man1"]);
    for name in ["hoglet.1", "hoglet-serve.1", "hoglet-keys-create.1"] {
        let page = fs::read_to_string(folder.path("man1").join(name)).unwrap();
        assert!(page.contains("hoglet"), "{name}");
    }
    folder.fails(&["man", "missing"], &["missing cannot be written"]);
}
