//! The files for servers and containers, and the commands for them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{harness::Ask, process::Folder};

const UNIT: &str = include_str!("../../static/docs/hosting/hoglet.service");
const OPTIONS: &str = include_str!("../../static/docs/hosting/hoglet.toml");
const DOCKERFILE: &str = include_str!("../../static/docs/hosting/Dockerfile");
const PROMETHEUS: &str = include_str!("../../static/docs/hosting/prometheus.yml");
const ALERTS: &str = include_str!("../../static/docs/hosting/hoglet-alerts.yml");
const GUIDE: &str = include_str!("../../static/docs/guide.html");

/// Runs a program of Debian's, which is installed if it is missing. Returns what it printed if it fails.
pub fn check(package: &str, program: &str, arguments: &[&str]) -> Result<(), String> {
    let is_missing = || Command::new(program).arg("--version").output().is_err();
    fetch(is_missing, &[package]);
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
    assert!(UNIT.contains("hoglet serve --config /etc/hoglet.toml\n"));
    folder.write("hoglet.toml", OPTIONS);
    folder.ok(&["config", "check", "hoglet.toml"]);
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
    let manifest = include_str!("../../Cargo.toml");
    let package = manifest.split("\ninclude = [").nth(1).unwrap();
    let names = package.split(']').next().unwrap().split('"').skip(1);
    for name in names.step_by(2).map(|name| name.trim_start_matches('/')) {
        let is_sent = ignored.lines().any(|line| line == format!("!{name}"));
        assert!(is_sent, "{name} is built from, and not in the image");
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
    let url = format!("http://localhost:{port}/");
    assert_eq!(folder.ok(&["healthcheck", "--url", &url]), "");
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
    folder.fails(&["healthcheck", "--url", &url], &["localhost", "not ready"]);
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

/// A program of Debian's `package`, unpacked but not installed: its service is not wanted.
pub fn unpacked(package: &str, program: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package);
    let program = folder.join(program);
    let arguments = ["--unpack", folder.to_str().unwrap(), package];
    fetch(|| !program.exists(), &arguments);
    program
}

/// Runs `tests/apt` if something is missing: once at a time, since it locks its lists.
fn fetch(is_missing: impl Fn() -> bool, arguments: &[&str]) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if is_missing() {
        let apt = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apt");
        let status = Command::new(apt).args(arguments).status().unwrap();
        assert!(status.success(), "tests/apt {arguments:?}");
    }
}

/// What `promtool` says, with `input`, if it is not content.
fn promtool_accepts(folder: &Folder, arguments: &[&str], input: &str) -> Result<(), String> {
    folder.write("input", input);
    let promtool = unpacked("prometheus", "usr/bin/promtool");
    let mut command = folder.program(promtool.to_str().unwrap(), arguments);
    command.stdin(File::open(folder.path("input")).unwrap());
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8(said).unwrap()),
    }
}

/// The metrics of a server that has answered requests of several kinds.
fn metrics(folder: &Folder) -> String {
    let server = folder.serve(&["--demo", "--metrics", "127.0.0.1:0"]);
    for path in ["/api/projects/1/insights/", "/nothing", "/_readyz"] {
        server.get("phx_demo", path);
    }
    let log = server.log();
    let (_, rest) = log.split_once("metrics are at ").unwrap();
    let url = rest.lines().next().unwrap();
    let answer = Ask::new("GET", url.to_owned()).send();
    assert_eq!(answer.status, 200);
    answer.text
}

#[test]
fn prometheus_reads_the_metrics_and_the_guide_names_each() {
    let folder = Folder::new();
    let text = metrics(&folder);
    let lint = ["check", "metrics"];
    assert_eq!(promtool_accepts(&folder, &lint, &text), Ok(()));
    let broken = text.replace("\"} 1\n", "\" 1\n");
    assert!(promtool_accepts(&folder, &lint, &broken).is_err());
    let served: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let (_, section) = GUIDE.split_once("<h2 id=\"metrics\">").unwrap();
    let section = section.split("<h2").next().unwrap();
    let terms = section.split("<dt><code>").skip(1);
    let named: BTreeSet<_> = terms
        .map(|term| term.split("</code>").next().unwrap())
        .collect();
    assert_eq!(named, served);
    let (_, explained) = section.split_once("<h3 id=\"refusals\">").unwrap();
    let explained: BTreeSet<_> = explained.split("<code>").skip(1).collect();
    let explained = explained.iter().map(|code| code.split('<').next().unwrap());
    let explained: BTreeSet<_> = explained.filter(|code| !code.starts_with("--")).collect();
    let reasons = text.split("reason=\"").skip(1);
    let reasons: BTreeSet<_> = reasons
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(explained, reasons);
}

#[test]
fn prometheus_accepts_its_files_and_the_alerts_fire() {
    let folder = Folder::new();
    folder.write("prometheus.yml", PROMETHEUS);
    folder.write("hoglet-alerts.yml", ALERTS);
    let config = ["check", "config", "prometheus.yml"];
    assert_eq!(promtool_accepts(&folder, &config, ""), Ok(()));
    let series = [
        ("up{job='hoglet', instance='a'}", "0x30", "HogletDown"),
        (
            "hoglet_database_writable{instance='a'}",
            "0x30",
            "HogletCannotWrite",
        ),
        (
            "hoglet_http_requests_total{instance='a', route='/x', status='500'}",
            "1x20 2x10",
            "HogletFails",
        ),
        (
            "hoglet_http_requests_total{instance='a', route='/x', status='500'}",
            "_x20 1x10",
            "HogletFails",
        ),
        (
            "hoglet_http_refusals_total{instance='a', reason='body_memory', status='503'}",
            "0+60x30",
            "HogletOverloaded",
        ),
    ];
    let text = metrics(&folder);
    for (name, values, alert) in series {
        let metric = name.split('{').next().unwrap();
        assert!(
            metric == "up" || text.contains(&format!("# TYPE {metric} ")),
            "{metric}"
        );
        let labels = match alert {
            "HogletFails" => "{instance: a, route: /x}",
            "HogletOverloaded" => "{instance: a, reason: body_memory}",
            "HogletDown" => "{instance: a, job: hoglet}",
            _ => "{instance: a}",
        };
        let (_, rule) = ALERTS.split_once(&format!("alert: {alert}\n")).unwrap();
        let (_, summary) = rule.split_once("summary: ").unwrap();
        let summary = summary.lines().next().unwrap();
        let summary = summary.replace("{{ $labels.instance }}", "a");
        let summary = summary.replace("{{ $labels.route }}", "/x");
        let summary = summary.replace("{{ $labels.reason }}", "body_memory");
        let test = format!(
            "rule_files: [hoglet-alerts.yml]\ntests:\n- interval: 1m\n  input_series:\n  - series: \"{name}\"\n    values: \"{values}\"\n  \
             alert_rule_test:\n  - eval_time: 25m\n    alertname: {alert}\n    exp_alerts:\n    - exp_labels: {labels}\n      \
             exp_annotations: {{summary: \"{summary}\"}}\n"
        );
        folder.write("test.yml", &test);
        let rules = ["test", "rules", "test.yml"];
        assert_eq!(promtool_accepts(&folder, &rules, ""), Ok(()), "{test}");
        folder.write("test.yml", test.replace(values, "1x30"));
        assert!(promtool_accepts(&folder, &rules, "").is_err(), "{alert}");
    }
}
