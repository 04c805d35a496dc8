//! `hoglet exec`: a command beside a server of its own, and nothing left of either.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::Ask,
    process::{Done, Folder, finish},
    seeding::SMALL,
};

/// How long anything may take that takes a moment.
const PATIENCE: Duration = Duration::from_secs(30);

/// A run of `hoglet exec` in a folder, whose processes are known by a variable that they inherit.
struct Run<'f> {
    folder: &'f Folder,
    child: Child,
}

impl<'f> Run<'f> {
    /// Starts `exec -- sh -c script` and waits until the script has made the file `ready`.
    fn start(folder: &'f Folder, script: &str) -> Run<'f> {
        let mut command = exec(folder, &["sh", "-c", script]);
        let run = Run {
            folder,
            child: command.stdin(Stdio::null()).spawn().unwrap(),
        };
        wait_until("the script has begun", || folder.path("ready").exists());
        run
    }

    /// The processes of this run: number and command.
    fn processes(&self) -> Vec<(u32, String)> {
        processes(self.folder)
    }

    fn find(&self, words: &str) -> u32 {
        let found = self.processes();
        let one = found.iter().find(|(_, line)| line.contains(words));
        one.unwrap_or_else(|| panic!("{words}: {found:#?}")).0
    }

    fn signal(&self, name: &str) {
        send(name, self.child.id());
    }

    /// Waits for its end, and that nothing is left. Returns the exit code; -1 if it was killed.
    #[track_caller]
    fn end(mut self) -> i32 {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "{:#?}", self.processes());
            thread::sleep(Duration::from_millis(5));
        };
        let folder = self.folder;
        wait_until("nothing is left", || processes(folder).is_empty());
        status.code().unwrap_or(-1)
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        // A test that failed leaves nothing either.
        drop((self.child.kill(), self.child.wait()));
    }
}

/// `hoglet exec -- COMMAND`, not started yet.
fn exec(folder: &Folder, command: &[&str]) -> Command {
    exec_with(folder, &[], command)
}

/// The same with options.
fn exec_with(folder: &Folder, options: &[&str], command: &[&str]) -> Command {
    let mut exec = folder.command(&[&["exec"], options, &["--"], command].concat());
    exec.env("EXEC_TEST", folder.path(""));
    exec
}

/// The processes that were started in `folder` by [`exec`] and have not ended.
fn processes(folder: &Folder) -> Vec<(u32, String)> {
    let mark = format!("EXEC_TEST={}\0", folder.path("").display());
    let entries = fs::read_dir("/proc").unwrap().map(Result::unwrap);
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let read = |number: u32, file| {
        let bytes = fs::read(format!("/proc/{number}/{file}")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    numbers
        .filter(|number| (read(*number, "environ") + "\0").contains(&mark))
        .map(|number| (number, read(number, "cmdline").replace('\0', " ")))
        .collect()
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "not yet: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn send(signal: &str, process: u32) {
    let sent = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(process.to_string())
        .status();
    assert!(sent.unwrap().success());
}

/// Runs a script and checks that it succeeds. Returns what it prints.
#[track_caller]
fn output(folder: &Folder, options: &[&str], script: &str) -> String {
    let done = finish(exec_with(folder, options, &["sh", "-c", script]));
    assert_eq!(
        (done.code, &*done.stderr),
        (Some(0), ""),
        "{script}: {done:?}"
    );
    done.stdout
}

#[test]
fn the_command_gets_a_server_and_keys_that_work() {
    let folder = Folder::new();
    let script = "set -e
        get() { curl -sSf -H \"Authorization: Bearer $1\" \"$HOGLET_URL/$2\"; echo; }
        get $POSTHOG_PERSONAL_API_KEY api/projects/$POSTHOG_PROJECT_ID/
        get $POSTHOG_SECRET_KEY flags/definitions?token=$POSTHOG_API_KEY
        get $POSTHOG_CLI_API_KEY api/users/@me/
        test \"$POSTHOG_HOST $POSTHOG_CLI_HOST $NEXT_PUBLIC_POSTHOG_HOST\" = \"$HOGLET_URL $HOGLET_URL $HOGLET_URL\"
        test \"$POSTHOG_CLI_PROJECT_ID\" = $POSTHOG_PROJECT_ID
        test \"$NEXT_PUBLIC_POSTHOG_KEY\" = $POSTHOG_API_KEY
        echo $POSTHOG_API_KEY";
    let printed = output(&folder, &[], script);
    let lines: Vec<_> = printed.lines().collect();
    let project: Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!(project["api_token"], *lines.last().unwrap());
    let definitions: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(definitions["flags"], json!([]));
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn with_any_token_each_worker_has_a_project() {
    let folder = Folder::new();
    let script = r#"set -e
        for worker in 1 2; do
            curl -sSf $HOGLET_URL/array/phc_worker$worker/config > seen
        done
        rm seen
        curl -sSf -H "Authorization: Bearer $POSTHOG_PERSONAL_API_KEY" $HOGLET_URL/api/projects/"#;
    for (options, expected) in [(&[][..], 1), (&["--any-token"], 3)] {
        let done = finish(exec_with(&folder, options, &["sh", "-c", script]));
        let projects: Value = serde_json::from_str(&done.stdout).unwrap();
        assert_eq!(projects["count"], expected, "{done:?}");
    }
}

#[test]
fn a_seed_file_says_what_the_variables_hold() {
    const PRINT: &str =
        "echo $POSTHOG_PROJECT_ID $POSTHOG_API_KEY $POSTHOG_PERSONAL_API_KEY $POSTHOG_SECRET_KEY";
    let seed = |id: u32| {
        json!({
            "users": [{"ref": "ada", "email": "ada@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
            "projects": [
                {"ref": "main", "org": "acme", "name": "Main", "id": id, "api_token": "phc_main"},
                {"ref": "other", "org": "acme", "name": "Other", "id": 1, "api_token": "phc_other"},
            ],
            "personal_api_keys": [
                {"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_first"},
                {"ref": "L", "user": "ada", "scopes": ["*"], "value": "phx_second"},
            ],
            "project_secret_api_keys": [
                {"ref": "A", "project": "other", "scopes": ["feature_flag:read"], "value": "phs_other"},
                {"ref": "B", "project": "main", "scopes": ["endpoint:read"], "value": "phs_endpoint"},
                {"ref": "C", "project": "main", "scopes": ["feature_flag:read"], "value": "phs_flags"},
            ],
        })
    };
    let folder = Folder::new();
    folder.write("named.json", seed(7).to_string());
    let named = ["--seed", "named.json"];
    let keys = "phc_main phx_first phs_flags\n";
    assert_eq!(output(&folder, &named, PRINT), format!("7 {keys}"));
    // In this folder it is used without being named.
    folder.write("hoglet.json", seed(8).to_string());
    assert_eq!(output(&folder, &[], PRINT), format!("8 {keys}"));
    assert_eq!(output(&folder, &named, PRINT), format!("7 {keys}"));
    let more = ["--env", "A=url,B=token,C=project", "--env", "D=key"];
    let more = [&more[..], &["--env", "E=secret"]].concat();
    let print = "test $A = $HOGLET_URL; echo $B $C $D $E";
    assert_eq!(
        output(&folder, &more, print),
        "phc_main 8 phx_first phs_flags\n"
    );
    // A file that is named wins over the example data, and that over one that is not.
    for (options, token) in [(&named[..], "phc_main\n"), (&[], "phc_demo\n")] {
        let mut command = exec_with(&folder, options, &["sh", "-c", "echo $POSTHOG_API_KEY"]);
        command.env("HOGLET_DEMO", "true");
        assert_eq!(finish(command).stdout, token);
    }
    let wrong = folder.run(&["exec", "--env", "A=user", "--", "true"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    folder.write("hoglet.json", "{");
    folder.fails(&["exec", "--", "true"], &["hoglet.json: is not JSON"]);
    folder.write("hoglet.json", "{}");
    folder.fails(
        &["exec", "--seed", "none.json", "--", "true"],
        &["none.json cannot be read"],
    );
}

#[test]
fn what_a_seed_file_lacks_is_created_or_removed_from_the_environment() {
    let folder = Folder::new();
    let project = json!({"ref": "main", "org": "acme", "name": "Main", "id": 3});
    let file = json!({"organizations": [{"ref": "acme", "name": "Acme"}], "projects": [project]});
    folder.write("no-users.json", file.to_string());
    folder.write("nothing.json", "{}");
    // SMALL has a personal key and no secret key.
    folder.write("small.json", SMALL);
    let run = |file, script| {
        let mut command = exec_with(&folder, &["--seed", file], &["sh", "-c", script]);
        // As a developer has it who also uses a real project.
        command.env("POSTHOG_PERSONAL_API_KEY", "phx_real");
        command.env("POSTHOG_API_KEY", "phc_real");
        finish(command)
    };
    let secret = "curl -sSf -H \"Authorization: Bearer $POSTHOG_SECRET_KEY\" $HOGLET_URL/flags/definitions?token=$POSTHOG_API_KEY";
    let done = run("small.json", secret);
    assert!(done.stdout.contains("flags"), "{done:?}");
    let print =
        "echo \"$POSTHOG_PROJECT_ID ${POSTHOG_PERSONAL_API_KEY-none} ${POSTHOG_API_KEY-none}\"";
    let done = run("no-users.json", print);
    assert!(done.stdout.starts_with("3 none phc_"), "{done:?}");
    assert_ne!(done.stdout.trim(), "3 none phc_real");
    assert_eq!(run("nothing.json", print).stdout, " none none\n");
}

#[test]
fn the_exit_code_is_the_commands() {
    let folder = Folder::new();
    let run = |command: &[&str]| finish(exec(&folder, command));
    for (command, code) in [
        (&["true"][..], 0),
        (&["false"], 1),
        (&["sh", "-c", "exit 7"], 7),
        (&["sh", "-c", "exit 255"], 255),
        (&["sh", "-c", "kill -TERM $$"], 128 + 15),
        (&["sh", "-c", "kill -KILL $$"], 128 + 9),
    ] {
        let done = run(command);
        assert_eq!(done.code, Some(code), "{command:?}: {done:?}");
        assert_eq!(&*done.stderr, "", "{command:?}");
    }
    let not_run = |done: Done, code, words: &str| {
        assert_eq!((done.code, &*done.stdout), (Some(code), ""), "{done:?}");
        assert_eq!(done.stderr.lines().count(), 1, "{done:?}");
        assert!(done.stderr.contains(words), "{done:?}");
    };
    let missing = "hoglet: no-such-command cannot be run: No such file";
    not_run(run(&["no-such-command", "-x"]), 127, missing);
    folder.write("text", "echo");
    not_run(run(&["./text"]), 126, "hoglet: ./text cannot be run: Perm");
    // `--` may be left out, and what comes after the command belongs to it.
    let done = folder.run(&["exec", "echo", "--seed", "--help"]);
    assert_eq!((done.code, &*done.stdout), (Some(0), "--seed --help\n"));
    assert_eq!(folder.run(&["exec"]).code, Some(2));
}

#[test]
fn input_and_arguments_reach_the_command_as_they_are() {
    let folder = Folder::new();
    folder.write("input", "one\ntwo\n");
    let mut command = exec(
        &folder,
        &["sh", "-c", "cat; echo \"$1|$2\" >&2", "sh", "a b", "*"],
    );
    let input = fs::File::open(folder.path("input")).unwrap();
    let done = command.stdin(input).output().unwrap();
    assert_eq!(done.stdout, b"one\ntwo\n");
    assert_eq!(done.stderr, b"a b|*\n");
}

#[test]
fn signals_are_passed_on_once_and_the_command_decides() {
    for (signal, code) in [("TERM", 41), ("INT", 41), ("HUP", 41), ("USR1", 41)] {
        let folder = Folder::new();
        let script = format!(
            "trap 'echo got >> got' {signal}; trap 'exit 41' USR2; touch ready; while :; do sleep 0.01; done"
        );
        let run = Run::start(&folder, &script);
        run.signal(signal);
        wait_until(signal, || folder.path("got").exists());
        run.signal("USR2");
        assert_eq!(run.end(), code);
        assert_eq!(fs::read_to_string(folder.path("got")).unwrap(), "got\n");
    }
    // A command that does not handle it ends, and so does the server.
    let folder = Folder::new();
    let run = Run::start(&folder, "touch ready; exec sleep 600");
    run.signal("TERM");
    assert_eq!(run.end(), 128 + 15);
}

#[test]
fn ctrl_c_reaches_the_command_once() {
    let folder = Folder::new();
    let script = "trap 'echo got >> got' INT; trap 'exit 42' TERM; touch ready; while :; do sleep 0.01; done";
    let (master, terminal) = terminal();
    // A session of its own, whose terminal it is.
    let mut setsid = folder.program("setsid", &["--ctty", "--wait"]);
    let exec = exec(&folder, &["sh", "-c", script]);
    setsid.arg(exec.get_program()).args(exec.get_args());
    setsid.env("EXEC_TEST", folder.path(""));
    let input = terminal.try_clone().unwrap();
    setsid.stdin(input).stdout(terminal.try_clone().unwrap());
    let child = setsid.stderr(terminal).spawn().unwrap();
    let run = Run {
        folder: &folder,
        child,
    };
    wait_until("the script has begun", || folder.path("ready").exists());
    rustix::io::write(&master, b"\x03").unwrap();
    wait_until("SIGINT", || folder.path("got").exists());
    thread::sleep(Duration::from_millis(200)); // for a second one, which must not come
    send("TERM", run.find("exec -- sh"));
    assert_eq!(run.end(), 42);
    assert_eq!(fs::read_to_string(folder.path("got")).unwrap(), "got\n");
}

/// A terminal: the side of the person, and that of the programs.
fn terminal() -> (fs::File, fs::File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let path = Path::new(name.to_str().unwrap());
    let terminal = fs::OpenOptions::new().read(true).write(true).open(path);
    (master.into(), terminal.unwrap())
}

/// A script with children in the background, one of them in a session of its own and without a parent.
const FAMILY: &str =
    "sleep 600 & sh -c 'setsid sleep 601 & :'; sh -c 'trap : TERM; while :; do sleep 1; done' &
    echo $HOGLET_URL > url; touch ready;";

#[test]
fn nothing_is_left_after_kill_9() {
    let folder = Folder::new();
    let run = Run::start(&folder, &format!("{FAMILY} sleep 602"));
    for words in [
        "exec -- sh",
        "exec-keeper",
        "sleep 600",
        "sleep 601",
        "sleep 602",
    ] {
        run.find(words);
    }
    let url = fs::read_to_string(folder.path("url")).unwrap();
    let health = || Ask::new("GET", format!("{}/_health", url.trim())).try_send();
    assert_eq!(health().unwrap().status, 200);
    run.signal("KILL");
    assert_eq!(run.end(), -1);
    assert!(health().is_err());
}

#[test]
fn nothing_is_left_when_the_keeper_is_killed() {
    let folder = Folder::new();
    let run = Run::start(&folder, &format!("{FAMILY} sleep 602"));
    send("KILL", run.find("exec-keeper"));
    assert_eq!(run.end(), 128 + 9);
}

#[test]
fn what_the_command_leaves_in_the_background_ends_with_it() {
    let folder = Folder::new();
    let run = Run::start(&folder, &format!("{FAMILY} exit 5"));
    assert_eq!(run.end(), 5);
    // It is asked first.
    let polite =
        "sh -c 'trap \"echo bye > bye; exit\" TERM; touch ready; while :; do sleep 0.01; done' 2>/dev/null &
        while ! test -e ready; do sleep 0.01; done";
    let folder = Folder::new();
    output(&folder, &[], polite);
    assert_eq!(fs::read_to_string(folder.path("bye")).unwrap(), "bye\n");
}

#[test]
fn two_hundred_runs_leave_no_process_and_no_file() {
    let (folder, temporary) = (Folder::new(), Folder::new());
    let run = || {
        let mut command = exec(&folder, &["sh", "-c", "sleep 600 & exit 3"]);
        command.env("TMPDIR", temporary.path(""));
        assert_eq!(finish(command).code, Some(3));
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| run()));
        }
    });
    assert_eq!(processes(&folder), []);
    assert!(folder.names().is_empty() && temporary.names().is_empty());
}

#[test]
fn a_port_that_is_taken_is_named_and_the_command_does_not_run() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let arguments = ["exec", "--listen", &address, "--", "touch", "ran"];
    folder.fails(&arguments, &[&address, "is in use", "--listen"]);
    drop(taken);
    let done = folder.run(&[
        "exec",
        "--listen",
        &address,
        "--",
        "sh",
        "-c",
        "echo $HOGLET_URL",
    ]);
    assert_eq!(done.stdout, format!("http://{address}\n"), "{done:?}");
    // Where `serve` listens is nothing to `exec`, so that several can run at once.
    let mut command = exec(&folder, &["sh", "-c", "echo $HOGLET_URL"]);
    command.env("HOGLET_LISTEN", "127.0.0.1:1");
    let done = finish(command);
    assert!(
        done.code == Some(0) && !done.stdout.ends_with(":1\n"),
        "{done:?}"
    );
}

#[test]
fn the_database_can_be_kept() {
    let folder = Folder::new();
    let capture = "curl -sSf -d '{\"api_key\": \"'$POSTHOG_API_KEY'\", \"event\": \"paid\", \"distinct_id\": \"d\", \
        \"properties\": {\"seats\": 5}}' -H 'Content-Type: application/json' $HOGLET_URL/capture/ >&2 2>/dev/null; \
        printf $POSTHOG_PERSONAL_API_KEY; exit 1";
    let done = finish(exec_with(
        &folder,
        &["--keep-db", "kept.db"],
        &["sh", "-c", capture],
    ));
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(folder.names(), ["kept.db"]);
    let kept = folder.serve(&["--db", "kept.db"]);
    let (status, found) = kept.get(
        &done.stdout,
        "/api/projects/1/property_definitions/?search=seats",
    );
    assert_eq!(
        (status, &found["results"][0]["name"]),
        (200, &json!("seats"))
    );
    kept.stop();
    // An existing file may hold data.
    folder.fails(
        &["exec", "--keep-db", "kept.db", "--", "touch", "ran"],
        &["--keep-db kept.db", "exists"],
    );
    assert!(!folder.path("ran").exists());
}

#[test]
fn strict_names_or_refuses_what_is_ignored() {
    let folder = Folder::new();
    let script = "curl -si -H \"Authorization: Bearer $POSTHOG_PERSONAL_API_KEY\" $HOGLET_URL/api/projects/1/insights/?serach=x \
        | tr -d '\\r' | grep -i '^http/\\|^hoglet-warning'";
    let warning = "hoglet-warning: unknown query parameter 'serach'\n";
    for (options, status, expected) in [
        (&[][..], "200 OK", ""),
        (&["--strict"], "200 OK", warning),
        (&["--strict=refuse"], "400 Bad Request", warning),
    ] {
        let done = finish(exec_with(&folder, options, &["sh", "-c", script]));
        let expected = format!("HTTP/1.1 {status}\n{expected}");
        assert_eq!(
            done.stdout.replace("Hoglet-Warning", "hoglet-warning"),
            expected,
            "{done:?}"
        );
    }
}

#[test]
fn other_options_of_the_server_come_from_their_variables() {
    let folder = Folder::new();
    let get = "curl -s -o /dev/null -w '%{http_code} ' -H \"Authorization: Bearer $POSTHOG_PERSONAL_API_KEY\" $HOGLET_URL/api/users/@me/";
    let mut command = exec(&folder, &["sh", "-c", &format!("{get}; {get}")]);
    command.env("HOGLET_RATE_LIMIT", "1/100");
    let done = finish(command);
    assert_eq!(done.stdout, "200 429 ", "{done:?}");
    let body = "curl -s -H \"Authorization: Bearer $POSTHOG_PERSONAL_API_KEY\" -H 'Content-Type: application/json' -d a=1 \
        $HOGLET_URL/api/projects/1/project_secret_api_keys/";
    let live = output(&folder, &["--contract", "live"], body);
    assert!(live.contains("parse_error"), "{live}");
    assert!(!output(&folder, &[], body).contains("parse_error"));
}
