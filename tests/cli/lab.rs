//! The options of lab mode: `--rng-seed`, `--clock` and `--any-token`.

use std::process::Command;

use crate::process::{Folder, finish};

/// `hoglet exec` of a script, not started yet.
fn exec(folder: &Folder, options: &[&str], script: &str) -> Command {
    folder.command(&[&["exec"], options, &["--", "sh", "-c", script]].concat())
}

#[test]
fn the_first_keys_depend_on_the_seed_alone() {
    let folder = Folder::new();
    let keys = |options: &[&str], variable: Option<&str>| {
        let script = "echo $POSTHOG_API_KEY $POSTHOG_PERSONAL_API_KEY $POSTHOG_SECRET_KEY";
        let mut command = exec(&folder, options, script);
        command.envs(variable.map(|seed| ("HOGLET_RNG_SEED", seed)));
        let done = finish(command);
        assert_eq!((done.code, &*done.stderr), (Some(0), ""), "{done:?}");
        assert!(done.stdout.contains(" phx_"), "{done:?}");
        done.stdout
    };
    let seven = keys(&["--rng-seed", "7"], None);
    assert_eq!(keys(&["--rng-seed", "7"], Some("8")), seven);
    assert_eq!(keys(&[], Some("7")), seven);
    let others = [
        keys(&["--rng-seed", "18446744073709551615"], None),
        keys(&[], None),
        keys(&[], None),
    ];
    assert!(!others.contains(&seven) && others[1] != others[2]);
}

#[test]
fn exec_starts_with_a_frozen_clock_if_it_is_asked_to() {
    let folder = Folder::new();
    let script = "curl -sSf $HOGLET_URL/_lab/clock; \
                  curl -sSf -H \"Authorization: Bearer $POSTHOG_PERSONAL_API_KEY\" $HOGLET_URL/api/personal_api_keys/@current/";
    let done = finish(exec(&folder, &["--clock", "2030-01-01T00:00:00Z"], script));
    let clock = r#"{"now":"2030-01-01T00:00:00Z","frozen":true}"#;
    assert!(done.stdout.starts_with(clock), "{done:?}");
    let created = r#""created_at":"2030-01-01T00:00:00Z""#;
    assert!(done.stdout.contains(created), "{done:?}");
}

#[test]
fn its_options_need_lab_mode() {
    let folder = Folder::new();
    for (option, variable, value) in [
        (&["--rng-seed", "7"][..], "HOGLET_RNG_SEED", "7"),
        (
            &["--clock", "2030-01-01T00:00:00Z"],
            "HOGLET_CLOCK",
            "2030-01-01T00:00:00Z",
        ),
        (&["--any-token"], "HOGLET_ANY_TOKEN", "true"),
    ] {
        let refused = |command: Command| {
            let done = finish(command);
            assert_eq!(done.code, Some(2), "{done:?}");
            assert!(done.stderr.contains("--lab"), "{done:?}");
        };
        refused(folder.command(&[&["serve", "--ephemeral"], option].concat()));
        refused(folder.command(&[&["--ephemeral"], option].concat()));
        let with_variable = |arguments: &[&str]| {
            let mut command = folder.command(arguments);
            command.env(variable, value);
            command
        };
        refused(with_variable(&["serve", "--ephemeral"]));
        // Other commands do not heed it.
        assert_eq!(finish(with_variable(&["schema", "seed"])).code, Some(0));
        let lab = ["serve", "--lab", "--ephemeral", "--listen", "127.0.0.1:0"];
        folder.start(with_variable(&lab)).stop();
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn a_seed_needs_a_new_database() {
    let folder = Folder::new();
    let seeded = ["--lab", "--rng-seed", "7", "--db", "kept.db"];
    folder.serve(&seeded).stop();
    let done =
        finish(folder.command(&[&["serve", "--listen", "127.0.0.1:0"], &seeded[..]].concat()));
    done.failed(&["--rng-seed", "kept.db is not new", "--ephemeral"]);
    folder.serve(&["--lab", "--db", "kept.db"]).stop();
}

#[test]
fn values_that_are_out_of_range_are_wrong_usage() {
    let folder = Folder::new();
    for (option, value) in [
        ("--rng-seed", "-1"),
        ("--rng-seed", "18446744073709551616"),
        ("--rng-seed", "seven"),
        ("--clock", "2030-01-01"),
        ("--clock", "1969-12-31T23:59:59Z"),
        ("--clock", "9999-01-01T00:00:01Z"),
        ("--clock", ""),
    ] {
        let option = format!("{option}={value}");
        let done = finish(folder.command(&["--lab", "--ephemeral", &option]));
        assert_eq!(done.code, Some(2), "{option}: {done:?}");
        let done = finish(exec(&folder, &[&option], "true"));
        assert_eq!(done.code, Some(2), "{option}: {done:?}");
    }
}

#[test]
fn predictable_keys_are_warned_of_where_other_machines_can_reach_the_server() {
    let folder = Folder::new();
    let start = |arguments: &[&str]| {
        let lab = ["serve", "--lab", "--ephemeral"];
        folder.start(folder.command(&[&lab, arguments].concat()))
    };
    let warning = "with --rng-seed, anyone can predict the keys and sessions of this server";
    // A loopback address that does not look like one.
    let elsewhere = ["--listen", "[::ffff:127.0.0.1]:0"];
    let server = start(&[&elsewhere[..], &["--rng-seed", "7"]].concat());
    assert!(server.log().contains(warning), "{}", server.log());
    server.stop();
    for quiet in [
        &elsewhere[..],
        &["--listen", "127.0.0.1:0", "--rng-seed", "7"],
    ] {
        let server = start(quiet);
        assert!(!server.log().contains(warning), "{}", server.log());
        server.stop();
    }
}
